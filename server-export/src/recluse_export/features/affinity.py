"""Which categories a visitor's recent interest lies in."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recluse_export.features.history import Double
from recluse_export.shapes import Int


def affinity(interest: sparse.csr_matrix, leaf: Int) -> Double:
    """``[visitors, items]``: share of the positive interest that lies in the same leaf category as the item,
    0 without any."""
    positive = interest.maximum(0).tocsr()
    categories = int(leaf.max()) + 1
    member = sparse.csr_matrix(
        (np.ones(len(leaf)), (np.arange(len(leaf)), leaf)), shape=(len(leaf), categories)
    )
    by_category = (positive @ member).toarray()
    total = np.asarray(positive.sum(axis=1))
    share = np.divide(by_category, total, out=np.zeros_like(by_category), where=total > 0)
    return share[:, leaf]
