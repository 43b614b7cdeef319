"""What lists are worth while something is chosen by them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets
from recluse_export.features.history import Histories
from recluse_export.models.base import Mode, best, within
from recluse_export.shapes import Float, Int


def worth_of(score: Float, histories: Histories, targets: Targets, repeats: bool) -> float:
    """NDCG@10 + recall@10 of the lists by ``score`` ``[users, items]``; ``repeats``: whether what a user had
    may stand in them."""
    return _reached(score, histories, targets, "any" if repeats else "discover", "all")


def worth_for_new(score: Float, histories: Histories, targets: Targets) -> float:
    """The same of lists without anything that a user had, for the users who turned to something new; 0 where
    nobody did."""
    if targets.repeat.all():
        return 0.0
    return _reached(score, histories, targets, "discover", "discover")


def worth_for_both(score: Float, histories: Histories, targets: Targets, repeats: bool) -> float:
    """The mean of both, where people repeat; else :func:`worth_of`.

    By lists of all items alone, what a visitor had decides nearly everything. On RetailRocket, where nine in
    ten last events are on something new, the matrix so chosen had NDCG@10 .075 on these, and plain neighbours
    .121.
    """
    everything = worth_of(score, histories, targets, repeats)
    return (everything + worth_for_new(score, histories, targets)) / 2 if repeats else everything


def worth_among(score: Float, rows: Int, targets: Targets, kind: str = "all") -> float:
    """As :func:`worth_of` where only ``rows`` ``[users, candidates]`` are ranked, by ``score`` of the same
    shape."""
    order = np.argsort(-score, axis=1, kind="stable")[:, :20]
    return _mean(measure(np.take_along_axis(rows, order, axis=1), targets, kind))


def worth_among_both(score: Float, rows: Int, had: Float, targets: Targets, repeats: bool) -> float:
    """As :func:`worth_for_both` among ``rows``; ``had``, of the same shape, is 1 where the user had it."""
    everything = worth_among(score, rows, targets)
    if not repeats:
        return everything
    if targets.repeat.all():
        return everything / 2
    return (everything + worth_among(np.where(had > 0, -np.inf, score), rows, targets, "discover")) / 2


def _reached(score: Float, histories: Histories, targets: Targets, mode: Mode, kind: str) -> float:
    return _mean(measure(best(within(score, histories, mode), 20), targets, kind))


def _mean(figures: Mapping[str, Float]) -> float:
    return float(figures["ndcg@10"].mean() + figures["recall@10"].mean())
