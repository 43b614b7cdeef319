"""The linear tier's evidence at any moment of any user, from matrices that did not see that user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from recluse_export.evaluate.split import without_users
from recluse_export.features.affinity import affinity
from recluse_export.features.habit import habit_signals
from recluse_export.features.history import histories_at
from recluse_export.features.interest import interest
from recluse_export.features.signals import Counting
from recluse_export.features.together import together
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import EventType, Float, Int, Log, Long
from recluse_export.train.evidence import folds_of
from recluse_export.train.kept import Kept
from recluse_export.train.linear import LinearParameters, fit_counting

EVIDENCE = ["together", "habit", "affinity"]
"""Parts of the linear tier beside which the encoder learns; popularity is in its own biases."""


@dataclass(frozen=True)
class MomentEvidence:
    """One linear tier a fold of the users, each learned from all other users."""

    log: Log
    fold: Int
    """``[users]``"""
    countings: list[Counting]
    history_events: int

    def at(self, users: Long, now: Long) -> Float:
        """``[moments, parts, items]`` the parts of ``EVIDENCE`` for each user at their moment."""
        items = len(self.log.items)
        result = np.zeros((len(users), len(EVIDENCE), items), np.float32)
        for number, counting in enumerate(self.countings):
            places = np.flatnonzero(self.fold[users] == number)
            if len(places) == 0:
                continue
            histories = histories_at(
                self.log, users[places], now[places], counting.event_types, self.history_events
            )
            linear = counting.linear
            x = interest(
                histories,
                counting.event_types,
                items,
                linear.half_life_days,
                linear.half_life_events,
                linear.power,
            )
            habits = habit_signals(histories, counting.event_types, counting.habit, counting.priors.interval)
            result[places, 0] = together(x, linear)
            result[places, 1] = habits.habit
            result[places, 2] = affinity(x, counting.leaf)
        return result


def moment_evidence(
    log: Log,
    until: int,
    event_types: Sequence[EventType],
    settings: ModelSettings,
    parameters: LinearParameters,
    repeats: bool,
    progress: Progress,
    kept: Kept,
) -> MomentEvidence:
    """Solve the linear tier once for each fold."""
    fold, folds = folds_of(log, settings)
    countings = []
    with progress.step("Solve the item-to-item matrix without each part of the users", folds) as step:
        for number in range(folds):
            others = without_users(log, np.flatnonzero(fold == number).astype(np.int32))
            solve = partial(fit_counting, others, until, event_types, settings, parameters, repeats)
            countings.append(kept.counting(f"matrix without fold {number}", "", event_types, solve))
            step.advance()
    return MomentEvidence(log, fold, countings, settings.history_events)
