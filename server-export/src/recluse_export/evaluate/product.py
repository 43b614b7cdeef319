"""One whole evaluation: every model on every window, and everything that is said about them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from recluse_export.config import Config
from recluse_export.errors import ProblemError
from recluse_export.evaluate import contestants, new_items
from recluse_export.evaluate.beyond import Exposure, beyond_accuracy
from recluse_export.evaluate.cold_start import as_newcomers, cold_start
from recluse_export.evaluate.comparison import comparisons_with
from recluse_export.evaluate.figures import figures_of
from recluse_export.evaluate.groups import group_figures
from recluse_export.evaluate.lists import Measured, Question, measured, question, rank
from recluse_export.evaluate.protocols import describe, known_before, target_windows, training_part
from recluse_export.evaluate.rating_runtimes import expected_by, rating_figures, rating_question
from recluse_export.evaluate.report import Report
from recluse_export.evaluate.runtimes import Runtime, answer_of, lists_by, runtime_figures
from recluse_export.evaluate.split import select
from recluse_export.features.ratings import ratings_in
from recluse_export.models import zoo
from recluse_export.models.base import Recommender
from recluse_export.pack import read_pack
from recluse_export.progress import Progress
from recluse_export.shapes import ContextField, EventType, Figure, Float, Log
from recluse_export.train.arguments import context_of, event_types_of
from recluse_export.train.pipeline import people_repeat
from recluse_export.train.trained import Trained


class Trainings(Protocol):
    """Where trained models come from; asked only for what is needed."""

    def full(self) -> Trained:
        """The training of the configuration."""
        ...

    def without_new_items(self) -> Trained:
        """The same without the held-out items."""
        ...

    def pack(self, trained: Trained, figures: list[Figure]) -> Path:
        """The exported pack."""
        ...


@dataclass(frozen=True)
class Request:
    """What is asked of an evaluation."""

    models: Sequence[str] | None = None
    """Names as ``contestants.names_of`` gives them; None for the comparisons of the model card and all
    tiers"""
    runtimes: Sequence[Runtime] = ("pytorch",)
    seconds_to_choose: float | None = None
    """How long validation may choose each zoo model's settings; None takes them as configured"""
    only_ranking: bool = False
    """Leave out cold start, groups and new items"""


@dataclass(frozen=True)
class Setting:
    """What every part of an evaluation needs to know."""

    log: Log
    config: Config
    event_types: list[EventType]
    context: list[ContextField]
    repeats: bool
    past: Log
    until: int
    progress: Progress


def evaluate_models(
    log: Log, config: Config, request: Request, trainings: Trainings, progress: Progress
) -> Report:
    """Fit, rank, measure, compare.

    Parameters
    ----------
    log
        Everything that happened, the targets included.
    config
        With the split.
    request
        What is wanted.
    trainings
        Where trained models come from.
    progress
        Told of every step.

    Raises
    ------
    ProblemError
        Nobody has a target, an unknown model, or a runtime that is not installed.
    """
    past, until = training_part(log, config.split)
    least = config.evaluate.least_targets
    windows = target_windows(log, config.split, least)
    report = Report(
        config.pack.name,
        describe(log, config.split, least),
        config.model.seed,
        {
            "users": float(np.count_nonzero(np.diff(past.offsets))),
            "items": float(len(log.items)),
            "interactions": float(len(past.item)),
        },
    )
    with timed(report, "train"):
        trained = trainings.full() if contestants.wants_training(request.models) else None
    setting = Setting(
        log,
        config,
        event_types_of(config),
        trained.context if trained else context_of(config, past),
        trained.repeats if trained else people_repeat(past),
        past,
        until,
        progress,
    )
    with timed(report, "fit"):
        models, notes = contestants.contestants(
            request.models,
            past,
            until,
            config,
            trained,
            setting.event_types,
            setting.context,
            setting.repeats,
            progress,
            request.seconds_to_choose,
        )
    report.notes += notes
    report.training = list(trained.networks.worths) if trained and trained.networks else []
    exposure = Exposure.of(past)
    first: tuple[Question, list[Measured]] | None = None
    for window, targets in windows.items():
        asked = question(
            log,
            window,
            targets,
            setting.event_types,
            setting.context,
            config.model.history_events,
            setting.repeats,
            config.evaluate.max_users,
            config.model.seed,
        )
        answers = answers_of(models, asked, report, setting, exposure)
        first = first or (asked, answers)
    assert first is not None
    if trained is None or trained.networks is None:
        if list(request.runtimes) != ["pytorch"]:
            report.notes.append("No runtimes: the tier model is not among the models that were trained.")
    else:
        pack = measure_runtimes(*first, trained, trainings, report, request, progress)
        if pack is not None:
            measure_rating_runtimes(setting, trained, pack, report, request)
    if not request.only_ranking:
        with timed(report, "groups"):
            report.groups = group_figures(
                log,
                *first,
                report.popularity,
                config.evaluate.smallest_group,
                config.evaluate.permutations,
                config.model.seed,
            )
        measure_cold_start(first[0], models, report, setting)
        if config.evaluate.new_items > 0:
            measure_new_items(first[0], trainings, report, setting)
    return report


