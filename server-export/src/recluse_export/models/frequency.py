"""What this visitor buys: their own decayed counts, then what everybody buys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.features.interest import interest
from recluse_export.features.priors import priors
from recluse_export.shapes import EventType, Float, Log


class PersonalFrequency:
    """Personal frequency with decay; popularity, too small to overtake a single purchase, orders the rest."""

    name = "personal frequency"

    def __init__(self, event_types: Sequence[EventType], half_life_days: float, recent_days: float) -> None:
        self.event_types = event_types
        self.half_life_days = half_life_days
        self.recent_days = recent_days
        self.popular: Float = np.zeros(0, np.float32)
        self.decays = True

    def fit(self, log: Log, until: int) -> Self:
        """Count what is popular, for the places that a short history leaves empty."""
        known = priors(log, until, self.half_life_days, self.recent_days).popularity
        self.popular = (1e-6 * (known - known.min()) / max(1e-9, float(np.ptp(known)))).astype(np.float32)
        self.decays = log.has_time
        return self

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``"""
        half_life = self.half_life_days if self.decays else None
        counts = interest(histories, self.event_types, len(self.popular), half_life, None, 1.0)
        return counts.toarray().astype(np.float32) + self.popular
