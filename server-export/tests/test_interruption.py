"""Whatever stops a training, nothing that was finished is lost, one line says what is kept, and the same
command goes on."""

from __future__ import annotations

import errno
import os
import shlex
from pathlib import Path

import pytest

from recluse_export import files
from recluse_export.files import write_bytes
from small_shop import SmallShop
from test_cli import assert_refused, run, shop_to_train_on

MODEL = """
[model.linear]
half_life_days = [30.0]
ease_share = [0.5]
cutoffs = 2

[model.tower]
size = 8

[model.encoder]
events = 8
epochs = {passes}
batch = 8
queries = 2

[model.blender]
hidden = 4
cutoffs = 2
epochs = 2
hard = 4
random = 2
"""


def shop_with_an_encoder(folder: Path, passes: int) -> SmallShop:
    shop = shop_to_train_on(folder)
    shop.tail = shop.tail.replace("\n[model]\nfull = false\n", MODEL.format(passes=passes))
    return shop


def test_another_seed_or_other_data_is_not_taken_for_the_training_that_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_to_train_on(tmp_path)
    config, work = shop.write(), tmp_path / "work"
    stop_after(monkeypatch, 3, KeyboardInterrupt())
    assert run("train", "--config", config, "--work", work).exit_code == 130
    monkeypatch.undo()
    assert_refused(run("train", "--config", config, "--work", work, "--seed", "9"), "another seed", "--fresh")
    shop.log.append({**shop.log[-1], "item": "i0", "basket": "new"})
    shop.write()
    assert_refused(run("train", "--config", config, "--work", work), "of other data", "--fresh")
    assert (work / "progress" / "about.json").is_file()
    result = run("train", "--config", config, "--work", work, "--fresh")
    assert result.exit_code == 0, result.output
    assert "Going on" not in result.output


def stop_after(monkeypatch: pytest.MonkeyPatch, files_: int, error: BaseException) -> None:
    """From so many files on, writing fails in the middle."""
    written = []
    real = os.fsync

    def fsync(handle: int) -> None:
        written.append(handle)
        if len(written) > files_:
            raise error
        real(handle)

    monkeypatch.setattr(files.os, "fsync", fsync)


def test_a_disk_that_fills_up_while_training_costs_no_finished_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, work = shop_to_train_on(tmp_path).write(), tmp_path / "work"
    # run.json, then the search with its name; the matrix does not fit any more.
    stop_after(monkeypatch, 3, OSError(errno.ENOSPC, "No space left on device"))
    result = run("train", "--config", config, "--work", work)
    assert_refused(
        result,
        "The disk: no space left",
        f"Kept in {work}: the linear search.",
        "Go on with: recluse-export train",
    )
    assert "--fresh" not in result.stderr
    assert not list(work.rglob(".*"))
    monkeypatch.undo()
    result = run("train", "--config", config, "--work", work)
    assert result.exit_code == 0, result.output
    assert "where this is done: the linear search." in " ".join(result.output.split())


def test_a_build_goes_on_beside_its_pack_and_leaves_nothing_there_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recluse_export.train import pipeline

    config = shop_to_train_on(tmp_path).write()

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pipeline, "evaluate_trained", full)
    result = run("build", "--config", config, "--out", tmp_path / "pack")
    assert_refused(result, f"Kept in {tmp_path / 'pack.work'}", "the whole training", "recluse-export build")
    monkeypatch.undo()
    monkeypatch.setattr(pipeline, "train", full)
    result = run("build", "--config", config, "--out", tmp_path / "pack")
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "pack.work").exists()
    assert run("verify", tmp_path / "pack").exit_code == 0


def test_a_training_that_diverges_is_one_line_and_is_not_gone_on_with(tmp_path: Path) -> None:
    shop = shop_with_an_encoder(tmp_path, passes=2)
    shop.tail = shop.tail.replace("events = 8\n", "events = 8\nlearning_rate = 1e30\n")
    work = tmp_path / "work"
    result = run("train", "--config", shop.write(), "--work", work)
    assert_refused(result, "encoder's", "at step", "Lower model.encoder.learning_rate")
    assert not (work / "progress").exists()


def test_a_file_that_is_written_whole_has_the_usual_rights(tmp_path: Path) -> None:
    write_bytes(tmp_path / "folder" / "file", b"data")
    assert (tmp_path / "folder" / "file").read_bytes() == b"data"
    assert (tmp_path / "folder" / "file").stat().st_mode & 0o777 == 0o644


def test_the_command_that_goes_on_is_the_one_that_was_given(tmp_path: Path) -> None:
    from recluse_export import cli
    from recluse_export.interruption import same_command

    given = {"config": Path("a shop.toml"), "work": Path("w"), "seed": 0, "quick": True, "fresh": True}
    told = same_command(cli.train.__wrapped__, given)
    assert shlex.split(told) == [
        *("recluse-export", "train", "--config", "a shop.toml", "--work", "w", "--seed", "0", "--quick")
    ]
    assert same_command(cli.verify.__wrapped__, {"pack": Path("p")}) == "recluse-export verify p"
