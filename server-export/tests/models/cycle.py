"""A log in which everybody walks in the same circle: what comes next is certain."""

from __future__ import annotations

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.shapes import Category, EventType, Items, Log

ITEMS = 12
TYPES = [EventType("view", 1.0, False, 1), EventType("impression", 0.0, False, 0)]


def circle_log(users: int = 60, steps: int = 9, step: int = 5) -> Log:
    """Every user begins somewhere and goes on ``step`` items at a time, without coming back to any."""
    start = np.arange(users) % ITEMS
    item = ((start[:, None] + step * np.arange(steps)) % ITEMS).astype(np.int32).ravel()
    events = users * steps
    return Log(
        offsets=np.arange(0, events + 1, steps, dtype=np.int64),
        item=item,
        type=np.zeros(events, np.int32),
        time=np.tile(np.arange(steps, dtype=np.int64), users),
        value=np.zeros(events, np.float32),
        basket=np.arange(events, dtype=np.int64),
        event_types=["view", "impression"],
        users=[f"u{user}" for user in range(users)],
        items=Items(
            ids=[f"i{item}" for item in range(ITEMS)],
            titles=[f"Thing {item}" for item in range(ITEMS)],
            categories=[Category("All", -1)],
            leaf=np.zeros(ITEMS, np.int32),
            price=np.full(ITEMS, np.nan, np.float32),
            brand=[None] * ITEMS,
        ),
        has_time=False,
    )


def histories_of(walks: list[list[int]]) -> Histories:
    """Histories of the rows in each walk, oldest first."""
    length = np.array([len(walk) for walk in walks], np.int64)
    row = np.array([item for walk in walks for item in walk], np.int32)
    age = np.concatenate([np.arange(one, 0, -1) for one in length]) if len(row) else np.zeros(0)
    return Histories(
        np.concatenate([[0], np.cumsum(length)]),
        row,
        np.zeros(len(row), np.int32),
        age.astype(np.float64),
        np.zeros(len(row)),
    )
