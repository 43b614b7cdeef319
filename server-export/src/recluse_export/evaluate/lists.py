"""What every model would show to every user, in chunks that fit the memory whatever the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recluse_export.evaluate.metrics import DEPTH, METRICS, Values, measure
from recluse_export.evaluate.split import Targets
from recluse_export.features.context import contexts_at
from recluse_export.features.history import Histories, histories_at
from recluse_export.models.base import Mode, Recommender, in_chunks, recommend_by_mode
from recluse_export.progress import Step
from recluse_export.shapes import ContextField, EventType, Int, Log

SCORES_AT_ONCE = 2_000_000
"""Scores held at a time: a few dozen megabytes for models that need ten tables of them."""

Kind = str
"""Which targets a figure is about: ``all``, ``repeat`` (had before) or ``discover`` (never had)."""


@dataclass(frozen=True)
class Question:
    """Everybody whom a split asks about, and what a device would know of them at that moment."""

    window: str
    """The name that figures carry"""
    targets: Targets
    histories: Histories
    context: Int
    """``[users, fields]`` indices of the declared contexts: hour and weekday of the moment, and the
    profile"""
    repeats: bool
    """Whether items in the history may be recommended"""
    items: int
    """Size of the catalogue"""
    candidates: Int | None = None
    """Rows that may be recommended; None for all"""

    @property
    def modes(self) -> dict[Kind, Mode]:
        """What is ranked for each kind of target. Where nobody repeats, what was seen is left out and there
        is one kind."""
        if self.repeats:
            return {"all": "any", "repeat": "repeat", "discover": "discover"}
        return {"all": "discover"}

    def choose(self, places: Int) -> Question:
        """Only the users at these places, ascending."""
        mask = np.zeros(len(self.targets), bool)
        mask[places] = True
        kept = self.histories.keep(mask[self.histories.visitor])
        offsets = np.concatenate([[0], np.cumsum(np.diff(self.histories.offsets)[places])])
        histories = Histories(offsets, kept.row, kept.type, kept.age, kept.value)
        return Question(
            self.window,
            self.targets.choose(places),
            histories,
            self.context[places],
            self.repeats,
            self.items,
            self.candidates,
        )


@dataclass(frozen=True)
class Measured:
    """One model's answers to a question."""

    model: str
    lists: dict[Kind, Int]
    """``[users, DEPTH]`` rows a kind, best first"""
    values: dict[Kind, dict[str, Values]]
    """``[users with such targets]`` a kind and metric, as ``metrics.measure`` gives them"""

    def table(self, kind: Kind) -> Values:
        """``[users with such targets, metrics]`` in the order of ``METRICS``."""
        return np.stack([self.values[kind][name] for name in METRICS], axis=1)


def question(
    log: Log,
    window: str,
    targets: Targets,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    history_events: int,
    repeats: bool,
    most: int | None = None,
    seed: int = 1,
) -> Question:
    """Put the histories and contexts to the targets; ``most`` draws so many of the users by the seed."""
    if most is not None and len(targets) > most:
        chosen = np.random.default_rng(seed).choice(len(targets), most, replace=False)
        targets = targets.choose(np.sort(chosen))
    return Question(
        window,
        targets,
        histories_at(log, targets.users, targets.now, event_types, history_events),
        contexts_at(log, targets.users, targets.now, context),
        repeats,
        len(log.items),
        known_items(log, targets),
    )


def known_items(log: Log, targets: Targets) -> Int | None:
    """Rows that somebody had before the one moment at which all targets are asked for; None where each has a
    moment of its own, or somebody had every item.

    A log without dates of its items names some that did not exist by then. Nothing is known of them but that
    somebody will turn to them, and a model that has learned to lift what is new would win by that alone.
    """
    if not log.has_time or len(targets) == 0 or np.ptp(targets.now) > 0:
        return None
    known = np.unique(log.item[log.time < targets.now[0]])
    return None if len(known) == len(log.items) else known.astype(np.int32)


def chunks(histories: Histories, items: int) -> Iterator[tuple[slice, Histories]]:
    """The histories a few visitors at a time, fewer where the catalogue is large."""
    return in_chunks(histories, max(1, min(256, SCORES_AT_ONCE // max(1, items))))


def rank(
    model: Recommender, asked: Question, limit: int = DEPTH, step: Step | None = None
) -> dict[Kind, Int]:
    """``[users, limit]`` rows a kind of target, best first, of all candidates; each chunk is scored once.

    ``step`` advances by 1 in all.
    """
    modes = asked.modes
    limit = min(limit, asked.items if asked.candidates is None else len(asked.candidates))
    lists = {kind: np.empty((len(asked.targets), limit), np.int32) for kind in modes}
    for places, chunk in chunks(asked.histories, asked.items):
        found = recommend_by_mode(
            model, chunk, limit, list(modes.values()), asked.context[places], asked.candidates
        )
        for kind, mode in modes.items():
            lists[kind][places] = found[mode]
        if step is not None:
            step.advance(len(chunk) / len(asked.targets))
    return lists


def measured(model: str, lists: dict[Kind, Int], targets: Targets) -> Measured:
    """Hold lists against the targets."""
    return Measured(model, lists, {kind: measure(found, targets, kind) for kind, found in lists.items()})
