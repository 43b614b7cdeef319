"""Every signal of every candidate for many visitors at once, as the linear tier and the blender take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recluse_export.features.affinity import affinity
from recluse_export.features.habit import habit_signals
from recluse_export.features.had import had
from recluse_export.features.history import DAY, Histories
from recluse_export.features.interest import interest
from recluse_export.features.together import together
from recluse_export.shapes import EventType, Float, Habit, Int, Linear, Priors

SIGNALS = [
    "taste",
    "together",
    "habit",
    "times",
    "daysSince",
    "interval",
    "affinity",
    "popularity",
    "recent",
    "repeat",
    "had",
]
VISITOR = ["events", "items", "daysActive", "daysIdle"]
PARTS = ["taste", "together", "habit", "affinity", "popularity"]
LINEAR_PARTS = ["together", "habit", "affinity", "popularity", "recent"]
LINES = ["taste", *LINEAR_PARTS, "had", "togetherAgain"]
"""What the blender adds up in straight lines; ``togetherAgain`` is ``together`` of items that the visitor
had, else 0."""


@dataclass(frozen=True)
class Counting:
    """All that the signals outside the encoder need to know besides the history."""

    event_types: Sequence[EventType]
    linear: Linear
    habit: Habit
    priors: Priors
    leaf: Int


def counted_signals(histories: Histories, counting: Counting) -> dict[str, Float]:
    """``[visitors, items]`` float32 by name, all of ``SIGNALS`` but ``taste``."""
    linear, priors = counting.linear, counting.priors
    items = len(priors.popularity)
    x = interest(
        histories, counting.event_types, items, linear.half_life_days, linear.half_life_events, linear.power
    )
    habits = habit_signals(histories, counting.event_types, counting.habit, priors.interval)
    everyone = (len(histories), items)
    return {
        "together": together(x, linear).astype(np.float32),
        "habit": habits.habit.astype(np.float32),
        "times": habits.times.astype(np.float32),
        "daysSince": habits.days_since.astype(np.float32),
        "interval": habits.interval.astype(np.float32),
        "affinity": affinity(x, counting.leaf).astype(np.float32),
        "popularity": np.broadcast_to(priors.popularity, everyone),
        "recent": np.broadcast_to(priors.recent, everyone),
        "repeat": np.broadcast_to(priors.repeat, everyone),
        "had": had(histories, items),
    }


def line_of(name: str, signals: Mapping[str, Float]) -> Float:
    """``[visitors, items]``: one of ``LINES``."""
    return signals["together"] * signals["had"] if name == "togetherAgain" else signals[name]


def sum_of_lines(weights: Sequence[float], lines: Mapping[str, Float]) -> Float:
    """``[visitors, items]`` float32: ``weights``, in the order of ``LINES``, times the ``lines`` of these
    names."""
    score = np.zeros(lines["taste"].shape, np.float32)
    for name, weight in zip(LINES, weights, strict=True):
        score += np.float32(weight) * lines[name]
    return score


def linear_score(signals: Mapping[str, Float], linear: Linear) -> Float:
    """``[visitors, items]`` score of the tier ``linear``: the sum of its five parts."""
    score = np.zeros(signals["together"].shape)
    for name in LINEAR_PARTS:
        score += getattr(linear.coefficients, name) * signals[name].astype(np.float64)
    return score.astype(np.float32)


def visitor_facts(histories: Histories) -> Float:
    """``[visitors, 4]`` in the order of ``VISITOR``; zeros without a history."""
    visitors = len(histories)
    length = np.diff(histories.offsets)
    known = length > 0
    facts = np.zeros((visitors, len(VISITOR)), np.float32)
    pairs = np.unique(np.stack([histories.visitor, histories.row]), axis=1)[0]
    facts[:, 0] = length
    facts[:, 1] = np.bincount(pairs, minlength=visitors)
    facts[known, 2] = (
        np.maximum.reduceat(histories.age, histories.offsets[:-1][known]) / DAY if known.any() else 0
    )
    facts[known, 3] = (
        np.minimum.reduceat(histories.age, histories.offsets[:-1][known]) / DAY if known.any() else 0
    )
    return facts
