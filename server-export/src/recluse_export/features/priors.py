"""What is known of an item before anything is known of the visitor."""

from __future__ import annotations

import numpy as np

from recluse_export.features.history import DAY, Double
from recluse_export.shapes import Float, Log, Popular, Priors

SMOOTHING = 1.0
"""Interactions, spread evenly, that every item is given before shares are taken."""
INTERVAL_WEIGHT = 10.0
"""Intervals of the average item that an item's own mean interval is smoothed with."""
REPEAT_WEIGHT = 10.0
"""Buyers of the average item that an item's own share of repeat buyers is smoothed with."""


def priors(log: Log, until: int, half_life_days: float, recent_days: float) -> Priors:
    """Popularity, recent popularity, usual interval and repeat share of every item, from the events before
    ``until``.

    A log without times has no decay and no weeks: both popularities are then the same, and intervals count
    events.
    """
    items = len(log.items)
    age = (until - log.time) / DAY
    recent = age <= recent_days if log.has_time else np.ones(len(log.time), bool)
    days, repeat = _rhythm(log)
    return Priors(
        popularity=popularity(log, until, half_life_days),
        recent=centred_log_share(np.bincount(log.item[recent], minlength=items).astype(np.float64)),
        interval=days.astype(np.float32),
        repeat=repeat.astype(np.float32),
    )


def popularity(log: Log, until: int, half_life_days: float) -> Float:
    """How much each item is wanted, newer interactions counting more.

    Parameters
    ----------
    log
        Events before ``until``.
    until
        The moment from which ages are counted, in the unit of ``log.time``.
    half_life_days
        After so many days an interaction counts half; without times each counts 1.

    Returns
    -------
    ``[items]``
        Logarithm of the smoothed share of the decayed interactions, minus its mean over the items.
    """
    decay = np.exp2(-(until - log.time) / DAY / half_life_days) if log.has_time else np.ones(len(log.time))
    return centred_log_share(np.bincount(log.item, weights=decay, minlength=len(log.items)))


def centred_log_share(count: Double) -> Float:
    """Logarithm of the smoothed share of ``count``, minus its mean over the items."""
    share = np.log((count + SMOOTHING) / (count.sum() + SMOOTHING * len(count)))
    return (share - share.mean()).astype(np.float32)


def _rhythm(log: Log) -> tuple[Double, Double]:
    """Mean days between two purchase days of one visitor, and share of buyers who bought on a second day,
    ``[items]`` each."""
    items = len(log.items)
    day = log.time // int(DAY) if log.has_time else log.time
    pair = log.user.astype(np.int64) * items + log.item
    order = np.lexsort((day, pair))
    pair, day = pair[order], day[order]
    fresh = np.ones(len(pair), bool)
    fresh[1:] = (pair[1:] != pair[:-1]) | (day[1:] != day[:-1])
    pair, day = pair[fresh], day[fresh]
    again = np.zeros(len(pair), bool)
    again[1:] = pair[1:] == pair[:-1]
    gap = np.diff(day, prepend=day[:1])[again].astype(np.float64)
    item = (pair % items)[again]
    gaps = np.bincount(item, minlength=items)
    total = np.bincount(item, weights=gap, minlength=items)
    mean_gap = gap.mean() if len(gap) else 30.0
    interval = (total + INTERVAL_WEIGHT * mean_gap) / (gaps + INTERVAL_WEIGHT)

    buyers = np.bincount(np.unique(pair) % items, minlength=items)
    repeaters = np.bincount(np.unique(pair[again]) % items, minlength=items)
    mean_repeat = repeaters.sum() / max(1, buyers.sum())
    repeat = (repeaters + REPEAT_WEIGHT * mean_repeat) / (buyers + REPEAT_WEIGHT)
    return interval, repeat


def popular_lists(
    log: Log, known: Priors, overall: int = 200, by_category: int = 100, fewest: int = 5
) -> Popular:
    """The best rows overall, lately, and in every category of at least ``fewest`` items (categories below it
    included), lately."""
    categories = log.items.categories
    members: list[list[int]] = [[] for _ in categories]
    for row, leaf in enumerate(log.items.leaf):
        node = int(leaf)
        while node >= 0:
            members[node].append(row)
            node = categories[node].parent
    lately = known.recent + known.popularity
    return Popular(
        overall=best_first(known.popularity)[:overall],
        recent=best_first(known.recent)[:overall],
        categories={
            index: [rows[place] for place in best_first(lately[rows])[:by_category]]
            for index, rows in enumerate(members)
            if len(rows) >= fewest
        },
    )


def best_first(score: Float) -> list[int]:
    """Rows by score, descending; equal scores by row."""
    return np.argsort(-score, kind="stable").tolist()
