"""What was before, and what each user did afterwards: by time, by event, by basket and by user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recluse_export.features.history import positions_before
from recluse_export.shapes import Int, Log, Long

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Targets:
    """The distinct items that each user turned to in a window; those of ``users[n]`` are ``item[offsets[n] :
    offsets[n + 1]]``."""

    users: Int
    now: Long
    """``[users]`` moment at which the list is asked for"""
    offsets: Long
    item: Int
    repeat: NDArray[np.bool_]
    """Whether the user had that item in the history already."""

    def __len__(self) -> int:
        return len(self.users)

    def choose(self, places: NDArray[np.integer]) -> Targets:
        """Only the users at these places."""
        length = np.diff(self.offsets)[places]
        offsets = np.concatenate([[0], np.cumsum(length)])
        source = np.arange(offsets[-1]) + np.repeat(self.offsets[places] - offsets[:-1], length)
        return Targets(self.users[places], self.now[places], offsets, self.item[source], self.repeat[source])

    def at_least(self, count: int) -> Targets:
        """Only the users with so many targets."""
        return self.choose(np.flatnonzero(np.diff(self.offsets) >= count))

    def among(self, rows: Int) -> Targets:
        """Only targets that are one of ``rows``, and the users who have such targets."""
        kept = np.isin(self.item, rows)
        offsets = np.concatenate([[0], np.cumsum(kept)])[self.offsets]
        some = Targets(self.users, self.now, offsets, self.item[kept], self.repeat[kept])
        return some.choose(np.flatnonzero(np.diff(offsets)))


def with_enough(windows: Mapping[str, Targets], least: int) -> dict[str, Targets]:
    """Each window with only the users who have so many targets in it, without windows in which nobody has."""
    enough = {name: targets.at_least(least) for name, targets in windows.items()}
    return {name: targets for name, targets in enough.items() if len(targets)}


def select(log: Log, events: NDArray[np.bool_]) -> Log:
    """The same users and items with only some of the events."""
    offsets = np.concatenate([[0], np.cumsum(events)])[log.offsets]
    return replace(
        log,
        offsets=offsets.astype(np.int64),
        item=log.item[events],
        type=log.type[events],
        time=log.time[events],
        value=log.value[events],
        basket=log.basket[events],
        context={name: column.keep(events) for name, column in log.context.items()},
    )


def before(log: Log, cut: int) -> Log:
    """Events strictly before ``cut``."""
    return select(log, log.time < cut)


def without_users(log: Log, users: Int) -> Log:
    """The log without every event of ``users``; they stay as users without a history, so that indices
    remain."""
    return select(log, ~np.isin(log.user, users))


def targets_after(log: Log, cut: int, days: float) -> Targets:
    """What each user with a history before ``cut`` did in the ``days`` from it on."""
    users = np.arange(log.user_count, dtype=np.int32)
    now = np.full(log.user_count, cut, np.int64)
    return targets_of(log, users, now, now + int(days * SECONDS_A_DAY))


def last_event(log: Log) -> Targets:
    """Each user's last event as the only target. What happened in the very second of that event is neither
    history nor target."""
    users = np.flatnonzero(np.diff(log.offsets)).astype(np.int32)
    stop = log.offsets[users + 1]
    return targets_between(log, users, log.time[stop - 1], stop - 1, stop)


def last_basket(log: Log, since: int | None = None) -> Targets:
    """Each user's last basket as the target, asked for when it begins; every event is a basket of its own
    where the log has none.

    Parameters
    ----------
    log
        Everything that happened.
    since
        Only users whose last basket begins at this moment or later; None for all. With a global moment and
        models that learned from what was before it, nobody's list rests on what others bought later; without
        one it does (Ji et al., TOIS 2023), as in most papers on baskets.

    Returns
    -------
    Targets
        Users without anything before that basket are left out.
    """
    length = np.diff(log.offsets)
    users = np.flatnonzero(length).astype(np.int32)
    begins = np.ones(len(log.item), bool)
    begins[1:] = (np.diff(log.basket) != 0) | (np.diff(log.user) != 0)
    starts = np.flatnonzero(begins)
    start = starts[np.searchsorted(starts, log.offsets[users + 1], side="left") - 1]
    if since is not None:
        late = log.time[start] >= since
        users, start = users[late], start[late]
    return targets_between(log, users, log.time[start], start, log.offsets[users + 1])


def of_users(targets: Targets, users: NDArray[np.integer]) -> Targets:
    """Only the targets of these users."""
    return targets.choose(np.flatnonzero(np.isin(targets.users, users)))


def targets_of(log: Log, users: Int, now: Long, end: Long) -> Targets:
    """Distinct items of each user in ``now <= time < end``; users without history or without targets are left
    out."""
    start = positions_before(log, users, now)
    return targets_between(log, users, now, start, positions_before(log, users, end))


def targets_between(log: Log, users: Int, now: Long, start: Long, stop: Long) -> Targets:
    """Distinct items of each user's events ``start .. stop - 1``, which a device was asked about at ``now``;
    users without any event before ``now`` or without targets are left out."""
    items = len(log.items)
    known = positions_before(log, users, now)
    counts = stop - start
    asked = np.flatnonzero((counts > 0) & (known > log.offsets[users]))
    counts = counts[asked]
    place = np.repeat(np.arange(len(asked)), counts)
    event = np.arange(counts.sum()) + np.repeat(
        start[asked] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts
    )
    wanted = np.unique(place * items + log.item[event])
    place, item = wanted // items, (wanted % items).astype(np.int32)
    length = known[asked] - log.offsets[users[asked]]
    past = np.arange(length.sum()) + np.repeat(
        log.offsets[users[asked]] - np.concatenate([[0], np.cumsum(length)[:-1]]), length
    )
    seen = np.unique(np.repeat(np.arange(len(asked)), length) * items + log.item[past])
    offsets = np.searchsorted(place, np.arange(len(asked) + 1))
    return Targets(
        users[asked].astype(np.int32), now[asked], offsets, item, np.isin(wanted, seen, assume_unique=True)
    )


@dataclass(frozen=True)
class Validation:
    """A part of the past to learn from, and what came next."""

    log: Log
    until: int
    weeks: list[Targets]
    """One a week from ``until`` on, oldest first; a single one for a log without times."""


def validation(log: Log, until: int, weeks: int, skip: int = 0) -> Validation:
    """Hold back ``weeks`` weeks that end ``skip`` weeks before ``until``; each user's last events where there
    are no times.

    Models are fitted on ``Validation.log`` and see, at each week, the history up to that week.
    """
    if not log.has_time:
        length = np.diff(log.offsets)
        users = np.flatnonzero(length > weeks + skip + 1).astype(np.int32)
        place = log.time - log.time[np.minimum(log.offsets[:-1], max(0, len(log.time) - 1))][log.user]
        earlier = select(log, place < np.maximum(length - weeks - skip, 0)[log.user])
        last = length[users] - weeks - skip
        return Validation(
            earlier, until, [targets_of(log, users, last + week, last + week + 1) for week in range(weeks)]
        )
    week = 7 * SECONDS_A_DAY
    start = until - (weeks + skip) * week
    return Validation(
        before(log, start), start, [targets_after(log, start + number * week, 7) for number in range(weeks)]
    )


def together_in_time(targets: list[Targets]) -> Targets:
    """Several windows as one."""
    lengths = np.concatenate([np.diff(one.offsets) for one in targets])
    return Targets(
        np.concatenate([one.users for one in targets]),
        np.concatenate([one.now for one in targets]),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate([one.item for one in targets]),
        np.concatenate([one.repeat for one in targets]),
    )
