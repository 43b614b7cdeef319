"""Cuts windows out of histories for the encoder: events, moments at which it is asked, and what came after
each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recluse_export.evaluate.split import SECONDS_A_DAY, select
from recluse_export.features.context import contexts_at
from recluse_export.features.sequence import PADDING
from recluse_export.models.settings import EncoderSettings
from recluse_export.shapes import ContextField, EventType, Float, Int, Log, Long

MOST_TARGETS = 48
"""Targets of one moment that the loss looks at: the first ones."""


@dataclass(frozen=True)
class Batch:
    """Windows of one training step."""

    row: Int
    """``[windows, length]`` item rows, -1 for padding"""
    type: Int
    age: Float
    """``[windows, length]`` seconds before the window's newest event"""
    value: Float
    mask: Float
    context: Int
    """``[windows, queries, fields]``"""
    now: Float
    """``[windows, queries]`` age of the moment; negative: after the newest event"""
    seen: Int
    """``[windows, queries]`` places below it are in the past"""
    target: Int
    """``[windows, queries, most targets]`` rows, -1 for none"""
    user: Long
    """``[windows]``"""
    moment: Long
    """``[windows, queries]`` the moments themselves, in the unit of the log's times"""


class WindowSource:
    """Draws windows from a log; a window ends with a basket, and so does what each query sees."""

    def __init__(
        self,
        log: Log,
        event_types: Sequence[EventType],
        context: Sequence[ContextField],
        settings: EncoderSettings,
    ) -> None:
        token = np.array([event_type.token for event_type in event_types], np.int32)
        self.log = select(log, token[log.type] > 0)
        self.token = token[self.log.type]
        self.context = context
        self.settings = settings
        events = len(self.log.item)
        begins = np.ones(events + 1, bool)
        begins[1:-1] = (np.diff(self.log.basket) != 0) | (np.diff(self.log.user) != 0)
        starts = np.flatnonzero(begins)
        self.next_start: Long = starts[np.searchsorted(starts, np.arange(events), side="right")]
        length = np.diff(self.log.offsets)
        baskets = np.diff(np.searchsorted(starts, self.log.offsets))
        self.users = np.flatnonzero((length >= 3) & (baskets >= 2))
        self.windows_a_user = np.ceil(length[self.users] / settings.events).astype(np.int64)

    def __len__(self) -> int:
        """Windows an epoch: as many as would cover every history once, or the most that are asked for."""
        every = int(self.windows_a_user.sum())
        return min(every, self.settings.most_windows or every)

    def epoch(self, random: np.random.Generator) -> NDArray[np.int64]:
        """The users of an epoch's windows in random order."""
        return random.permutation(np.repeat(self.users, self.windows_a_user))[: len(self)]

    def draw(self, users: NDArray[np.int64], random: np.random.Generator) -> Batch:
        """One window for each of ``users``, ending at a random basket, and its queries."""
        log, settings = self.log, self.settings
        length, queries = settings.events, settings.queries
        first, past_last = log.offsets[users], log.offsets[users + 1]
        end = self.next_start[(first + random.random(len(users)) * (past_last - first)).astype(np.int64)]
        start = np.maximum(first, end - length)

        event = end[:, None] - length + np.arange(length)[None, :]
        real = event >= start[:, None]
        event = np.where(real, event, 0)
        newest = log.time[end - 1]
        age = np.where(real, newest[:, None] - log.time[event], 0).astype(np.float32)

        asked = start[:, None] + (random.random((len(users), queries)) * (end - start)[:, None]).astype(
            np.int64
        )
        asked[:, 0] = end - 1
        upcoming = self.next_start[asked]
        valid = upcoming < past_last[:, None]
        upcoming = np.where(valid, upcoming, past_last[:, None] - 1)
        if log.has_time:
            horizon = settings.horizon_days * SECONDS_A_DAY
            gap = np.minimum(log.time[upcoming] - log.time[np.maximum(upcoming - 1, first[:, None])], horizon)
            # Half of the moments are those of the visit itself, half lie anywhere in the days before it.
            early = random.random(upcoming.shape) * (random.random(upcoming.shape) < 0.5)
            now = log.time[upcoming] - (early * np.maximum(gap, 0)).astype(np.int64)
            until = now + int(horizon)
            reach = MOST_TARGETS
        else:
            now = log.time[upcoming]
            until = now + 1
            reach = 1
        coming = upcoming[..., None] + np.arange(reach)
        wanted = valid[..., None] & (coming < past_last[:, None, None])
        coming = np.where(wanted, coming, 0)
        wanted &= log.time[coming] < until[..., None]
        context = contexts_at(log, np.repeat(users, queries), now.ravel(), self.context)
        context = context.reshape(len(users), queries, len(self.context))
        context = np.where(random.random(context.shape) < settings.context_dropout, 0, context)
        return Batch(
            row=np.where(real, log.item[event], -1),
            type=np.where(real, self.token[event], 0),
            age=age,
            value=np.where(real, log.value[event], 0).astype(np.float32),
            mask=np.where(real, 0, PADDING).astype(np.float32),
            context=context.astype(np.int32),
            now=(newest[:, None] - now).astype(np.float32),
            seen=(length - (end[:, None] - np.where(valid, upcoming, end[:, None]))).astype(np.int32),
            target=np.where(wanted, log.item[coming], -1),
            user=users,
            moment=now,
        )
