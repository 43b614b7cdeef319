"""Expected ratings against ratings given: folds, errors, calibration."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from recluse_export.features.ratings import Ratings
from recluse_export.models.rating_calibration import random_places
from recluse_export.shapes import Float, Int

LENGTHS = (0, 1, 2, 3, 5, 10, 20, 50)
"""History lengths of the curve for newcomers."""
HISTORY = 0.8
"""Share of an unseen visitor's ratings that are their history; the rest is tested."""
BINS = 10


class RatingModel(Protocol):
    """Learns from ratings, then says what visitors with a history would rate an item."""

    name: str
    knows_users: bool
    """Whether it has parameters of users, so that it can't answer for one whom training never saw."""

    def fit(self, ratings: Ratings) -> Self:
        """Learn."""
        ...

    def predict(self, histories: Ratings, user: Int, item: Int) -> tuple[Float, Float | None]:
        """``[pairs]`` expected ratings, and standard deviations where the model says how sure it is."""
        ...


@dataclass(frozen=True)
class Fold:
    """One division of the ratings. Models learn from ``train`` alone, then see ``histories`` of the visitors
    whose ratings in ``test`` they are asked for. No rating of ``test`` is in either."""

    number: int
    """From 1."""
    train: Ratings
    histories: Ratings
    test: Ratings


@dataclass(frozen=True)
class Answers:
    """What one model said on one fold."""

    model: str
    fold: int
    expected: Float
    """``[test]``"""
    deviation: Float | None
    """``[test]``"""
    value: Float
    """``[test]`` what was given"""
    seconds: float
    """Of training and prediction."""

    @property
    def rmse(self) -> float:
        """Root of the mean squared error, stars."""
        return root_mean_square(self.expected - self.value)

    @property
    def mae(self) -> float:
        """Mean absolute error, stars."""
        return float(np.abs(self.expected - self.value).mean(dtype=np.float64))


@dataclass(frozen=True)
class Reliability:
    """Whether expected ratings and standard deviations mean what they say."""

    expected: list[float]
    """Mean of each tenth of the answers, lowest first"""
    given: list[float]
    """Mean rating that was given there"""
    share: list[float]
    """Of the answers that are there, nearly a tenth each"""
    error: float
    """Mean distance of the two, stars"""
    within_one: float
    """Share of ratings within one standard deviation; 0.683 were they normal"""
    within_two: float
    """0.954 were they normal"""


def root_mean_square(error: Float) -> float:
    """In the unit of ``error``."""
    return float(np.sqrt((error**2).mean(dtype=np.float64)))


def random_folds(ratings: Ratings, folds: int, seed: int) -> Iterator[Fold]:
    """Each rating is tested once: a random order, cut into equal parts."""
    order = np.random.default_rng(seed).permutation(len(ratings))
    for number, part in enumerate(np.array_split(order, folds), 1):
        tested = np.zeros(len(ratings), bool)
        tested[part] = True
        train = ratings.only(~tested)
        yield Fold(number, train, train, ratings.only(tested))


def unseen_visitor_folds(ratings: Ratings, folds: int, seed: int) -> Iterator[Fold]:
    """Each visitor is once among those whom training never saw; a random part of their ratings is then their
    history, the rest is tested."""
    random = np.random.default_rng(seed)
    group = random.integers(0, folds, ratings.users)[ratings.user]
    tested = random.random(len(ratings)) >= HISTORY
    for number in range(folds):
        unseen = group == number
        yield Fold(
            number + 1, ratings.only(~unseen), ratings.only(unseen & ~tested), ratings.only(unseen & tested)
        )


def ask(model: RatingModel, fold: Fold) -> Answers:
    """Fit a model on a fold and ask it for the tested ratings."""
    begin = time.perf_counter()
    model.fit(fold.train)
    expected, deviation = model.predict(fold.histories, fold.test.user, fold.test.item)
    seconds = time.perf_counter() - begin
    return Answers(model.name, fold.number, expected, deviation, fold.test.value, seconds)


def history_lengths(ratings: Ratings) -> tuple[int, ...]:
    """Those of ``LENGTHS`` that the histories of half of the visitors reach."""
    usual = HISTORY * float(np.median(np.bincount(ratings.user)))
    return tuple(length for length in LENGTHS if length <= usual)


def by_history_length(model: RatingModel, fold: Fold, lengths: Sequence[int], seed: int) -> dict[int, Float]:
    """Errors on the tested ratings, stars, after so many ratings of each visitor, drawn at random.

    Only of visitors whose history has all ``lengths``, so that each length asks the same questions.
    """
    histories, test = fold.histories, fold.test
    place = random_places(histories.user, np.random.default_rng(seed))
    enough = np.bincount(histories.user, minlength=histories.users) >= max(lengths)
    asked = test.only(enough[test.user])
    return {
        length: model.predict(histories.only(place < length), asked.user, asked.item)[0] - asked.value
        for length in lengths
    }


def reliability(answers: Sequence[Answers]) -> Reliability:
    """Over all folds, of a model that says how sure it is."""
    expected = np.concatenate([one.expected for one in answers])
    value = np.concatenate([one.value for one in answers])
    deviation = np.concatenate([one.deviation for one in answers if one.deviation is not None])
    bins = np.array_split(np.argsort(expected, kind="stable"), BINS)
    said = [float(expected[places].mean(dtype=np.float64)) for places in bins]
    given = [float(value[places].mean(dtype=np.float64)) for places in bins]
    distance = np.abs(expected - value) / deviation
    return Reliability(
        said,
        given,
        share=[len(places) / len(expected) for places in bins],
        error=float(np.mean(np.abs(np.subtract(said, given)))),
        within_one=float((distance <= 1).mean()),
        within_two=float((distance <= 2).mean()),
    )
