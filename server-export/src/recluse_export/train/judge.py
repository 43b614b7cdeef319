"""Who judges the item-to-item matrix while it is chosen: users with what came next held back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recluse_export.evaluate.split import Targets, together_in_time, validation
from recluse_export.features.history import Histories, histories_at
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Step
from recluse_export.shapes import EventType, Float, Log
from recluse_export.train.budget import Attempt, Budget
from recluse_export.train.worth import worth_for_both

SHARE_OF_BUDGET = 0.3
"""After which nothing further is tried."""
MOST_ITEMS = 5000
"""Items on which half-lives and penalties are searched: solving takes the cube of their number."""
MOST_USERS = 2000
"""Lists that are looked at."""


@dataclass(frozen=True)
class Judge:
    """What is to be learned from, and how good a table of scores is for what came next."""

    past: Log
    """Without what is held back."""
    until: int
    """The end of ``past``."""
    histories: Histories
    targets: Targets
    repeats: bool
    budget: Budget

    @staticmethod
    def by_last_events(
        log: Log, event_types: Sequence[EventType], settings: ModelSettings, repeats: bool, budget: Budget
    ) -> Judge:
        """Each user's last event, for a log without times."""
        held_back = validation(log, 0, weeks=1)
        targets = some_of(held_back.weeks[0], settings.seed)
        histories = histories_at(
            held_back.log, targets.users, targets.now, event_types, settings.history_events
        )
        return Judge(held_back.log, 0, histories, targets, repeats, budget)

    @staticmethod
    def by_last_weeks(
        log: Log,
        until: int,
        event_types: Sequence[EventType],
        settings: ModelSettings,
        repeats: bool,
        budget: Budget,
    ) -> Judge:
        """The last two weeks before ``until``, each with the history up to it."""
        held_back = validation(log, until, weeks=2)
        targets = some_of(together_in_time(held_back.weeks), settings.seed)
        histories = histories_at(log, targets.users, targets.now, event_types, settings.history_events)
        return Judge(held_back.log, held_back.until, histories, targets, repeats, budget)

    def worth(self, score: Float) -> float:
        """What the lists by ``score`` ``[users, items]`` are worth."""
        return worth_for_both(score, self.histories, self.targets, self.repeats)

    def told(self, what: str, score: Float) -> float:
        """The same, and the budget remembers it."""
        return self.tell(what, self.worth(score))

    def tell(self, what: str, worth: float) -> float:
        """Let the budget remember what something was worth."""
        self.budget.tried.append(Attempt("item-to-item matrix", what, worth))
        return worth

    def best_of(self, values: Iterable[float], attempt: Callable[[float], float], step: Step) -> float:
        """The value whose attempt was worth most, of those for which there is time."""
        found: list[tuple[float, float]] = []
        for value in values:
            if not found or self.budget.within(SHARE_OF_BUDGET):
                found.append((attempt(value), value))
            step.advance()
        return max(found)[1]


def some_of(targets: Targets, seed: int) -> Targets:
    """At most ``MOST_USERS``, drawn by the seed."""
    if len(targets) <= MOST_USERS:
        return targets
    chosen = np.random.default_rng(seed).choice(len(targets), MOST_USERS, replace=False)
    return targets.choose(np.sort(chosen))
