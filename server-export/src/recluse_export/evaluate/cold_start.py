"""How soon a new visitor is served better than by what everybody buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recluse_export.evaluate.intervals import bootstrap_intervals
from recluse_export.evaluate.lists import Question, measured, rank
from recluse_export.models.base import Recommender
from recluse_export.progress import Step
from recluse_export.shapes import ContextField

METRICS = ("recall@10", "ndcg@10")
"""What is shown of each number of events."""
CLOCK = ("hour", "weekday")
"""Contexts that a device knows of a visitor of whom it knows nothing else."""


@dataclass(frozen=True)
class ColdStartFigure:
    """One model after so many events."""

    split: str
    events: int
    model: str
    metric: str
    value: float
    low: float | None
    high: float | None
    users: int


def as_newcomers(
    asked: Question, lengths: Sequence[int], context: Sequence[ContextField], most: int, seed: int
) -> Question | None:
    """The users with at least as many events as the longest of ``lengths``, at most ``most`` of them drawn by
    the seed, without their profiles; None where there is nobody. The same users stand for every number of
    events, so that nothing but that number differs."""
    length = np.diff(asked.histories.offsets)
    places = np.flatnonzero(length >= max(lengths))
    if len(places) == 0:
        return None
    if len(places) > most:
        places = np.sort(np.random.default_rng(seed).choice(places, most, replace=False))
    chosen = asked.choose(places)
    known = chosen.context.copy()
    for column, field in enumerate(context):
        if field.name not in CLOCK and not field.of_moment:
            known[:, column] = 0
    return replace(chosen, context=known)


def cold_start(
    newcomers: Question,
    models: Sequence[Recommender],
    lengths: Sequence[int],
    resamples: int,
    seed: int,
    step: Step | None = None,
) -> list[ColdStartFigure]:
    """Ask for the same targets as if only each visitor's newest events were known, as many as ``lengths`` say
    one after the other. The device knows nothing of earlier ones and may show what they were about."""
    figures = []
    for events in lengths:
        asked = replace(newcomers, histories=newcomers.histories.newest(events))
        for model in models:
            lists = {"all": rank(model, asked, step=step)["all"]}
            values = measured(model.name, lists, asked.targets).values["all"]
            table = np.stack([values[name] for name in METRICS], axis=1)
            low, high = bootstrap_intervals(table, resamples, seed) if resamples else (None, None)
            for column, metric in enumerate(METRICS):
                figures.append(
                    ColdStartFigure(
                        asked.window,
                        events,
                        model.name,
                        metric,
                        float(table[:, column].mean()),
                        None if low is None else float(low[column]),
                        None if high is None else float(high[column]),
                        len(table),
                    )
                )
    return figures
