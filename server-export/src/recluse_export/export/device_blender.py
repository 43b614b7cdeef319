"""The blender laid out for a device: the same function, in few operations over long rows.

PyTorch's own layout gives ONNX Runtime two hundred operations over short vectors, a few for each feature of
each part. Here candidates lie along the last axis, so that one operation serves a feature for all of them or
a layer for all parts; and a part whose network says nothing (as before its training) is not computed at all.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recluse_export.features.signals import LINES, PARTS, SIGNALS, VISITOR
from recluse_export.models.blender import FEATURES, SPREAD, Blender
from recluse_export.models.by_length import at_length

LOGARITHMS = {
    "together": 10.0,
    "habit": 10.0,
    "times": 1.0,
    "daysSince": 1.0,
    "interval": 1.0,
    "affinity": 100.0,
}
"""Signals that are seen as the logarithm of 1 plus so many times themselves; ``together`` keeps its sign,
the others count from 0."""
ROWS = [*LOGARITHMS, "due", "taste", "lateness", "popularity", "recent", "repeat", "had"]
"""The features in the order in which :meth:`DeviceBlender.features` stacks them."""

PART_OF = {"recent": "popularity", "had": "habit", "togetherAgain": "together"}
"""The part that a straight line counts for, where it is not the one of its name."""


class DeviceBlender(nn.Module):
    """Computes what :class:`~recluse_export.models.blender.Blender` computes, for one visitor."""

    mean: Tensor
    deviation: Tensor
    visitor_mean: Tensor
    visitor_deviation: Tensor
    factor: Tensor
    sign: Tensor
    seen: Tensor
    first: Tensor
    first_visitor: Tensor
    first_bias: Tensor
    inner: Tensor
    inner_bias: Tensor
    out: Tensor
    gates: Tensor
    gates_bias: Tensor
    weights: Tensor
    steady: Tensor
    line: Tensor
    by_length: Tensor

    def __init__(self, blender: Blender) -> None:
        super().__init__()
        place = [blender.names.index(name) for name in ROWS]
        alive = [name for name in PARTS if bool(blender.parts[name].out.weight.any())]
        networks = [blender.parts[name] for name in alive]
        self.alive = len(alive)
        self.knows_length = bool(blender.by_length.any())
        factor = torch.tensor(list(LOGARITHMS.values())).unsqueeze(1)
        learned = {
            "mean": blender.mean[place].unsqueeze(1),
            "deviation": blender.deviation[place].unsqueeze(1),
            "visitor_mean": blender.visitor_mean,
            "visitor_deviation": blender.visitor_deviation,
            "factor": factor,
            # max(x, sign * x) is |x| for together and x held above 0 for the others.
            "sign": torch.where(torch.arange(len(LOGARITHMS)) == 0, -1.0, 0.0).unsqueeze(1),
            "gates": blender.gates.weight,
            "gates_bias": blender.gates.bias + blender.sharpness,
            "weights": blender.weights,
            "steady": blender.steadiness * blender.linear,
            "line": _lines(),
            "by_length": blender.by_length,
        }
        if networks:
            widest = max(len(FEATURES[name]) for name in alive)
            learned |= {
                "seen": torch.tensor([_padded(FEATURES[name], widest) for name in alive]).flatten(),
                "first": torch.stack(
                    [
                        nn.functional.pad(part.features.weight, (0, widest - part.features.in_features))
                        for part in networks
                    ]
                ),
                "first_visitor": torch.cat([part.visitor.weight for part in networks]),
                "first_bias": torch.cat([part.features.bias for part in networks]),
                "inner": torch.stack([part.inner.weight for part in networks]),
                "inner_bias": torch.stack([part.inner.bias for part in networks]).unsqueeze(2),
                # Parts that are not alive get their row of zeros here.
                "out": _placed([part.out.weight for part in networks], alive),
            }
        for name, tensor in learned.items():
            self.register_buffer(name, tensor.detach().clone())

    def features(self, rows: Tensor) -> Tensor:
        """``[features, candidates]`` standardised, from raw signals ``[signals, candidates]``; see
        ``features_of`` in ``models/blender.py``."""
        raw = {name: rows[at : at + 1] for at, name in enumerate(SIGNALS)}
        bought = (raw["times"] > 0).to(rows.dtype)
        days = torch.relu(raw["daysSince"])
        due = torch.clamp(days / torch.clamp(raw["interval"], min=1.0), max=20.0) * bought
        counted = torch.cat([raw[name] for name in LOGARITHMS])
        magnitude = torch.maximum(counted, counted * self.sign) * self.factor
        logs = torch.log(torch.cat([magnitude, due]) + 1)
        log = {name: logs[at : at + 1] for at, name in enumerate([*LOGARITHMS, "due"])}
        stacked = torch.cat(
            [
                torch.sign(raw["together"]) * log["together"],
                logs[1:3],
                log["daysSince"] * bought,
                logs[4:],
                raw["taste"],
                torch.abs(due - 1) * bought,
                *(raw[name] for name in ("popularity", "recent", "repeat", "had")),
            ]
        )
        return torch.clamp((stacked - self.mean) / self.deviation, -SPREAD, SPREAD)

    def forward(self, signals: Tensor, visitor: Tensor) -> tuple[Tensor, Tensor]:
        """Score ``[1, candidates]`` and parts ``[1, candidates, parts]`` from signals ``[1, candidates,
        signals]`` and visitor ``[1, facts]``."""
        rows = signals[0].t()
        facts = (torch.log1p(torch.relu(visitor)) - self.visitor_mean) / self.visitor_deviation
        facts = torch.clamp(facts, -SPREAD, SPREAD)
        strength = torch.exp(facts @ self.gates.t() + self.gates_bias) * self.weights + self.steady
        if self.knows_length:
            strength = strength + at_length(visitor[:, VISITOR.index("events")], self.by_length)
        at = SIGNALS.index("together"), SIGNALS.index("had")
        again = rows[at[0] : at[0] + 1] * rows[at[1] : at[1] + 1]
        parts = (strength @ self.line).view(len(PARTS), -1) @ torch.cat([rows, again])
        if self.alive:
            parts = parts + self._networks(self.features(rows), facts)
        return parts.sum(0, keepdim=True), parts.t().unsqueeze(0)

    def _networks(self, features: Tensor, facts: Tensor) -> Tensor:
        """``[parts, candidates]``: what the small networks add."""
        parts, hidden = self.inner.shape[:2]
        own = features[self.seen].view(parts, -1, features.shape[1])
        known = (facts @ self.first_visitor.t() + self.first_bias).view(parts, hidden, 1)
        outer = nn.functional.silu(self.first @ own + known)
        inner = nn.functional.silu(self.inner @ outer + self.inner_bias)
        return self.out @ inner.view(parts * hidden, -1)


def _padded(names: list[str], length: int) -> list[int]:
    """Rows of the features, filled up with a row that gets the weight 0."""
    return [ROWS.index(name) for name in names] + [0] * (length - len(names))


def _placed(weights: list[Tensor], alive: list[str]) -> Tensor:
    """``[parts, hidden of all alive parts]``: each part reads its own hidden layer."""
    hidden = weights[0].shape[1]
    out = torch.zeros(len(PARTS), hidden * len(alive))
    for at, (name, weight) in enumerate(zip(alive, weights, strict=True)):
        out[PARTS.index(name), at * hidden : (at + 1) * hidden] = weight[0]
    return out


def _lines() -> Tensor:
    """``[lines, parts * (signals + 1)]``: where the strength of each straight line stands in the matrix that
    turns signals, with ``togetherAgain`` as the last, into parts."""
    values = [*SIGNALS, "togetherAgain"]
    line = torch.zeros(len(LINES), len(PARTS), len(values))
    for at, name in enumerate(LINES):
        line[at, PARTS.index(PART_OF.get(name, name)), values.index(name)] = 1
    return line.flatten(1)
