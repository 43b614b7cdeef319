"""The penalties of EASE and SLIT where times are known, each chosen by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from recluse_export.features.habit import habit_signals
from recluse_export.features.interest import interest
from recluse_export.features.together import together
from recluse_export.models.linear import LinearChoice, merged, regression
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Step
from recluse_export.shapes import EventType, Float, Habit
from recluse_export.train.judge import Judge

HABIT = (0.0, 0.03, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Weights of ``habit`` beside the matrix, the best of which counts: a penalty is not to be chosen for the
scale that it leaves."""


def search_penalties(
    judge: Judge,
    event_types: Sequence[EventType],
    settings: ModelSettings,
    choice: LinearChoice,
    habit: Habit,
    prior_interval: Float,
    step: Step,
) -> tuple[float, float]:
    """Of EASE and of SLIT, with all else as in ``choice``; the cut matrix is judged, as it would rank."""
    linear = settings.linear
    items = len(judge.past.items)
    learned = regression(
        judge.past,
        judge.until,
        event_types,
        linear,
        choice.half_life_days,
        choice.half_life_events,
        choice.power,
        settings.history_events,
        judge.repeats,
        settings.seed,
    )
    x = interest(
        judge.histories, event_types, items, choice.half_life_days, choice.half_life_events, choice.power
    )
    known = habit_signals(judge.histories, event_types, habit, prior_interval).habit.astype(np.float32)

    def by(name: str, solve: Callable[[float], Float]) -> float:
        def attempt(penalty: float) -> float:
            matrix = solve(penalty)
            evidence = together(
                x, merged(learned.solved(matrix, matrix), choice, linear.strongest, judge.repeats)
            )
            weights = HABIT if judge.repeats else (0.0,)
            reached = max(
                judge.worth((evidence + np.float32(weight) * known).astype(np.float32)) for weight in weights
            )
            return judge.tell(f"{name} penalty {penalty:g}", reached)

        return judge.best_of(linear.relative_regularisation, attempt, step)

    return by("EASE", learned.ease), by("SLIT", learned.slit)
