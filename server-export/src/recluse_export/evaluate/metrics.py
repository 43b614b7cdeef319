"""Ranking metrics by ir-measures; none is computed here."""

from __future__ import annotations

import ir_measures
import numpy as np
from ir_measures import R, Success, nDCG
from numpy.typing import NDArray

from recluse_export.evaluate.split import Targets
from recluse_export.shapes import Int

MEASURES = {"recall@10": R @ 10, "recall@20": R @ 20, "ndcg@10": nDCG @ 10, "hit rate@10": Success @ 10}
"""The measures by the name that figures carry."""
DEPTH = 20
"""Length of the lists that they need."""


def measure(ranking: Int, targets: Targets, kind: str = "all") -> dict[str, NDArray[np.float64]]:
    """``[users with such targets]`` a metric: each user's list ``ranking[user]`` (rows, best first) against
    their targets.

    ``kind``: ``all``, or only those targets that the user had before (``repeat``) or never had
    (``discover``).
    """
    counted = {
        "all": np.ones(len(targets.item), bool),
        "repeat": targets.repeat,
        "discover": ~targets.repeat,
    }[kind]
    qrels = {}
    run = {}
    for place in range(len(targets)):
        span = slice(targets.offsets[place], targets.offsets[place + 1])
        wanted = targets.item[span][counted[span]]
        if len(wanted):
            qrels[str(place)] = {str(row): 1 for row in wanted}
            run[str(place)] = {
                str(row): float(DEPTH - rank) for rank, row in enumerate(ranking[place][:DEPTH])
            }
    values: dict[str, dict[str, float]] = {name: {} for name in MEASURES}
    names = {measure: name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
        values[names[metric.measure]][metric.query_id] = metric.value
    return {name: np.array([by_user[user] for user in qrels]) for name, by_user in values.items()}


def interval(values: NDArray[np.float64], resamples: int, seed: int) -> tuple[float, float]:
    """95 % bootstrap interval of the mean, resampling users."""
    random = np.random.default_rng(seed)
    means = [values[random.integers(0, len(values), len(values))].mean() for _ in range(resamples)]
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))
