"""The blender that is exported is the blender that was trained."""

from __future__ import annotations

import onnx
import pytest
import torch

from recluse_export.export.device_blender import DeviceBlender
from recluse_export.export.graphs import blender_graph
from recluse_export.features.signals import SIGNALS
from recluse_export.models.blender import Blender
from recluse_export.models.settings import BlenderSettings
from recluse_export.shapes import Coefficients, SumWeights

COEFFICIENTS = Coefficients(together=1.0, habit=2.0, affinity=0.5, popularity=0.3, recent=0.2)
SUM = SumWeights(together=20.0, habit=2.0, affinity=0.5, popularity=0.3, recent=0.2, had=-2.0, again=0.2)


def trained(seed: int, alive: set[str]) -> Blender:
    """As if training had gone anywhere at all, but for the parts that are not ``alive``."""
    torch.manual_seed(seed)
    blender = Blender(COEFFICIENTS, BlenderSettings(hidden=8)).eval()
    with torch.no_grad():
        for parameter in blender.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
        for name, part in blender.parts.items():
            part.out.weight.mul_(float(name in alive))
        blender.mean.normal_()
        blender.deviation.uniform_(0.5, 2)
        blender.visitor_mean.normal_()
        blender.visitor_deviation.uniform_(0.5, 2)
        blender.steadiness.fill_(0.3)
    return blender


def candidates(count: int) -> torch.Tensor:
    """``[1, count, signals]``: what signals can be, with items never bought and rows of padding."""
    column = {
        "taste": torch.randn(count) * 3,
        "together": torch.randn(count) * 0.5,
        "habit": torch.rand(count) * 3 - 0.5,
        "times": torch.randint(0, 5, (count,)).float(),
        "daysSince": torch.rand(count) * 100,
        "interval": torch.rand(count) * 60,
        "affinity": torch.rand(count) * 0.2,
        "popularity": torch.randn(count),
        "recent": torch.randn(count),
        "repeat": torch.rand(count),
        "had": torch.randint(0, 2, (count,)).float(),
    }
    never = column["times"] == 0
    column["daysSince"][never] = -1
    signals = torch.stack([column[name] for name in SIGNALS], dim=-1)
    signals[-3:] = 0
    return signals.unsqueeze(0)


@pytest.mark.parametrize(
    "alive",
    [set(), {"taste"}, {"habit", "popularity"}, {"taste", "together", "habit", "affinity", "popularity"}],
)
@pytest.mark.parametrize("visitor", [[0.0, 0, 0, 0], [120, 40, 300, 2.5]])
def test_the_layout_for_a_device_computes_what_was_trained(alive, visitor):
    blender = trained(1, alive)
    signals, facts = candidates(200), torch.tensor([visitor], dtype=torch.float32)
    with torch.no_grad():
        score, parts = blender(signals, facts)
        own_score, own_parts = DeviceBlender(blender)(signals, facts)
    torch.testing.assert_close(own_parts, parts, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(own_score, score, rtol=1e-5, atol=2e-5)


def test_parts_that_say_nothing_are_not_in_the_graph():
    whole = onnx.load_from_string(blender_graph(trained(2, {"taste", "habit"}), 16))
    lines = onnx.load_from_string(blender_graph(Blender.sum_of(SUM, BlenderSettings()), 16))
    assert any(node.op_type == "Sigmoid" for node in whole.graph.node)
    assert not any(node.op_type == "Sigmoid" for node in lines.graph.node)
    assert len(lines.graph.node) < 25
    assert len(whole.graph.node) < 80
