"""What a work folder remembers, and when a training is that of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from recluse_export.errors import ProblemError
from recluse_export.files import write_text
from recluse_export.work import (
    CHECKPOINT,
    Run,
    default_work,
    fingerprint,
    has_training,
    read_run_of,
    write_run,
)
from small_shop import SmallShop


def finished(run: Run, work: Path) -> None:
    write_run(run, run.configured(), work)
    for name in CHECKPOINT:
        (work / name).write_text("")


def test_a_training_counts_for_its_own_data_model_seed_and_split_only(tmp_path: Path):
    shop = SmallShop(tmp_path)
    run = Run(shop.write(), seed=3)
    work = tmp_path / "work"
    finished(run, work)
    assert has_training(work, run.configured())
    assert not has_training(work, Run(run.path, seed=4).configured())
    assert not has_training(work, Run(run.path, 3, quick=True).configured())
    assert not has_training(work, Run(run.path, 3, split="last-basket").configured())
    assert not has_training(work, run.configured(), without_items=0.1)
    # The last basket after the cut is asked of the same training.
    assert has_training(work, Run(run.path, 3, split="last-basket-after-cut").configured())
    shop.tail = shop.tail.replace("weight = 0.1", "weight = 0.2")
    shop.write()
    assert not has_training(work, run.configured())


def test_what_figures_are_made_of_does_not_change_the_fingerprint(tmp_path: Path):
    shop = SmallShop(tmp_path)
    before = fingerprint(Run(shop.write()).configured())
    shop.tail = shop.tail.replace("small-shop", "other-name") + "\n[evaluate]\nbootstrap = 5\n"
    assert fingerprint(Run(shop.write()).configured()) == before


def test_a_training_that_was_interrupted_is_none(tmp_path: Path):
    run = Run(SmallShop(tmp_path).write())
    work = tmp_path / "work"
    finished(run, work)
    write_run(run, run.configured(), work)
    assert not has_training(work, run.configured())
    assert read_run_of(work) == Run(run.path.resolve())


def test_nothing_that_took_hours_is_overwritten_by_default(tmp_path: Path):
    shop = SmallShop(tmp_path)
    run = Run(shop.write(), seed=1)
    plain = default_work(run.configured(), tmp_path / "work")
    assert plain == tmp_path / "work" / "small-shop-seed1"
    finished(run, plain)
    assert default_work(run.configured(), tmp_path / "work") == plain
    other = default_work(Run(run.path, 1, quick=True).configured(), tmp_path / "work")
    assert other.name.startswith("small-shop-seed1-")


def test_a_split_that_needs_a_cut_says_so(tmp_path: Path):
    shop = SmallShop(tmp_path)
    shop.tail = shop.tail.replace('kind = "time"\ncut = 2024-03-01', 'kind = "leave-one-out"')
    with pytest.raises(ProblemError, match=r"split\.cut is missing, and --split time needs it"):
        Run(shop.write(), split="time").configured()


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "figures.json"
    write_text(file, "old")

    def stopped(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_text(file, "new")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]
