"""The command ``ratings``: what would visitors rate, and how far off is that?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from recluse_export.config import Config, read_config
from recluse_export.progress import Progress, TerminalProgress
from recluse_export.read import load


def ratings(
    config: Annotated[
        Path, typer.Option("--config", help="The run's TOML file; see configs/.", metavar="FILE")
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures to this file, too.", metavar="FILE")
    ] = None,
    folds: Annotated[int, typer.Option("--folds", min=2, help="Number of random folds.")] = 5,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the folds and of every model.")] = 0,
    library: Annotated[
        bool, typer.Option(help="Compare with SVD of the library Surprise (extra `ratings`).")
    ] = True,
    plus_plus: Annotated[
        bool, typer.Option(help="Compare with SVD++ of the library: minutes a fold for a million ratings.")
    ] = True,
    unseen: Annotated[
        bool, typer.Option("--unseen", help="Test visitors whom training never saw, from 0 ratings on.")
    ] = False,
) -> None:
    """Measure expected ratings on random folds: RMSE and MAE of biases, SVD, SVD++ and ours.

    Example: [bold]recluse-export ratings --config configs/ml-100k.toml --json figures.json[/bold]
    """
    console = Console()
    progress = TerminalProgress(console)
    figures = measure(read_config(config), progress, folds, seed, library, plus_plus and library, unseen)
    console.print(*tables(figures), sep="\n")
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measure(
    config: Config,
    progress: Progress,
    folds: int = 5,
    seed: int = 0,
    library: bool = True,
    plus_plus: bool = True,
    unseen: bool = False,
) -> dict[str, Any]:
    """Everything that the command shows, as numbers by name; errors in stars.

    Raises
    ------
    ProblemError
        The log has no ratings, or the library is wanted and not installed.
    """
    # Imports torch, which the other commands should not wait for.
    from recluse_export.evaluate.ratings import (
        Answers,
        ask,
        by_history_length,
        history_lengths,
        random_folds,
        reliability,
        root_mean_square,
        unseen_visitor_folds,
    )
    from recluse_export.features.item_content import item_content, separators
    from recluse_export.features.ratings import ratings_of
    from recluse_export.models.expected_rating import ExpectedRating
    from recluse_export.models.rating_biases import RatingBiases
    from recluse_export.models.svd import FoldedSvd, Svd, SvdPlusPlus

    with progress.step("Read and clean"):
        log, _ = load(config)
    given = ratings_of(log)
    content = item_content(log.items, separators(config.source.items))
    lengths = history_lengths(given)
    divide = unseen_visitor_folds if unseen else random_folds
    answers: dict[str, list[Answers]] = {}
    errors: dict[str, dict[int, list[np.ndarray]]] = {}
    for fold in divide(given, folds, seed):
        competitors = [RatingBiases(), ExpectedRating(content, config.ratings, seed)]
        competitors[1:1] = [Svd(seed), FoldedSvd(seed)] if library else []
        competitors[-1:-1] = [SvdPlusPlus(seed)] if plus_plus else []
        for model in competitors:
            if unseen and model.knows_users:
                continue
            with progress.step(f"Fold {fold.number} of {folds}: {model.name}"):
                answers.setdefault(model.name, []).append(ask(model, fold))
                if unseen:
                    for length, error in by_history_length(model, fold, lengths, seed).items():
                        errors.setdefault(model.name, {}).setdefault(length, []).append(error)
    return {
        "data": config.pack.name,
        "ratings": len(given),
        "users": given.users,
        "items": given.items,
        "folds": folds,
        "seed": seed,
        "division": "unseen visitors" if unseen else "random ratings",
        "models": [
            {
                "model": name,
                "rmse": [one.rmse for one in said],
                "mae": [one.mae for one in said],
                "seconds": sum(one.seconds for one in said),
            }
            for name, said in answers.items()
        ],
        "reliability": vars(reliability(answers[ExpectedRating.name])),
        "by_history_length": {
            name: {length: root_mean_square(np.concatenate(parts)) for length, parts in lengths.items()}
            for name, lengths in errors.items()
        },
    }


def tables(figures: dict[str, Any]) -> list[Table]:
    """What :func:`measure` found, to read."""
    title = (
        f"{figures['data']}: {figures['ratings']:,} ratings by {figures['users']:,} users, "
        f"{figures['folds']} folds of {figures['division']}, seed {figures['seed']}"
    )
    rmse = Table("RMSE", title=title, title_justify="left")
    for fold in range(1, figures["folds"] + 1):
        rmse.add_column(f"fold {fold}", justify="right")
    for name in ("mean", "spread", "MAE", "seconds"):
        rmse.add_column(name, justify="right")
    for model in figures["models"]:
        spread = float(np.std(model["rmse"], ddof=1))
        rmse.add_row(
            model["model"],
            *_numbers(model["rmse"]),
            *_numbers([float(np.mean(model["rmse"])), spread, float(np.mean(model["mae"]))]),
            f"{model['seconds']:,.0f}",
        )
    reliable = figures["reliability"]
    shown = [rmse, _reliability_table(reliable)]
    if figures["by_history_length"]:
        shown.append(_newcomers_table(figures["by_history_length"]))
    return shown


def _reliability_table(reliable: dict[str, Any]) -> Table:
    table = Table("Ours, tenths of the answers", title_justify="left")
    table.title = (
        f"Off by {reliable['error']:.3f} stars on average; {reliable['within_one']:.1%} of ratings within "
        f"one standard deviation, {reliable['within_two']:.1%} within two"
    )
    for tenth in range(1, len(reliable["expected"]) + 1):
        table.add_column(str(tenth), justify="right")
    table.add_row("expected", *(f"{one:.2f}" for one in reliable["expected"]))
    table.add_row("given", *(f"{one:.2f}" for one in reliable["given"]))
    return table


def _newcomers_table(by_length: dict[str, dict[int, float]]) -> Table:
    table = Table("RMSE after so many ratings of the visitor's own", title_justify="left")
    for length in next(iter(by_length.values())):
        table.add_column(str(length), justify="right")
    for name, errors in by_length.items():
        table.add_row(name, *_numbers(list(errors.values())))
    return table


def _numbers(values: Sequence[float]) -> list[str]:
    return [f"{value:.4f}" for value in values]
