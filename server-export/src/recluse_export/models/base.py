"""The interface that every model keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol, Self

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.shapes import Float, Int, Log

Mode = Literal["any", "repeat", "discover"]
"""Which items may be recommended: all, only those in the history, only those that are not."""


class Recommender(Protocol):
    """Learns from a log, then scores every item for every history."""

    name: str

    def fit(self, log: Log, until: int) -> Self:
        """Learn from the events of ``log``, all of them before ``until`` (in the unit of ``log.time``)."""
        ...

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``, larger is better."""
        ...


def best(scores: Float, limit: int) -> Int:
    """``[visitors, limit]`` rows by score, descending; equal scores by row, ascending."""
    limit = min(limit, scores.shape[1])
    # A tie at the edge must fall to the smaller row, so everything equal to the edge is sorted too.
    edge = np.partition(scores, scores.shape[1] - limit, axis=1)[:, scores.shape[1] - limit]
    chosen = np.empty((len(scores), limit), dtype=np.int32)
    for visitor, threshold in enumerate(edge):
        candidates = np.flatnonzero(scores[visitor] >= threshold)
        chosen[visitor] = candidates[np.argsort(-scores[visitor][candidates], kind="stable")][:limit]
    return chosen


def in_chunks(histories: Histories, size: int = 256) -> Iterator[tuple[slice, Histories]]:
    """The histories a few visitors at a time, for dense score tables that fit the memory."""
    for start in range(0, len(histories), size):
        stop = min(start + size, len(histories))
        yield slice(start, stop), histories.visitors(start, stop)


def recommend(model: Recommender, histories: Histories, limit: int, mode: Mode = "any") -> Int:
    """``[visitors, limit]`` best rows of every visitor."""
    return recommend_by_mode(model, histories, limit, [mode])[mode]


def recommend_by_mode(
    model: Recommender, histories: Histories, limit: int, modes: Sequence[Mode]
) -> dict[Mode, Int]:
    """As ``recommend`` for several modes, scoring once."""
    chosen: dict[Mode, list[Int]] = {mode: [] for mode in modes}
    for _, chunk in in_chunks(histories):
        scores = model.scores(chunk)
        for mode, lists in chosen.items():
            lists.append(best(within(scores, chunk, mode), limit))
    return {
        mode: np.concatenate(lists) if lists else np.zeros((0, limit), np.int32)
        for mode, lists in chosen.items()
    }


def within(scores: Float, histories: Histories, mode: Mode) -> Float:
    """The scores with everything that ``mode`` excludes at minus infinity."""
    if mode == "any":
        return scores
    allowed = np.full(scores.shape, mode == "discover")
    allowed[histories.visitor, histories.row] = mode == "repeat"
    return np.where(allowed, scores, np.float32(-np.inf))
