"""Whether the model serves everybody: figures by history length and by what is known of users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recluse_export.evaluate.lists import Measured, Question
from recluse_export.evaluate.metrics import users_with
from recluse_export.evaluate.significance import sign_flip_test
from recluse_export.shapes import Log

LENGTHS = (1, 5, 10, 20, 50, 100, 200, 500)
"""Where buckets of history length begin."""
METRICS = ("ndcg@10", "recall@10")
"""What groups are compared by."""
MOST_VALUES = 20
"""Values of a profile column that are looked at, the most frequent."""
LEVEL = 0.05
"""A group is marked where chance alone would make the model so much worse in fewer cases than this."""


@dataclass(frozen=True)
class GroupFigure:
    """One model in one group of users."""

    split: str
    attribute: str
    """``history length``, or a column of the profile"""
    group: str
    model: str
    metric: str
    value: float
    popularity: float
    """The same metric of popularity, on the same users"""
    worse: bool
    """Whether the model is below popularity here"""
    p: float | None
    """Of that being chance (paired permutation test, two-sided, not corrected); None where it is not below"""
    users: int

    @property
    def flagged(self) -> bool:
        """Whether the model is really worse than popularity for these users."""
        return self.worse and self.p is not None and self.p < LEVEL


def groups_of(log: Log, asked: Question, smallest: int) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """Attribute, group and ``[users]`` membership for every group of at least ``smallest`` users: buckets of
    history length, then the values of every profile column."""
    return [
        (attribute, name, members)
        for attribute, name, members in [*_by_length(asked), *_by_profile(log, asked)]
        if int(members.sum()) >= smallest
    ]


def group_figures(
    log: Log,
    asked: Question,
    answers: Sequence[Measured],
    popularity: str,
    smallest: int,
    permutations: int,
    seed: int,
) -> list[GroupFigure]:
    """Every model in every group, on all targets, beside popularity (the name of one of ``answers``)."""
    counted = users_with(asked.targets, "all")
    base = next(answer for answer in answers if answer.model == popularity).values["all"]
    figures = []
    for attribute, name, members in groups_of(log, asked, smallest):
        inside = members[counted]
        for answer in answers:
            for metric in METRICS:
                values, popular = answer.values["all"][metric][inside], base[metric][inside]
                difference = values - popular
                worse = answer.model != popularity and float(difference.mean()) < 0
                p = sign_flip_test(difference[:, None], max(1, permutations), seed) if worse else None
                figures.append(
                    GroupFigure(
                        asked.window,
                        attribute,
                        name,
                        answer.model,
                        metric,
                        float(values.mean()),
                        float(popular.mean()),
                        worse,
                        None if p is None else float(p[0]),
                        int(inside.sum()),
                    )
                )
    return figures


def _by_length(asked: Question) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    length = np.diff(asked.histories.offsets)
    for first, beyond in zip(LENGTHS, [*LENGTHS[1:], None], strict=True):
        name = f"{first} to {beyond - 1}" if beyond else f"{first} and more"
        yield "history length", name, (length >= first) & (beyond is None or length < beyond)


def _by_profile(log: Log, asked: Question) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    for column, values in log.profiles.items():
        known = np.array([value if value is not None else "" for value in values])[asked.targets.users]
        names, counts = np.unique(known, return_counts=True)
        for name in names[np.argsort(-counts, kind="stable")][:MOST_VALUES]:
            yield column, str(name) or "unknown", known == name
