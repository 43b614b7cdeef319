"""The moment and the visitor's profile as indices, 0 = unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from recluse_export.features.history import DAY, positions_before
from recluse_export.shapes import ContextField, Int, Log, Long


def context_indices(fields: Sequence[ContextField], facts: Mapping[str, str | int]) -> Int:
    """``[fields]`` for one moment; ``facts`` holds the local ``hour`` (0 to 23), ``weekday`` (Monday 1 to
    Sunday 7) and named values."""
    return np.array([_index(field, facts.get(field.name)) for field in fields], dtype=np.int32)


def _index(field: ContextField, fact: str | int | None) -> int:
    if fact is None:
        return 0
    if field.name == "hour":
        return hour(int(fact))
    if field.name == "weekday":
        return weekday(int(fact))
    return among(str(fact), field.values)


def hour(local: int) -> int:
    """Index of an hour of the day (0 to 23, local): 1 to 24; 0 for anything else."""
    return local + 1 if 0 <= local <= 23 else 0


def weekday(local: int) -> int:
    """Index of a day of the week (Monday 1 to Sunday 7, local): itself; 0 for anything else."""
    return local if 1 <= local <= 7 else 0


def device(name: str, values: Sequence[str]) -> int:
    """Index of a kind of device (``phone``, ``tablet``, ``desktop`` or what else the app says) among those
    that the pack declares, from 1; 0 for any other."""
    return among(name, values)


def place(name: str, values: Sequence[str]) -> int:
    """Index of a place (a shop, a town, as the app says) among those that the pack declares, from 1; 0 for
    any other."""
    return among(name, values)


def among(value: str, values: Sequence[str]) -> int:
    """Place of ``value`` in ``values``, from 1; 0 where it is not there."""
    return values.index(value) + 1 if value in values else 0


def clock(seconds: int, utc_offset_hours: float) -> dict[str, str | int]:
    """Local hour and weekday of a time in seconds since 1970."""
    local = datetime.fromtimestamp(seconds + utc_offset_hours * 3600, UTC)
    return {"hour": local.hour, "weekday": local.isoweekday()}


def context_of_events(log: Log, field: ContextField) -> Int:
    """``[events]`` the index of a context of the moment at each event."""
    column = log.context.get(field.name)
    if column is None:
        return np.zeros(len(log.item), np.int32)
    index = {value: place + 1 for place, value in enumerate(field.values)}
    # The last one is found by the code -1, unknown.
    return np.array([*(index.get(value, 0) for value in column.values), 0], np.int32)[column.code]


def _at_next_event(log: Log, users: Int | Long, now: Long, field: ContextField) -> Int:
    place = positions_before(log, np.asarray(users), np.asarray(now))
    there = place < log.offsets[np.asarray(users) + 1]
    told = np.append(context_of_events(log, field), 0)
    return np.where(there, told[np.minimum(place, len(log.item))], 0)


def contexts_at(log: Log, users: Int | Long, now: Long, fields: Sequence[ContextField]) -> Int:
    """``[users, fields]`` of many users, each at their own moment; a log without times knows no hour and no
    weekday. What single interactions say of their moment is that of the visit which the moment belongs to:
    the user's first event at or after it."""
    local = np.asarray(now) + int(log.utc_offset_hours * 3600)
    columns = []
    for field in fields:
        if field.name == "hour":
            column = local % int(DAY) // 3600 + 1 if log.has_time else np.zeros(len(users))
        elif field.name == "weekday":
            # 1 January 1970 was a Thursday, the fourth day of its week.
            column = (local // int(DAY) + 3) % 7 + 1 if log.has_time else np.zeros(len(users))
        elif field.of_moment:
            column = _at_next_event(log, users, now, field)
        else:
            place = {value: index + 1 for index, value in enumerate(field.values)}
            profile = np.array(
                [place.get(value or "", 0) for value in log.profiles.get(field.name, [None] * log.user_count)]
            )
            column = profile[users]
        columns.append(column)
    return np.stack(columns, axis=1).astype(np.int32) if columns else np.zeros((len(users), 0), np.int32)
