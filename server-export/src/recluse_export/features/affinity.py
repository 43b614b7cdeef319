"""Which categories a visitor's recent interest lies in."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recluse_export.features.history import Double
from recluse_export.shapes import Int


def category_shares(interest: sparse.csr_matrix, leaf: Int, categories: int) -> Double:
    """``[visitors, categories]``: share of the positive interest that lies in each leaf category, 0 to 1; all
    0 without any."""
    positive = interest.maximum(0).tocsr()
    member = sparse.csr_matrix(
        (np.ones(len(leaf)), (np.arange(len(leaf)), leaf)), shape=(len(leaf), categories)
    )
    by_category = (positive @ member).toarray()
    total = np.asarray(positive.sum(axis=1))
    return np.divide(by_category, total, out=np.zeros_like(by_category), where=total > 0)


def affinity(interest: sparse.csr_matrix, leaf: Int) -> Double:
    """``[visitors, items]``: share of the positive interest that lies in the same leaf category as the item,
    0 without any."""
    return category_shares(interest, leaf, int(leaf.max()) + 1)[:, leaf]


def preferred_categories(
    interest: sparse.csr_matrix, leaf: Int, categories: int
) -> list[list[tuple[int, float]]]:
    """What each visitor likes best.

    Parameters
    ----------
    interest
        ``x`` of ``docs/model.md``, ``[visitors, items]``.
    leaf
        ``[items]`` leaf categories.
    categories
        How many categories there are.

    Returns
    -------
    A list a visitor
        Leaf category and its share of the positive interest (above 0, together 1), largest first, equal
        shares by index; empty without any interest. The signal ``affinity`` is this share, looked up for each
        item.
    """
    return [
        [(int(index), float(line[index])) for index in np.argsort(-line, kind="stable") if line[index] > 0]
        for line in category_shares(interest, leaf, categories)
    ]
