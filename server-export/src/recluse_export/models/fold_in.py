"""A visitor folded into factors by ridge regression on their own ratings: what a device does."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recluse_export.features.ratings import Ratings
from recluse_export.models.normal import mean_and_covariance
from recluse_export.models.rating_factors import CHUNK, RatingFactors, expected_state, shares
from recluse_export.shapes import Float


def states(factors: RatingFactors, histories: Ratings) -> Float:
    """``[visitors, factors]``: each visitor's state, 0 for a visitor without ratings.

    With ``p`` = 1 / noise and ``m`` the expected state, the solution of
    ``(I + sum of p (v v' + diag(doubt))) state = m + sum of p (value - mean - bias) v`` over the rated items.
    """
    rated = histories.table(np.ones(len(histories)))
    residual = histories.value - factors.mean - factors.bias[histories.item]
    vectors = factors.factors
    weighted = vectors / factors.noise[:, None]
    squares = weighted[:, :, None] * vectors[:, None, :]
    places = np.arange(vectors.shape[1])
    squares[:, places, places] += factors.doubt / factors.noise[:, None]
    right = expected_state(factors.known, shares(rated)) + histories.table(residual) @ weighted
    return _solved(rated, squares, np.eye(vectors.shape[1], dtype=np.float32), right)


def ridge_states(vectors: Float, penalty: Float, residual: Float, histories: Ratings) -> Float:
    """``[visitors, size]``: plain ridge regression of residuals on the vectors of the rated items.

    ``vectors`` is ``[items, size]``, ``penalty`` ``[size]``, ``residual`` ``[ratings]``.
    """
    rated = histories.table(np.ones(len(histories)))
    squares = vectors[:, :, None] * vectors[:, None, :]
    return _solved(rated, squares, np.diag(penalty), histories.table(residual) @ vectors)


def _solved(rated: sparse.csr_matrix, squares: Float, prior: Float, right: Float) -> Float:
    """The solution a visitor of ``(prior + sum of squares over the rated items) x = right``."""
    items, size, _ = squares.shape
    flat = squares.reshape(items, -1).astype(np.float32)
    solution = np.empty_like(right)
    for begin in range(0, len(right), CHUNK):
        rows = slice(begin, begin + CHUNK)
        precision = (rated[rows] @ flat).reshape(-1, size, size) + prior.astype(np.float32)
        solution[rows], _ = mean_and_covariance(precision, right[rows])
    return solution
