"""Catalogues from their tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recluse_export.shapes import Category, Int


def category_tree(paths: Sequence[Sequence[str]]) -> tuple[list[Category], Int]:
    """The tree of categories that item paths (broad to narrow) span, and each item's leaf.

    Parents come before their children, siblings in alphabetical order, so that the same catalogue always gives the same tree.
    """
    nodes = sorted({tuple(path[:depth]) for path in paths for depth in range(1, len(path) + 1)}, key=lambda node: (len(node), node))
    place = {node: index for index, node in enumerate(nodes)}
    categories = [Category(node[-1], place[node[:-1]] if len(node) > 1 else -1) for node in nodes]
    return categories, np.array([place[tuple(path)] for path in paths], dtype=np.int32)
