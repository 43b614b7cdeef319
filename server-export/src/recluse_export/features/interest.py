"""Recent interest: decayed counts of what a visitor did, the input of the sparse matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from recluse_export.features.history import DAY, Double, Histories
from recluse_export.features.weight import event_weight
from recluse_export.shapes import EventType


def interest(
    histories: Histories,
    event_types: Sequence[EventType],
    items: int,
    half_life_days: float | None,
    half_life_events: float | None,
    power: float,
) -> sparse.csr_matrix:
    """``x``, ``[visitors, items]``: "Recent interest" of ``docs/model.md``, float64, entries only for items
    in the history."""
    amount = event_weight(histories, event_types)
    if half_life_days is not None:
        amount = amount * np.exp2(-histories.age / (DAY * half_life_days))
    if half_life_events is not None:
        amount = amount * np.exp2(-histories.rank / half_life_events)
    total = sum_by_item(histories, amount, items)
    total.data = np.sign(total.data) * np.abs(total.data) ** power
    return total


def sum_by_item(histories: Histories, amount: Double, items: int) -> sparse.csr_matrix:
    """Sum of ``amount`` over the events of each visitor and item, from oldest to newest; columns
    ascending."""
    key = histories.visitor * items + histories.row
    cells, cell = np.unique(key, return_inverse=True)
    total = np.bincount(cell, weights=amount, minlength=len(cells))
    indptr = np.searchsorted(cells, np.arange(len(histories) + 1) * items)
    return sparse.csr_matrix((total, cells % items, indptr), shape=(len(histories), items))
