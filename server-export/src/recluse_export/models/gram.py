"""The normal equations of item-to-item ridge regression, and the inverse that its constrained forms need.

A table has one line a user (or a moment of a user) and one column an item, so the normal equations have as
many unknowns as there are items, and a full matrix of them is held in memory.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse

from recluse_export.errors import ProblemError
from recluse_export.features.history import Double
from recluse_export.shapes import Float

MOST_ITEMS = 15_000
"""Items of the largest dense item-to-item matrix: 1.8 GB in double precision, twice that while it is
solved."""


def check_item_count(items: int, model: str) -> None:
    """Refuse a catalogue whose dense item-to-item matrix no usual machine holds.

    Raises
    ------
    ProblemError
        There are more than ``MOST_ITEMS`` items.
    """
    if items > MOST_ITEMS:
        raise ProblemError(
            f"{model}: {items:,} items need a dense matrix of {items:,} x {items:,}; at most {MOST_ITEMS:,} "
            "items are solved. Raise clean.min_item_events or set clean.max_items, or take a model without "
            "such a matrix: item-to-item, bm25, slim, als, content."
        )


def mean_square(table: sparse.csr_matrix) -> float:
    """Mean of the diagonal of the table's Gram matrix: the unit in which penalties are given, so that one
    number suits small logs and large ones. 1 for a table of zeros."""
    total = float(table.multiply(table).sum()) / max(1, table.shape[1])
    return total or 1.0


def solved(gram: Float, target: Float, penalty: float) -> Float:
    """``[items, items]`` solution of ``(gram + penalty I) B = target``, the normal equations of ridge
    regression, in single precision.

    Parameters
    ----------
    gram, target
        ``[items, items]`` each; ``gram`` is symmetric and overwritten.
    penalty
        Above 0.
    """
    gram[np.diag_indices(len(gram))] += np.float32(penalty)
    try:
        return linalg.solve(gram, target, assume_a="pos", overwrite_a=True, check_finite=False)
    except linalg.LinAlgError:
        raise _not_positive() from None


def inverse_gram(table: sparse.csr_matrix, penalty: Double) -> Double:
    """``[items, items]``: inverse of ``table' table + diag(penalty)``, in double precision.

    Through the smaller of two systems: over the items, or (Woodbury's identity) over the lines of the table.

    Parameters
    ----------
    table
        ``[lines, items]``
    penalty
        ``[items]``, all above 0.
    """
    lines, items = table.shape
    if lines < items:
        scaled = (table @ sparse.diags_array(1 / penalty)).tocsr()
        inner = (scaled @ table.T).toarray()
        inner[np.diag_indices(lines)] += 1
        half = linalg.solve_triangular(
            linalg.cholesky(inner, lower=True, overwrite_a=True), scaled.toarray(), lower=True
        )
        inverse = half.T @ half
        np.negative(inverse, out=inverse)
        inverse[np.diag_indices(items)] += 1 / penalty
        return inverse
    gram = np.asfortranarray((table.T @ table).toarray())
    gram[np.diag_indices(items)] += penalty
    factor, problem = linalg.lapack.dpotrf(gram, lower=1, overwrite_a=1)
    if problem == 0:
        inverse, problem = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    if problem != 0:
        raise _not_positive()
    return _mirrored(inverse)


def _not_positive() -> ProblemError:
    return ProblemError(
        "The item-to-item matrix can't be solved: its Gram matrix is not positive. "
        "Raise the model's penalty l2."
    )


def _mirrored(lower: Double) -> Double:
    """The full symmetric matrix from its lower triangle, a block of columns at a time to save memory."""
    size = len(lower)
    for start in range(0, size, 1024):
        stop = min(start + 1024, size)
        square = lower[start:stop, start:stop]
        below = np.tril(square, -1)
        square[:] = below + below.T + np.diag(np.diag(square))
        lower[start:stop, stop:] = lower[stop:, start:stop].T
    return lower
