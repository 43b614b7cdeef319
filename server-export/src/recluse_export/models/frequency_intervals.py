"""Personal frequency that knows rhythms: who buys something every ten days wants it again after ten days."""

from __future__ import annotations

from typing import Self

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from recluse_export.errors import ProblemError
from recluse_export.evaluate.split import before
from recluse_export.features.habit import habit_signals
from recluse_export.features.history import DAY, Double, Histories, histories_at, positions_before
from recluse_export.features.priors import priors
from recluse_export.features.signals import PARTS, SIGNALS
from recluse_export.models.base import Environment
from recluse_export.models.settings import Positive, PositiveInt, Settings
from recluse_export.shapes import Float, Habit, Log, Priors

READ = ["habit", "times", "daysSince", "interval", "repeat"]
"""The signals of ``docs/model.md`` that it looks at."""
LATEST = 5.0
"""Intervals after which later is no later."""


class IntervalSettings(Settings):
    """Decay, and what the chance of buying again is learned from."""

    half_life_days: Positive = 90.0
    """Days after which an event counts half."""
    prior_weight: Positive = 2.0
    """How many intervals the catalogue's usual interval counts for."""
    horizon_days: Positive = 7.0
    """Bought again within so many days: what is learned."""
    weeks: PositiveInt = 6
    """Weekly moments before the end of the log from which it is learned."""


