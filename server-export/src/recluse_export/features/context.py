"""The moment and the visitor's profile as indices, 0 = unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from recluse_export.features.history import DAY
from recluse_export.shapes import ContextField, Int, Log, Long


def context_indices(fields: Sequence[ContextField], facts: Mapping[str, str | int]) -> Int:
    """``[fields]`` for one moment; ``facts`` holds the local ``hour`` (0 to 23), ``weekday`` (Monday 1 to
    Sunday 7) and named values."""
    return np.array([_index(field, facts.get(field.name)) for field in fields], dtype=np.int32)


def _index(field: ContextField, fact: str | int | None) -> int:
    if fact is None:
        return 0
    if field.name == "hour":
        return int(fact) + 1
    if field.name == "weekday":
        return int(fact)
    return field.values.index(str(fact)) + 1 if str(fact) in field.values else 0


def clock(seconds: int, utc_offset_hours: float) -> dict[str, str | int]:
    """Local hour and weekday of a time in seconds since 1970."""
    local = datetime.fromtimestamp(seconds + utc_offset_hours * 3600, UTC)
    return {"hour": local.hour, "weekday": local.isoweekday()}


def contexts_at(log: Log, users: Int | Long, now: Long, fields: Sequence[ContextField]) -> Int:
    """``[users, fields]`` of many users, each at their own moment; a log without times knows no hour and no
    weekday."""
    local = np.asarray(now) + int(log.utc_offset_hours * 3600)
    columns = []
    for field in fields:
        if field.name == "hour":
            column = local % int(DAY) // 3600 + 1 if log.has_time else np.zeros(len(users))
        elif field.name == "weekday":
            # 1 January 1970 was a Thursday, the fourth day of its week.
            column = (local // int(DAY) + 3) % 7 + 1 if log.has_time else np.zeros(len(users))
        else:
            place = {value: index + 1 for index, value in enumerate(field.values)}
            profile = np.array(
                [place.get(value or "", 0) for value in log.profiles.get(field.name, [None] * log.user_count)]
            )
            column = profile[users]
        columns.append(column)
    return np.stack(columns, axis=1).astype(np.int32) if columns else np.zeros((len(users), 0), np.int32)
