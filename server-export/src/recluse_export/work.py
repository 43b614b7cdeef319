"""The folder that holds a run between ``train``, ``evaluate`` and ``export``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from recluse_export.config import Config, read_config
from recluse_export.errors import ProblemError
from recluse_export.shapes import Figure

RUN = "run.json"
FIGURES = "figures.json"


def write_run(config: Config, seed: int | None, quick: bool, work: Path) -> None:
    """Remember what was asked for, so that the later steps do the same."""
    if work.exists() and not work.is_dir():
        raise ProblemError(f"{work}: is a file, not a folder. Choose another folder with --work.")
    if work.is_dir() and any(work.iterdir()) and not (work / RUN).is_file():
        raise ProblemError(
            f"{work}: is not empty and not a work folder. Empty it, or choose another folder with --work."
        )
    work.mkdir(parents=True, exist_ok=True)
    (work / FIGURES).unlink(missing_ok=True)
    _write(work / RUN, {"config": str(config.path), "seed": seed, "quick": quick})


def read_run(work: Path) -> Config:
    """The configuration that the folder's training used.

    Raises
    ------
    ProblemError
        Nothing was trained there.
    """
    try:
        run = json.loads((work / RUN).read_bytes())
    except (OSError, ValueError):
        raise ProblemError(
            f"{work}: has no trained model. Run: recluse-export train --config FILE --work {work}"
        ) from None
    return configured(Path(run["config"]), run["seed"], run["quick"])


def configured(path: Path, seed: int | None, quick: bool) -> Config:
    """A configuration with what the command line overrides."""
    config = read_config(path)
    model = config.model if seed is None else config.model.model_copy(update={"seed": seed})
    return config.model_copy(update={"model": model.quick() if quick else model})


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


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
