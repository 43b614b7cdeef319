"""The additive network that blends all signals of a candidate, knowing how much history there is.

Each part looks at its own signals and at the visitor: a straight line, which at the start is exactly the
linear tier's, and a small network on top, which at the start says nothing. So an untrained blender ranks as
the linear tier does, and the parts stay readable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.features.signals import LINEAR_PARTS, LINES, PARTS, SIGNALS, VISITOR, line_of
from recluse_export.models.by_length import LENGTHS, at_length
from recluse_export.models.settings import BlenderSettings
from recluse_export.shapes import Coefficients, SumWeights

FEATURES = {
    "taste": ["taste", "times", "had"],
    "together": ["together", "times", "had"],
    "habit": ["habit", "times", "lateness", "daysSince", "interval", "due", "repeat", "had"],
    "affinity": ["affinity", "times", "had"],
    "popularity": ["popularity", "recent", "repeat", "times", "had"],
}
"""What each part's small network sees; ``due`` is days since over interval, ``lateness`` its distance
from 1."""
SPREAD = 4.0
"""How many standard deviations of the features the networks can see; rarer values count as this."""


def features_of(signals: Tensor) -> dict[str, Tensor]:
    """Logarithms and ratios of the raw signals ``[..., signals]``, by name."""
    raw = {name: signals[..., place] for place, name in enumerate(SIGNALS)}
    bought = (raw["times"] > 0).to(signals.dtype)
    days = torch.relu(raw["daysSince"])
    due = torch.clamp(days / torch.clamp(raw["interval"], min=1.0), max=20.0) * bought
    return {
        "taste": raw["taste"],
        "together": torch.sign(raw["together"]) * torch.log1p(10 * torch.abs(raw["together"])),
        "habit": torch.log1p(10 * torch.relu(raw["habit"])),
        "times": torch.log1p(raw["times"]),
        "daysSince": torch.log1p(days) * bought,
        "interval": torch.log1p(torch.relu(raw["interval"])),
        "due": torch.log1p(due),
        "lateness": torch.abs(due - 1) * bought,
        "affinity": torch.log1p(100 * torch.relu(raw["affinity"])),
        "popularity": raw["popularity"],
        "recent": raw["recent"],
        "repeat": raw["repeat"],
        "had": raw["had"],
    }


def _lines_of(coefficients: Coefficients) -> Tensor:
    """The linear tier's weights in the order of ``LINES``."""
    return torch.tensor([getattr(coefficients, name) if name in LINEAR_PARTS else 0.0 for name in LINES])


class Part(nn.Module):
    """A small network over the features of one part and the visitor; zero until it is trained."""

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.features = nn.Linear(features, hidden)
        self.visitor = nn.Linear(len(VISITOR), hidden, bias=False)
        self.inner = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 1, bias=False)
        nn.init.zeros_(self.out.weight)

    def forward(self, features: Tensor, visitor: Tensor) -> Tensor:
        """``[batch, candidates]`` from ``[batch, candidates, features]`` and ``[batch, visitor]``."""
        hidden = functional.silu(self.features(features) + self.visitor(visitor).unsqueeze(1))
        return self.out(functional.silu(self.inner(hidden))).squeeze(-1)


