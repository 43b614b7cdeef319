"""The command ``evaluate``: how good are the models, for whom, and where?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer
from rich.console import Console

from recluse_export.config import Config, SplitKind
from recluse_export.errors import ProblemError
from recluse_export.progress import Progress, TerminalProgress
from recluse_export.read import load
from recluse_export.shapes import Figure, Log
from recluse_export.work import Run, default_work, read_run_of, write_figures

if TYPE_CHECKING:
    from recluse_export.evaluate.product import Request
    from recluse_export.evaluate.report import Report
    from recluse_export.train.trained import Trained


WIDTH = 160
"""Columns of tables that go to a file instead of a terminal."""


def evaluate(
    config: Annotated[
        Path | None,
        typer.Option("--config", help="The run's TOML file; trains first where it must.", metavar="FILE"),
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(
            "--work",
            help="Folder that holds the run between its steps; by default ./work/<name>-seed<n>.",
            metavar="DIR",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Overrides model.seed.")] = None,
    seeds: Annotated[
        str | None,
        typer.Option("--seeds", help="Several, with commas: mean and spread over them.", metavar="1,2,3"),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Train for seconds instead of minutes: to try out, not for figures."),
    ] = False,
    models: Annotated[
        str | None,
        typer.Option(
            "--models",
            help="Which, with commas: of the zoo, the tiers linear, encoder and model, or all. Nothing is "
            "trained where no tier is named. Default: the comparisons of the model card and every tier.",
            metavar="NAMES",
        ),
    ] = None,
    choose: Annotated[
        str | None,
        typer.Option(
            "--choose",
            help="Let validation choose the settings of every zoo model, for so long a model: 90s, 5m.",
            metavar="TIME",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split", help=f"Overrides split.kind: {', '.join(get_args(SplitKind))}.", metavar="NAME"
        ),
    ] = None,
    runtime: Annotated[
        str,
        typer.Option(
            "--runtime",
            help="Where the tier model runs and ratings are expected, with commas: pytorch, onnxruntime (the "
            "exported int8 pack), browser (the same pack by the worker's own code).",
            metavar="NAMES",
        ),
    ] = "pytorch",
    max_users: Annotated[
        int | None, typer.Option("--max-users", min=1, help="So many users only, drawn by the seed.")
    ] = None,
    least_targets: Annotated[
        int | None,
        typer.Option(
            "--least-targets", min=1, help="Only users with so many targets in a window; papers take 3."
        ),
    ] = None,
    only_ranking: Annotated[
        bool, typer.Option("--only-ranking", help="Leave out groups, cold start and new items.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write everything to this file, too.", metavar="FILE")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", help="Write a page with tables and pictures into this folder.", metavar="DIR"),
    ] = None,
) -> None:
    """Measure models against each other on what users did after training: accuracy with intervals and paired
    tests, what is beyond accuracy, groups of users, new visitors, new items.

    Trains first where there is no training of this very configuration. Interrupted, it leaves what was
    trained before.

    Example: [bold]recluse-export evaluate --work /tmp/work[/bold]

    More of them:

    [bold]recluse-export evaluate --config configs/grocery.toml --runtime pytorch,onnxruntime,browser --page
    /tmp/page[/bold]

    [bold]recluse-export evaluate --config configs/ml-1m.toml --seeds 1,2,3 --json ml-1m.json[/bold]

    [bold]recluse-export evaluate --config configs/complete-journey.toml --split last-basket --models
    popularity,ease,tifu-knn --choose 2m[/bold]
    """
    # These import torch, which the other commands should not wait for.
    from recluse_export.evaluate.contestants import names_of
    from recluse_export.evaluate.page import write_page
    from recluse_export.evaluate.product import Request
    from recluse_export.evaluate.report import over_seeds, write_report
    from recluse_export.evaluate.runtimes import runtimes_of
    from recluse_export.evaluate.tables import flagged, report_tables, seeds_tables
    from recluse_export.train.budget import seconds_of

    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    request = Request(
        None if models is None else names_of(models),
        runtimes_of(runtime),
        None if choose is None else seconds_of(choose),
        only_ranking,
    )
    runs = runs_of(config, work, seed, seeds, quick, _split_of(split))
    progress = TerminalProgress(console)
    log: Log | None = None
    reports: list[Report] = []
    for run in runs:
        settings = run.config(max_users=max_users, least_targets=least_targets)
        if log is None:
            with progress.step("Read and clean"):
                log, cleaned = load(settings)
            console.print(cleaned.table())
        report = evaluate_run(log, settings, run, request, progress)
        reports.append(report)
        console.print(*report_tables(report), sep="\n")
        for sentence in [*flagged(report), *report.notes]:
            console.print(f"! {sentence}", markup=False, highlight=False)
        # After each seed, so that an interruption costs no more than the seed under way.
        if json_file is not None:
            write_report(reports, json_file)
        if page is not None:
            write_page(reports, page)
    if len(reports) > 1:
        console.print(*seeds_tables(over_seeds(reports)), sep="\n")
    failures = [failure for report in reports for failure in report.failures]
    if failures:
        raise ProblemError("\n".join(dict.fromkeys(failures)))


@dataclass(frozen=True)
class EvaluationRun:
    """One seed of an evaluation, and where it lies."""

    run: Run
    work: Path | None
    """The folder that somebody chose; None for the default"""
    as_it_is: bool = False
    """Take the training in the folder whatever its configuration says by now"""

    def config(self, max_users: int | None = None, least_targets: int | None = None) -> Config:
        """The configuration with everything that the command line overrides."""
        settings = self.run.configured()
        asked = {"max_users": max_users, "least_targets": least_targets}
        given = {name: value for name, value in asked.items() if value is not None}
        evaluate = settings.evaluate.model_copy(update=given)
        return settings.model_copy(update={"evaluate": evaluate})

    def some_users(self, settings: Config) -> bool:
        """Whether the command line asks for other users than the configuration."""
        return settings.evaluate != self.run.configured().evaluate


def runs_of(
    config: Path | None,
    work: Path | None,
    seed: int | None,
    seeds: str | None,
    quick: bool,
    split: SplitKind | None,
) -> list[EvaluationRun]:
    """One run a seed: of a configuration, or of what a work folder was trained with.

    Raises
    ------
    ProblemError
        Neither is given, or options exclude each other.
    """
    if seed is not None and seeds is not None:
        raise ProblemError("--seed and --seeds exclude each other. Give one of them.")
    if config is None:
        if work is None:
            raise ProblemError("evaluate needs --config FILE, or --work DIR of a training.")
        if seed is not None or seeds is not None or quick:
            raise ProblemError(
                f"{work}: was trained with its own seed and length. Give --config FILE for --seed, --seeds "
                "and --quick."
            )
        run = read_run_of(work)
        return [EvaluationRun(run if split is None else run.with_split(split), work, split is None)]
    asked = [seed] if seeds is None else _seeds_of(seeds)
    return [
        EvaluationRun(
            Run(config, one, quick, split),
            None if work is None else work if len(asked) == 1 else work / f"seed{one}",
        )
        for one in asked
    ]


def evaluate_run(
    log: Log, settings: Config, run: EvaluationRun, request: Request, progress: Progress
) -> Report:
    """Evaluate one seed; what the model card needs stays in the work folder."""
    from recluse_export.evaluate.product import evaluate_models

    found = WorkFolder(log, settings, run, progress)
    report = evaluate_models(log, settings, request, found, progress)
    # The model card is about everybody, and about the models that it has always shown.
    if found.trained is not None and request.models is None and not run.some_users(settings):
        write_figures(card_figures(report.figures), found.folder)
    return report


def card_figures(figures: list[Figure]) -> list[Figure]:
    """Of all figures, those that the model card shows."""
    from recluse_export.evaluate.metrics import MEASURES
    from recluse_export.evaluate.protocols import NEVER_SEEN

    whole = [figure for figure in figures if not figure.split.endswith(NEVER_SEEN)] or figures
    return [figure for figure in whole if figure.metric in MEASURES]


class WorkFolder:
    """Trainings of one run: loaded from its work folder, made where they are missing."""

    def __init__(self, log: Log, settings: Config, run: EvaluationRun, progress: Progress) -> None:
        self.log = log
        self.settings = settings
        self.run = run
        self.progress = progress
        self.folder = run.work or default_work(settings)
        self.trained: Trained | None = None

    def full(self) -> Trained:
        """The training of the configuration."""
        from recluse_export.evaluate.trainings import training_of

        named = self.run.work is not None
        self.trained = training_of(
            self.log, self.settings, self.run.run, self.folder, self.progress, named, self.run.as_it_is
        )
        return self.trained

    def without_new_items(self) -> Trained:
        """The same without the held-out items."""
        from recluse_export.evaluate.trainings import training_without_new_items

        return training_without_new_items(self.log, self.settings, self.run.run, self.folder, self.progress)

    def pack(self, trained: Trained, figures: list[Figure]) -> Path:
        """The exported pack."""
        from recluse_export.evaluate.trainings import packed

        return packed(trained, card_figures(figures), self.log, self.settings, self.folder, self.progress)


def _split_of(name: str | None) -> SplitKind | None:
    if name is not None and name not in get_args(SplitKind):
        raise ProblemError(f"--split: {name!r} is not known. Choose from {', '.join(get_args(SplitKind))}.")
    return name


def _seeds_of(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdigit() for part in parts):
        raise ProblemError(f"--seeds {text}: is no list of numbers. Give one like 1,2,3.")
    return list(dict.fromkeys(int(part) for part in parts))
