"""Item-to-item evidence: what the sparse matrix makes of recent interest."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recluse_export.features.history import Double
from recluse_export.shapes import Linear


def together(interest: sparse.csr_matrix, linear: Linear) -> Double:
    """``[visitors, items]``: ``scale[j] * sum over i ascending of x[i] * weight[i, j]``."""
    product = (interest @ weights(linear)).toarray()
    return product * linear.scale.astype(np.float64)


def weights(linear: Linear) -> sparse.csr_matrix:
    """The int8 entries as a matrix ``[sources, targets]`` in float64, without their scale."""
    items = len(linear.scale)
    return sparse.csr_matrix(
        (linear.weight.astype(np.float64), linear.target.astype(np.int64), linear.offset.astype(np.int64)),
        shape=(items, items),
    )