class Blender(nn.Module):
    """``blender.onnx``: raw signals and visitor in, score and parts out."""

    mean: Tensor
    deviation: Tensor
    visitor_mean: Tensor
    visitor_deviation: Tensor
    linear: Tensor
    steadiness: Tensor
    by_length: Tensor

    def __init__(self, coefficients: Coefficients, settings: BlenderSettings) -> None:
        super().__init__()
        names = sorted({name for features in FEATURES.values() for name in features})
        self.names = names
        self.register_buffer("mean", torch.zeros(len(names)))
        self.register_buffer("deviation", torch.ones(len(names)))
        self.register_buffer("visitor_mean", torch.zeros(len(VISITOR)))
        self.register_buffer("visitor_deviation", torch.ones(len(VISITOR)))
        self.parts = nn.ModuleDict({name: Part(len(FEATURES[name]), settings.hidden) for name in PARTS})
        weights = _lines_of(coefficients)
        self.weights = nn.Parameter(weights)
        """Of ``LINES``."""
        self.register_buffer("linear", weights.clone())
        self.register_buffer("steadiness", torch.zeros(()))
        # Added to the weights of the straight lines at each of LENGTHS.
        self.register_buffer("by_length", torch.zeros(len(LENGTHS), len(weights)))
        self.gates = nn.Linear(len(VISITOR), len(weights))
        nn.init.zeros_(self.gates.weight)
        nn.init.zeros_(self.gates.bias)
        self.sharpness = nn.Parameter(torch.tensor(2.0))
        """Logarithm of the factor on the straight lines: a softmax wants larger differences than a
        ranking."""

    @classmethod
    def sum_of(
        cls,
        weights: SumWeights,
        settings: BlenderSettings,
        by_length: Sequence[Sequence[float]] | None = None,
    ) -> Blender:
        """A blender that adds the encoder's logits and ``weights`` times the linear tier's parts, no more;
        with ``by_length`` [lengths, lines] added to these weights where there is little history."""
        blender = cls(weights, settings)
        with torch.no_grad():
            blender.weights.copy_(torch.tensor(weights.lines))
            blender.sharpness.fill_(0.0)
            if by_length is not None:
                blender.by_length.copy_(torch.tensor(by_length))
        return blender

    @classmethod
    def beside(
        cls, strengths: Mapping[str, float], coefficients: Coefficients, settings: BlenderSettings
    ) -> Blender:
        """A blender that starts as the encoder's logits plus ``strengths`` times parts of the linear tier:
        the sum in which the encoder was trained."""
        parts = {name: strengths.get(name, 0.0) for name in LINEAR_PARTS}
        blender = cls.sum_of(SumWeights(**parts), settings)
        blender.linear.copy_(_lines_of(coefficients))
        return blender

    def normalise(self, signals: Tensor, visitor: Tensor) -> None:
        """Take mean and deviation of every feature from a sample ``[candidates, signals]`` and ``[visitors,
        visitor]``."""
        features = features_of(signals)
        stacked = torch.stack([features[name] for name in self.names], dim=-1)
        self.mean.copy_(stacked.mean(0))
        self.deviation.copy_(stacked.std(0).clamp(min=1e-3))
        facts = torch.log1p(torch.relu(visitor))
        self.visitor_mean.copy_(facts.mean(0))
        self.visitor_deviation.copy_(facts.std(0).clamp(min=1e-3))

    def forward(self, signals: Tensor, visitor: Tensor) -> tuple[Tensor, Tensor]:
        """Score ``[batch, candidates]`` and parts ``[batch, candidates, parts]`` whose sum it is."""
        facts = (torch.log1p(torch.relu(visitor)) - self.visitor_mean) / self.visitor_deviation
        facts = torch.clamp(facts, -SPREAD, SPREAD)
        parts = self._lines(signals, facts, visitor[:, VISITOR.index("events")])
        # Outside of training, a network that says nothing (as those of a plain sum) need not be asked.
        alive = [name for name in PARTS if self.training or bool(self.parts[name].out.weight.any())]
        if alive:
            features = features_of(signals)
            standard = {
                name: torch.clamp(
                    (features[name] - self.mean[place]) / self.deviation[place], -SPREAD, SPREAD
                )
                for place, name in enumerate(self.names)
            }
            for name in alive:
                own = torch.stack([standard[feature] for feature in FEATURES[name]], dim=-1)
                parts[name] = parts[name] + self.parts[name](own, facts)
        stacked = torch.stack([parts[name] for name in PARTS], dim=-1)
        return stacked.sum(-1), stacked

    def _lines(self, signals: Tensor, facts: Tensor, events: Tensor) -> dict[str, Tensor]:
        """The straight line of each part."""
        # What was learned, and as much of the linear tier beside it as validation asked for.
        strength = (
            torch.exp(self.sharpness + self.gates(facts)) * self.weights + self.steadiness * self.linear
        )
        strength = (strength + at_length(events, self.by_length)).unsqueeze(1)
        raw = {name: signals[..., place] for place, name in enumerate(SIGNALS)}
        lines = {name: strength[..., place] * line_of(name, raw) for place, name in enumerate(LINES)}
        return {
            "taste": lines["taste"],
            "together": lines["together"] + lines["togetherAgain"],
            "habit": lines["habit"] + lines["had"],
            "affinity": lines["affinity"],
            "popularity": lines["popularity"] + lines["recent"],
        }
