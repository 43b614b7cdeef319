"""Figures of several models on the same targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recluse_export.evaluate.intervals import bootstrap_intervals
from recluse_export.evaluate.lists import Measured, measured, question, rank
from recluse_export.evaluate.metrics import MEASURES, METRICS
from recluse_export.evaluate.settings import EvaluateSettings
from recluse_export.evaluate.split import Targets, last_basket, last_event, targets_after, with_enough
from recluse_export.models.base import Recommender
from recluse_export.progress import Progress
from recluse_export.shapes import ContextField, EventType, Figure, Log


def windows(log: Log, cut: int, days: Sequence[int]) -> dict[str, Targets]:
    """The windows after the cut by the name that figures carry; each user's last basket for a log that ends
    at the cut, the last event of each user for a log without times."""
    if not log.has_time:
        return {"last event": last_event(log)}
    if int(log.time.max(initial=0)) < cut:
        return {"last basket": last_basket(log)}
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
    context: Sequence[ContextField] = (),
) -> list[Figure]:
    """Rank all items for every user of every window with every fitted model; items already seen are left out
    only where nobody repeats. ``context``: the declared contexts, which models then know at each moment."""
    figures: list[Figure] = []
    enough = with_enough(asked, settings.least_targets)
    with progress.step("Evaluate", len(enough) * len(models)) as step:
        for window, targets in enough.items():
            posed = question(
                log, window, targets, event_types, context, history_events, repeats, settings.max_users, seed
            )
            for model in models:
                answer = measured(model.name, rank(model, posed, step=step), posed.targets)
                found = figures_of(answer, window, settings.bootstrap, seed)
                figures += [figure for figure in found if figure.metric in MEASURES]
    return figures


def figures_of(answer: Measured, window: str, resamples: int, seed: int) -> list[Figure]:
    """Means of every metric and kind of target with their 95 % intervals (none where ``resamples`` is 0);
    kinds of which nobody has a target are left out."""
    figures = []
    for kind in answer.values:
        table = answer.table(kind)
        users = len(table)
        if users == 0:
            continue
        low = high = np.full(table.shape[1], np.nan)
        if resamples:
            low, high = bootstrap_intervals(table, resamples, seed)
        for column, metric in enumerate(METRICS):
            ends = (float(low[column]), float(high[column])) if resamples else (None, None)
            figures.append(
                Figure(window, answer.model, metric, float(table[:, column].mean()), kind, *ends, users)
            )
    return figures
