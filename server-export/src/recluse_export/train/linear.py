"""Chooses everything about the linear tier on two validation weeks, then solves it on the whole training
period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recluse_export.evaluate.split import together_in_time, validation
from recluse_export.features.history import histories_at
from recluse_export.features.priors import priors
from recluse_export.features.signals import Counting, counted_signals, linear_score
from recluse_export.models.linear import LinearChoice, merged, solve
from recluse_export.models.linear_by_order import solve_by_order
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import Coefficients, EventType, Float, Habit, Log
from recluse_export.train.budget import Attempt, Budget
from recluse_export.train.linear_by_order import search_by_order
from recluse_export.train.mix import climb
from recluse_export.train.worth import worth_of

GRID = {
    "habit": [0.0, 0.25, 0.5, 1.0, 2.0],
    "affinity": [0.0, 0.03, 0.1, 0.3, 1.0],
    "popularity": [0.0, 0.001, 0.003, 0.01, 0.03],
    "recent": [0.0, 0.001, 0.003, 0.01, 0.03],
}
"""Coefficients tried for each part, that of ``together`` being 1."""
SHARE_OF_BUDGET = 0.3
"""After which no further way to weigh the history is tried."""
MOST_USERS = 1200
"""Users of the validation weeks that the search looks at."""


@dataclass(frozen=True)
class LinearParameters:
    """What the search chose, to be solved again on other data."""

    choice: LinearChoice
    habit: Habit


def search_linear(
    log: Log,
    until: int,
    event_types: Sequence[EventType],
    settings: ModelSettings,
    repeats: bool,
    progress: Progress,
    budget: Budget,
) -> LinearParameters:
    """Choose half-lives, power, shares, the cut and the coefficients by NDCG@10 + recall@10 of the last two
    weeks before ``until``."""
    if not log.has_time:
        return LinearParameters(*search_by_order(log, event_types, settings, repeats, progress, budget))
    past = validation(log, until, weeks=2)
    targets = together_in_time(past.weeks)
    if len(targets) > MOST_USERS:
        chosen = np.random.default_rng(settings.seed).choice(len(targets), MOST_USERS, replace=False)
        targets = targets.choose(np.sort(chosen))
    histories = histories_at(log, targets.users, targets.now, event_types, settings.history_events)
    known = priors(past.log, past.until, settings.popularity_half_life_days, settings.recent_days)
    leaf = log.items.leaf

    def worth(score: Float) -> float:
        return worth_of(score, histories, targets, repeats)

    start = Coefficients(1.0, 0.5 if repeats else 0.0, 0.0, 0.0, 0.0)
    ways = [
        (half_life, power) for half_life in settings.linear.half_life_days for power in settings.linear.power
    ]
    habit = Habit(settings.habit.half_life_days[0], settings.habit.prior_weight)
    tried: list[tuple[float, LinearChoice]] = []
    solutions = {}
    with progress.step(
        "Choose the item-to-item matrix", len(ways) * (len(settings.linear.ease_share) + 3)
    ) as step:
        for half_life, power in ways:
            if solutions and not budget.within(SHARE_OF_BUDGET):
                break
            choice = LinearChoice(
                half_life,
                None,
                power,
                0.5,
                0.5 if repeats else 0.0,
                "target",
                start,
            )
            solved = solve_for(past.log, past.until, event_types, settings, choice, repeats)
            solutions[half_life, power] = solved

            def attempt(choice: LinearChoice, solved=solved) -> float:
                linear = merged(solved, choice, settings.linear.strongest, repeats)
                signals = counted_signals(histories, Counting(event_types, linear, habit, known, leaf))
                tried.append((worth(linear_score(signals, linear)), choice))
                budget.tried.append(Attempt("item-to-item matrix", described(choice), tried[-1][0]))
                step.advance()
                return tried[-1][0]

            _, share = max(
                (attempt(replace(choice, ease_share=share)), share) for share in settings.linear.ease_share
            )
            choice = replace(choice, ease_share=share)
            attempt(replace(choice, cut="source"))
            if repeats:
                for diagonal in (0.25, 1.0):
                    attempt(replace(choice, diagonal=diagonal))
    choice = max(tried, key=lambda one: one[0])[1]

    linear = merged(
        solutions[choice.half_life_days, choice.power], choice, settings.linear.strongest, repeats
    )
    found: list[tuple[float, Coefficients, Habit]] = []
    with progress.step("Choose the weights of the linear tier", len(settings.habit.half_life_days)) as step:
        for half_life in settings.habit.half_life_days:
            habit = Habit(half_life, settings.habit.prior_weight)
            signals = counted_signals(histories, Counting(event_types, linear, habit, known, leaf))

            def tell(coefficients: Coefficients, signals=signals) -> float:
                return worth(linear_score(signals, replace(linear, coefficients=coefficients)))

            value, coefficients = climb(
                tell, start, GRID if repeats else {name: GRID[name] for name in GRID if name != "habit"}
            )
            found.append((value, coefficients, habit))
            budget.tried.append(Attempt("habit", f"half-life {half_life:g} days", value))
            step.advance()
    _, coefficients, habit = max(found, key=lambda one: one[0])
    return LinearParameters(replace(choice, coefficients=coefficients), habit)


def described(choice: LinearChoice) -> str:
    """What is particular about it, for people."""
    return (
        f"half-life {choice.half_life_days:g} days, power {choice.power:g}, EASE {choice.ease_share:g}, "
        f"diagonal {choice.diagonal:g}, cut by {choice.cut}"
    )


def solve_for(
    log: Log,
    until: int,
    event_types: Sequence[EventType],
    settings: ModelSettings,
    choice: LinearChoice,
    repeats: bool,
):
    """Both dense solutions with the history weighed as ``choice`` says."""
    if choice.by_order is not None:
        return solve_by_order(log, event_types, settings, choice, repeats)
    return solve(
        log,
        until,
        event_types,
        settings.linear,
        choice.half_life_days,
        choice.half_life_events,
        choice.power,
        settings.history_events,
        repeats,
        settings.seed,
    )


def fit_counting(
    log: Log,
    until: int,
    event_types: Sequence[EventType],
    settings: ModelSettings,
    parameters: LinearParameters,
    repeats: bool,
) -> Counting:
    """Solve the chosen linear tier, and count the priors, on all of ``log``."""
    solved = solve_for(log, until, event_types, settings, parameters.choice, repeats)
    return Counting(
        event_types=event_types,
        linear=merged(
            solved,
            parameters.choice,
            parameters.choice.strongest or settings.linear.strongest,
            repeats,
        ),
        habit=parameters.habit,
        priors=priors(log, until, settings.popularity_half_life_days, settings.recent_days),
        leaf=log.items.leaf,
    )
