"""Chooses everything about the linear tier on two validation weeks, then solves it on the whole training
period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recluse_export.features.priors import priors
from recluse_export.features.signals import Counting, counted_signals, linear_score
from recluse_export.models.linear import LinearChoice, Solutions, merged, regression
from recluse_export.models.linear_by_order import solve_by_order
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import Coefficients, EventType, Float, Habit, Linear, Log
from recluse_export.train.budget import Attempt, Budget
from recluse_export.train.frequent import with_frequent_items
from recluse_export.train.judge import MOST_ITEMS, SHARE_OF_BUDGET, Judge
from recluse_export.train.linear_by_order import search_by_order
from recluse_export.train.mix import climb
from recluse_export.train.penalties import search_penalties

GRID = {
    "habit": [0.0, 0.03, 0.1, 0.25, 0.5, 1.0, 2.0],
    "affinity": [0.0, 0.03, 0.1, 0.3, 1.0],
    "popularity": [0.0, 0.0003, 0.001, 0.003, 0.01, 0.03],
    "recent": [0.0, 0.0003, 0.001, 0.003, 0.01, 0.03],
}
"""Coefficients tried for each part, that of ``together`` being 1."""


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
    """Choose penalties, half-lives, power, shares, the cut and the coefficients by the last two weeks before
    ``until``."""
    if not log.has_time:
        return LinearParameters(*search_by_order(log, event_types, settings, repeats, progress, budget))
    judge = Judge.by_last_weeks(log, until, event_types, settings, repeats, budget)
    known = priors(judge.past, judge.until, settings.popularity_half_life_days, settings.recent_days)
    linear = settings.linear

    def signals_of(tier: Linear, habit: Habit) -> dict[str, Float]:
        return counted_signals(judge.histories, Counting(event_types, tier, habit, known, log.items.leaf))

    ways = [(half_life, power) for half_life in linear.half_life_days for power in linear.power]
    habit = Habit(settings.habit.half_life_days[0], settings.habit.prior_weight)
    usual = LinearChoice(
        half_life_days=ways[0][0],
        half_life_events=None,
        power=ways[0][1],
        slit_regularisation=linear.relative_regularisation[0],
        ease_regularisation=linear.relative_regularisation[0],
        ease_share=0.5,
        diagonal=0.5 if repeats else 0.0,
        cut="target",
        coefficients=Coefficients(1.0, 0.5 if repeats else 0.0, 0.0, 0.0, 0.0),
    )
    tried: list[tuple[float, LinearChoice]] = []
    solutions = {}
    penalties = 2 * len(linear.relative_regularisation)
    with progress.step(
        "Choose the item-to-item matrix", penalties + len(ways) * (len(linear.ease_share) + 3)
    ) as step:
        if penalties > 2:
            fewer = with_frequent_items(log, MOST_ITEMS)
            few = judge
            if fewer is not log:
                few = Judge.by_last_weeks(fewer, until, event_types, settings, repeats, budget)
            intervals = priors(
                few.past, few.until, settings.popularity_half_life_days, settings.recent_days
            ).interval
            ease, slit = search_penalties(few, event_types, settings, usual, habit, intervals, step)
            usual = replace(usual, ease_regularisation=ease, slit_regularisation=slit)
        for half_life, power in ways:
            if solutions and not budget.within(SHARE_OF_BUDGET):
                break
            choice = replace(usual, half_life_days=half_life, power=power)
            solved = solve_for(judge.past, judge.until, event_types, settings, choice, repeats)
            solutions[half_life, power] = solved

            def attempt(choice: LinearChoice, solved=solved) -> float:
                tier = merged(solved, choice, linear.strongest, repeats)
                reached = judge.told(described(choice), linear_score(signals_of(tier, habit), tier))
                tried.append((reached, choice))
                step.advance()
                return reached

            _, share = max((attempt(replace(choice, ease_share=share)), share) for share in linear.ease_share)
            choice = replace(choice, ease_share=share)
            attempt(replace(choice, cut="source"))
            if repeats:
                for diagonal in (0.25, 1.0):
                    attempt(replace(choice, diagonal=diagonal))
    choice = max(tried, key=lambda one: one[0])[1]

    tier = merged(solutions[choice.half_life_days, choice.power], choice, linear.strongest, repeats)
    found: list[tuple[float, Coefficients, Habit]] = []
    with progress.step("Choose the weights of the linear tier", len(settings.habit.half_life_days)) as step:
        for half_life in settings.habit.half_life_days:
            habit = Habit(half_life, settings.habit.prior_weight)
            signals = signals_of(tier, habit)

            def tell(coefficients: Coefficients, signals=signals) -> float:
                return judge.worth(linear_score(signals, replace(tier, coefficients=coefficients)))

            value, coefficients = climb(
                tell,
                usual.coefficients,
                GRID if repeats else {name: GRID[name] for name in GRID if name != "habit"},
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
) -> Solutions:
    """Both dense solutions with the history weighed as ``choice`` says."""
    if not log.has_time:
        return solve_by_order(log, event_types, settings, choice, repeats)
    learned = regression(
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
    return learned.solved(learned.ease(choice.ease_regularisation), learned.slit(choice.slit_regularisation))


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
