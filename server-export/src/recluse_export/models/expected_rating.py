"""What a visitor would rate an item, from nothing but the visitor's own ratings and what the pack knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from recluse_export.features.ratings import Ratings
from recluse_export.models.fold_in import states
from recluse_export.models.rating_calibration import Calibration, calibrate, raw_ratings
from recluse_export.models.rating_factors import RatingFactors, learn
from recluse_export.models.rating_settings import RatingSettings
from recluse_export.progress import Progress, SilentProgress
from recluse_export.shapes import Float, Int


@dataclass(frozen=True)
class LearnedRatings:
    """Everything that says what visitors would rate; all of it is about items, nothing about a visitor."""

    factors: RatingFactors
    """Without the covariance, which only further learning would need: empty."""
    calibration: Calibration

    def predict(self, histories: Ratings, user: Int, item: Int) -> tuple[Float, Float]:
        """Expected rating and standard deviation, ``[pairs]`` each, for ``user`` (of ``histories``) and
        ``item``."""
        state = states(self.factors, histories)
        count = np.bincount(histories.user, minlength=histories.users)
        raw = raw_ratings(self.factors, state, user, item)
        return self.calibration.apply(raw, self.factors.noise[item], count[user])


class ExpectedRating:
    """Bayesian factors of ratings, the catalogue's attributes and what people choose to rate; calibrated.

    Defined in ``docs/model.md``, "Expected rating". There are no parameters of visitors, so it predicts as
    well for people whom training never saw.
    """

    name = "expected rating (ours)"
    knows_users = False

    def __init__(self, content: Float, settings: RatingSettings, seed: int = 0) -> None:
        self.content = content
        self.settings = settings
        self.seed = seed
        self.learned: LearnedRatings

    def fit(self, ratings: Ratings, progress: Progress | None = None) -> Self:
        """Learn from all but a few ratings, calibrate on those, then go on learning from all."""
        progress = progress or SilentProgress()
        settings = self.settings
        lowest = float(ratings.value.min()) if settings.lowest is None else settings.lowest
        highest = float(ratings.value.max()) if settings.highest is None else settings.highest
        held_out = np.random.default_rng(self.seed).random(len(ratings)) < settings.held_out
        further = max(1, settings.iterations // 4)
        with progress.step("Learn factors of ratings", settings.iterations + further) as step:
            first = learn(ratings.only(~held_out), self.content, settings, self.seed, step)
            calibration = calibrate(
                first, ratings.only(~held_out), ratings.only(held_out), lowest, highest, self.seed
            )
            factors = learn(ratings, self.content, settings, self.seed, step, first, further)
        self.learned = LearnedRatings(replace(factors, covariance=factors.covariance[:0]), calibration)
        return self

    def predict(self, histories: Ratings, user: Int, item: Int) -> tuple[Float, Float]:
        """See :meth:`LearnedRatings.predict`."""
        return self.learned.predict(histories, user, item)
