"""A training that is stopped, wherever that is, goes on and ends as one that was not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recluse_export.errors import ProblemError
from recluse_export.evaluate.split import select
from recluse_export.progress import SilentProgress
from recluse_export.shapes import Log
from recluse_export.train.checkpoint import save_checkpoint
from recluse_export.train.kept import Identity, Kept, KeptInFolder
from recluse_export.train.pipeline import train

HERE = Identity("configuration", 1, "data", "0.1")


class Stopped(KeptInFolder):
    """Stops the training when the first new part is safe."""

    def keep(self, part: str, value: Any, said: str = "") -> None:
        super().keep(part, value, said)
        raise KeyboardInterrupt


def order_only(log: Log) -> Log:
    place = np.arange(len(log.item)) - log.offsets[:-1][log.user]
    users = select(log, log.user < 40)
    return dataclasses.replace(users, time=place[log.user < 40].astype(np.int64), has_time=False)


def with_model(config, **encoder: Any):
    """The small configuration, smaller, with such an encoder."""
    quick = config.model.quick()
    linear = quick.linear.model_copy(
        update={
            "half_life_events": [3.0],
            "future_half_life_events": [1.0],
            "relative_regularisation": [1.0],
            "ease_share_by_order": [0.5],
            "strongest_by_order": [16],
            "cutoffs_by_order": 5,
        }
    )
    chosen = quick.encoder.model_copy(update={"epochs": 3, "most_windows": 200, **encoder})
    return config.model_copy(update={"model": quick.model_copy(update={"linear": linear, "encoder": chosen})})


@pytest.mark.parametrize(
    ("kind", "encoder"),
    [
        ("times", {}),
        ("times", {"beside_linear": True, "folds": 2}),
        ("order", {"next_item_epochs": 3, "places": 200, "patience": 1}),
        ("order", {"next_item_epochs": 2, "places": 200, "beside_linear_by_order": True, "folds": 2}),
    ],
    ids=["times", "times beside the matrix", "order", "order beside the matrix"],
)
def test_a_training_stopped_after_each_of_its_parts_gives_the_same_bytes(
    small_log, small_config, tmp_path: Path, kind: str, encoder: dict[str, Any]
) -> None:
    log = small_log if kind == "times" else order_only(small_log)
    config = with_model(small_config, **encoder)
    if kind == "order":
        leave_one_out = {"kind": "leave-one-out", "cut": None, "holdout_users": 0}
        config = config.model_copy(update={"split": config.split.model_copy(update=leave_one_out)})
    save_checkpoint(train(log, config, SilentProgress()), tmp_path / "at once")
    stops = 0
    while True:
        try:
            trained = train(log, config, SilentProgress(), Stopped(tmp_path / "progress", HERE))
            break
        except KeyboardInterrupt:
            stops += 1
            assert not [path for path in (tmp_path / "progress").iterdir() if path.name.startswith(".")]
    save_checkpoint(trained, tmp_path / "in pieces")
    assert stops >= 8
    for name in ("checkpoint.json", "checkpoint.safetensors"):
        assert (tmp_path / "at once" / name).read_bytes() == (tmp_path / "in pieces" / name).read_bytes(), (
            name
        )


def test_what_was_tried_and_the_time_that_was_spent_go_on(tmp_path: Path) -> None:
    from recluse_export.train.budget import Attempt, Budget

    before = Budget(100)
    before.tried.append(Attempt("matrix", "one", 0.5))
    before.started -= 60
    KeptInFolder(tmp_path, HERE, before).keep("search", 1, "the search")
    after = Budget(100)
    assert KeptInFolder(tmp_path, HERE, after).find("search") == 1
    assert after.tried == before.tried
    assert 39 < after.left() < 41


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"configuration": "b"}, "another configuration"),
        ({"seed": 2}, "another seed"),
        ({"data": "b"}, "other data"),
        ({"seed": 2, "version": "0.2"}, "another seed and another version"),
    ],
)
def test_parts_of_another_training_are_refused_in_one_sentence_that_says_how_it_differs(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    KeptInFolder(tmp_path / "progress", HERE).keep("search", 1, "the linear search")
    other = dataclasses.replace(HERE, **changes)
    with pytest.raises(ProblemError, match=f"unfinished training of {words}.*the linear search.*--fresh"):
        KeptInFolder(tmp_path / "progress", other)
    assert KeptInFolder(tmp_path / "progress", HERE).find("search") == 1
    assert KeptInFolder(tmp_path / "progress", other, fresh=True).find("search") is None
    assert not (tmp_path / "progress").exists()


def test_a_part_that_was_being_written_when_the_power_went_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptInFolder(tmp_path, HERE)
    kept.keep("passes", 1, "1 of 2 passes")

    def gone(self: Path, target: Path) -> Path:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", gone)
        patch.setattr(Path, "unlink", lambda *arguments, **more: None)
        with pytest.raises(SystemExit):
            kept.keep("passes", 2, "2 of 2 passes")
    assert len(list(tmp_path.glob(".*"))) == 1
    again = KeptInFolder(tmp_path, HERE)
    assert (again.find("passes"), again.said()) == (1, "1 of 2 passes")
    assert not list(tmp_path.glob(".*"))


def test_a_damaged_part_is_one_sentence(tmp_path: Path) -> None:
    KeptInFolder(tmp_path, HERE).keep("search", 1, "the search")
    (tmp_path / "search.pt").write_bytes(b"nonsense")
    with pytest.raises(ProblemError, match=r"search\.pt: can't be read .*--fresh"):
        KeptInFolder(tmp_path, HERE).find("search")


def test_without_a_folder_nothing_is_kept() -> None:
    kept = Kept()
    kept.keep("search", 1, "the search")
    assert kept.find("search") is None
