"""Chooses everything about the linear tier of a log without times on each user's last event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from scipy import linalg, sparse

from recluse_export.features.interest import interest
from recluse_export.features.priors import priors
from recluse_export.features.signals import Counting, counted_signals, linear_score
from recluse_export.models.linear import LinearChoice, merged
from recluse_export.models.linear_by_order import Sums, ease, penalised, solve_by_order, sums, whole_histories
from recluse_export.models.settings import LinearSettings, ModelSettings
from recluse_export.progress import Progress, Step
from recluse_export.shapes import Coefficients, EventType, Float, Habit, Linear, Log
from recluse_export.train.budget import Budget
from recluse_export.train.frequent import with_frequent_items
from recluse_export.train.judge import MOST_ITEMS, SHARE_OF_BUDGET, Judge
from recluse_export.train.mix import climb

CUTOFFS = 20
"""Moments a user while searching."""
FIRST = (3.0, 1.0, 0.3)
"""Half-life, half-life of the future and penalty of SLIT from which the search starts."""
GRID = {
    "affinity": [0.0, 0.01, 0.03, 0.1, 0.3],
    "popularity": [0.0, 0.001, 0.003, 0.01, 0.03],
}
HABIT = {"habit": [0.0, 0.1, 0.3, 1.0]}


def search_by_order(
    log: Log,
    event_types: Sequence[EventType],
    settings: ModelSettings,
    repeats: bool,
    progress: Progress,
    budget: Budget,
) -> tuple[LinearChoice, Habit]:
    """Each choice in turn, the others as they are so far; what was tried is told to the budget."""
    judge = Judge.by_last_events(log, event_types, settings, repeats, budget)
    linear = settings.linear
    powers = linear.power_by_order if repeats else [1.0]
    attempts = len(linear.half_life_events) + len(linear.future_half_life_events)
    attempts += 2 * len(linear.relative_regularisation)
    with progress.step("Choose the item-to-item matrix", len(powers) * attempts + 1) as step:
        few = judge
        if len(log.items) > MOST_ITEMS:
            fewer = with_frequent_items(log, MOST_ITEMS)
            few = Judge.by_last_events(fewer, event_types, settings, repeats, budget)
        found = []
        for power in powers:
            if not found or budget.within(SHARE_OF_BUDGET):
                found.append(search_matrix(few, event_types, settings, power, step))
        _, choice = max(found, key=lambda one: one[0])
        choice, signals, tier, habit = choose_cut(judge, choice, event_types, settings)
        step.advance()

    def tell(coefficients: Coefficients) -> float:
        return judge.worth(linear_score(signals, replace(tier, coefficients=coefficients)))

    _, coefficients = climb(tell, choice.coefficients, {**GRID, **(HABIT if repeats else {})})
    return replace(choice, coefficients=coefficients), habit


def search_matrix(
    judge: Judge, event_types: Sequence[EventType], settings: ModelSettings, power: float, step: Step
) -> tuple[float, LinearChoice]:
    """Half-lives, penalties and the share of EASE, on whole matrices, and what the lists are worth then."""
    linear = settings.linear
    items = len(judge.past.items)
    _, future, penalty = FIRST
    powered = "" if power == 1 else f"power {power:g}, "

    def recent(half_life: float) -> sparse.csr_matrix:
        return interest(judge.histories, event_types, items, None, half_life, power).astype(np.float32)

    def summed(half_life: float, future: float) -> Sums:
        return sums(
            judge.past, event_types, half_life, power, future, settings.history_events, CUTOFFS, settings.seed
        )

    def by_half_life(value: float) -> float:
        return judge.told(
            f"{powered}half-life {value:g} events", slit_score(recent(value), summed(value, future), penalty)
        )

    half_life = judge.best_of(linear.half_life_events, by_half_life, step)
    past = recent(half_life)

    def by_future(value: float) -> float:
        return judge.told(
            f"{powered}future {value:g} events", slit_score(past, summed(half_life, value), penalty)
        )

    future = judge.best_of(linear.future_half_life_events, by_future, step)
    total = summed(half_life, future)

    def by_penalty(value: float) -> float:
        return judge.told(f"{powered}SLIT penalty {value:g}", slit_score(past, total, value))

    penalty = judge.best_of(linear.relative_regularisation, by_penalty, step)
    forward = slit_score(past, total, penalty)
    histories = whole_histories(judge.past, event_types, power, settings.history_events)
    gram = (histories.T @ histories).toarray()
    shares: dict[float, float] = {}
    worths: dict[float, float] = {}

    def by_ease(value: float) -> float:
        backward = past @ ease(gram, value, judge.repeats)
        reached = {
            share: judge.told(
                f"{powered}EASE penalty {value:g}, share {share:g}", share * backward + (1 - share) * forward
            )
            for share in linear.ease_share_by_order
        }
        shares[value] = max(reached, key=lambda share: reached[share])
        worths[value] = reached[shares[value]]
        return worths[value]

    ease_by = judge.best_of(linear.relative_regularisation, by_ease, step)
    return worths[ease_by], LinearChoice(
        half_life_days=None,
        half_life_events=half_life,
        power=power,
        slit_regularisation=penalty,
        ease_regularisation=ease_by,
        ease_share=shares[ease_by],
        diagonal=1.0 if judge.repeats else 0.0,
        cut="target",
        coefficients=Coefficients(1.0, 0.0, 0.0, 0.0, 0.0),
        future_half_life_events=future,
    )


def choose_cut(
    judge: Judge, choice: LinearChoice, event_types: Sequence[EventType], settings: ModelSettings
) -> tuple[LinearChoice, dict[str, Float], Linear, Habit]:
    """How many entries are kept of the matrix, and whether the strongest a target or a source; with the
    signals of the tier that this gives."""
    solved = solve_by_order(judge.past, event_types, settings, choice, judge.repeats)
    known = priors(judge.past, 0, settings.popularity_half_life_days, settings.recent_days)
    habit = Habit(settings.habit.half_life_days[0], settings.habit.prior_weight)
    found = []
    for strongest, cut in product(strongest_of(settings.linear, len(judge.past.items)), ("target", "source")):
        attempt = replace(choice, cut=cut, strongest=strongest)
        tier = merged(solved, attempt, strongest, judge.repeats)
        signals = counted_signals(
            judge.histories, Counting(event_types, tier, habit, known, judge.past.items.leaf)
        )
        reached = judge.told(f"{strongest} entries a {cut}", signals["together"])
        dearer = 0.0 if strongest == settings.linear.strongest_by_order[0] else settings.linear.least_gain
        found.append((reached - dearer, attempt, signals, tier))
    _, chosen, signals, tier = max(found, key=lambda one: one[0])
    return chosen, signals, tier, habit


def strongest_of(settings: LinearSettings, items: int) -> list[int]:
    """How many entries an item may keep so that the pack stays small, fewest first."""
    most = max(8, settings.most_entries // items)
    return sorted({min(strongest, most) for strongest in settings.strongest_by_order})


def slit_score(past: sparse.csr_matrix, total: Sums, regularisation: float) -> Float:
    """``[visitors, items]`` scores of SLIT without solving for the whole matrix: visitors are fewer than
    items."""
    half = linalg.solve(
        penalised(total.past, regularisation),
        past.T.toarray(),
        assume_a="pos",
        overwrite_a=True,
        check_finite=False,
    )
    return (half.T @ total.future).astype(np.float32)