@contextmanager
def timed(report: Report, part: str) -> Iterator[None]:
    """Add the seconds of a block to the report."""
    began = time.monotonic()
    try:
        yield
    finally:
        report.seconds[part] = round(report.seconds.get(part, 0) + time.monotonic() - began, 2)


def answers_of(
    models: Sequence[Recommender],
    asked: Question,
    report: Report,
    setting: Setting,
    exposure: Exposure,
) -> list[Measured]:
    """Ask every model; figures, comparisons and what is beyond accuracy go to the report."""
    settings, seed = setting.config.evaluate, setting.config.model.seed
    answers = []
    for model in models:
        with (
            timed(report, f"rank {model.name}"),
            setting.progress.step(f"Rank: {model.name}, {asked.window}", 1) as step,
        ):
            lists = rank(model, asked, step=step)
        with timed(report, "measure"):
            answer = measured(model.name, lists, asked.targets)
            answers.append(answer)
            report.figures += figures_of(answer, asked.window, settings.bootstrap, seed)
            report.beyond += [
                Figure(asked.window, model.name, metric, value, users=len(asked.targets))
                for metric, value in beyond_accuracy(lists["all"], asked, exposure).items()
            ]
    report.reference = report.reference or reference_of(answers)
    report.popularity = report.popularity or best_popularity(answers)
    with timed(report, "compare"):
        report.comparisons += comparisons_with(
            report.reference, answers, asked.window, settings.permutations, settings.bootstrap, seed
        )
    return answers


def reference_of(answers: Sequence[Measured]) -> str:
    """The model that the others are tested against: the full one, else the linear tier, else the best."""
    names = [answer.model for answer in answers]
    for name in ("model", "linear"):
        if name in names:
            return name
    return max(answers, key=lambda answer: _ndcg(answer)).model


def best_popularity(answers: Sequence[Measured]) -> str:
    """The popularity that is hardest to beat."""
    popular = [answer for answer in answers if answer.model in contestants.POPULARITIES]
    return max(popular, key=_ndcg).model


