"""From scores to probabilities, and into the graph."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnxruntime
import pytest
import torch

from recluse_export.evaluate.reliability import expected_calibration_error, reliability_bins
from recluse_export.export.graphs import blender_graph
from recluse_export.export.reference import PackRanker
from recluse_export.features.history import histories_at
from recluse_export.features.signals import SIGNALS
from recluse_export.models.blender import Blender
from recluse_export.models.settings import BlenderSettings
from recluse_export.pack import read_pack
from recluse_export.pack.write import write_pack
from recluse_export.progress import SilentProgress
from recluse_export.read.holdout import held_out
from recluse_export.shapes import Coefficients
from recluse_export.train.arguments import event_types_of
from recluse_export.train.calibrate import (
    Candidates,
    calibrate,
    fit_calibrator,
    next_baskets,
    probabilities,
)
from recluse_export.train.pipeline import export, train, training_log


def made_up(seed: int, moments: int = 600, items: int = 60) -> tuple[Candidates, np.ndarray]:
    """Scores whose scale and height hang on how long the history is, with outcomes drawn from the truth."""
    random = np.random.default_rng(seed)
    visitor = random.integers(1, 400, (moments, 4)).astype(np.float32)
    length = np.log1p(visitor[:, :1])
    truth = random.normal(-3, 1.2, (moments, items))
    score = ((truth - 0.6 * length) * (1 + 0.2 * length)).astype(np.float32)
    probability = 1 / (1 + np.exp(-truth))
    return (
        Candidates(
            score,
            visitor,
            random.random(truth.shape) < probability,
            np.ones(truth.shape, np.float32),
            np.zeros(truth.shape, bool),
            items,
        ),
        probability,
    )


def test_the_truth_behind_scores_of_another_scale_for_every_visitor_is_found_again():
    calibrator = fit_calibrator(made_up(1)[0])
    fresh, truth = made_up(2)
    given = probabilities(calibrator, fresh)
    assert expected_calibration_error(reliability_bins(given.ravel(), fresh.wanted.ravel())) < 0.01
    assert np.abs(given - truth).mean() < 0.02


def test_for_one_visitor_a_higher_score_never_has_a_lower_probability():
    calibrator = fit_calibrator(made_up(1)[0])
    score = torch.linspace(-60, 60, 2000).repeat(5, 1)
    visitor = torch.tensor([[0.0] * 4, [1.0] * 4, [30.0] * 4, [900.0] * 4, [1e7] * 4])
    with torch.no_grad():
        given = calibrator(score, visitor)
    assert (given.diff(dim=1) >= 0).all()
    assert (given > 0).all()
    assert (given < 1).all()


def test_items_that_nobody_ever_takes_are_unlikely_but_not_impossible():
    candidates = made_up(1)[0]
    never = dataclasses.replace(candidates, wanted=np.zeros_like(candidates.wanted))
    given = probabilities(fit_calibrator(never), never)
    assert given.max() < 0.01
    assert given.min() > 0


def test_the_graph_gives_the_probabilities_of_the_calibrator_beside_unchanged_scores():
    torch.manual_seed(1)
    blender = Blender(Coefficients(1.0, 0.5, 0.1, 0.05, 0.02), BlenderSettings(hidden=8)).eval()
    calibrator = fit_calibrator(made_up(1)[0])
    signals = np.random.default_rng(3).random((1, 64, len(SIGNALS))).astype(np.float32)
    visitor = np.array([[40, 12, 300, 2]], np.float32)
    plain = onnxruntime.InferenceSession(blender_graph(blender, 64))
    calibrated = onnxruntime.InferenceSession(blender_graph(blender, 64, calibrator))
    given = {"signals": signals, "visitor": visitor}
    assert [output.name for output in plain.get_outputs()] == ["score", "parts"]
    score, parts, probability = calibrated.run(["score", "parts", "probability"], given)
    np.testing.assert_array_equal(score, plain.run(["score"], given)[0])
    np.testing.assert_array_equal(parts, plain.run(["parts"], given)[0])
    with torch.no_grad():
        expected = calibrator(torch.from_numpy(score), torch.from_numpy(visitor)).numpy()
    np.testing.assert_allclose(probability, expected, rtol=1e-5, atol=1e-7)


class TestMoments:
    def test_lie_after_the_basket_before_and_ask_for_one_basket_alone(self, small_log, small_config):
        event_types = event_types_of(small_config)
        until = small_config.split.cut_seconds
        targets = next_baskets(small_log, event_types, until - 56 * 86_400, until, 1)
        assert len(targets) > 100
        for place in range(0, len(targets), 7):
            user, now = targets.users[place], targets.now[place]
            events = slice(small_log.offsets[user], small_log.offsets[user + 1])
            time, basket, item = small_log.time[events], small_log.basket[events], small_log.item[events]
            coming = basket[time >= now][0]
            assert set(targets.item[targets.offsets[place] : targets.offsets[place + 1]]) == set(
                item[basket == coming]
            )
            assert until - 56 * 86_400 <= now < until

    def test_are_the_same_for_the_same_seed(self, small_log, small_config):
        event_types = event_types_of(small_config)
        until = small_config.split.cut_seconds
        one, other = (next_baskets(small_log, event_types, 0, until, 5) for _ in range(2))
        np.testing.assert_array_equal(one.now, other.now)
        np.testing.assert_array_equal(one.item, other.item)

    def test_of_a_log_without_times_are_the_newest(self, small_log, small_config):
        place = np.arange(len(small_log.item)) - small_log.offsets[:-1][small_log.user]
        untimed = dataclasses.replace(small_log, time=place, basket=np.arange(len(place)), has_time=False)
        targets = next_baskets(untimed, event_types_of(small_config), 0, 0, 1, moments=1)
        length = np.diff(untimed.offsets)
        np.testing.assert_array_equal(targets.now, length[targets.users] - 1)
        np.testing.assert_array_equal(targets.item, untimed.item[untimed.offsets[targets.users + 1] - 1])

    def test_ask_for_purchases_where_the_log_has_them(self, small_log, small_config):
        kinds = small_log.type.copy()
        kinds[::2] = 2
        mixed = dataclasses.replace(small_log, type=kinds)
        targets = next_baskets(mixed, event_types_of(small_config), 0, small_config.split.cut_seconds, 1)
        bought = {(user, item) for user, item in zip(mixed.user[1::2], mixed.item[1::2], strict=True)}
        users = np.repeat(targets.users, np.diff(targets.offsets))
        assert all((user, item) in bought for user, item in zip(users, targets.item, strict=True))


@pytest.fixture(scope="module")
def trained(small_log, small_config):
    return train(small_log, small_config, SilentProgress())


def test_a_pack_says_how_likely_and_how_far_to_trust_it(trained, small_log, small_config, tmp_path):
    contents = export(trained, [], small_log, small_config, SilentProgress())
    assert contents.model.probability == "basket"
    errors = {figure.metric: figure for figure in contents.figures if figure.targets == "all"}
    assert errors["calibration error"].split == "next basket"
    assert errors["calibration error"].value < 0.03
    assert sum(one.share for one in contents.reliability) == pytest.approx(1)
    write_pack(contents, tmp_path / "pack")
    again = read_pack(tmp_path / "pack")
    assert again.reliability == contents.reliability
    histories = histories_at(
        small_log,
        np.arange(5),
        np.full(5, small_config.split.cut_seconds),
        trained.event_types,
        small_config.model.history_events,
    )
    ranker = PackRanker(again)
    given, score = ranker.probabilities(histories), ranker.scores(histories)
    assert given.shape == (5, len(small_log.items))
    assert ((given > 0) & (given < 1)).all()
    order = np.argsort(score, axis=1)
    assert (np.diff(np.take_along_axis(given, order, axis=1)) >= -1e-6).all()


def test_with_hardly_a_basket_there_is_no_calibrator(trained, small_log, small_config):
    past, _ = training_log(small_log, small_config)
    nobody = dataclasses.replace(trained, until=int(small_log.time.min()))
    held = np.flatnonzero(held_out(small_log.users, 10))
    assert calibrate(nobody, small_log, past, held, 7, SilentProgress()) is None
