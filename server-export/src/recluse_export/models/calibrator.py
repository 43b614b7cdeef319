"""From the blender's score to a probability: the last step of ``blender.onnx``.

A softmax over candidates leaves the score free of any meaning beyond order: the same 3.1 may be sure for one
visitor and unlikely for another. So the score is first scaled and shifted by what is known of the visitor
(Platt scaling, Platt 1999, its two numbers straight lines over the visitor's facts), then bent by an isotonic
regression (Zadrozny and Elkan, KDD 2002) that is kept as a table over even steps. For one visitor, a higher
score never gets a lower probability, so a list by probability is a list by score.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.features.signals import VISITOR

CELLS = 64
"""Even steps of the table between the smallest and the largest logit that it knows."""
SPREAD = 4.0
"""How many standard deviations of a visitor's facts are seen; rarer values count as this."""


class Calibrator(nn.Module):
    """Probability of an item for a visitor, from its score and the visitor's facts."""

    mean: Tensor
    deviation: Tensor
    first: Tensor
    step: Tensor
    table: Tensor

    def __init__(self) -> None:
        super().__init__()
        facts = len(VISITOR)
        self.register_buffer("mean", torch.zeros(facts))
        self.register_buffer("deviation", torch.ones(facts))
        self.slope = nn.Linear(facts, 1)
        """Logarithm of the factor on the score, so that the factor is above 0."""
        self.shift = nn.Linear(2 * facts, 1)
        nn.init.zeros_(self.slope.weight)
        nn.init.zeros_(self.slope.bias)
        nn.init.zeros_(self.shift.weight)
        nn.init.constant_(self.shift.bias, -4.0)
        self.register_buffer("first", torch.tensor(-12.0))
        self.register_buffer("step", torch.tensor(16.0 / CELLS))
        grid = -12.0 + 16.0 / CELLS * torch.arange(CELLS + 1)
        self.register_buffer("table", torch.sigmoid(grid))
        """``[cells + 1]`` probability at ``first + step * place``, never falling."""

    def normalise(self, visitor: Tensor) -> None:
        """Take mean and deviation of the facts from a sample ``[visitors, facts]``."""
        facts = torch.log1p(torch.relu(visitor))
        self.mean.copy_(facts.mean(0))
        self.deviation.copy_(facts.std(0, correction=0).clamp(min=1e-3))

    def logit(self, score: Tensor, visitor: Tensor) -> Tensor:
        """``[batch, candidates]`` from scores ``[batch, candidates]`` and visitors ``[batch, facts]``: scaled
        and shifted, not yet bent."""
        facts = (torch.log1p(torch.relu(visitor)) - self.mean) / self.deviation
        facts = torch.clamp(facts, -SPREAD, SPREAD)
        return torch.exp(self.slope(facts)) * score + self.shift(torch.cat([facts, facts * facts], dim=-1))

    def forward(self, score: Tensor, visitor: Tensor) -> Tensor:
        """Probability ``[batch, candidates]``, 0 to 1; arguments as in :meth:`logit`."""
        cells = self.table.shape[0] - 1
        place = torch.clamp((self.logit(score, visitor) - self.first) / self.step, 0.0, float(cells))
        below = torch.clamp(torch.floor(place), max=float(cells - 1))
        cell = below.to(torch.int32)
        low = functional.embedding(cell, self.table[:-1].unsqueeze(-1)).squeeze(-1)
        rise = functional.embedding(cell, (self.table[1:] - self.table[:-1]).unsqueeze(-1)).squeeze(-1)
        return low + (place - below) * rise


class CalibratedBlender(nn.Module):
    """``blender.onnx`` with its third output."""

    def __init__(self, blender: nn.Module, calibrator: Calibrator) -> None:
        super().__init__()
        self.blender = blender
        self.calibrator = calibrator

    def forward(self, signals: Tensor, visitor: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Score and parts as :class:`Blender` gives them, and probability ``[batch, candidates]``."""
        score, parts = self.blender(signals, visitor)
        return score, parts, self.calibrator(score, visitor)
