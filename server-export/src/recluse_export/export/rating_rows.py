"""The table of expected ratings as int8: columns in steps of their own, and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recluse_export.models.rating_factors import RatingFactors
from recluse_export.shapes import Float


def columns(factors: RatingFactors) -> Float:
    """``[items, 2 * factors + 3]``: factors, what having rated the item says, bias, log of 1 / noise, log of
    1 + number of ratings."""
    return np.concatenate(
        [
            factors.factors,
            factors.known,
            factors.bias[:, None],
            -np.log(factors.noise)[:, None],
            np.log1p(factors.support)[:, None],
        ],
        axis=1,
    ).astype(np.float32)


def rating_rows(factors: RatingFactors) -> tuple[NDArray[np.int8], Float]:
    """``[items, 2 * factors + 3]`` as int8, and the step of each column."""
    table = columns(factors)
    steps = np.maximum(np.abs(table).max(axis=0), 1e-6) / np.float32(127)
    return np.rint(table / steps).astype(np.int8), steps


def as_the_graph_reads(factors: RatingFactors, row: NDArray[np.int8], steps: Float) -> RatingFactors:
    """The factors with what is left of them in int8."""
    table = row * steps
    size = len(factors.prior) - 1
    return replace(
        factors,
        loadings=np.concatenate([table[:, 2 * size : 2 * size + 1], table[:, :size]], axis=1),
        known=table[:, size : 2 * size],
        noise=np.exp(-table[:, 2 * size + 1]),
        support=np.expm1(table[:, 2 * size + 2]),
    )
