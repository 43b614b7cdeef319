"""Windows of users' histories for models that learn, after every event, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from recluse_export.evaluate.split import Targets
from recluse_export.features.history import Double, Histories
from recluse_export.shapes import Float, Int, Log

LEAST = 3
"""Events from which on a user's last one is held back for validation: two are left to learn from."""
POOL = 16
"""Batches whose windows are sorted by length among themselves, so that little of a batch is padding."""


@dataclass(frozen=True)
class Windows:
    """Windows of one training step, padded on the right."""

    item: Tensor
    """``[windows, places]`` int64 rows; 0 for padding"""
    following: Tensor
    """``[windows, places]`` int64, what came after each"""
    length: Tensor
    """``[windows]`` int64 places that are no padding"""

    @property
    def real(self) -> Tensor:
        """``[windows, places]`` whether a place is no padding."""
        return torch.arange(self.item.shape[1]) < self.length[:, None]


class SequenceWindows:
    """Cuts histories into windows, newest first; each user's last event is held back for validation.

    Parameters
    ----------
    log
        What training may see, events without a token left out already.
    events
        Most places of a window.
    windows_a_user
        How many windows back from the newest event are learned from.
    batch
        Windows a step.
    """

    def __init__(self, log: Log, events: int, windows_a_user: int, batch: int) -> None:
        self.log = log
        self.batch = batch
        length = np.diff(log.offsets)
        self.held_back = np.flatnonzero(length >= LEAST)
        """Users whose last event is not learned from."""
        stop = log.offsets[1:] - (length >= LEAST)
        starts, stops = [], []
        for window in range(windows_a_user):
            # The event before a window's first place is the last that the window before it predicts.
            end = stop - window * events
            start = np.maximum(end - events - 1, log.offsets[:-1])
            some = end - start >= 2
            starts.append(start[some])
            stops.append(end[some])
        self.start, self.stop = np.concatenate(starts), np.concatenate(stops)

    @property
    def steps(self) -> int:
        """Steps of a pass."""
        return -(-len(self.start) // self.batch)

    @property
    def longest(self) -> int:
        """Places of the longest window, at least 1."""
        return int((self.stop - self.start - 1).max(initial=1))

    def epoch(self, random: np.random.Generator) -> Iterator[Windows]:
        """Every window once, in random order."""
        order = random.permutation(len(self.start))
        batches = []
        for first in range(0, len(order), POOL * self.batch):
            pool = order[first : first + POOL * self.batch]
            pool = pool[np.argsort((self.stop - self.start)[pool], kind="stable")]
            batches += [pool[place : place + self.batch] for place in range(0, len(pool), self.batch)]
        for batch in random.permutation(len(batches)):
            yield self._cut(batches[batch])

    def _cut(self, windows: np.ndarray) -> Windows:
        start, length = self.start[windows], (self.stop - self.start)[windows] - 1
        place = np.arange(length.max())
        event = np.minimum(start[:, None] + place, len(self.log.item) - 2)
        real = place < length[:, None]
        item = np.where(real, self.log.item[event], 0).astype(np.int64)
        following = np.where(real, self.log.item[event + 1], 0).astype(np.int64)
        return Windows(torch.from_numpy(item), torch.from_numpy(following), torch.from_numpy(length))

    def validation(self, most: int, random: np.random.Generator) -> tuple[Histories, Targets]:
        """Histories of at most ``most`` users before the event that was held back, and that event."""
        users = self.held_back
        if len(users) > most:
            users = np.sort(random.choice(users, most, replace=False))
        start, stop = self.log.offsets[users], self.log.offsets[users + 1] - 1
        length = stop - start
        offsets = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
        event = np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], length)
        now = self.log.time[stop]
        age: Double = np.maximum(0, np.repeat(now, length) - self.log.time[event]).astype(np.float64)
        row: Int = self.log.item[event]
        value: Float = self.log.value[event]
        target = self.log.item[stop]
        repeat = np.zeros(len(users), bool)
        repeat[np.repeat(np.arange(len(users)), length)[row == np.repeat(target, length)]] = True
        return (
            Histories(offsets, row, self.log.type[event], age, value.astype(np.float64)),
            Targets(users.astype(np.int32), now, np.arange(len(users) + 1), target, repeat),
        )
