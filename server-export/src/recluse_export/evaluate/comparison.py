"""Every model against one of them, user by user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recluse_export.evaluate.intervals import bootstrap_intervals
from recluse_export.evaluate.lists import Kind, Measured
from recluse_export.evaluate.significance import holm, sign_flip_test

COMPARED = ("recall@10", "ndcg@10")
"""The metrics that are tested; hit rates and truncated recalls say the same in other words."""


@dataclass(frozen=True)
class Comparison:
    """How far a model is from the reference on the same users."""

    split: str
    targets: Kind
    metric: str
    model: str
    reference: str
    difference: float
    """Mean of reference minus model: above 0 where the reference is better"""
    low: float | None
    """95 % bootstrap interval of the difference; None where the configuration wants none"""
    high: float | None
    p: float
    """Paired permutation test, two-sided"""
    p_holm: float
    """The same after Holm's correction for all models of the same split, targets and metric"""
    users: int


def comparisons_with(
    reference: str,
    answers: Sequence[Measured],
    window: str,
    permutations: int,
    resamples: int,
    seed: int,
) -> list[Comparison]:
    """Test every other model of ``answers`` against ``reference``, one of their names; nothing where there is
    none other, or ``permutations`` is 0."""
    base = next(answer for answer in answers if answer.model == reference)
    others = [answer for answer in answers if answer.model != reference]
    if not others or permutations == 0:
        return []
    comparisons = []
    for kind in base.values:
        users = len(base.values[kind][COMPARED[0]])
        if users == 0:
            continue
        for metric in COMPARED:
            differences = np.stack(
                [base.values[kind][metric] - other.values[kind][metric] for other in others], axis=1
            )
            p = sign_flip_test(differences, permutations, seed)
            corrected = holm(p)
            low = high = np.full(len(others), np.nan)
            if resamples:
                low, high = bootstrap_intervals(differences, resamples, seed)
            for place, other in enumerate(others):
                ends = (float(low[place]), float(high[place])) if resamples else (None, None)
                comparisons.append(
                    Comparison(
                        window,
                        kind,
                        metric,
                        other.model,
                        reference,
                        float(differences[:, place].mean()),
                        *ends,
                        float(p[place]),
                        float(corrected[place]),
                        users,
                    )
                )
    return comparisons
