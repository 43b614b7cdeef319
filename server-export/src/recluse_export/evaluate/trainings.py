"""A training when it is needed: loaded where it is there, made where it is not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recluse_export.config import Config
from recluse_export.errors import DivergedError, NoSpaceError, ProblemError
from recluse_export.evaluate.new_items import hold_out_items, without_items
from recluse_export.evaluate.protocols import for_training, training_part
from recluse_export.pack import write_pack
from recluse_export.progress import Progress
from recluse_export.shapes import Figure, Log, PackContents
from recluse_export.train import pipeline
from recluse_export.train.budget import Budget
from recluse_export.train.checkpoint import load_checkpoint, save_checkpoint
from recluse_export.train.kept import Identity, Kept, KeptInFolder
from recluse_export.train.trained import Trained
from recluse_export.work import (
    CHECKPOINT,
    PROGRESS,
    Run,
    check_work_folder,
    has_training,
    identity_of,
    write_figures,
    write_run,
)

WHOLE = "training"
"""The part of a build that says that its checkpoint is whole."""
PACK = "pack"
"""The exported pack inside a work folder."""
NEW_ITEMS = "new-items"
"""The training without the new items inside a work folder."""
UNFINISHED = ".checkpoint-"
"""How the folder begins in which a checkpoint is written before it takes its place."""


def train_into(
    log: Log,
    config: Config,
    run: Run,
    work: Path,
    progress: Progress,
    budget: Budget | None = None,
    share_of_new_items: float = 0.0,
    fresh: bool = False,
) -> Trained:
    """Train on what the split lets training see, and leave the checkpoint in the work folder once it is
    whole: whoever stops this finds no half of one, and goes on from there by asking for the same again.

    Parameters
    ----------
    fresh
        Forget what an unfinished training left in the folder.

    Raises
    ------
    ProblemError
        The folder holds something else, an unfinished training of something else, or training diverged.
    KeyboardInterrupt, OSError
        With a note that says what is kept.
    """
    kept = kept_in(log, config, work, budget, share_of_new_items, fresh, progress)
    with telling(kept):
        write_run(run, config, work, share_of_new_items)
        trained = train_kept(log, config, work, progress, kept, share_of_new_items)
        kept.clear()
    return trained


def build_into(
    log: Log,
    config: Config,
    run: Run,
    work: Path,
    out: Path,
    progress: Progress,
    budget: Budget,
    fresh: bool = False,
) -> PackContents:
    """Train, measure, export and write the pack to ``out``; what is finished stays in the work folder until
    the pack is there. Raises as :func:`train_into`."""
    kept = kept_in(log, config, work, budget, 0.0, fresh, progress)
    with telling(kept):
        if kept.find(WHOLE) and has_training(work, config):
            trained = load_checkpoint(work)
        else:
            write_run(run, config, work)
            trained = train_kept(log, config, work, progress, kept)
            kept.keep(WHOLE, True, "the whole training")
        given, settings = for_training(log, config)
        figures = pipeline.evaluate_trained(trained, given, settings, progress)
        contents = pipeline.export(trained, figures, given, settings, progress)
        write_pack(contents, out)
        write_figures(figures, work)
        kept.clear()
    return contents


def kept_in(
    log: Log,
    config: Config,
    work: Path,
    budget: Budget | None,
    share_of_new_items: float,
    fresh: bool,
    progress: Progress,
) -> KeptInFolder:
    """What an unfinished training of this very configuration and data left in the work folder; nobody waits
    in silence for what is there already."""
    check_work_folder(work)
    identity = Identity(**identity_of(log, config, share_of_new_items))
    kept = KeptInFolder(work / PROGRESS, identity, budget, fresh)
    if kept.parts:
        progress.say(f"Going on in {work}, where this is done: {kept.said()}.")
    return kept


@contextmanager
def telling(kept: KeptInFolder) -> Iterator[None]:
    """Add to what stops a training what is kept of it. Of one that diverged nothing is: it would diverge
    again."""
    try:
        yield
    except DivergedError:
        kept.clear()
        raise
    except (KeyboardInterrupt, OSError, NoSpaceError) as stop:
        stop.add_note(f"Kept in {kept.folder.parent}: {kept.said()}.")
        raise


def train_kept(
    log: Log, config: Config, work: Path, progress: Progress, kept: Kept, share_of_new_items: float = 0.0
) -> Trained:
    """Train and write the checkpoint; where items were held out, with what their attributes alone make of
    them."""
    given, settings = for_training(log, config)
    for unfinished in work.glob(f"{UNFINISHED}*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    trained = pipeline.train(given, settings, progress, kept)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=work) as unfinished:
        save_checkpoint(trained, Path(unfinished), with_rows_from_content=share_of_new_items > 0)
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
    # Lists alone are looked at.
    config = config.model_copy(update={"ratings": config.ratings.model_copy(update={"learn": False})})
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
