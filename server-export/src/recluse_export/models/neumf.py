"""Neural collaborative filtering, NeuMF, in a form that a device can ask: two towers instead of one.

He et al., "Neural collaborative filtering", WWW 2017, score a user and an item by one layer over two halves:
GMF, the product of their vectors element by element, and an MLP over both vectors side by side. Two things
differ here, so that the score is a dot product of a state with an item row, which is what a pack can hold:

- A user has no vector of their own. It is the mean of the rows of what they turned to, newer ones weighing
  more, each half with a decay that is learned. So visitors whom training never saw are asked like any other.
- The MLP takes users and items apart: ``f(user) . g(item)`` instead of ``h . f([user, item])``. What is not a
  sum of products of something of the user with something of the item can't be expressed.

The state is ``[h * user's GMF half, f(user's MLP half)]``, the row ``[item's GMF half, g(item's MLP half)]``.
The paper's log loss is ``loss="gbce"`` with ``calibration=0``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.features.sequence import PADDING
from recluse_export.models.initial_weights import xavier_normal
from recluse_export.models.sequence_model import SequenceModel, SequenceNetwork, SequenceSettings
from recluse_export.models.settings import PositiveInt


class NeuMfSettings(SequenceSettings):
    """Half of ``size`` is GMF, half the MLP."""

    layers: PositiveInt = 2
    """Of each tower of the MLP; 1 is a straight line."""
    widening: PositiveInt = 2
    """How many times as wide as its half a tower is inside."""


def tower(size: int, layers: int, widening: int, dropout: float) -> nn.Sequential:
    """Rectified layers from ``size`` to ``size``, the last one straight."""
    widths = [size, *[widening * size] * (layers - 1), size]
    parts: list[nn.Module] = []
    for number in range(layers):
        parts.append(nn.Linear(widths[number], widths[number + 1]))
        if number < layers - 1:
            parts += [nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*parts)


class PooledUser(nn.Module):
    """Item rows in, the state of the user who turned to them out."""

    def __init__(self, settings: NeuMfSettings) -> None:
        super().__init__()
        half = settings.size // 2
        self.half = half
        self.forgetting = nn.Parameter(torch.tensor([-3.0, -3.0]))
        """Of each half; how much an event loses for every newer one, before it is made positive."""
        self.strength = nn.Parameter(torch.ones(half))
        self.tower = tower(half, settings.layers, settings.widening, settings.dropout)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(
        self, items: Tensor, types: Tensor, ages: Tensor, values: Tensor, mask: Tensor, context: Tensor
    ) -> Tensor:
        """State ``[batch, size]``; the inputs of ``encoder.onnx``, of which types, ages, values and context
        say nothing here."""
        places = items.shape[1]
        back = torch.arange(places - 1, -1, -1, dtype=items.dtype, device=items.device)
        seen = (mask > 0.5 * PADDING).to(items.dtype).unsqueeze(1)
        return self._state(items, back.view(1, 1, -1), seen).squeeze(1)

    def states(self, items: Tensor, length: Tensor) -> Tensor:
        """``[batch, places, size]``: the state after each event of windows that are padded on the right;
        ``length`` is not needed, for a state sees nothing to its right."""
        place = torch.arange(items.shape[1], dtype=items.dtype, device=items.device)
        back = place.unsqueeze(1) - place.unsqueeze(0)
        return self._state(items, torch.relu(back).unsqueeze(0), (back >= 0).to(items.dtype).unsqueeze(0))

    def _state(self, items: Tensor, back: Tensor, seen: Tensor) -> Tensor:
        """``[batch, asked, size]``; ``back`` and ``seen`` are ``[batch or 1, asked, places]``: how many
        events ago, and whether at all."""
        rate = functional.softplus(self.forgetting)
        halves = []
        for number in range(2):
            weight = torch.exp(-rate[number] * back) * seen
            weight = weight / (weight.sum(-1, keepdim=True) + 1e-9)
            halves.append(weight @ items[..., number * self.half : (number + 1) * self.half])
        return torch.cat([self.strength * self.dropout(halves[0]), self.tower(self.dropout(halves[1]))], -1)


class NeuMfNetwork(SequenceNetwork):
    """The rows' second half goes through the items' tower."""

    def __init__(self, items: int, settings: NeuMfSettings) -> None:
        super().__init__(items, settings.size, PooledUser(settings))
        self.half = settings.size // 2
        self.tower = tower(self.half, settings.layers, settings.widening, settings.dropout)

    def rows(self) -> Tensor:
        """``[items, size]``"""
        gmf, mlp = self.item.weight.split(self.half, dim=1)
        return torch.cat([gmf, self.tower(mlp)], dim=1)


class NeuMf(SequenceModel):
    """What goes with the mean of the history, straight and through two towers."""

    name = "neumf"
    settings: NeuMfSettings

    def build(self, items: int, events: int) -> SequenceNetwork:
        """As Glorot and Bengio begin; ``events`` makes no difference, for there are no places."""
        network = NeuMfNetwork(items, self.settings)
        xavier_normal(network)
        return network
