"""How strongly an event counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recluse_export.features.history import Double, Histories
from recluse_export.shapes import EventType


def event_weight(histories: Histories, event_types: Sequence[EventType]) -> Double:
    """``[events]`` weight of the type, times ``max(0, base + slope * value)`` where the type uses values and
    there is one."""
    weight = np.array([event_type.weight for event_type in event_types], dtype=np.float64)
    base = np.array([event_type.value[0] if event_type.value else 1.0 for event_type in event_types])
    slope = np.array([event_type.value[1] if event_type.value else 0.0 for event_type in event_types])
    kind = histories.type
    factor = np.where(histories.value == 0, 1.0, np.maximum(0.0, base[kind] + slope[kind] * histories.value))
    return weight[kind] * factor
