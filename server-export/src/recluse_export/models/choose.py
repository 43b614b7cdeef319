"""Chooses a model's settings on the last part of the past, so that no comparison is with a straw man."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import together_in_time, validation
from recluse_export.features.history import histories_at
from recluse_export.models import zoo
from recluse_export.models.base import Recommender, recommend
from recluse_export.progress import Progress, SilentProgress
from recluse_export.shapes import ContextField, EventType, Log

MOST_USERS = 1500
"""Users whose last week (or last event) is looked at."""
WEEKS = 2
"""Weeks that are held back of a log with times."""


@dataclass(frozen=True)
class Try:
    """One point that was looked at."""

    settings: dict[str, Any]
    worth: float
    """NDCG@10 + recall@10 on validation."""
    seconds: float
    """To fit and rank."""


@dataclass(frozen=True)
class Choice:
    """What validation chose, and everything it chose from."""

    settings: dict[str, Any]
    tried: list[Try]


def choose(
    name: str,
    log: Log,
    until: int,
    *,
    event_types: Sequence[EventType],
    history_events: int = 1000,
    context: Sequence[ContextField] = (),
    seed: int = 1,
    repeats: bool,
    start: Mapping[str, Any] | None = None,
    tries: Mapping[str, Sequence[Any]] | None = None,
    budget_seconds: float | None = None,
    progress: Progress | None = None,
) -> Choice:
    """Try the settings of a model one after another, each time keeping the best value.

    Parameters
    ----------
    name
        A model of the zoo.
    log, until
        What training may see, as for ``fit``; its last two weeks (each user's last event where there are no
        times) are held back here.
    event_types, history_events, context, seed
        As for ``zoo.create``.
    repeats
        Whether items that a user had may be recommended; otherwise they are left out.
    start
        Settings to begin from, instead of the defaults.
    tries
        Values by setting, instead of those of the zoo.
    budget_seconds
        No new try is begun after so many seconds; None for no limit.
    progress
        Told of every try.
    """
    past = validation(log, until, weeks=WEEKS if log.has_time else 1)
    targets = together_in_time(past.weeks)
    if len(targets) > MOST_USERS:
        chosen = np.random.default_rng(seed).choice(len(targets), MOST_USERS, replace=False)
        targets = targets.choose(np.sort(chosen))
    histories = histories_at(log, targets.users, targets.now, event_types, history_events)
    began = time.monotonic()

    last: list[Recommender] = []

    def refitted(settings: dict[str, Any]) -> Recommender:
        """Fitted, or the last one with another decay where that is all that differs."""
        checked = zoo.settings_of(name, settings)
        again = getattr(last[0], "with_decay", None) if last else None
        model = again(checked) if again is not None else None
        if model is None:
            model = zoo.create(
                name,
                checked,
                event_types=event_types,
                history_events=history_events,
                context=context,
                seed=seed,
            ).fit(past.log, past.until)
        last[:] = [model]
        return model

    def attempt(settings: dict[str, Any]) -> Try:
        started = time.monotonic()
        model = refitted(settings)
        ranking = recommend(model, histories, 20, "any" if repeats else "discover")
        found = measure(ranking, targets)
        worth = float(found["ndcg@10"].mean() + found["recall@10"].mean())
        return Try(settings, worth, time.monotonic() - started)

    def in_time() -> bool:
        return budget_seconds is None or time.monotonic() - began < budget_seconds

    points = usable(zoo.entry(name).tries if tries is None else tries, log.has_time)
    defaults = zoo.settings_of(name, start).model_dump()
    return climb(dict(start or {}), defaults, points, attempt, in_time, progress or SilentProgress(), name)


def climb(
    start: dict[str, Any],
    defaults: Mapping[str, Any],
    points: Mapping[str, Sequence[Any]],
    attempt: Callable[[dict[str, Any]], Try],
    in_time: Callable[[], bool],
    progress: Progress,
    name: str,
) -> Choice:
    """Coordinate search: one setting after the other takes its best value."""
    with progress.step(f"Choose {name}", 1 + sum(len(values) for values in points.values())) as step:
        best = attempt(start)
        tried = [best]
        step.advance()
        for setting, values in points.items():
            current = best.settings.get(setting, defaults[setting])
            for value in values:
                if value != current and in_time():
                    tried.append(attempt({**best.settings, setting: value}))
                step.advance()
            best = max(tried, key=lambda one: one.worth)
    return Choice(best.settings, tried)


def usable(tries: Mapping[str, Sequence[Any]], has_time: bool) -> dict[str, Sequence[Any]]:
    """Without decays in days where the log has no times, and without those in events where it has."""
    unfit = "_events" if has_time else "_days"
    return {name: values for name, values in tries.items() if not name.endswith(unfit)}
