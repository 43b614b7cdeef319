"""Expected ratings, where a log has enough of them."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from recluse_export.features.item_content import item_content, separators
from recluse_export.features.ratings import ratings_in
from recluse_export.models.expected_rating import ExpectedRating, LearnedRatings
from recluse_export.models.rating_factors import learn
from recluse_export.models.rating_settings import RatingSettings
from recluse_export.progress import Progress, SilentProgress
from recluse_export.shapes import Float, Log
from recluse_export.train.budget import Budget

if TYPE_CHECKING:
    from recluse_export.config import Config
    from recluse_export.features.ratings import Ratings

SHARE_OF_BUDGET = 0.15
"""Of the time that is left: the ranking comes first."""
MOST_NUMBERS = 1e8
"""Numbers of all items' covariances together (0.4 GB); more items get fewer factors."""


def train_ratings(past: Log, config: Config, progress: Progress, budget: Budget) -> LearnedRatings | None:
    """Learn from the ratings that training may see.

    Returns
    -------
    LearnedRatings or None
        None where the settings say so, where the pack stops at the linear tier (the device runs the graph in
        the full model's runtime), and where there are fewer ratings than ``ratings.least`` or all are alike.
    """
    settings = config.ratings
    if not settings.learn or not config.model.full:
        return None
    ratings = ratings_in(past)
    if len(ratings) < settings.least or not ratings.differ:
        return None
    ratings = ratings.of_raters()
    content = item_content(past.items, separators(config.source.items))
    settings = within(settings, ratings, content, config.model.seed, budget)
    return ExpectedRating(content, settings, config.model.seed).fit(ratings, progress).learned


def within(
    settings: RatingSettings, ratings: Ratings, content: Float, seed: int, budget: Budget
) -> RatingSettings:
    """The settings with as many factors as fit into memory and, within a budget, as many rounds as fit into
    its time."""
    factors = min(settings.factors, max(1, math.isqrt(int(MOST_NUMBERS) // ratings.items) - 1))
    settings = settings.model_copy(update={"factors": factors})
    if budget.seconds is None:
        return settings
    begin = time.monotonic()
    with SilentProgress().step("Time one round") as step:
        learn(ratings, content, settings, seed, step, iterations=1)
    # A quarter of the rounds comes on top, with all ratings.
    seconds = 1.25 * (time.monotonic() - begin)
    rounds = budget.passes(settings.iterations, seconds, SHARE_OF_BUDGET)
    return settings.model_copy(update={"iterations": rounds})
