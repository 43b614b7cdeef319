"""Ranking metrics by trec_eval (pytrec_eval, the engine of ir-measures); none is computed here, except where
a paper's own definition differs."""

from __future__ import annotations

import numpy as np
import pytrec_eval
from numpy.typing import NDArray

from recluse_export.evaluate.intervals import bootstrap_intervals
from recluse_export.evaluate.split import Targets
from recluse_export.shapes import Int

Values = NDArray[np.float64]

MEASURES = {
    "recall@10": "recall_10",
    "recall@20": "recall_20",
    "ndcg@10": "ndcg_cut_10",
    "hit rate@10": "success_10",
}
"""trec_eval's measures by the name that figures carry. ``recall``: share of a user's targets in the list.
``ndcg``: binary relevance, the ideal list holds all of the user's targets. ``hit rate``: whether one is
there."""
TRUNCATED = "truncated recall@10"
"""Recall as Liang et al. (WWW 2018) and Steck (WWW 2019) define it, divided by the smaller of 10 and the
number of targets, so that a perfect list always reaches 1."""
METRICS = (*MEASURES, TRUNCATED)
"""Every metric of :func:`measure`, in the order of tables."""
DEPTH = 20
"""Length of the lists that they need."""
USERS_AT_ONCE = 4096
"""trec_eval takes dictionaries of strings; so many users' at a time keep them small."""

_REQUEST = {"recall.10,20", "ndcg_cut.10", "success.10", "P.10"}
_SCORES = [float(DEPTH - place) for place in range(DEPTH)]


def counted(targets: Targets, kind: str) -> NDArray[np.bool_]:
    """``[targets]`` whether a target is of a kind: ``all``, ``repeat`` (the user had it before) or
    ``discover`` (never had it)."""
    if kind == "all":
        return np.ones(len(targets.item), bool)
    return targets.repeat if kind == "repeat" else ~targets.repeat


def users_with(targets: Targets, kind: str) -> NDArray[np.int64]:
    """Places of the users who have targets of a kind, ascending: the users that :func:`measure` gives values
    for."""
    place = np.repeat(np.arange(len(targets)), np.diff(targets.offsets))
    return np.unique(place[counted(targets, kind)])


def measure(ranking: Int, targets: Targets, kind: str = "all") -> dict[str, Values]:
    """``[users with such targets]`` a metric: each user's list against their targets.

    Parameters
    ----------
    ranking
        ``[users, at least 10]`` rows, best first; the first ``DEPTH`` count.
    targets
        Of the same users.
    kind
        Which targets count; see :func:`counted`.

    Returns
    -------
    dict
        The metrics of ``METRICS``, 0 to 1 each, for the users of :func:`users_with` in their order.
    """
    chosen = counted(targets, kind)
    places = users_with(targets, kind)
    values: dict[str, list[float]] = {name: [] for name in METRICS}
    for start in range(0, len(places), USERS_AT_ONCE):
        wanted, run, count = {}, {}, {}
        for place in places[start : start + USERS_AT_ONCE].tolist():
            span = slice(targets.offsets[place], targets.offsets[place + 1])
            user = str(place)
            rows = targets.item[span][chosen[span]].tolist()
            wanted[user] = dict.fromkeys(map(str, rows), 1)
            run[user] = dict(zip(map(str, ranking[place][:DEPTH].tolist()), _SCORES, strict=False))
            count[user] = len(rows)
        result = pytrec_eval.RelevanceEvaluator(wanted, _REQUEST).evaluate(run)
        for user, targets_of_user in count.items():
            found = result[user]
            for name, key in MEASURES.items():
                values[name].append(found[key])
            values[TRUNCATED].append(10 * found["P_10"] / min(10, targets_of_user))
    return {name: np.array(of_users, np.float64) for name, of_users in values.items()}


def interval(values: Values, resamples: int, seed: int) -> tuple[float, float]:
    """95 % bootstrap interval of the mean, resampling users."""
    low, high = bootstrap_intervals(values[:, None], resamples, seed)
    return float(low[0]), float(high[0])
