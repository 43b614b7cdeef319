"""Whether one model is really better than another: paired permutation tests, corrected for their number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

CELLS_AT_ONCE = 8_000_000
"""Signs held at a time."""


def sign_flip_test(differences: Values, permutations: int, seed: int) -> Values:
    """Two-sided p-values of paired differences: how often the mean would be as far from 0 if, for every user,
    it were chance which of the two models was which.

    The test that Smucker et al. (CIKM 2007) recommend for retrieval; the same as
    ``scipy.stats.permutation_test(permutation_type="samples")`` with random permutations, for many columns at
    once.

    Parameters
    ----------
    differences
        ``[users, comparisons]``, at least one user.
    permutations
        Random ones, at least 1. The smallest p-value is ``1 / (permutations + 1)``.
    seed
        Of the signs.

    Returns
    -------
    array
        ``[comparisons]``, above 0, at most 1; the observed order counts as one of the permutations (Phipson
        and Smyth, 2010).
    """
    users = len(differences)
    random = np.random.default_rng(seed)
    # Single precision is enough for sums of thousands; a little slack lets equal means count as equal.
    values = differences.astype(np.float32)
    observed = np.abs(values.sum(axis=0, dtype=np.float64)) * (1 - 1e-5)
    as_far = np.zeros(differences.shape[1], np.int64)
    block = max(1, CELLS_AT_ONCE // users)
    for start in range(0, permutations, block):
        count = min(permutations - start, block)
        bits = np.frombuffer(random.bytes(-(-count * users // 8)), np.uint8)
        signs = np.unpackbits(bits, count=count * users).reshape(count, users).astype(np.float32)
        signs *= 2
        signs -= 1
        as_far += (np.abs(signs @ values) >= observed).sum(axis=0)
    return (as_far + 1) / (permutations + 1)


def holm(p: Values) -> Values:
    """P-values corrected for the number of tests by Holm's step-down method (1979): the chance of a single
    false alarm among all of them stays below the level at which they are read."""
    tests = len(p)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (tests - np.arange(tests)))
    corrected = np.empty(tests)
    corrected[order] = np.minimum(1, stepped)
    return corrected
