"""The weights of the sum for visitors of whom little is known.

Validation histories are cut to their newest events, as few as a new visitor would have, and the weights are
chosen again. Without any event the sum is popularity alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recluse_export.evaluate.split import Targets
from recluse_export.features.history import Histories
from recluse_export.features.signals import LINES, Counting, counted_signals, line_of, sum_of_lines
from recluse_export.models.base import best, in_chunks
from recluse_export.models.by_length import LENGTHS
from recluse_export.models.hybrid import Taste
from recluse_export.shapes import Float, Int, SumWeights
from recluse_export.train.mix import climb
from recluse_export.train.worth import worth_among_both

CANDIDATES = 300
"""Items a visitor among whom weights are chosen: the best by the sum of a long history, and the most
popular."""
POPULARITY = (-0.2, -0.1, 0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
POPULARITY_ALONE = tuple(float(name == "popularity") for name in LINES)
"""Weights of ``LINES`` with which the list is that of the tier ``popular``."""
AGAIN = {
    "habit": (-1.0, -0.3, 0.0, 0.3, 1.0, 3.0),
    "had": (-6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0),
    "again": (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5),
}
"""What is tried besides where people repeat."""


@dataclass(frozen=True)
class Newcomers:
    """Visitors whose next item is known."""

    histories: Histories
    targets: Targets
    context: Int
    counting: Counting
    repeats: bool


def weights_by_length(
    newcomers: Newcomers, taste: Taste, whole: SumWeights, together: Sequence[float]
) -> list[list[float]]:
    """What is to be added to the weights of ``LINES`` (``whole``) at each of ``LENGTHS``; nothing at the last
    of them.

    ``together`` are the weights of that part to try.
    """
    of_whole = np.array(whole.lines)
    levels = [np.array(POPULARITY_ALONE) - of_whole]
    for events in LENGTHS[1:-1]:
        fewer = replace(newcomers, histories=newcomers.histories.newest(events))
        levels.append(np.array(best_weights(fewer, taste, whole, together)) - of_whole)
    return [level.tolist() for level in [*levels, np.zeros_like(of_whole)]]


def best_weights(
    newcomers: Newcomers, taste: Taste, whole: SumWeights, together: Sequence[float]
) -> tuple[float, ...]:
    """Weights of ``LINES``, the best on these visitors; popularity alone where nothing is
    better."""
    rows, allowed, table = _candidates(newcomers, taste, whole)

    def worth(weights: Sequence[float]) -> float:
        score = np.where(allowed, sum_of_lines(weights, table), np.float32(-np.inf))
        return worth_among_both(score, rows, table["had"], newcomers.targets, newcomers.repeats)

    grid: dict[str, Sequence[float]] = {
        "popularity": POPULARITY,
        "together": together,
        "affinity": (0.0, 0.5, 1.0, 2.0, 4.0),
        **(AGAIN if newcomers.repeats else {}),
    }
    reached, weights = climb(lambda chosen: worth(chosen.lines), whole, grid)
    return tuple(weights.lines) if reached > worth(POPULARITY_ALONE) else POPULARITY_ALONE


def _candidates(
    newcomers: Newcomers, taste: Taste, whole: SumWeights
) -> tuple[Int, np.ndarray, dict[str, Float]]:
    """Rows ``[visitors, candidates]``, ascending, whether each may be shown, and its ``LINES``."""
    places: list[Int] = []
    allowed: list[np.ndarray] = []
    columns: dict[str, list[Float]] = {name: [] for name in LINES}
    for span, chunk in in_chunks(newcomers.histories):
        signals = {
            "taste": taste.scores(chunk, newcomers.context[span]),
            **counted_signals(chunk, newcomers.counting),
        }
        lines = {name: line_of(name, signals) for name in LINES}
        score = sum_of_lines(whole.lines, lines)
        popular = np.broadcast_to(signals["popularity"], score.shape).copy()
        if not newcomers.repeats:
            score[chunk.visitor, chunk.row] = popular[chunk.visitor, chunk.row] = -np.inf
        # A place near the top of either list is a small number, and no item comes twice.
        place = np.minimum(_place(score), _place(popular))
        rows = np.sort(best(-place.astype(np.float32), CANDIDATES), axis=1)
        places.append(rows)
        allowed.append(np.isfinite(np.take_along_axis(score, rows, axis=1)))
        for name, parts in columns.items():
            everything = np.broadcast_to(lines[name], score.shape)
            parts.append(np.take_along_axis(everything, rows, axis=1).astype(np.float32))
    table = {name: np.concatenate(parts) for name, parts in columns.items()}
    return np.concatenate(places), np.concatenate(allowed), table


def _place(score: Float) -> Int:
    """``[visitors, items]`` each item's place in its visitor's list, from 0."""
    order = np.argsort(-score, axis=1, kind="stable")
    place = np.empty(order.shape, np.int32)
    np.put_along_axis(place, order, np.arange(order.shape[1], dtype=np.int32)[None], axis=1)
    return place
