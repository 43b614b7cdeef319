"""Choosing the penalties of the item-to-item matrix where times are known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from recluse_export.export.golden import EVENT_TYPES, small_log
from recluse_export.features.priors import priors
from recluse_export.models.linear import LinearChoice, Regression, regression
from recluse_export.models.settings import LinearSettings, ModelSettings
from recluse_export.progress import SilentProgress
from recluse_export.shapes import Coefficients, Habit
from recluse_export.train.budget import Budget
from recluse_export.train.judge import Judge
from recluse_export.train.penalties import search_penalties

PENALTIES = [0.1, 1.0, 10.0, 1000.0]
CHOICE = LinearChoice(60.0, None, 0.5, 1.0, 1.0, 0.5, 0.5, "target", Coefficients(1, 0.5, 0, 0, 0))


@cache
def households():
    return small_log(users=300, items=120)


def learned(repeats: bool) -> Regression:
    log = households()
    until = int(log.time.max()) + 1
    return regression(log, until, EVENT_TYPES, LinearSettings(cutoffs=2), 60.0, None, 0.5, 500, repeats, 1)


@pytest.mark.parametrize("penalty", [0.3, 3.0])
def test_a_penalty_is_a_multiple_of_the_mean_squared_length_of_what_is_learned_from(penalty):
    of = learned(repeats=True)
    found, whole = of.ease(penalty), of.whole.toarray()
    amount = penalty * (whole**2).sum(axis=1).mean()
    gram = whole.T @ whole
    np.testing.assert_allclose(
        (gram + amount * np.eye(len(gram))) @ found, gram, rtol=0, atol=1e-3 * np.abs(gram).max()
    )


def test_where_nobody_repeats_an_item_says_nothing_of_itself():
    assert not np.diag(learned(repeats=False).ease(1.0)).any()


def test_the_chosen_penalties_are_those_whose_lists_were_worth_most():
    log, budget = households(), Budget()
    until = int(log.time.max()) + 1
    settings = ModelSettings(linear=LinearSettings(relative_regularisation=PENALTIES, cutoffs=2))
    judge = Judge.by_last_weeks(log, until, EVENT_TYPES, settings, True, budget)
    interval = priors(judge.past, judge.until, 90.0, 28.0).interval
    with SilentProgress().step("", 8) as step:
        chosen = search_penalties(judge, EVENT_TYPES, settings, CHOICE, Habit(90.0, 2.0), interval, step)
    told = {attempt.what: attempt.worth for attempt in budget.tried}
    assert len(told) == 2 * len(PENALTIES)
    for name, penalty in zip(("EASE", "SLIT"), chosen, strict=True):
        worths = [told[f"{name} penalty {value:g}"] for value in PENALTIES]
        assert told[f"{name} penalty {penalty:g}"] == max(worths)
        assert max(worths) > min(worths)