class FrequencyWithIntervals:
    """Chance of buying again, by logistic regression (scikit-learn) on the visitor's own decayed count and
    times, and on where they are in the item's usual interval; what was never bought comes after, by
    popularity."""

    name = "frequency-intervals"

    def __init__(self, settings: IntervalSettings, environment: Environment) -> None:
        self.settings = settings
        self.environment = environment
        self.priors: Priors | None = None
        self.chance = ChanceAgain(np.zeros(8))

    @property
    def habit(self) -> Habit:
        """The parameters of the signals that it reads."""
        return Habit(self.settings.half_life_days, self.settings.prior_weight)

    def fit(self, log: Log, until: int) -> Self:
        """Learn the chance of buying again from the last weeks of the log.

        Raises
        ------
        ProblemError
            The log has no times, no type of event counts as habit, or nobody ever bought anything again.
        """
        if not log.has_time:
            raise ProblemError(
                f"{self.name}: needs the times of interactions, and this log has none. "
                "Name source.interactions.time."
            )
        if not any(event_type.habit for event_type in self.environment.event_types):
            raise ProblemError(
                f"{self.name}: no type of event counts as habit. Set habit = true under [[events]]."
            )
        settings = self.settings
        weeks = [until - int(DAY * (7 * week + settings.horizon_days)) for week in range(settings.weeks)]
        # Rhythms from before the weeks that are learned from, so that they don't know the answer.
        self.priors = self._rhythms(before(log, weeks[-1]), weeks[-1])
        parts = [self._week(log, week) for week in weeks]
        table, again = (np.concatenate(part) for part in zip(*parts, strict=True))
        if len(np.unique(again)) < 2:
            raise ProblemError(
                f"{self.name}: nobody bought anything again in the last {settings.weeks} weeks. "
                "Take popularity or an item-to-item model."
            )
        learned = LogisticRegression(C=1e3, max_iter=500).fit(table, again)
        self.chance = ChanceAgain(np.append(learned.coef_[0], learned.intercept_[0]))
        self.priors = self._rhythms(log, until)
        return self

    def _rhythms(self, log: Log, until: int) -> Priors:
        return priors(log, until, self.settings.half_life_days, self.settings.horizon_days)

    def _week(self, log: Log, now: int) -> tuple[Double, np.ndarray]:
        """``[pairs, features]`` of what each user had before ``now``, and whether they had it again soon."""
        users = np.flatnonzero(np.diff(log.offsets))
        tables, again = [], []
        items = len(log.items)
        for start in range(0, len(users), 256):
            some = users[start : start + 256]
            moment = np.full(len(some), now)
            histories = histories_at(
                log, some, moment, self.environment.event_types, self.environment.history_events
            )
            signals = self._signals(histories)
            line, item = np.nonzero(signals["times"] > 0)
            begin = positions_before(log, some, moment)
            end = positions_before(log, some, moment + int(DAY * self.settings.horizon_days))
            length = end - begin
            event = np.arange(length.sum()) + np.repeat(
                begin - np.concatenate([[0], np.cumsum(length)[:-1]]), length
            )
            bought = np.repeat(np.arange(len(some)), length) * items + log.item[event]
            tables.append(np.stack(features_of(*(signals[name][line, item] for name in READ)), axis=-1))
            again.append(np.isin(line * items + item, bought))
        return np.concatenate(tables), np.concatenate(again)

    def _signals(self, histories: Histories) -> dict[str, Float]:
        if self.priors is None:
            raise ValueError("not fitted")
        known = habit_signals(histories, self.environment.event_types, self.habit, self.priors.interval)
        values = {
            "habit": known.habit,
            "times": known.times,
            "daysSince": known.days_since,
            "interval": known.interval,
            "repeat": np.broadcast_to(self.priors.repeat, known.habit.shape),
            "popularity": np.broadcast_to(self.priors.popularity, known.habit.shape),
        }
        return {name: np.asarray(value, np.float32) for name, value in values.items()}

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``: 0 to 1 for what was bought, below 0 by popularity for the rest."""
        signals = self._signals(histories)
        stacked = np.zeros((*signals["times"].shape, len(SIGNALS)), np.float32)
        for name, value in signals.items():
            stacked[..., SIGNALS.index(name)] = value
        with torch.no_grad():
            return self.chance.score(torch.from_numpy(stacked)).numpy()


def features_of(habit, times, days_since, interval, repeat) -> list:
    """What the chance depends on, of arrays or tensors of pairs that were bought at least once."""
    library = torch if isinstance(habit, Tensor) else np
    due = library.clip(days_since / library.clip(interval, 1.0, None), 0.0, LATEST)
    again = library.clip(repeat, 1e-3, 1 - 1e-3)
    return [
        library.log(habit + 0.01),
        library.log(library.clip(times, 1.0, None)),
        library.log1p(due),
        library.abs(due - 1),
        library.exp(-due * due * 8),
        library.log1p(interval),
        library.log(again / (1 - again)),
    ]


class ChanceAgain(nn.Module):
    """``blender.onnx`` of this model: chance of buying again, or popularity below all of them."""

    weights: Tensor

    def __init__(self, weights: np.ndarray) -> None:
        super().__init__()
        self.register_buffer("weights", torch.from_numpy(np.asarray(weights, np.float32)))

    def score(self, signals: Tensor) -> Tensor:
        """``[batch, candidates]`` from ``[batch, candidates, signals]`` in the order of ``SIGNALS``."""
        raw = {name: signals[..., place] for place, name in enumerate(SIGNALS)}
        table = torch.stack(features_of(*(raw[name] for name in READ)), dim=-1)
        chance = torch.sigmoid((table * self.weights[:-1]).sum(-1) + self.weights[-1])
        return torch.where(raw["times"] > 0, chance, raw["popularity"] / 100 - 1)

    def forward(self, signals: Tensor, visitor: Tensor) -> tuple[Tensor, Tensor]:
        """Score ``[batch, candidates]`` and parts ``[batch, candidates, parts]``, 0 but for habit and
        popularity."""
        score = self.score(signals) + 0 * visitor.sum(-1, keepdim=True)
        bought = (signals[..., SIGNALS.index("times")] > 0).to(score.dtype)
        parts = {"habit": score * bought, "popularity": score * (1 - bought)}
        nothing = torch.zeros_like(score)
        return score, torch.stack([parts.get(name, nothing) for name in PARTS], dim=-1)
