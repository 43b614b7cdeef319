"""The whole way from a log to a pack, in small."""

from __future__ import annotations

import copy
import dataclasses
import json

import numpy as np
import pytest
import torch

from recluse_export.errors import ProblemError
from recluse_export.evaluate.split import select
from recluse_export.export.agreement import compare
from recluse_export.export.int8_weights import matrices_of
from recluse_export.export.model import exported_model
from recluse_export.features.history import histories_at
from recluse_export.models.int8 import is_matrix
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import SilentProgress
from recluse_export.read.holdout import held_out
from recluse_export.shapes import Log
from recluse_export.train.arguments import event_types_of
from recluse_export.train.checkpoint import load_checkpoint, save_checkpoint
from recluse_export.train.encoder import new_encoder, passes_wanted, train_encoder
from recluse_export.train.pipeline import (
    PARITY_HISTORIES,
    build,
    evaluate_trained,
    export,
    train,
    training_log,
)
from recluse_export.train.windows import WindowSource


@pytest.fixture(scope="module")
def trained(small_log, small_config):
    return train(small_log, small_config, SilentProgress())


@pytest.fixture(scope="module")
def contents(trained, small_log, small_config):
    return export(trained, [], small_log, small_config, SilentProgress())


def test_a_log_without_times_is_asked_for_each_user_s_last_event(small_log, small_config):
    untimed = without_times_and_repeats(small_log)
    config = small_config.model_copy(
        update={
            "split": small_config.split.model_copy(
                update={"kind": "leave-one-out", "cut": None, "holdout_users": 0}
            ),
            "model": small_config.model.quick(),
        }
    )
    contents = build(untimed, config)
    assert contents.linear.half_life_days is None
    assert contents.linear.half_life_events in config.model.linear.half_life_events
    ranked = [figure for figure in contents.figures if figure.metric == "ndcg@10"]
    assert {figure.split for figure in ranked} == {"last event"}
    assert {figure.targets for figure in ranked} == {"all"}
    assert all(figure.users <= untimed.user_count for figure in ranked)
    assert contents.data_until == ""


def without_times_and_repeats(log: Log) -> Log:
    """Each user's first event with each item, and only their order."""
    pair = log.user.astype(np.int64) * len(log.items) + log.item
    first = np.zeros(len(pair), bool)
    first[np.unique(pair, return_index=True)[1]] = True
    once = select(log, first)
    place = np.arange(len(once.item)) - once.offsets[:-1][once.user]
    return dataclasses.replace(once, time=place, basket=np.arange(len(place)), has_time=False)


def test_training_sees_nothing_of_held_out_users_and_nothing_after_the_cut(small_log, small_config):
    past, until = training_log(small_log, small_config)
    held = np.flatnonzero(held_out(small_log.users, 10))
    assert len(held) == 10
    assert not np.isin(past.user, held).any()
    assert past.time.max() < until == small_config.split.cut_seconds


def test_the_model_is_at_least_as_good_as_popularity_and_every_model_is_measured_alike(
    trained, small_log, small_config
):
    figures = evaluate_trained(trained, small_log, small_config, SilentProgress())
    recall = {
        figure.model: figure.value
        for figure in figures
        if (figure.split, figure.targets, figure.metric) == ("next 7 days", "all", "recall@10")
    }
    assert set(recall) == {
        "popular",
        "popular lately",
        "personal frequency",
        "item-to-item",
        "linear",
        "encoder",
        "model",
    }
    assert recall["linear"] > recall["popular"]
    assert recall["model"] > recall["popular"]
    assert all(figure.low <= figure.value <= figure.high for figure in figures)
    users = {figure.users for figure in figures if (figure.split, figure.targets) == ("next 7 days", "all")}
    assert len(users) == 1


def test_the_pack_ranks_as_pytorch_does(contents):
    assert contents.data["parityHistories"] == min(PARITY_HISTORIES, contents.data["parityHistories"]) > 100
    assert contents.data["paritySameTop10"] >= 0.99
    assert contents.data["paritySameOrder"] >= 0.95
    assert contents.data["parityNdcgLost"] <= 0.005


def test_the_pack_holds_the_very_weights_that_pytorch_computes_with(trained, contents):
    networks = trained.networks
    known = [weight.detach().numpy() for weight in networks.encoder.parameters() if is_matrix(weight.shape)]
    known += [matrix.T for matrix in known]
    stored = list(matrices_of(contents.model.encoder))
    assert len(stored) == len(known) // 2 > 5
    for name, matrix in stored:
        assert any(np.array_equal(matrix, weight) for weight in known), name
    np.testing.assert_array_equal(
        contents.model.row * contents.model.row_scale[:, None], networks.rows.row, strict=True
    )


def test_what_rounding_costs_is_told_and_is_next_to_nothing(trained, contents):
    cost = trained.networks.rounding
    assert cost.before > 0
    assert abs(cost.before - cost.after) < 0.01
    assert contents.data["validationNdcgFloat"] == round(cost.before, 4)
    assert contents.data["validationNdcgInt8"] == round(cost.after, 4)


