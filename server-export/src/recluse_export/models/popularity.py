"""What everybody buys: the least that a model has to beat."""

from __future__ import annotations

import math
from typing import Self

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.features.priors import priors
from recluse_export.models.settings import Positive, Settings
from recluse_export.shapes import Float, Log


class PopularitySettings(Settings):
    """Every interaction counts alike, however old."""

    def model(self) -> Popularity:
        """Popularity over the whole log."""
        return Popularity(math.inf, math.inf, lately=False)


class DecayedPopularitySettings(Settings):
    """Interactions count less with age."""

    half_life_days: Positive = 90.0
    """Days after which an interaction counts half."""

    def model(self) -> Popularity:
        """Popularity with decay."""
        return Popularity(self.half_life_days, math.inf, lately=False)


class LatePopularitySettings(Settings):
    """Only the last weeks count."""

    recent_days: Positive = 28.0
    """Days before the end of the log that count."""

    def model(self) -> Popularity:
        """Popularity of the last weeks."""
        return Popularity(math.inf, self.recent_days, lately=True)


class Popularity:
    """The same list for everyone: decayed popularity over the whole log, or popularity in its last weeks."""

    def __init__(self, half_life_days: float, recent_days: float, lately: bool) -> None:
        self.name = "popular lately" if lately else "popular"
        self.half_life_days = half_life_days
        self.recent_days = recent_days
        self.lately = lately
        self.score: Float = np.zeros(0, np.float32)

    def fit(self, log: Log, until: int) -> Self:
        """Count."""
        known = priors(log, until, self.half_life_days, self.recent_days)
        self.score = known.recent if self.lately else known.popularity
        return self

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``, every line the same."""
        return np.broadcast_to(self.score, (len(histories), len(self.score)))
