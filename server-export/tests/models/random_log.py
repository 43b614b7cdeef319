"""Small made-up logs for properties that hold for any log."""

from __future__ import annotations

import numpy as np

from recluse_export.shapes import Category, EventType, Items, Log

TYPES = [EventType("purchase", 1.0, True, 1)]
DAY = 86_400


def catalogue(items: int) -> Items:
    """``items`` things in three categories."""
    return Items(
        ids=[f"i{row}" for row in range(items)],
        titles=[f"thing {'red' if row % 2 else 'blue'} {row}" for row in range(items)],
        categories=[Category("all", -1), Category("one", 0), Category("two", 0), Category("three", 0)],
        leaf=(1 + np.arange(items) % 3).astype(np.int32),
        price=np.full(items, np.nan, np.float32),
        brand=[None] * items,
    )


def log_of(histories: list[list[tuple[int, int]]], items: int, has_time: bool = True) -> Log:
    """One list of ``(time, item)`` a user, oldest first; times are ignored where there are none."""
    length = [len(history) for history in histories]
    offsets = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    item = np.array([item for history in histories for _, item in history], np.int32)
    time = np.array(
        [time if has_time else place for history in histories for place, (time, _) in enumerate(history)],
        np.int64,
    )
    basket = np.arange(len(item), dtype=np.int64)
    return Log(
        offsets=offsets,
        item=item,
        type=np.zeros(len(item), np.int32),
        time=time,
        value=np.zeros(len(item), np.float32),
        basket=basket,
        event_types=["purchase"],
        users=[f"u{user}" for user in range(len(histories))],
        items=catalogue(items),
        has_time=has_time,
    )


def random_log(seed: int, users: int = 12, items: int = 9, has_time: bool = True) -> Log:
    """A few purchases each over a hundred days, often the same ones again."""
    random = np.random.default_rng(seed)
    histories = []
    for _ in range(users):
        own = random.choice(items, 4)
        days = np.sort(random.integers(0, 100, random.integers(4, 15)))
        histories.append([(int(day) * DAY, int(random.choice(own))) for day in days])
    return log_of(histories, items, has_time)
