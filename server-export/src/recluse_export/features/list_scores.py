"""Scores of lists that turn the visitor's own over, or that know nobody: what rises, what a segment likes,
what is due, what words have found, what is new, what was passed over.

Each is defined under its name in ``docs/model.md``; the browser's are in ``worker/rerank``. All return
float32, as the browser holds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recluse_export.features.habit import HabitSignals
from recluse_export.features.history import Double
from recluse_export.shapes import Float, Int, Priors

NEW_DAYS = 30.0
"""Days after which an item is half as new."""
SPREAD_DEPTH = 100
"""Places from the best that the spread of a list is taken over."""


def ordered(rows: Int, score: Float) -> tuple[Int, Float]:
    """Rows and scores, best first, equal ones by row."""
    order = np.lexsort((rows, -score))
    return rows[order], score[order]


def rising(known: Priors, candidates: Int) -> tuple[Int, Float]:
    """Rows that are taken more lately than they were, and by how much; "Trending".

    Parameters
    ----------
    candidates
        Rows, ascending.
    """
    by_recent = candidates[np.lexsort((candidates, -known.recent[candidates]))]
    better = np.sort(by_recent[: -(-len(candidates) // 2)])
    rise = _rounded(known.recent[better].astype(np.float64) - known.popularity[better].astype(np.float64))
    return ordered(better[rise > 0], rise[rise > 0])


def by_segments(lists: Sequence[Sequence[int]], everybody: Sequence[int]) -> list[int]:
    """Rows as people like the visitor have them: those of ``lists`` by the sum of ``1 / (1 + place)``, then
    the rest of the list for everybody; "Popular by segment"."""
    sums: dict[int, float] = {}
    for own in lists:
        for place, row in enumerate(own):
            sums[row] = sums.get(row, 0.0) + 1 / (1 + place)
    first = sorted(sums, key=lambda row: (-sums[row], row))
    return first + [row for row in everybody if row not in sums]


def due(signals: HabitSignals, visitor: int = 0) -> tuple[Int, Float]:
    """Rows that one visitor has taken before, by how due they are and how much they are a habit; "Buying
    again"."""
    habit, times, days, interval = (
        getattr(signals, name)[visitor].astype(np.float32).astype(np.float64)
        for name in ("habit", "times", "days_since", "interval")
    )
    taken = np.flatnonzero(times > 0).astype(np.int32)
    strongest = habit.max(initial=0.0)
    strength = np.maximum(0, habit[taken]) / strongest if strongest > 0 else np.zeros(len(taken))
    share = np.maximum(0, days[taken]) / np.maximum(interval[taken], np.finfo(np.float64).eps)
    return ordered(taken, _rounded(np.sqrt(strength * share * np.exp(1 - share))))


def found(rows: Int, fit: Double, score: Float, taste: float) -> tuple[Int, Float]:
    """Rows that words have found, in the order of words and taste; "Search by taste".

    Parameters
    ----------
    fit
        ``[len(rows)]``, 0 to 1.
    score
        ``[items]``, the tier's.
    taste
        What the tier's score counts, 0 to 1.
    """
    own = score[rows].astype(np.float64)
    span = own.max() - own.min() if len(rows) else 0.0
    scaled = _rounded(taste * (own - own.min()) / span if span > 0 else np.zeros(len(rows)))
    return ordered(rows, _rounded(_rounded(fit).astype(np.float64) + scaled))


def spread(score: Float) -> float:
    """What lies between the best score of a list and the hundredth, or the last of a shorter one; 1 where
    that is nothing. ``score`` is sorted, best first."""
    if len(score) == 0:
        return 1.0
    return float(score[0]) - float(score[min(len(score), SPREAD_DEPTH) - 1]) or 1.0


def newer(rows: Int, score: Float, age: Double, newness: float) -> tuple[Int, Float]:
    """A list with what is new further up; "Newness". ``age``: ``[items]`` days, -1 where it is not known."""
    days = age[rows]
    more = newness * spread(score) * np.where(days < 0, 0, np.exp2(-days / NEW_DAYS))
    return ordered(rows, _rounded(score.astype(np.float64) + more))


def rotated(rows: Int, score: Float, passed: Mapping[int, float], rotation: float) -> tuple[Int, Float]:
    """A list with what was shown and passed over further down; "Rotation". ``passed``: by row, the decayed
    times."""
    times = np.array([passed.get(int(row), 0.0) for row in rows])
    less = rotation * spread(score) * (1 - np.exp2(-times))
    return ordered(rows, _rounded(score.astype(np.float64) - less))


def _rounded(values: Double) -> Float:
    return np.asarray(values, np.float64).astype(np.float32)
