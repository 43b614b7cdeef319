"""Chooses everything about the linear tier of a log without times on each user's last event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from scipy import linalg, sparse

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets, validation
from recluse_export.features.history import Histories, histories_at
from recluse_export.features.interest import interest
from recluse_export.features.priors import priors
from recluse_export.features.signals import Counting, counted_signals, linear_score
from recluse_export.models.base import best, within
from recluse_export.models.linear import LinearChoice, OrderChoice, merged
from recluse_export.models.linear_by_order import Sums, ease, penalised, solve_by_order, sums, whole_histories
from recluse_export.models.settings import LinearSettings, ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import Coefficients, EventType, Float, Habit, Log
from recluse_export.train.budget import Attempt, Budget
from recluse_export.train.mix import climb

SHARE_OF_BUDGET = 0.3
"""After which nothing further is tried."""
MOST_USERS = 2000
"""Users of validation that the search looks at."""
CUTOFFS = 20
"""Moments a user while searching."""
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
    past = validation(log, 0, weeks=1)
    targets = past.weeks[0]
    if len(targets) > MOST_USERS:
        chosen = np.random.default_rng(settings.seed).choice(len(targets), MOST_USERS, replace=False)
        targets = targets.choose(np.sort(chosen))
    histories = histories_at(past.log, targets.users, targets.now, event_types, settings.history_events)
    items = len(log.items)
    linear = settings.linear

    def worth(name: str, score: Float) -> float:
        reached = worth_of(score, histories, targets, repeats)
        budget.tried.append(Attempt("item-to-item matrix", name, reached))
        return reached

    def interest_with(half_life: float) -> sparse.csr_matrix:
        return interest(histories, event_types, items, None, half_life, 1.0).astype(np.float32)

    def summed(half_life: float, future: float) -> Sums:
        return sums(log_, event_types, half_life, future, settings.history_events, CUTOFFS, settings.seed)

    log_ = past.log
    half_life, future, slit_by = 3.0, 1.0, 0.3
    count = (
        len(linear.half_life_events)
        + len(linear.future_half_life_events)
        + 2 * len(linear.relative_regularisation)
        + 1
    )
    with progress.step("Choose the item-to-item matrix", count) as step:
        found: list[tuple[float, float]] = []
        kept: dict[float, Sums] = {}
        for value in linear.half_life_events:
            if found and not budget.within(SHARE_OF_BUDGET):
                break
            kept = {value: summed(value, future)}
            score = slit_score(interest_with(value), kept[value], slit_by)
            found.append((worth(f"half-life {value:g} events", score), value))
            step.advance()
        half_life = max(found)[1]
        found = []
        best_sums = kept.get(half_life)
        for value in linear.future_half_life_events:
            if found and not budget.within(SHARE_OF_BUDGET):
                break
            total = summed(half_life, value)
            found.append(
                (
                    worth(f"future {value:g} events", slit_score(interest_with(half_life), total, slit_by)),
                    value,
                )
            )
            if found[-1] == max(found):
                best_sums = total
            step.advance()
        future = max(found)[1]
        assert best_sums is not None
        scores: dict[float, Float] = {}
        found = []
        for value in linear.relative_regularisation:
            if found and not budget.within(SHARE_OF_BUDGET):
                break
            scores = {slit_by: scores[slit_by]} if slit_by in scores else {}
            scores[value] = slit_score(interest_with(half_life), best_sums, value)
            found.append((worth(f"SLIT penalty {value:g}", scores[value]), value))
            slit_by = max(found)[1]
            step.advance()
        by_future = scores[slit_by]
        del best_sums, scores
        gram_source = whole_histories(past.log, event_types, settings.history_events)
        gram = (gram_source.T @ gram_source).toarray()
        ease_by, share, best_so_far = 1.0, 0.0, max(found)[0]
        worse = 0
        for value in linear.relative_regularisation:
            by_past = interest_with(half_life) @ ease(gram, value, repeats)
            now_best = best_so_far
            for part in linear.ease_share_by_order[1:]:
                reached = worth(
                    f"EASE penalty {value:g}, share {part:g}", part * by_past + (1 - part) * by_future
                )
                if reached > best_so_far:
                    best_so_far, ease_by, share = reached, value, part
            step.advance()
            worse = worse + 1 if best_so_far == now_best else 0
            if worse >= 2 or not budget.within(SHARE_OF_BUDGET):
                break
        del gram, by_past
        start = Coefficients(1.0, 0.0, 0.0, 0.0, 0.0)
        choice = LinearChoice(
            None,
            half_life,
            1.0,
            share,
            1.0 if repeats else 0.0,
            "target",
            start,
            None,
            OrderChoice(future, slit_by, ease_by),
        )
        solved = solve_by_order(past.log, event_types, settings, choice, repeats)
        known = priors(past.log, past.until, settings.popularity_half_life_days, settings.recent_days)
        habit = Habit(settings.habit.half_life_days[0], settings.habit.prior_weight)
        cuts = []
        for strongest, cut in product(strongest_of(linear, items), ("target", "source")):
            attempt = replace(choice, cut=cut, strongest=strongest)
            tier = merged(solved, attempt, strongest, repeats)
            signals = counted_signals(histories, Counting(event_types, tier, habit, known, log.items.leaf))
            reached = worth(f"{strongest} entries a {cut}", signals["together"])
            cuts.append((reached - linear.least_gain * len(cuts) / 2, attempt, tier, signals))
        step.advance()
    _, choice, tier, signals = max(cuts, key=lambda one: one[0])

    def tell(coefficients: Coefficients) -> float:
        return worth_of(
            linear_score(signals, replace(tier, coefficients=coefficients)), histories, targets, repeats
        )

    _, coefficients = climb(tell, start, {**GRID, **(HABIT if repeats else {})})
    return replace(choice, coefficients=coefficients), habit


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


def worth_of(score: Float, histories: Histories, targets: Targets, repeats: bool) -> float:
    """NDCG@10 + recall@10."""
    ranking = best(within(score, histories, "any" if repeats else "discover"), 20)
    figures = measure(ranking, targets)
    return float(figures["ndcg@10"].mean() + figures["recall@10"].mean())
