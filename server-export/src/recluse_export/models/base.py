"""The interface that every model keeps."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.shapes import ContextField, EventType, Float, Int, Log

Mode = Literal["any", "repeat", "discover"]
"""Which items may be recommended: all, only those in the history, only those that are not."""


@dataclass(frozen=True)
class Environment:
    """What every model is told besides its own settings: how devices will see their visitors."""

    event_types: Sequence[EventType]
    """How each type of interaction counts, in the order of ``Log.type``."""
    history_events: int = 1000
    """Newest events of a visitor that a device uses."""
    context: Sequence[ContextField] = ()
    """The declared contexts, in the order of the columns of ``context`` in :func:`recommend`."""
    seed: int = 1
    """Of everything random."""


class Recommender(Protocol):
    """Learns from a log, then scores every item for every history.

    A model that uses the moment or the profile has ``scores(histories, context=None)``, where ``context`` is
    ``[visitors, fields]``, 0 = unknown; :func:`scores_of` gives it to those that take it.
    """

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


def scores_of(model: Recommender, histories: Histories, context: Int | None = None) -> Float:
    """``[visitors, items]``; ``context`` (``[visitors, fields]``) reaches only models that take one."""
    if context is not None and "context" in inspect.signature(model.scores).parameters:
        return model.scores(histories, context=context)  # type: ignore[call-arg]
    return model.scores(histories)


def recommend(
    model: Recommender,
    histories: Histories,
    limit: int,
    mode: Mode = "any",
    context: Int | None = None,
    candidates: Int | None = None,
) -> Int:
    """``[visitors, min(limit, candidates)]`` best rows of every visitor, best first.

    Parameters
    ----------
    model
        A fitted model.
    histories
        One history a visitor.
    limit
        Length of the lists, at least 1.
    mode
        Which items may stand in the list. Where fewer than ``limit`` are left, excluded ones fill its end.
    context
        ``[visitors, fields]`` indices of the declared contexts, 0 = unknown; None where nothing is known.
    candidates
        Rows that may be recommended; None for the whole catalogue.
    """
    return recommend_by_mode(model, histories, limit, [mode], context, candidates)[mode]


def recommend_by_mode(
    model: Recommender,
    histories: Histories,
    limit: int,
    modes: Sequence[Mode],
    context: Int | None = None,
    candidates: Int | None = None,
) -> dict[Mode, Int]:
    """As :func:`recommend` for several modes, scoring once."""
    rows = None if candidates is None else np.unique(candidates).astype(np.int32)
    chosen: dict[Mode, list[Int]] = {mode: [] for mode in modes}
    for visitors, chunk in in_chunks(histories):
        scores = scores_of(model, chunk, None if context is None else context[visitors])
        for mode, lists in chosen.items():
            allowed = within(scores, chunk, mode)
            lists.append(best(allowed, limit) if rows is None else rows[best(allowed[:, rows], limit)])
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
