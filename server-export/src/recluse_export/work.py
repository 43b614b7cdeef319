"""The folder that holds a run between ``train``, ``evaluate`` and ``export``."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from recluse_export import __version__
from recluse_export.config import Config, SplitKind, read_config
from recluse_export.errors import ProblemError
from recluse_export.files import write_text
from recluse_export.models.rating_settings import RatingSettings
from recluse_export.shapes import Figure, Log

RUN = "run.json"
FIGURES = "figures.json"
CHECKPOINT = ("checkpoint.safetensors", "checkpoint.json")
"""What training leaves; the second is written last."""
DEFAULT = Path("work")
"""Where runs lie for which nobody named a folder; git ignores it."""
PROGRESS = "progress"
"""What an unfinished training goes on from, inside a work folder."""
TRAINED_ON = ("source", "clean", "context", "model")
"""Sections of the configuration that decide what training makes, besides the events and the split."""


@dataclass(frozen=True)
class Run:
    """What was asked for: a configuration, and what the command line overrides."""

    path: Path
    """The configuration's file"""
    seed: int | None = None
    quick: bool = False
    split: SplitKind | None = None

    def configured(self) -> Config:
        """The configuration with the overrides.

        Raises
        ------
        ProblemError
            The configuration is not valid, or the split needs a cut that it has not.
        """
        return configured(self.path, self.seed, self.quick, self.split)

    def with_split(self, split: SplitKind) -> Run:
        """The same with another split."""
        return replace(self, split=split)


def check_work_folder(work: Path) -> None:
    """Refuse a folder that holds something else, before hours are spent.

    Raises
    ------
    ProblemError
        It is a file, or a folder with something else than a run in it.
    """
    if work.exists() and not work.is_dir():
        raise ProblemError(f"{work}: is a file, not a folder. Choose another folder with --work.")
    # A program that was killed at once may leave no more than an unfinished file of ours.
    strangers = work.is_dir() and any(not path.name.startswith(f".{RUN}.") for path in work.iterdir())
    if strangers and not (work / RUN).is_file():
        raise ProblemError(
            f"{work}: is not empty and not a work folder. Empty it, or choose another folder with --work."
        )


def write_run(run: Run, config: Config, work: Path, without_items: float = 0.0) -> None:
    """Begin a run: remember what was asked for, so that the later steps do the same, and forget what an older
    training left. ``without_items`` is the share of the items that training never sees.

    Raises
    ------
    ProblemError
        The folder holds something else.
    """
    check_work_folder(work)
    work.mkdir(parents=True, exist_ok=True)
    (work / FIGURES).unlink(missing_ok=True)
    (work / CHECKPOINT[-1]).unlink(missing_ok=True)
    facts = {
        "config": str(run.path.resolve()),
        "seed": run.seed,
        "quick": run.quick,
        "split": run.split,
        "trained_on": fingerprint(config, without_items),
    }
    _write(work / RUN, facts)


def read_run(work: Path) -> Config:
    """The configuration that the folder's training used.

    Raises
    ------
    ProblemError
        Nothing was trained there.
    """
    return read_run_of(work).configured()


def read_run_of(work: Path) -> Run:
    """What the folder's training was asked for; raises as :func:`read_run`."""
    run = _run(work)
    if run is None:
        raise ProblemError(
            f"{work}: has no trained model. Run: recluse-export train --config FILE --work {work}"
        )
    return Run(Path(run["config"]), run["seed"], run["quick"], run.get("split"))


def configured(path: Path, seed: int | None, quick: bool, split: SplitKind | None = None) -> Config:
    """A configuration with what the command line overrides; raises as :meth:`Run.configured`."""
    config = read_config(path)
    model = config.model if seed is None else config.model.model_copy(update={"seed": seed})
    changes: dict[str, Any] = {"model": model}
    if quick:
        changes = {"model": model.quick(), "ratings": config.ratings.quick()}
    if split is not None:
        if split in ("time", "last-basket-after-cut") and config.split.cut is None:
            raise ProblemError(
                f"{path}: split.cut is missing, and --split {split} needs it. Add it, or choose another "
                "split."
            )
        changes["split"] = config.split.model_copy(update={"kind": split})
    return config.model_copy(update=changes)


