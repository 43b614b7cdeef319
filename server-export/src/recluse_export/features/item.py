"""What is said of an item whoever looks; "Features by name" of ``docs/model.md``.

How much an item is wanted (``popularity`` with decay, ``recent``) is in ``priors``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recluse_export.features.history import DAY, Double
from recluse_export.shapes import Items, Log

LATEST_DAY = 65_535
"""The largest number of a day that a pack can hold: 5 June 2149."""


def categories(row: int, items: Items) -> list[int]:
    """Indices into ``items.categories`` of the categories that an item is in, from broad to narrow; the last
    one is its leaf category."""
    path: list[int] = []
    node = int(items.leaf[row])
    while node >= 0:
        path.insert(0, node)
        node = items.categories[node].parent
    return path


def attributes(row: int, items: Items) -> dict[str, str | float]:
    """Values of an item's further columns by their names; those that it lacks are left out."""
    values = {name: column[row] for name, column in items.attributes.items()}
    return {name: value for name, value in values.items() if value is not None}


def age(items: Items, now: float) -> Double:
    """How long each item has been here.

    Parameters
    ----------
    items
        With ``created``, which :func:`first_seen` fills where the catalogue does not say it.
    now
        Seconds since 1970.

    Returns
    -------
    ``[items]``
        Days since midnight (UTC) of the day on which the item was created or first seen, never below 0; -1
        where that is not known.
    """
    if items.created is None:
        return np.full(len(items), -1.0)
    day = created_days(items)
    return np.where(day > 0, np.maximum(0.0, now / DAY - day), -1.0)


def created_days(items: Items) -> Double:
    """``[items]`` number of the day (since 1 January 1970, UTC) on which each item was created or first seen,
    1 to 65,535; 0 where that is not known."""
    if items.created is None:
        return np.zeros(len(items))
    return np.clip(np.floor(items.created / DAY), 0, LATEST_DAY)


def first_seen(items: Items, log: Log) -> Items:
    """The catalogue with the time of each item's first event in ``log`` where the catalogue itself does not
    say when it was created.

    An item of the log's first days may be older than it looks. Nothing is filled in from a log without times.
    """
    if not log.has_time:
        return items
    earliest = np.full(len(items), np.iinfo(np.int64).max)
    np.minimum.at(earliest, log.item, log.time)
    earliest[earliest == np.iinfo(np.int64).max] = 0
    created = np.zeros(len(items), np.int64) if items.created is None else items.created
    return replace(items, created=np.where(created > 0, created, earliest))
