"""The least that a rating model must beat: how an item is rated, and how generous a visitor is."""

from __future__ import annotations

from typing import Self

import numpy as np

from recluse_export.features.ratings import Ratings
from recluse_export.shapes import Float, Int

ITEM_STRENGTH = 25.0
VISITOR_STRENGTH = 10.0
"""How many ratings the mean counts for (Koren 2010, "Factor in the neighbors")."""


class RatingBiases:
    """Mean, deviation of the item, then of the visitor, both drawn towards 0 where there are few ratings."""

    name = "biases"
    knows_users = False

    def fit(self, ratings: Ratings) -> Self:
        """Learn the mean and the items' deviations."""
        self.mean = float(ratings.value.mean(dtype=np.float64))
        self.bias = _deviation(ratings.value - self.mean, ratings.item, ratings.items, ITEM_STRENGTH)
        self.range = float(ratings.value.min()), float(ratings.value.max())
        return self

    def predict(self, histories: Ratings, user: Int, item: Int) -> tuple[Float, None]:
        """``[pairs]``"""
        residual = histories.value - self.mean - self.bias[histories.item]
        generous = _deviation(residual, histories.user, histories.users, VISITOR_STRENGTH)
        return np.clip(self.mean + self.bias[item] + generous[user], *self.range), None


def _deviation(residual: Float, group: Int, groups: int, strength: float) -> Float:
    count = np.bincount(group, minlength=groups)
    return (np.bincount(group, residual, groups) / (count + strength)).astype(np.float32)
