"""A whole evaluation of a model that was trained in seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recluse_export.commands_evaluate import EvaluationRun, WorkFolder
from recluse_export.config import Config
from recluse_export.evaluate import new_items
from recluse_export.evaluate.product import Request, evaluate_models
from recluse_export.evaluate.report import Report
from recluse_export.evaluate.trainings import NEW_ITEMS
from recluse_export.progress import SilentProgress
from recluse_export.shapes import Log
from recluse_export.train import pipeline
from recluse_export.train.checkpoint import load_checkpoint
from recluse_export.work import Run


@pytest.fixture(scope="module")
def config(small_config) -> Config:
    evaluate = small_config.evaluate.model_copy(
        update={"cold_start": [0, 2], "new_items": 0.1, "permutations": 200, "smallest_group": 10}
    )
    return small_config.model_copy(update={"evaluate": evaluate, "model": small_config.model.quick()})


@pytest.fixture(scope="module")
def found(small_log, config, tmp_path_factory) -> tuple[Report, WorkFolder]:
    work = tmp_path_factory.mktemp("work")
    trainings = WorkFolder(small_log, config, EvaluationRun(Run(config.path), work), SilentProgress())
    request = Request(runtimes=("pytorch", "onnxruntime"))
    return evaluate_models(small_log, config, request, trainings, SilentProgress()), trainings


def test_every_model_is_measured_on_every_window_with_an_interval(found):
    report, _ = found
    models = {"popular", "popular lately", "personal frequency", "item-to-item", "linear", "encoder", "model"}
    for window in ("next 7 days", "next 31 days", "next 7 days, users never seen"):
        chosen = [one for one in report.figures if one.split == window and one.targets == "all"]
        assert {one.model for one in chosen} == models
        assert all(one.low <= one.value <= one.high for one in chosen)
    assert report.reference == "model"
    assert {one.model for one in report.comparisons} == models - {"model"}
    assert {one.model for one in report.cold_start} == models


def test_the_exported_pack_stands_beside_pytorch(found):
    report, trainings = found
    by_runtime = {(one.runtime, one.targets): one for one in report.runtimes}
    assert by_runtime["pytorch", "all"].ndcg_lost == 0
    assert by_runtime["pytorch", "all"].same_top_10 == 1
    assert abs(by_runtime["onnxruntime", "all"].ndcg_lost) < 0.005
    assert by_runtime["onnxruntime", "all"].same_set >= 0.99
    assert by_runtime["pytorch", "all"].ndcg == pytest.approx(
        next(
            one.value
            for one in report.figures
            if (one.split, one.model, one.metric, one.targets) == ("next 7 days", "model", "ndcg@10", "all")
        )
    )
    assert (trainings.folder / "pack" / "manifest.json").is_file()


def test_new_items_are_ranked_by_a_training_that_never_saw_them(found, small_log, config):
    report, trainings = found
    assert {"content", "random"} <= {one.model for one in report.new_items}
    trained = trainings.without_new_items()
    rows = new_items.hold_out_items(pipeline.training_log(small_log, config)[0], 0.1)
    linear = trained.counting.linear
    source = np.repeat(np.arange(len(small_log.items)), np.diff(linear.offset))
    touched = np.isin(source, rows) | np.isin(linear.target, rows)
    assert (source[touched] == linear.target[touched]).all()


def test_new_items_are_ranked_as_a_browser_would_that_is_told_of_them_and_by_attributes_alone(found):
    report, trainings = found
    assert {"linear", "encoder", "model", "tower"} <= {one.model for one in report.new_items}
    assert not any("attributes alone" in note for note in report.notes)
    without = load_checkpoint(trainings.folder / NEW_ITEMS).networks
    made = trainings.without_new_items().networks.rows_from_content
    np.testing.assert_array_equal(without.rows_from_content.row, made.row)
    np.testing.assert_array_equal(without.rows_from_content.bias, made.bias)


def test_the_checkpoint_of_a_usual_training_has_no_rows_from_attributes(found):
    _, trainings = found
    assert load_checkpoint(trainings.folder).networks.rows_from_content is None


def test_a_checkpoint_without_rows_from_attributes_is_told_of_not_passed_over(found, small_log, config):
    _, trainings = found
    trained = trainings.without_new_items()
    older = replace(trained, networks=replace(trained.networks, rows_from_content=None))
    less = new_items.without_items(pipeline.training_log(small_log, config)[0], np.array([0], np.int32))
    models, notes = new_items.contestants(older, less, np.array([0], np.int32))
    assert [one.name for one in models] == ["linear", "encoder", "model"]
    assert "older version" in notes[0]


def test_a_second_evaluation_trains_nothing(found, small_log, config, monkeypatch):
    _, trainings = found

    def never(*arguments: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(pipeline, "train", never)
    again = WorkFolder(small_log, config, trainings.run, SilentProgress())
    assert again.full().settings == trainings.full().settings


def test_the_papers_own_split_learns_from_everything_before_the_last_baskets(
    small_log: Log, config: Config, tmp_path
):
    split = config.split.model_copy(update={"kind": "last-basket"})
    other = config.model_copy(
        update={"split": split, "model": config.model.model_copy(update={"full": False})}
    )
    trainings = WorkFolder(
        small_log, other, EvaluationRun(Run(config.path), tmp_path / "w"), SilentProgress()
    )
    report = evaluate_models(small_log, other, Request(only_ranking=True), trainings, SilentProgress())
    assert {one.split for one in report.figures} == {"last basket", "last basket, users never seen"}
    assert "last basket is the target" in report.split
    assert report.groups == report.cold_start == report.new_items == []


def test_who_asks_for_some_users_only_leaves_the_figures_of_the_model_card_alone():
    grocery = Path(__file__).parents[2] / "configs" / "grocery.toml"
    run = EvaluationRun(Run(grocery), None)
    assert not run.some_users(run.config())
    some = run.config(least_targets=3)
    assert some.evaluate.least_targets == 3
    assert run.some_users(some)
    assert run.some_users(run.config(max_users=10))
