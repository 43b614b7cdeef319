"""How far a mean could be off: bootstrap over users."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

CELLS_AT_ONCE = 4_000_000
"""Counts held at a time."""


def bootstrap_intervals(
    values: Values, resamples: int, seed: int, confidence: float = 0.95
) -> tuple[Values, Values]:
    """Percentile intervals of the means of several columns, resampling users (Efron and Tibshirani, 1993).

    Every column sees the same resamples, so the work is one matrix product whatever the number of columns.

    Parameters
    ----------
    values
        ``[users, columns]``, at least one user.
    resamples
        How many, at least 1.
    seed
        Of the draws.
    confidence
        Share of the resampled means inside, 0 to 1.

    Returns
    -------
    tuple
        Lower and upper ends, ``[columns]`` each.
    """
    means = bootstrap_means(values, resamples, seed)
    edge = (1 - confidence) / 2
    low, high = np.quantile(means, [edge, 1 - edge], axis=0)
    return low, high


def bootstrap_means(values: Values, resamples: int, seed: int) -> Values:
    """``[resamples, columns]`` means over users drawn with replacement; parameters as in
    :func:`bootstrap_intervals`."""
    users, columns = values.shape
    random = np.random.default_rng(seed)
    means = np.empty((resamples, columns))
    block = max(1, CELLS_AT_ONCE // users)
    for start in range(0, resamples, block):
        stop = min(resamples, start + block)
        drawn = random.integers(0, users, (stop - start, users), dtype=np.int64)
        drawn += np.arange(stop - start)[:, None] * users
        times = np.bincount(drawn.ravel(), minlength=(stop - start) * users).reshape(stop - start, users)
        means[start:stop] = times.astype(np.float64) @ values / users
    return means
