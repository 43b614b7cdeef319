"""Moments at which users' histories are cut into what was and what came: what SLIT and SLIST learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recluse_export.features.history import DAY, Histories, positions_before
from recluse_export.features.interest import sum_by_item
from recluse_export.features.weight import event_weight
from recluse_export.models.item_to_item import ItemToItem
from recluse_export.shapes import EventType, Float, Log, Long

MOMENTS_AT_ONCE = 10_000
"""Moments whose tables are in memory at the same time."""


@dataclass(frozen=True)
class Sums:
    """``[items, items]`` each: sums over all moments, divided by the moments a user, so that a user counts
    once however often their history is cut."""

    past: Float
    """Of the past with itself."""
    future: Float
    """Of the past with the future."""


def sums_of(model: ItemToItem, log: Log, moments: int, half_life: float) -> Sums:
    """What comes of cutting every user's history at ``moments`` moments.

    The past is weighed as a device would have weighed it then; the future counts events, each halved for
    every ``half_life`` until then.

    Parameters
    ----------
    model
        Weighs the past.
    log
        Events to learn from.
    moments
        Cuts a user at most; a history of n events has n - 1.
    half_life
        Of the future: in days, in events where the log has no times.
    """
    items = len(log.items)
    past_sum, future_sum = np.zeros((items, items), np.float32), np.zeros((items, items), np.float32)
    users, now = cuts(log, moments, model.environment.seed)
    for some in _parts(len(users)):
        past = model.interest_at(log, users[some], now[some], decayed=True)
        future = future_of(log, users[some], now[some], model.environment.event_types, half_life)
        transposed = past.T.tocsr()
        _add(past_sum, transposed @ past)
        _add(future_sum, transposed @ future)
    share = np.float32(len(np.unique(users)) / max(1, len(users)))
    past_sum *= share
    future_sum *= share
    return Sums(past_sum, future_sum)


def cuts(log: Log, moments: int, seed: int) -> tuple[Long, Long]:
    """Users and moments, in the unit of ``log.time``: at most ``moments`` different places of every history,
    each with an event before it and one after."""
    inner = np.maximum(0, np.diff(log.offsets) - 1)
    user = np.repeat(np.arange(log.user_count), inner)
    place = np.arange(len(user)) - np.repeat(np.cumsum(inner) - inner, inner) + 1
    order = np.lexsort((np.random.default_rng(seed).random(len(user)), user))
    turn = np.arange(len(user)) - np.repeat(np.cumsum(inner) - inner, inner)
    chosen = np.sort(order[turn < moments])
    return user[chosen], log.time[log.offsets[user[chosen]] + place[chosen]]


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, MOMENTS_AT_ONCE):
        yield slice(start, start + MOMENTS_AT_ONCE)


def _add(total: Float, product: sparse.csr_matrix) -> None:
    """Add a sparse matrix, a block of lines at a time, without a dense copy of the whole."""
    for start in range(0, len(total), 1024):
        total[start : start + 1024] += product[start : start + 1024].toarray()


def future_of(
    log: Log, users: Long, now: Long, event_types: Sequence[EventType], half_life: float
) -> sparse.csr_matrix:
    """``[moments, items]`` decayed weights of what each user does from ``now`` on; what says no to an item
    counts as nothing."""
    start = positions_before(log, users, now)
    length = log.offsets[users + 1] - start
    offsets = np.concatenate([[0], np.cumsum(length)])
    event = np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], length)
    ahead = (log.time[event] - np.repeat(now, length)).astype(np.float64)
    future = Histories(offsets, log.item[event], log.type[event], ahead, log.value[event].astype(np.float64))
    unit = DAY if log.has_time else 1.0
    amount = np.maximum(0, event_weight(future, event_types)) * np.exp2(-ahead / (unit * half_life))
    return sum_by_item(future, amount, len(log.items))
