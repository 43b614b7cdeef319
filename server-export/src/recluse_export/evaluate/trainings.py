"""A training when it is needed: loaded where it is there, made where it is not."""

from __future__ import annotations

import tempfile
from pathlib import Path

from recluse_export.config import Config
from recluse_export.errors import ProblemError
from recluse_export.evaluate.new_items import hold_out_items, without_items
from recluse_export.evaluate.protocols import for_training, training_part
from recluse_export.pack import write_pack
from recluse_export.progress import Progress
from recluse_export.shapes import Figure, Log
from recluse_export.train import pipeline
from recluse_export.train.budget import Budget
from recluse_export.train.checkpoint import load_checkpoint, save_checkpoint
from recluse_export.train.trained import Trained
from recluse_export.work import CHECKPOINT, Run, has_training, write_run

PACK = "pack"
"""The exported pack inside a work folder."""
NEW_ITEMS = "new-items"
"""The training without the new items inside a work folder."""


def train_into(
    log: Log,
    config: Config,
    run: Run,
    work: Path,
    progress: Progress,
    budget: Budget | None = None,
    share_of_new_items: float = 0.0,
) -> Trained:
    """Train on what the split lets training see, and leave the checkpoint in the work folder once it is
    whole: whoever stops this finds no half of one.

    Raises
    ------
    ProblemError
        The folder holds something else, or training diverged.
    """
    write_run(run, config, work, share_of_new_items)
    given, settings = for_training(log, config)
    trained = pipeline.train(given, settings, progress, budget or Budget())
    with tempfile.TemporaryDirectory(prefix=".checkpoint-", dir=work) as unfinished:
        save_checkpoint(trained, Path(unfinished))
        for name in CHECKPOINT:
            (Path(unfinished) / name).replace(work / name)
    return trained


def training_of(
    log: Log,
    config: Config,
    run: Run,
    work: Path,
    progress: Progress,
    named: bool,
    as_it_is: bool = False,
) -> Trained:
    """The training of this very configuration: from the work folder, else made now.

    Parameters
    ----------
    named
        Whether somebody chose the folder: then a training of another configuration in it is refused instead
        of overwritten.
    as_it_is
        Take the folder's training whatever the configuration says by now; nobody asked for another one.

    Raises
    ------
    ProblemError
        See above, and :func:`train_into`.
    """
    if has_training(work, config) or as_it_is:
        return fitting(load_checkpoint(work), log, work)
    if named and all((work / name).is_file() for name in CHECKPOINT):
        raise ProblemError(
            f"{work}: holds the training of another configuration, seed or split. Choose another folder with "
            "--work, or leave it out."
        )
    return train_into(log, config, run, work, progress)


def fitting(trained: Trained, log: Log, work: Path) -> Trained:
    """The training itself, if it is about this catalogue.

    Raises
    ------
    ProblemError
        It learned from another number of items.
    """
    if len(trained.counting.leaf) != len(log.items):
        raise ProblemError(
            f"{work}: was trained on {len(trained.counting.leaf):,} items, but the data has "
            f"{len(log.items):,} now. Train again, or bring back that training's data and configuration."
        )
    return trained


def training_without_new_items(log: Log, config: Config, run: Run, work: Path, progress: Progress) -> Trained:
    """A training that never saw the share of items that ``evaluate.new_items`` holds out, in a folder inside
    the work folder."""
    share = config.evaluate.new_items
    folder = work / NEW_ITEMS
    if has_training(folder, config, share):
        return load_checkpoint(folder)
    past, _ = training_part(log, config.split)
    less = without_items(log, hold_out_items(past, share))
    return train_into(less, config, run, folder, progress, share_of_new_items=share)


def packed(
    trained: Trained, figures: list[Figure], log: Log, config: Config, work: Path, progress: Progress
) -> Path:
    """The folder of the exported pack of a training, made anew; absolute, for other programs read it.

    Raises
    ------
    ProblemError
        An exported graph ranks otherwise than what was trained.
    """
    given, settings = for_training(log, config)
    write_pack(pipeline.export(trained, figures, given, settings, progress), work / PACK)
    return (work / PACK).resolve()
