"""Numbers that depend on how much history a visitor has: given at a few lengths, straight between them over
log(1 + events), the last one from there on."""

from __future__ import annotations

import torch
from torch import Tensor

LENGTHS = (0, 1, 2, 3, 5, 10, 20, 50, 100)
"""Events at which the numbers are given."""


def at_length(events: Tensor, given: Tensor) -> Tensor:
    """``[batch, numbers]`` for ``events`` [batch] from ``given`` [lengths, numbers]; exact at 0 events."""
    bounds = torch.log1p(torch.tensor(LENGTHS, dtype=torch.float32, device=given.device))
    far = torch.log1p(torch.relu(events)).unsqueeze(-1) - bounds[:-1]
    return given[0] + torch.clamp(far / (bounds[1:] - bounds[:-1]), 0, 1) @ (given[1:] - given[:-1])
