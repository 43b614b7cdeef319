"""Item-to-item neighbours by cosine: what most shops run today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy import sparse

from recluse_export.features.history import Histories, histories_at
from recluse_export.features.interest import interest
from recluse_export.shapes import EventType, Float, Log


class ItemNeighbours:
    """Cosine between the users' decayed counts, the strongest neighbours of every item, summed over the
    history."""

    name = "item-to-item"

    def __init__(
        self, event_types: Sequence[EventType], half_life_days: float, neighbours: int, history_events: int
    ) -> None:
        self.event_types = event_types
        self.half_life_days = half_life_days
        self.neighbours = neighbours
        self.history_events = history_events
        self.similarity = sparse.csr_matrix((0, 0))
        self.decays = True

    def fit(self, log: Log, until: int) -> Self:
        """Cosines of the columns of decayed counts, cut to the strongest neighbours of each item, itself
        included."""
        self.decays = log.has_time
        users = np.flatnonzero(np.diff(log.offsets))
        now = np.full(len(users), until) if log.has_time else np.diff(log.offsets)[users]
        counts = self._counts(
            histories_at(log, users, now, self.event_types, self.history_events), len(log.items)
        )
        norm = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=0)).ravel())
        unit = counts @ sparse.diags(np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0))
        rows, columns, values = [], [], []
        for start in range(0, unit.shape[1], 1024):
            block = (unit[:, start : start + 1024].T @ unit).toarray()
            nearest = np.argsort(-block, axis=1, kind="stable")[:, : self.neighbours + 1]
            rows.append(np.repeat(np.arange(start, start + len(block)), nearest.shape[1]))
            columns.append(nearest.ravel())
            values.append(np.take_along_axis(block, nearest, axis=1).ravel())
        cells = (np.concatenate(rows), np.concatenate(columns))
        self.similarity = sparse.csr_matrix((np.concatenate(values), cells), shape=(len(norm), len(norm)))
        return self

    def _counts(self, histories: Histories, items: int) -> sparse.csr_matrix:
        return interest(
            histories, self.event_types, items, self.half_life_days if self.decays else None, None, 0.5
        )

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``"""
        counts = self._counts(histories, self.similarity.shape[0])
        return (counts @ self.similarity).toarray().astype(np.float32)