def fingerprint(config: Config, without_items: float = 0.0) -> str:
    """A hash of everything that decides what training makes: equal for configurations with the same data,
    cleaning, events, model and training part. Figures and the pack's name do not count."""
    split = config.split
    by_cut = split.kind in ("time", "last-basket-after-cut", "user-disjoint") and split.cut is not None
    facts = {
        **{section: getattr(config, section).model_dump(mode="json") for section in TRAINED_ON},
        "events": [event.model_dump(mode="json") for event in config.events],
        "folder": str(config.folder) if config.source.kind == "files" else "",
        # Splits that train on the same part of the log share a training.
        "part": ["time", split.cut_seconds] if by_cut else [split.kind],
        "held_out": [split.holdout_users, split.kind == "user-disjoint" and split.holdout_users == 0],
        "without_items": without_items,
    }
    # Left out where nobody said anything: older trainings remember nothing of it.
    if config.ratings != RatingSettings():
        facts["ratings"] = config.ratings.model_dump(mode="json")
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def data_fingerprint(log: Log) -> str:
    """A hash of everything in a cleaned log, the catalogue included."""
    digest = sha256()

    def add(value: object) -> None:
        if isinstance(value, np.ndarray):
            digest.update(f"{value.dtype}{value.shape}".encode())
            digest.update(np.ascontiguousarray(value).data)
        elif is_dataclass(value) and not isinstance(value, type):
            for part in fields(value):
                digest.update(part.name.encode())
                add(getattr(value, part.name))
        elif isinstance(value, dict):
            for name in sorted(value):
                digest.update(f"{name!r}:".encode())
                add(value[name])
        else:
            digest.update(f"{value!r};".encode(errors="surrogatepass"))

    add(log)
    return digest.hexdigest()


def identity_of(log: Log, config: Config, without_items: float = 0.0) -> dict[str, Any]:
    """What a training depends on: parts of one that differs in any of this are of no use to it."""
    any_seed = config.model_copy(update={"model": config.model.model_copy(update={"seed": 0})})
    return {
        "configuration": fingerprint(any_seed, without_items),
        "seed": config.model.seed,
        "data": data_fingerprint(log),
        "version": __version__,
    }


def has_training(work: Path, config: Config, without_items: float = 0.0) -> bool:
    """Whether the folder holds a finished training of this very configuration."""
    run = _run(work)
    whole = all((work / name).is_file() for name in CHECKPOINT)
    return run is not None and whole and run.get("trained_on") == fingerprint(config, without_items)


def default_work(config: Config, base: Path = DEFAULT) -> Path:
    """Where a configuration is trained and measured for which nobody named a folder:
    ``work/<name>-seed<n>``; with a few letters of its fingerprint where that folder holds the training of
    another configuration, so that nothing that took hours is overwritten."""
    plain = base / f"{config.pack.name}-seed{config.model.seed}"
    taken = all((plain / name).is_file() for name in CHECKPOINT) or (plain / PROGRESS).is_dir()
    run = _run(plain)
    if not taken or run is None or run.get("trained_on") == fingerprint(config):
        return plain
    return plain.with_name(f"{plain.name}-{fingerprint(config)[:8]}")


def beside(out: Path) -> Path:
    """Where ``build`` keeps what it goes on from if nobody named a folder: beside the pack, or, where nothing
    can be written there, in a folder of the system for temporary files; the same for the same ``out``."""
    folder = out.resolve().with_name(f"{out.resolve().name}.work")
    existing = next(parent for parent in folder.parents if parent.is_dir())
    if folder.is_dir() or os.access(existing, os.W_OK):
        return folder
    name = sha256(str(out.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"recluse-export-{name}"


def write_figures(figures: list[Figure], work: Path) -> None:
    """Keep what was measured, for the model card."""
    _write(work / FIGURES, [asdict(figure) for figure in figures])


def read_figures(work: Path) -> list[Figure]:
    """What was measured.

    Raises
    ------
    ProblemError
        Nothing was measured yet.
    """
    try:
        return [Figure(**figure) for figure in json.loads((work / FIGURES).read_bytes())]
    except OSError:
        raise ProblemError(
            f"{work}: has no figures for the model card. Run: recluse-export evaluate --work {work}"
        ) from None


def _run(work: Path) -> dict[str, Any] | None:
    """What the folder remembers of its run; None where nothing was begun there."""
    try:
        run = json.loads((work / RUN).read_bytes())
    except (OSError, ValueError):
        return None
    return run if isinstance(run, dict) else None


def _write(path: Path, value: object) -> None:
    write_text(path, json.dumps(value, indent=1) + "\n")
