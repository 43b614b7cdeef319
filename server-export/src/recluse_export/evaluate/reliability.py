"""Whether probabilities mean what they say: of what was given 20 %, a fifth should come true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recluse_export.shapes import ReliabilityBin


def reliability_bins(
    probability: NDArray[np.floating],
    outcome: NDArray[np.floating] | NDArray[np.bool_],
    weight: NDArray[np.floating] | None = None,
    bins: int = 15,
) -> list[ReliabilityBin]:
    """Groups of equal mass from the smallest probability to the largest: the points of a reliability plot.

    Groups of equal mass instead of equal width (Nguyen and O'Connor, EMNLP 2015): most items are unlikely, so
    that groups of equal width would put nearly all of them into the first.

    Parameters
    ----------
    probability
        ``[predictions]``, 0 to 1.
    outcome
        ``[predictions]``, 1 where it came true, else 0.
    weight
        ``[predictions]``, how many predictions each stands for; 1 each by default.
    bins
        Groups at most; predictions of one and the same probability stay together, so there may be fewer.

    Returns
    -------
    list of ReliabilityBin
        By rising ``predicted``; their shares add up to 1. Empty without predictions.
    """
    if len(probability) == 0:
        return []
    weight = np.ones(len(probability)) if weight is None else np.asarray(weight, np.float64)
    # A stable sort, and groups that begin only where the probability changes: the order of equals has no say.
    order = np.argsort(probability, kind="stable")
    value, mass = np.asarray(probability, np.float64)[order], weight[order]
    true = np.asarray(outcome, np.float64)[order]
    changes = np.flatnonzero(np.diff(value, prepend=-np.inf) > 0)
    reached = (np.cumsum(mass) - mass)[changes] / mass.sum()
    group_of_value = np.minimum((reached * bins).astype(np.int64), bins - 1)
    group = np.repeat(group_of_value, np.diff(np.append(changes, len(value))))
    total = np.bincount(group, mass, bins)
    predicted = np.bincount(group, mass * value, bins)
    observed = np.bincount(group, mass * true, bins)
    return [
        ReliabilityBin(
            float(predicted[one] / total[one]),
            float(observed[one] / total[one]),
            float(total[one] / mass.sum()),
        )
        for one in np.flatnonzero(total)
    ]


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Mean distance between what was predicted and what came true, 0 to 1, each group by its share (Naeini et
    al., AAAI 2015); NaN without groups."""
    if not bins:
        return float("nan")
    return float(sum(one.share * abs(one.predicted - one.observed) for one in bins))
