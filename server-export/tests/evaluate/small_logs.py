"""Logs that one can count by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recluse_export.shapes import Category, Items, Log

DAY = 86_400


def items(count: int) -> Items:
    """``count`` things in two categories, every other one of a brand."""
    return Items(
        ids=[f"i{row}" for row in range(count)],
        titles=[f"Thing {row}" for row in range(count)],
        categories=[Category("all", -1), Category("even", 0), Category("odd", 0)],
        leaf=np.array([1 + row % 2 for row in range(count)], np.int32),
        price=np.full(count, np.nan, np.float32),
        brand=["Ours" if row < count // 2 else None for row in range(count)],
    )


def log_of(
    users: Sequence[Sequence[tuple[int, int, int]]],
    count: int,
    has_time: bool = True,
    profiles: dict[str, list[str | None]] | None = None,
) -> Log:
    """A log of ``(item, day, basket)`` for each user; without times the place counts instead of the day."""
    events = [(user, place, *event) for user, lines in enumerate(users) for place, event in enumerate(lines)]
    columns = np.array(events, np.int64).reshape(len(events), 5)
    return Log(
        offsets=np.concatenate([[0], np.cumsum([len(lines) for lines in users])]).astype(np.int64),
        item=columns[:, 2].astype(np.int32),
        type=np.zeros(len(events), np.int32),
        time=columns[:, 3] * DAY if has_time else columns[:, 1],
        value=np.zeros(len(events), np.float32),
        basket=columns[:, 0] * 1000 + columns[:, 4],
        event_types=["purchase"],
        users=[f"u{user}" for user in range(len(users))],
        items=items(count),
        profiles=profiles or {},
        has_time=has_time,
    )
