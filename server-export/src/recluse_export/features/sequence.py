"""What the encoder reads: the newest events of each visitor, padded on the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.shapes import EventType, Float, Int

PADDING = -10_000.0
"""Added to the attention of a place that holds no event."""


@dataclass(frozen=True)
class Sequences:
    """``[visitors, length]`` each, oldest first; see "Tier model" in ``docs/model.md``."""

    row: Int
    """Rows of the items; -1 for padding"""
    type: Int
    """Tokens of the event types; 0 for padding"""
    age: Float
    """Seconds; 0 for padding"""
    value: Float
    """0 for padding or absent"""
    mask: Float
    """0 for an event, -10000 for padding"""


def sequences(histories: Histories, event_types: Sequence[EventType], length: int) -> Sequences:
    """The newest ``length`` events of every visitor whose type has a token."""
    token = np.array([event_type.token for event_type in event_types], dtype=np.int32)
    seen = histories.keep(token[histories.type] > 0).newest(length)
    place = (seen.visitor, length - 1 - seen.rank)
    shape = (len(seen), length)
    row = np.full(shape, -1, np.int32)
    kind = np.zeros(shape, np.int32)
    age = np.zeros(shape, np.float32)
    value = np.zeros(shape, np.float32)
    mask = np.full(shape, PADDING, np.float32)
    row[place] = seen.row
    kind[place] = token[seen.type]
    age[place] = seen.age
    value[place] = seen.value
    mask[place] = 0
    return Sequences(row, kind, age, value, mask)


def gathered(row: Int, rows: np.ndarray, scale: Float) -> Float:
    """``[visitors, length, size]`` dequantised item rows; 0 for padding."""
    source = np.maximum(row, 0)
    found = rows[source].astype(np.float32) * scale[source][..., None]
    return np.where((row >= 0)[..., None], found, np.float32(0))
