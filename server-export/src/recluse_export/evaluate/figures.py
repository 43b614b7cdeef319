"""Figures of several models on the same targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recluse_export.evaluate.metrics import DEPTH, interval, measure
from recluse_export.evaluate.settings import EvaluateSettings
from recluse_export.evaluate.split import Targets, last_event, targets_after
from recluse_export.features.history import Histories, histories_at
from recluse_export.models.base import Mode, Recommender, recommend_by_mode
from recluse_export.progress import Progress
from recluse_export.shapes import EventType, Figure, Log


def windows(log: Log, cut: int, days: Sequence[int]) -> dict[str, Targets]:
    """The windows after the cut by the name that figures carry; the last event of each user for a log without
    times."""
    if not log.has_time:
        return {"last event": last_event(log)}
    return {f"next {length} days": targets_after(log, cut, length) for length in days}


def evaluate(
    log: Log,
    asked: Mapping[str, Targets],
    models: Sequence[Recommender],
    event_types: Sequence[EventType],
    history_events: int,
    settings: EvaluateSettings,
    repeats: bool,
    seed: int,
    progress: Progress,
) -> list[Figure]:
    """Rank all items for every user of every window with every fitted model; items already seen are left out
    only where nobody repeats."""
    figures: list[Figure] = []
    with progress.step("Evaluate", len(asked) * len(models)) as step:
        for window, targets in asked.items():
            if settings.max_users is not None and len(targets) > settings.max_users:
                chosen = np.random.default_rng(seed).choice(len(targets), settings.max_users, replace=False)
                targets = targets.choose(np.sort(chosen))
            histories = histories_at(log, targets.users, targets.now, event_types, history_events)
            for model in models:
                figures += figures_of(model, window, histories, targets, settings, repeats, seed)
                step.advance()
    return figures


def figures_of(
    model: Recommender,
    window: str,
    histories: Histories,
    targets: Targets,
    settings: EvaluateSettings,
    repeats: bool,
    seed: int,
) -> list[Figure]:
    """Every metric of one model: of the list of all items on all targets, of the list of items bought before
    on such targets, of the list of items never bought before on such targets. Where nobody repeats there is
    only the last, as ``all``.
    """
    modes: dict[str, Mode] = (
        {"all": "any", "repeat": "repeat", "discover": "discover"} if repeats else {"all": "discover"}
    )
    figures = []
    rankings = recommend_by_mode(model, histories, DEPTH, list(modes.values()))
    for kind, mode in modes.items():
        for metric, values in measure(rankings[mode], targets, kind).items():
            if len(values) == 0:
                continue
            low, high = interval(values, settings.bootstrap, seed) if settings.bootstrap else (None, None)
            figures.append(
                Figure(window, model.name, metric, float(values.mean()), kind, low, high, len(values))
            )
    return figures
