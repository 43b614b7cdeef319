"""What exported expected ratings are worth on ratings that training never saw, and whether they are what was
learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.evaluate.ratings import Answers, reliability
from recluse_export.export.rating import RatingSession
from recluse_export.features.ratings import Ratings
from recluse_export.models.expected_rating import LearnedRatings
from recluse_export.models.rating_biases import RatingBiases
from recluse_export.shapes import Figure, Float, RatingBin, RatingModel

SPLIT = "held-back ratings"
MODEL, BASELINE = "expected rating, int8", "item's mean"
MOST_VISITORS = 2000
"""Visitors who are asked, drawn at random."""
FEWEST_RATINGS = 100
"""Held-back ratings below which there are no figures."""
MOST_OFF = 0.02
"""Mean distance of the exported from the learned expectation, as a share of the range of ratings."""


@dataclass(frozen=True)
class RatingCheck:
    """What was found."""

    off: float
    """Mean distance of the exported from the learned expectation, stars"""
    figures: list[Figure]
    reliability: list[RatingBin]


def check_ratings(
    learned: LearnedRatings, model: RatingModel, known: Ratings, held_back: Ratings, seed: int
) -> RatingCheck:
    """Ask the exported graph and the learned model about the same ratings.

    Parameters
    ----------
    known
        What visitors had rated before they are asked, those whom training never saw among them.
    held_back
        What they gave afterwards. Where there is nothing, known ratings are asked for, only to compare.
    seed
        Of the draw of visitors.

    Raises
    ------
    ProblemError
        The exported graph says something else than what was learned.
    """
    asked = of_some_visitors(held_back if len(held_back) else known, seed)
    histories = known.only(np.isin(known.user, asked.user))
    expected, deviation = by_device(model, histories, asked)
    off = _distance(learned, model, histories, asked, expected)
    if off > MOST_OFF * (model.highest - model.lowest):
        raise ProblemError(
            f"The exported graph of expected ratings is {off:.3f} stars off what was learned, on average. "
            "Nothing was written. Check the installed versions of torch, onnx and onnxruntime against the "
            "lock file, or leave expected ratings out: learn = false under [ratings]."
        )
    if len(held_back) < FEWEST_RATINGS:
        return RatingCheck(off, [], [])
    answers = Answers(MODEL, 1, expected, deviation, asked.value, 0.0)
    nothing = known.only(np.zeros(0, np.int64))
    mean, _ = RatingBiases().fit(known).predict(nothing, asked.user, asked.item)
    found = reliability([answers])
    visitors = len(np.unique(asked.user))

    def figure(who: str, metric: str, value: float) -> Figure:
        return Figure(SPLIT, who, metric, value, users=visitors)

    return RatingCheck(
        off,
        [
            figure(BASELINE, "rmse", Answers(BASELINE, 1, mean, None, asked.value, 0.0).rmse),
            figure(MODEL, "rmse", answers.rmse),
            figure(MODEL, "calibration error, stars", found.error),
            figure(MODEL, "within one deviation", found.within_one),
            figure(MODEL, "within two deviations", found.within_two),
        ],
        [
            RatingBin(expected, given, share)
            for expected, given, share in zip(found.expected, found.given, found.share, strict=True)
        ],
    )


def of_some_visitors(ratings: Ratings, seed: int) -> Ratings:
    """The ratings of at most ``MOST_VISITORS`` visitors, drawn by the seed."""
    visitors = np.unique(ratings.user)
    if len(visitors) > MOST_VISITORS:
        visitors = np.random.default_rng(seed).choice(visitors, MOST_VISITORS, replace=False)
    return ratings.only(np.isin(ratings.user, visitors))


def by_device(model: RatingModel, known: Ratings, asked: Ratings) -> tuple[Float, Float]:
    """Expected ratings and standard deviations by onnxruntime, ``[asked]`` each, visitor by visitor."""
    session = RatingSession(model)
    expected, deviation = np.empty(len(asked), np.float32), np.empty(len(asked), np.float32)
    for visitor in np.unique(asked.user):
        mine, wanted = known.user == visitor, asked.user == visitor
        stars, spread = session.rate(known.item[mine], known.value[mine])
        expected[wanted], deviation[wanted] = stars[asked.item[wanted]], spread[asked.item[wanted]]
    return expected, deviation


def _distance(
    learned: LearnedRatings, model: RatingModel, known: Ratings, asked: Ratings, expected: Float
) -> float:
    """Stars, on average; of visitors all of whose ratings the device looks at."""
    should, _ = learned.predict(known, asked.user, asked.item)
    whole = np.bincount(known.user, minlength=known.users)[asked.user] <= model.events
    return float(np.abs(should - expected)[whole].mean(dtype=np.float64)) if whole.any() else 0.0
