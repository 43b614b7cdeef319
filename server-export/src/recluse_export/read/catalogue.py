"""Catalogues from their tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from recluse_export.config import ItemsSource
from recluse_export.shapes import Category, Int, Items

EVERYTHING = "All"
"""The only category of a catalogue without any."""
OTHER = "Other"
"""Where an item of a catalogue with categories has none."""


def category_tree(paths: Sequence[Sequence[str]]) -> tuple[list[Category], Int]:
    """The tree of categories that item paths (broad to narrow) span, and each item's leaf.

    Parents come before their children, siblings in alphabetical order, so that the same catalogue always
    gives the same tree.
    """
    nodes = sorted(
        {tuple(path[:depth]) for path in paths for depth in range(1, len(path) + 1)},
        key=lambda node: (len(node), node),
    )
    place = {node: index for index, node in enumerate(nodes)}
    categories = [Category(node[-1], place[node[:-1]] if len(node) > 1 else -1) for node in nodes]
    return categories, np.array([place[tuple(path)] for path in paths], dtype=np.int32)


def describe_items(rows: pa.Table, sources: Sequence[ItemsSource]) -> Items:
    """The catalogue of cleaned items from files, in their order.

    An item without a title shows its id. Where a category column holds several values, the first is the
    category and all stay as an attribute.
    """
    columns = rows.to_pydict()
    ids = columns["item"]
    count = len(ids)
    nothing = [None] * count
    paths = _paths(columns, sources, count)
    categories, leaf = category_tree(paths)
    kept = {name for source in sources for name in source.attributes}
    separator = {name: source.separator for source in sources for name in source.categories}
    kept |= {name for source in sources if source.separator for name in source.categories}
    kept |= {"attributes"} & columns.keys()
    created = columns.get("created")
    return Items(
        ids=ids,
        titles=[
            title or identity for title, identity in zip(columns.get("title", nothing), ids, strict=True)
        ],
        categories=categories,
        leaf=leaf,
        price=np.array(
            [np.nan if price is None else price for price in columns.get("price", nothing)], dtype=np.float32
        ),
        brand=columns.get("brand", nothing),
        attributes={name: _several(columns[name], separator.get(name)) for name in columns if name in kept},
        created=None if created is None else np.array([second or 0 for second in created], dtype=np.int64),
    )


def _several(values: list, separator: str | None) -> list:
    """Several values at once are joined by ``|``, whatever the source has between them."""
    if separator is None or separator == "|":
        return values
    return [value and "|".join(part.strip() for part in str(value).split(separator)) for value in values]


def _paths(columns: dict[str, list], sources: Sequence[ItemsSource], count: int) -> list[tuple[str, ...]]:
    levels = []
    for source in sources:
        for name in source.categories:
            values = columns[name]
            if source.separator:
                values = [value.split(source.separator)[0].strip() if value else None for value in values]
            levels.append(values)
    if not levels:
        return [(EVERYTHING,)] * count
    paths = []
    for names in zip(*levels, strict=True):
        path: list[str] = []
        for name in names:
            # Below a level that is missing nothing can be said; a level that repeats the one above says
            # nothing.
            if not name:
                break
            if not path or path[-1] != name:
                path.append(name)
        paths.append(tuple(path) or (OTHER,))
    return paths