def measure_runtimes(
    asked: Question,
    answers: Sequence[Measured],
    trained: Trained,
    trainings: Trainings,
    report: Report,
    request: Request,
    progress: Progress,
) -> Path | None:
    """The tier ``model`` of the exported pack in every runtime that is asked for, on the first window;
    returns the pack's folder, None where nothing but PyTorch is asked for."""
    others = [runtime for runtime in request.runtimes if runtime != "pytorch"]
    if not others:
        return None
    with timed(report, "export"):
        pack = trainings.pack(trained, report.figures)
    report.reliability = read_pack(pack).reliability
    found: list[tuple[Runtime, Measured, float]] = []
    for answer in answers:
        if answer.model == "model" and "pytorch" in request.runtimes:
            found.append(("pytorch", answer, report.seconds["rank model"]))
    for runtime in others:
        began = time.monotonic()
        try:
            lists = lists_by(runtime, pack, asked, progress)
        except ProblemError as problem:
            # A missing browser must not cost the figures that took an hour.
            report.failures.append(f"--runtime {runtime}: {problem}")
            continue
        seconds = time.monotonic() - began
        report.seconds[f"rank model in {runtime}"] = round(seconds, 2)
        found.append((runtime, answer_of(runtime, lists, asked), seconds))
    report.runtimes = runtime_figures(asked.window, found)
    return pack


def measure_rating_runtimes(
    setting: Setting, trained: Trained, pack: Path, report: Report, request: Request
) -> None:
    """Expected ratings of the exported pack in every runtime that is asked for, on held-back ratings."""
    if trained.ratings is None:
        report.notes.append("No expected ratings by runtime: the pack has no rating part.")
        return
    log, config = setting.log, setting.config
    known = known_before(log, config.split)
    question = rating_question(
        ratings_in(select(log, known)), ratings_in(select(log, ~known)), config.model.seed
    )
    if len(question.asked) == 0:
        report.notes.append("No expected ratings by runtime: no ratings were held back.")
        return
    found: list[tuple[Runtime, Float]] = []
    for runtime in request.runtimes:
        try:
            with timed(report, f"expect ratings in {runtime}"):
                found.append(
                    (runtime, expected_by(runtime, trained.ratings, pack, question, setting.progress))
                )
        except ProblemError as problem:
            report.failures.append(f"--runtime {runtime}, expected ratings: {problem}")
    report.rating_runtimes = rating_figures(question, found)


def measure_cold_start(
    asked: Question, models: Sequence[Recommender], report: Report, setting: Setting
) -> None:
    """New visitors, event by event."""
    settings, seed = setting.config.evaluate, setting.config.model.seed
    if not settings.cold_start:
        return
    newcomers = as_newcomers(asked, settings.cold_start, setting.context, settings.cold_start_users, seed)
    if newcomers is None:
        report.notes.append(
            f"No cold start: nobody in {asked.window!r} has {max(settings.cold_start)} events of history."
        )
        return
    runs = len(settings.cold_start) * len(models)
    with timed(report, "cold start"), setting.progress.step("Cold start of new visitors", runs) as step:
        report.cold_start = cold_start(newcomers, models, settings.cold_start, settings.bootstrap, seed, step)


def measure_new_items(asked: Question, trainings: Trainings, report: Report, setting: Setting) -> None:
    """Items that a training of their own never saw."""
    settings, seed = setting.config.evaluate, setting.config.model.seed
    rows = new_items.hold_out_items(setting.past, settings.new_items)
    about = new_items.about_new_items(asked, rows)
    if about is None:
        report.notes.append(
            f"No new items: nobody in {asked.window!r} turned to one of the {len(rows)} held out."
        )
        return
    less = new_items.without_items(setting.past, rows)
    with timed(report, "train without new items"):
        made, notes = new_items.contestants(trainings.without_new_items(), less, rows)
    report.notes += notes
    told = {"event_types": setting.event_types, "context": setting.context, "seed": seed}
    models: list[Recommender] = [*made]
    if zoo.suits("content", setting.past, setting.repeats):
        neighbours = zoo.create("content", settings.models.get("content"), **told)
        models.append(neighbours.fit(less, setting.until))
    with timed(report, "new items"), setting.progress.step("New items", 2 * len(models)) as step:
        report.new_items = new_items.new_item_figures(about, models, rows, settings.bootstrap, seed, step)


def _ndcg(answer: Measured) -> float:
    values = answer.values["all"]["ndcg@10"]
    return float(values.mean()) if len(values) else 0.0
