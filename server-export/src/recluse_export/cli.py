"""The command line: a thin skin over the functions of the package."""

from __future__ import annotations

import errno
import functools
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from recluse_export import __version__
from recluse_export.commands_evaluate import evaluate
from recluse_export.commands_ratings import ratings
from recluse_export.commands_reports import reports
from recluse_export.config import Config, read_config
from recluse_export.errors import ProblemError, Terminated
from recluse_export.interruption import same_command, terminable
from recluse_export.pack import check_output_folder, read_pack, verify_pack, write_delta, write_pack
from recluse_export.pack.write import MANIFEST
from recluse_export.progress import TerminalProgress
from recluse_export.read import load
from recluse_export.read.inspect import inspect_log
from recluse_export.read.report import CleaningReport
from recluse_export.samples import Candidate, sample_shoppers, suggest_samples
from recluse_export.shapes import Log, PackContents
from recluse_export.work import Run, beside, check_work_folder, read_figures, read_run

if TYPE_CHECKING:
    from recluse_export.train.budget import Attempt

app = typer.Typer(
    help="Train a recommender on your event log and export it as a pack of static files that recommends "
    "inside the browser.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
console = Console()

ConfigOption = Annotated[
    Path, typer.Option("--config", help="The run's TOML file; see configs/.", metavar="FILE")
]
OutOption = Annotated[
    Path, typer.Option("--out", help="Folder for the pack: new, empty or an older pack.", metavar="DIR")
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Forget what an unfinished training left, and begin anew.")
]
WorkOption = Annotated[
    Path, typer.Option("--work", help="Folder that holds the run between its steps.", metavar="DIR")
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Overrides model.seed: same seed, same bytes.")
]
QuickOption = Annotated[
    bool, typer.Option("--quick", help="Train for seconds instead of minutes: to try out, not for figures.")
]

BudgetOption = Annotated[
    str | None,
    typer.Option("--budget", help="Time that training may take: 30m, 90s, 1.5h.", metavar="TIME"),
]

Arguments = ParamSpec("Arguments")

INTERRUPTED, TERMINATED = 130, 143
"""Exit codes after Ctrl-C and SIGTERM, as shells expect them."""
FULL = (errno.ENOSPC, errno.EDQUOT)
"""No space on the disk, or none left for this user."""
UNUSABLE = (PermissionError, NotADirectoryError, IsADirectoryError, FileExistsError)
"""What is wrong with a path that the caller chose, not with us."""


def _plainly(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Print what the owner of the input can mend as one message with exit code 2; other errors keep their
    traceback, they are ours."""

    @functools.wraps(command)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        def going_on(stop: BaseException) -> str:
            """What is kept, if anything, and the command that goes on from there."""
            notes = getattr(stop, "__notes__", [])
            return f" {' '.join(notes)} Go on with: {same_command(command, kwargs)}" if notes else ""

        try:
            with terminable():
                command(*args, **kwargs)
        except ProblemError as problem:
            message = f"{problem}{going_on(problem)}"
        except OSError as error:
            if error.errno in FULL:
                message = f"{error.filename or 'The disk'}: no space left. Free some, or choose another one."
                message += going_on(error)
            elif isinstance(error, UNUSABLE):
                message = f"{error.filename}: can't be used ({error.strerror}). Choose another path."
            else:
                raise
        except KeyboardInterrupt as stop:
            terminated = isinstance(stop, Terminated)
            left = going_on(stop) or " No half-written file is left."
            print(f"recluse-export: {'stopped' if terminated else 'interrupted'}.{left}", file=sys.stderr)
            raise typer.Exit(TERMINATED if terminated else INTERRUPTED) from None
        else:
            return
        print(f"recluse-export: {message}", file=sys.stderr)
        raise typer.Exit(2)

    return wrapped


@app.command()
@_plainly
def build(
    config: ConfigOption,
    out: OutOption,
    seed: SeedOption = None,
    quick: QuickOption = False,
    budget: BudgetOption = None,
    work: Annotated[
        Path | None,
        typer.Option(
            "--work",
            help="Folder for what an interrupted build goes on from, and for the training; by default a "
            "folder beside the pack that is gone when the pack is there.",
            metavar="DIR",
        ),
    ] = None,
    fresh: FreshOption = False,
) -> None:
    """From an event log and a catalogue to a pack: read, clean, train, measure, export, check.

    Interrupted, it keeps what is finished; the same command again goes on from there.

    Example: [bold]recluse-export build --config configs/grocery.toml --out /tmp/pack --quick[/bold]
    """
    # These import torch, which the other commands should not wait for.
    from recluse_export.evaluate.trainings import build_into
    from recluse_export.train.budget import Budget, seconds_of

    limit = Budget(None if budget is None else seconds_of(budget))
    run = Run(config, seed, quick)
    settings = run.configured()
    check_output_folder(out)
    folder = work or beside(out)
    check_work_folder(folder)
    log, _ = _load(settings)
    contents = build_into(log, settings, run, folder, out, TerminalProgress(console), limit, fresh)
    if work is None:
        shutil.rmtree(folder, ignore_errors=True)
    if budget is not None:
        console.print(_tried_table(limit.tried))
    _show(contents, out)


@app.command()
@_plainly
def inspect(config: ConfigOption) -> None:
    """Show what is in the data: counts, types, time span, repeats, sparsity, problems, and what cleaning
    drops.

    Example: [bold]recluse-export inspect --config configs/grocery.toml[/bold]
    """
    log, report = _load(read_config(config))
    inspection = inspect_log(log)
    for table in inspection.tables():
        console.print(table)
    for problem in [*report.notes, *inspection.problems]:
        console.print(f"! {problem}", markup=False, highlight=False)


@app.command()
@_plainly
def train(
    config: ConfigOption,
    work: WorkOption,
    seed: SeedOption = None,
    quick: QuickOption = False,
    budget: BudgetOption = None,
    fresh: FreshOption = False,
) -> None:
    """Read, clean and train only; leaves a checkpoint in the work folder.

    Interrupted, it keeps what is finished there; the same command again goes on from there.

    Example: [bold]recluse-export train --config configs/grocery.toml --work /tmp/work --quick[/bold]
    """
    from recluse_export.evaluate.trainings import train_into
    from recluse_export.train.budget import Budget, seconds_of

    limit = Budget(None if budget is None else seconds_of(budget))
    run = Run(config, seed, quick)
    settings = run.configured()
    check_work_folder(work)
    log, _ = _load(settings)
    trained = train_into(log, settings, run, work, TerminalProgress(console), limit, fresh=fresh)
    if budget is not None:
        console.print(_tried_table(trained.tried))
    console.print(f"Trained. Next: recluse-export evaluate --work {work}", markup=False, highlight=False)


app.command()(_plainly(evaluate))


@app.command()
@_plainly
def export(work: WorkOption, out: OutOption) -> None:
    """Export what was trained and measured to a pack, after comparing its graphs with what was trained.

    Example: [bold]recluse-export export --work /tmp/work --out /tmp/pack[/bold]
    """
    from recluse_export.evaluate.protocols import for_training
    from recluse_export.train import pipeline
    from recluse_export.train.checkpoint import load_checkpoint

    settings = read_run(work)
    trained, figures = load_checkpoint(work), read_figures(work)
    check_output_folder(out)
    log, settings = for_training(_load(settings)[0], settings)
    contents = pipeline.export(trained, figures, log, settings, TerminalProgress(console))
    write_pack(contents, out)
    _show(contents, out)


@app.command()
@_plainly
def samples(
    config: ConfigOption,
    out: Annotated[Path | None, typer.Option("--out", help="JSON file to write.", metavar="FILE")] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Show held-out users with distinct tastes instead.")
    ] = False,
) -> None:
    """Write the histories of the sample users that the configuration names, whom training never sees, for a
    demo.

    Example: [bold]recluse-export samples --config configs/grocery.toml --suggest[/bold]
    """
    settings = read_config(config)
    if not suggest and out is None:
        raise ProblemError("samples needs --out FILE, or --suggest to see candidates.")
    with TerminalProgress(console).step("Read and clean"):
        log, _ = load(settings)
    if suggest:
        console.print(_candidates_table(suggest_samples(log, settings)))
        return
    assert out is not None
    shoppers = sample_shoppers(log, settings)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(shoppers, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    for shopper in shoppers:
        console.print(
            f"{shopper['name']}: {len(shopper['interactions'])} interactions", markup=False, highlight=False
        )


@app.command()
@_plainly
def verify(
    pack: Annotated[Path, typer.Argument(help="Folder of a pack, or its manifest.json.", metavar="PACK")],
) -> None:
    """Check a pack: schema, byte counts, SHA-256, array lengths, index ranges, finite scales, graphs.

    Example: [bold]recluse-export verify ../demo/pack[/bold]
    """
    verify_pack(pack)
    contents = read_pack(pack)
    console.print(
        f"{pack}: valid, {len(contents.items):,} items, data until {contents.data_until or 'unknown'}.",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
@_plainly
def delta(
    old: Annotated[Path, typer.Argument(help="Folder of the pack that devices have.", metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="Folder of the pack that follows it.", metavar="NEW")],
) -> None:
    """Let devices that have OLD fetch what is new and changed only: adds one small file to NEW and names it
    in its manifest.

    Example: [bold]recluse-export delta /srv/pack-of-monday /srv/pack-of-tuesday[/bold]
    """
    made = write_delta(old, new)
    console.print(
        f"{made.path}: {made.bytes:,} bytes instead of {made.whole:,}.", highlight=False, soft_wrap=True
    )


app.command()(_plainly(ratings))
app.command()(_plainly(reports))


def _load(config: Config) -> tuple[Log, CleaningReport]:
    with TerminalProgress(console).step("Read and clean"):
        log, report = load(config)
    console.print(report.table())
    return log, report


def _show(contents: PackContents, out: Path) -> None:
    """Show the card of the pack that was written."""
    from recluse_export.evaluate.tables import figures_tables

    console.print(*figures_tables(contents.figures), sep="\n")
    described: dict[str, Any] = json.loads((out / MANIFEST).read_bytes())
    files = Table(title=f"Pack {described['name']} {described['version']} in {out}", title_justify="left")
    files.add_column("file")
    files.add_column("bytes", justify="right")
    for entry in described["files"].values():
        files.add_row(entry["path"], f"{entry['bytes']:,}")
    files.add_row(
        "together", f"{sum(entry['bytes'] for entry in described['files'].values()):,}", style="bold"
    )
    console.print(files)


def _candidates_table(candidates: list[Candidate]) -> Table:
    table = Table(title="Held-out users with distinct tastes", title_justify="left")
    for name in ("user", "events", "baskets", "what stands out (events, times the usual share)"):
        table.add_column(name)
    for one in candidates:
        tastes = ", ".join(f"{name} ({count}, {lift:.1f})" for name, count, lift in one.categories)
        table.add_row(one.user, str(one.events), str(one.baskets), escape(tastes))
    return table


def _tried_table(tried: list[Attempt]) -> Table:
    table = Table("part", "tried", title="What validation chose among", title_justify="left")
    table.add_column("NDCG@10 + recall@10", justify="right")
    for one in tried:
        table.add_row(escape(one.part), escape(one.what), f"{one.worth:.4f}")
    return table


def _show_version(value: bool) -> None:
    if value:
        print(f"recluse-export {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the command ``recluse-export``."""
    app()
