"""What everybody buys: the least that a model has to beat."""

from __future__ import annotations

from typing import Self

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.features.priors import priors
from recluse_export.shapes import Float, Log


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
