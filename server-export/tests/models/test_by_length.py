"""Weights that depend on how much is known of a visitor."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from recluse_export.export.device_blender import DeviceBlender
from recluse_export.features.signals import LINES, PARTS, SIGNALS
from recluse_export.models.blender import Blender
from recluse_export.models.by_length import LENGTHS, at_length
from recluse_export.models.settings import BlenderSettings
from recluse_export.shapes import SumWeights

WHOLE = SumWeights(together=20.0, habit=0.3, affinity=0.5, popularity=0.1, recent=0.0, had=-2.0, again=0.25)
ALONE = [-1.0, -20.0, -0.3, -0.5, 0.9, 0.0, 2.0, 15.0]
"""Turns ``WHOLE`` into popularity alone."""


def levels() -> list[list[float]]:
    random = np.random.default_rng(5)
    middle = random.normal(size=(len(LENGTHS) - 2, len(LINES)))
    return [ALONE, *middle.tolist(), [0.0] * len(LINES)]


def test_numbers_are_those_given_at_the_lengths_and_lie_between_them_elsewhere():
    given = torch.tensor(levels())
    at_bounds = at_length(torch.tensor(LENGTHS, dtype=torch.float32), given)
    torch.testing.assert_close(at_bounds, given, rtol=0, atol=1e-5)
    torch.testing.assert_close(at_length(torch.tensor([0.0]), given)[0], given[0], rtol=0, atol=0)
    torch.testing.assert_close(at_length(torch.tensor([1e6]), given)[0], given[-1], rtol=0, atol=1e-5)
    between = at_length(torch.tensor([7.0]), given)[0]
    low, high = given[4:6].amin(0), given[4:6].amax(0)
    assert ((low <= between) & (between <= high)).all()


@pytest.mark.parametrize("events", [0, 1, 4, 50, 300])
def test_the_device_s_layout_gives_the_same_parts_whose_sum_is_the_score(events):
    torch.manual_seed(1)
    blender = Blender.sum_of(WHOLE, BlenderSettings(hidden=8), levels()).eval()
    signals = torch.rand(1, 40, len(SIGNALS))
    visitor = torch.tensor([[float(events), float(events), 3.0, 1.0]])
    with torch.no_grad():
        score, parts = blender(signals, visitor)
        device_score, device_parts = DeviceBlender(blender)(signals, visitor)
    torch.testing.assert_close(device_parts, parts, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(device_score, score, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(parts.sum(-1), score, rtol=1e-5, atol=1e-5)


def test_a_visitor_without_history_has_the_popular_list():
    blender = Blender.sum_of(WHOLE, BlenderSettings(hidden=8), levels()).eval()
    signals = torch.rand(1, 200, len(SIGNALS))
    with torch.no_grad():
        score, parts = blender(signals, torch.zeros(1, 4))
    popularity = signals[0, :, SIGNALS.index("popularity")]
    assert torch.equal(score[0].argsort(descending=True), popularity.argsort(descending=True))
    assert not parts[0, :, PARTS.index("taste")].any()


def test_what_the_visitor_had_counts_less_where_the_weights_say_so():
    blender = Blender.sum_of(WHOLE, BlenderSettings(hidden=8)).eval()
    signals = torch.zeros(1, 2, len(SIGNALS))
    signals[0, :, SIGNALS.index("together")] = 0.5
    signals[0, 1, SIGNALS.index("had")] = 1.0
    with torch.no_grad():
        score, parts = blender(signals, torch.ones(1, 4))
    assert score[0].tolist() == pytest.approx([20 * 0.5, 0.25 * 20 * 0.5 - 2.0])
    assert parts[0, 1, PARTS.index("together")].item() == pytest.approx(2.5)
    assert parts[0, 1, PARTS.index("habit")].item() == pytest.approx(-2.0)
