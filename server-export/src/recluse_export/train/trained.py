"""Everything that training made."""

from __future__ import annotations

from dataclasses import dataclass, field

from recluse_export.features.signals import Counting
from recluse_export.models.base import Recommender
from recluse_export.models.expected_rating import LearnedRatings
from recluse_export.models.linear import LinearTier
from recluse_export.models.settings import ModelSettings
from recluse_export.shapes import ContextField, EventType
from recluse_export.train.budget import Attempt
from recluse_export.train.networks import Networks


@dataclass(frozen=True)
class Trained:
    """What evaluation, export and a checkpoint take."""

    until: int
    repeats: bool
    event_types: list[EventType]
    context: list[ContextField]
    settings: ModelSettings
    counting: Counting
    networks: Networks | None
    tried: list[Attempt] = field(default_factory=list)
    """What validation chose among, in the order in which it was tried."""
    ratings: LearnedRatings | None = None
    """What visitors would rate, where the log has enough ratings."""

    def tiers(self) -> list[Recommender]:
        """What the pack answers with, and the encoder alone to compare."""
        linear = LinearTier(self.counting)
        if self.networks is None:
            return [linear]
        return [
            linear,
            self.networks.taste(self.counting, self.settings),
            self.networks.hybrid(self.counting, self.settings),
        ]
