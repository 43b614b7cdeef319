"""What is said of a visitor in one number; "Features by name" of ``docs/model.md``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recluse_export.features.history import DAY, Double, Histories
from recluse_export.shapes import EventType, Habit, Long


def total_interactions(histories: Histories) -> Long:
    """How much has been seen of each visitor.

    Parameters
    ----------
    histories
        Of the visitors, at most the newest ``history.events`` each.

    Returns
    -------
    ``[visitors]``
        Events in the history, 0 or more.
    """
    return np.diff(histories.offsets)


def avg_rating(histories: Histories, event_types: Sequence[EventType]) -> Double:
    """How each visitor rates.

    A rating is an event with a value whose type declares what values mean (``value`` under ``[[events]]``);
    money paid is none.

    Parameters
    ----------
    histories
        Of the visitors.
    event_types
        What ``histories.type`` points to.

    Returns
    -------
    ``[visitors]``
        Mean of the ratings in the unit of the log (stars), summed from oldest to newest; 0 without any.
    """
    rated = np.array([event_type.value is not None for event_type in event_types])
    ratings = histories.keep(rated[histories.type] & (histories.value != 0))
    visitors = len(histories)
    total = np.bincount(ratings.visitor, weights=ratings.value, minlength=visitors)
    count = np.bincount(ratings.visitor, minlength=visitors)
    return np.divide(total, count, out=np.zeros(visitors), where=count > 0)


def recency_score(histories: Histories, habit: Habit) -> Double:
    """How lately each visitor was here.

    Parameters
    ----------
    histories
        Of the visitors.
    habit
        Its half-life is that of this score, too.

    Returns
    -------
    ``[visitors]``
        ``2^(-age of the newest event / half-life)``: 1 just now, a half after one half-life, 0 without a
        history.
    """
    known = np.diff(histories.offsets) > 0
    score = np.zeros(len(histories))
    if known.any():
        newest = np.minimum.reduceat(histories.age, histories.offsets[:-1][known])
        score[known] = np.exp2(-newest / (DAY * habit.half_life_days))
    return score
