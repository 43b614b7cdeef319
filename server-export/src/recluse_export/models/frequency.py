"""What this visitor buys: their own decayed counts, then what everybody buys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.features.interest import interest
from recluse_export.features.priors import priors
from recluse_export.models.base import Environment
from recluse_export.models.settings import Positive, Settings
from recluse_export.shapes import EventType, Float, Log

RECENT_DAYS = 28.0
"""The weeks of the priors; only their popularity over the whole log is used here."""


class FrequencySettings(Settings):
    """Decay of the visitor's own counts."""

    half_life_days: Positive = 60.0
    """Days after which an event counts half; not used for a log without times."""

    def model(self, environment: Environment) -> PersonalFrequency:
        """The model with these settings."""
        return PersonalFrequency(environment.event_types, self.half_life_days, RECENT_DAYS)


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
