"""The full model: encoder, item rows and counted signals, blended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch

from recluse_export.features.history import Histories
from recluse_export.features.sequence import Sequences, gathered, sequences
from recluse_export.features.signals import SIGNALS, Counting, counted_signals, visitor_facts
from recluse_export.models.blender import Blender
from recluse_export.models.encoder import Encoder
from recluse_export.models.int8 import in_steps
from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.tower import ItemTower
from recluse_export.shapes import Float, Int, Log

VISITORS_AT_ONCE = 64
"""Histories that the encoder reads at once."""


@dataclass(frozen=True)
class ItemRows:
    """The tower collapsed: what the pack keeps of it, float32."""

    row: Float
    """``[items, size]``"""
    bias: Float
    """``[items]``"""

    @staticmethod
    def of(tower: ItemTower) -> ItemRows:
        """Rows and biases as they are now."""
        tower.eval()
        with torch.no_grad():
            return ItemRows(tower().numpy().copy(), tower.bias.detach().numpy().copy())

    @staticmethod
    def from_content(tower: ItemTower, known: Int) -> ItemRows:
        """What an item would have that training never saw: its row is what its attributes say, without a
        learned correction; its bias the median of those of ``known``, the rows that had events."""
        with torch.no_grad():
            row = tower.content(tower.slots, tower.begin).numpy().copy()
            bias = tower.bias.detach().numpy()
        return ItemRows(row, np.full_like(bias, np.median(bias[known])))

    def rounded(self) -> ItemRows:
        """The rows in steps of int8, as the pack stores them."""
        return ItemRows(in_steps(self.row), self.bias)


class Taste:
    """The encoder alone; ``taste`` of ``docs/model.md``."""

    name = "encoder"

    def __init__(
        self,
        encoder: Encoder | NextItemEncoder,
        rows: ItemRows,
        counting: Counting,
        events: int,
        fields: int,
    ) -> None:
        self.encoder = encoder
        self.rows = rows
        self.counting = counting
        self.events = events
        self.fields = fields

    def fit(self, log: Log, until: int) -> Self:
        """Nothing: ``train.encoder`` trained it."""
        return self

    def scores(self, histories: Histories, context: Int | None = None) -> Float:
        """``[visitors, items]``; ``context`` is ``[visitors, fields]``, unknown by default. The bias alone
        where there is no event."""
        read = sequences(histories, self.counting.event_types, self.events)
        if context is None:
            context = np.zeros((len(histories), self.fields), np.int32)
        length = (read.type > 0).sum(axis=1)
        state = np.zeros((len(histories), self.rows.row.shape[1]), np.float32)
        # Histories of about the same length together, without the padding that all of them have.
        order = np.argsort(length, kind="stable")
        for some in np.array_split(order, max(1, -(-len(order) // VISITORS_AT_ONCE))):
            if length[some].any():
                state[some] = self._states(read, some, int(length[some].max()), context[some])
        return state @ self.rows.row.T * (length > 0)[:, None] + self.rows.bias

    def _states(self, read: Sequences, some: np.ndarray, longest: int, context: Int) -> Float:
        """``[some, size]`` from the newest ``longest`` places."""
        row, *others = (
            values[some, -longest:] for values in (read.row, read.type, read.age, read.value, read.mask)
        )
        items = gathered(row, self.rows.row, np.ones(len(self.rows.row), np.float32))
        with torch.no_grad():
            return self.encoder(*map(torch.from_numpy, (items, *others, context))).numpy()


class Hybrid:
    """The tier ``model`` in PyTorch."""

    name = "model"

    def __init__(self, taste: Taste, blender: Blender, counting: Counting) -> None:
        self.taste = taste
        self.blender = blender
        self.counting = counting

    def fit(self, log: Log, until: int) -> Self:
        """Nothing: ``train.blender`` trained it."""
        return self

    def signals(self, histories: Histories, context: Int | None = None) -> Float:
        """``[visitors, items, signals]`` in the order of ``SIGNALS``."""
        counted = counted_signals(histories, self.counting)
        columns = {"taste": self.taste.scores(histories, context), **counted}
        return np.stack([columns[name] for name in SIGNALS], axis=-1).astype(np.float32)

    def scores(self, histories: Histories, context: Int | None = None) -> Float:
        """``[visitors, items]``; ``context`` as in ``Taste.scores``."""
        with torch.no_grad():
            score, _ = self.blender(
                torch.from_numpy(self.signals(histories, context)), torch.from_numpy(visitor_facts(histories))
            )
        return score.numpy()