def test_a_model_that_is_not_in_steps_of_int8_is_not_exported(trained):
    rows = dataclasses.replace(trained.networks.rows, row=trained.networks.rows.row + np.float32(1e-4))
    networks = dataclasses.replace(trained.networks, rows=rows)
    with pytest.raises(ValueError, match="the item rows are not in steps of int8"):
        exported_model(networks, len(trained.context), trained.settings, SilentProgress())
    encoder = copy.deepcopy(trained.networks.encoder)
    torch.nn.init.normal_(encoder.leave.weight)
    networks = dataclasses.replace(trained.networks, encoder=encoder)
    with pytest.raises(ValueError, match="is not in steps of int8"):
        exported_model(networks, len(trained.context), trained.settings, SilentProgress())


def test_a_pack_whose_rows_are_damaged_is_refused(trained, contents, small_log, small_config):
    from recluse_export.evaluate.figures import windows

    targets = windows(small_log, trained.until, [7])["next 7 days"]
    histories = histories_at(small_log, targets.users, targets.now, trained.event_types, 300)
    damaged = dataclasses.replace(
        contents,
        model=dataclasses.replace(
            contents.model, row_bias=np.linspace(-50, 50, len(contents.items)).astype(np.float32)
        ),
        linear=dataclasses.replace(contents.linear, scale=contents.linear.scale * -1),
    )
    hybrid = trained.networks.hybrid(trained.counting, trained.settings)
    with pytest.raises(ProblemError, match="Nothing was written"):
        compare(hybrid, damaged, histories, targets, trained.repeats)


def test_no_graph_carries_a_path_of_the_machine_that_made_it(contents):
    for graph in (contents.model.encoder, contents.model.blender):
        for trace in (b".py", b"/work", b"/home", b"/tmp", b"site-packages", b"torch"):
            assert trace not in graph


def test_the_same_seed_gives_the_same_bytes(trained, contents, small_log, small_config, tmp_path):
    again = train(small_log, small_config, SilentProgress())
    for name, one in (("first", trained), ("second", again)):
        save_checkpoint(one, tmp_path / name)
    for file in ("checkpoint.safetensors", "checkpoint.json"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    second = export(again, [], small_log, small_config, SilentProgress())
    for graph in ("encoder", "blender"):
        assert getattr(contents.model, graph) == getattr(second.model, graph)


def test_a_checkpoint_goes_on_where_training_stopped(trained, contents, small_log, small_config, tmp_path):
    save_checkpoint(trained, tmp_path)
    loaded = load_checkpoint(tmp_path)
    targets_of = np.arange(20, dtype=np.int32)
    histories = histories_at(small_log, targets_of, np.full(20, trained.until), trained.event_types, 300)
    for before, after in zip(trained.tiers(), loaded.tiers(), strict=True):
        np.testing.assert_array_equal(before.scores(histories), after.scores(histories))


def test_a_folder_without_a_checkpoint_is_named(tmp_path):
    with pytest.raises(ProblemError, match=r"checkpoint.safetensors: is missing"):
        load_checkpoint(tmp_path)


def test_a_checkpoint_of_another_version_is_named(trained, tmp_path):
    save_checkpoint(trained, tmp_path)
    facts = json.loads((tmp_path / "checkpoint.json").read_text(encoding="utf-8"))
    facts["settings"]["linear"]["ease_regularisation"] = 10.0
    (tmp_path / "checkpoint.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ProblemError, match=r"another version of recluse-export trained.*Train anew"):
        load_checkpoint(tmp_path)


def test_training_that_diverges_stops_with_the_step(small_log, small_config):
    settings: ModelSettings = small_config.model
    event_types = event_types_of(small_config)
    encoder, tower = new_encoder(small_log, event_types, [], np.zeros(400, np.float32), settings)
    torch.nn.init.constant_(tower.delta.weight, float("nan"))
    with pytest.raises(ProblemError, match="at step 0"):
        train_encoder(encoder, tower, small_log, event_types, [], settings, 1, "Train", SilentProgress())


def test_a_window_never_shows_a_query_what_it_is_asked_for(small_log, small_config):
    source = WindowSource(small_log, event_types_of(small_config), [], small_config.model.encoder)
    random = np.random.default_rng(5)
    batch = source.draw(source.epoch(random)[:64], random)
    wanted = batch.target >= 0
    assert wanted.any()
    for window, query in zip(*np.nonzero(wanted.any(-1)), strict=True):
        seen = batch.seen[window, query]
        ages = batch.age[window, :seen][batch.mask[window, :seen] == 0]
        assert (ages >= batch.now[window, query]).all()


def test_a_small_log_is_gone_through_more_often(small_log, small_config):
    event_types = event_types_of(small_config)

    def passes(**encoder) -> int:
        chosen = small_config.model.encoder.model_copy(update={"epochs": None, **encoder})
        return passes_wanted(
            small_log, event_types, [], small_config.model.model_copy(update={"encoder": chosen})
        )

    assert passes(least_steps=1) == 6
    assert passes(least_steps=1000, batch=64) > 6
    assert passes(epochs=2, least_steps=1000) == 2
