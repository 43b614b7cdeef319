"""What a device knows of one visitor at one moment, and the same for many visitors at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recluse_export.shapes import EventType, Int, Log, Long

Double = NDArray[np.float64]
DAY = 86_400.0


@dataclass(frozen=True)
class Histories:
    """The histories of several visitors one after another, each oldest first; those of visitor *v* are
    ``offsets[v] : offsets[v + 1]``."""

    offsets: Long
    """``[visitors + 1]``"""
    row: Int
    """``[events]`` rows of the items"""
    type: Int
    """``[events]`` index into the event types"""
    age: Double
    """``[events]`` seconds before now, never below 0"""
    value: Double
    """``[events]`` money or stars, 0 where absent"""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def visitor(self) -> Long:
        """``[events]`` the visitor of each event."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    @property
    def rank(self) -> Long:
        """``[events]`` how many events of the same visitor are newer."""
        return np.repeat(self.offsets[1:], np.diff(self.offsets)) - 1 - np.arange(len(self.row))

    def keep(self, mask: NDArray[np.bool_]) -> Histories:
        """Only the events where ``mask`` is true."""
        offsets = np.concatenate([[0], np.cumsum(mask)])[self.offsets]
        return Histories(offsets, self.row[mask], self.type[mask], self.age[mask], self.value[mask])

    def newest(self, limit: int) -> Histories:
        """At most the newest ``limit`` events of each visitor."""
        return self.keep(self.rank < limit)

    def visitors(self, start: int, stop: int) -> Histories:
        """The visitors ``start .. stop - 1`` alone."""
        first, last = self.offsets[start], self.offsets[stop]
        events = slice(first, last)
        return Histories(
            self.offsets[start : stop + 1] - first,
            self.row[events],
            self.type[events],
            self.age[events],
            self.value[events],
        )


def histories_at(
    log: Log,
    users: NDArray[np.integer],
    now: NDArray[np.integer],
    event_types: Sequence[EventType],
    limit: int,
) -> Histories:
    """What each of ``users`` had done strictly before their moment ``now``, as a device would know it.

    ``now`` has the unit of ``log.time``; one user may occur several times with different moments.
    Events whose type has weight 0 are left out, then the newest ``limit`` stay.
    """
    users = np.asarray(users, dtype=np.int64)
    now = np.asarray(now, dtype=np.int64)
    stop = positions_before(log, users, now)
    start = log.offsets[users]
    length = stop - start
    offsets = np.concatenate([[0], np.cumsum(length)])
    event = np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], length)
    weighted = np.array([event_type.weight != 0 for event_type in event_types])
    every = Histories(
        offsets,
        log.item[event],
        log.type[event],
        np.maximum(0, np.repeat(now, length) - log.time[event]).astype(np.float64),
        log.value[event].astype(np.float64),
    )
    return every.keep(weighted[every.type]).newest(limit)


def positions_before(log: Log, users: NDArray[np.integer], now: NDArray[np.integer]) -> Long:
    """Index into the log's events, for each pair, of the user's first event at or after ``now``."""
    first = int(log.time.min()) if len(log.time) else 0
    span = (int(log.time.max()) - first if len(log.time) else 0) + 2
    key = log.user.astype(np.int64) * span + (log.time - first)
    return np.searchsorted(
        key, np.asarray(users, np.int64) * span + np.clip(np.asarray(now, np.int64) - first, 0, span - 1)
    )
