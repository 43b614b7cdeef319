"""The same expected ratings by NumPy in float, by onnxruntime on the exported int8 pack, and by the browser's
own code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.evaluate.ratings import root_mean_square
from recluse_export.evaluate.runtimes import Runtime, browser_ranker
from recluse_export.export.rating_check import by_device, of_some_visitors
from recluse_export.features.ratings import Ratings
from recluse_export.models.expected_rating import LearnedRatings
from recluse_export.models.rating_biases import RatingBiases
from recluse_export.pack import read_pack
from recluse_export.progress import Progress
from recluse_export.shapes import Float


@dataclass(frozen=True)
class Apart:
    """How far a runtime's expected ratings are from another one's, in stars."""

    runtime: str
    """The other one"""
    mean: float
    """Mean absolute difference"""
    largest: float
    """Largest absolute difference"""


@dataclass(frozen=True)
class RatingRuntimeFigure:
    """Expected ratings in one runtime, on ratings that training never saw."""

    runtime: str
    """``pytorch`` is the learned model in float, which sees all that a visitor rated, where the others see
    the newest that the pack asks for"""
    rmse: float
    """Root mean square error, stars"""
    mean_rmse: float
    """The same of the items' means, on the same ratings"""
    ratings: int
    users: int
    apart: list[Apart]
    """From each runtime above it"""


@dataclass(frozen=True)
class RatingQuestion:
    """What is asked, of whom, and what is known of them."""

    known: Ratings
    """All that was rated before, by everybody"""
    histories: Ratings
    """The same of those who are asked"""
    asked: Ratings
    """What they gave afterwards"""


def rating_question(known: Ratings, held_back: Ratings, seed: int) -> RatingQuestion:
    """The ratings that the export of a pack is measured on, too: those held back of at most 2,000 visitors
    drawn by the seed."""
    asked = of_some_visitors(held_back, seed)
    return RatingQuestion(known, known.only(np.isin(known.user, asked.user)), asked)


def expected_by(
    runtime: Runtime, learned: LearnedRatings, pack: Path, question: RatingQuestion, progress: Progress
) -> Float:
    """``[asked]`` stars.

    Raises
    ------
    ProblemError
        The pack has no expected ratings, or what the runtime needs is not installed.
    """
    histories, asked = question.histories, question.asked
    if runtime == "pytorch":
        return learned.predict(histories, asked.user, asked.item)[0]
    if runtime == "browser":
        return browser_ranker()(pack, "model", progress).expected_ratings(histories, asked)
    model = read_pack(pack).rating
    if model is None:
        raise ProblemError(f"{pack}: has no expected ratings.")
    with progress.step("Expect ratings in onnxruntime", 1):
        return by_device(model, histories, asked)[0]


def rating_figures(
    question: RatingQuestion, answers: Sequence[tuple[Runtime, Float]]
) -> list[RatingRuntimeFigure]:
    """Runtimes side by side; ``answers`` are runtime and ``[asked]`` stars."""
    known, asked = question.known, question.asked
    nothing = known.only(np.zeros(0, np.int64))
    mean, _ = RatingBiases().fit(known).predict(nothing, asked.user, asked.item)
    mean_rmse = root_mean_square(mean - asked.value)
    return [
        RatingRuntimeFigure(
            runtime,
            root_mean_square(stars - asked.value),
            mean_rmse,
            len(asked),
            len(np.unique(asked.user)),
            [_apart(name, stars, other) for name, other in answers[:place]],
        )
        for place, (runtime, stars) in enumerate(answers)
    ]


def _apart(name: str, one: Float, other: Float) -> Apart:
    off = np.abs(one.astype(np.float64) - other)
    return Apart(name, float(off.mean()), float(off.max()))
