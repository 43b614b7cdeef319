"""Moments at which users' histories are cut into what was and what came: what SLIT and SLIST learn from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from recluse_export.features.history import DAY, Histories, positions_before
from recluse_export.features.interest import sum_by_item
from recluse_export.features.weight import event_weight
from recluse_export.models.item_to_item import ItemToItem
from recluse_export.shapes import EventType, Log, Long

Tables = tuple[sparse.csr_matrix, sparse.csr_matrix]
FEWEST_EVENTS = 3
"""A shorter history is not cut."""


def past_and_future(model: ItemToItem, log: Log, moments: int, half_life: float) -> Tables:
    """Past and future, ``[moments, items]`` each, of every user at ``moments`` moments, drawn evenly over all
    but the first fifth of the history.

    The past is weighed as a device would have weighed it then; the future counts events, each halved for
    every ``half_life`` until then.

    Parameters
    ----------
    model
        Weighs the past.
    log
        Events to learn from.
    moments
        Moments a user.
    half_life
        Of the future: in days, in events where the log has no times.
    """
    length = np.diff(log.offsets)
    users = np.repeat(np.flatnonzero(length >= FEWEST_EVENTS), moments)
    random = np.random.default_rng(model.environment.seed)
    place = np.maximum(1, (length[users] * random.uniform(0.2, 1.0, len(users))).astype(np.int64))
    now = log.time[log.offsets[users] + place]
    return model.interest_at(log, users, now, decayed=True), future_of(
        log, users, now, model.environment.event_types, half_life
    )


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
