"""eSASRec: SASRec's shifted sequences with gated LiGR layers and a sampled softmax.

Tikhonovich et al., "eSASRec: enhancing transformer-based recommendations in a modular fashion", RecSys 2025.
The layers are from Borisyuk et al., "From features to transformers: redefining ranking for scalable impact",
2025: what each layer adds is gated by its own input, and feed-forward is SwiGLU.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.models.causal_encoder import CausalAttention, CausalBlock, CausalEncoder
from recluse_export.models.initial_weights import xavier_normal
from recluse_export.models.sequence_model import SequenceModel, SequenceNetwork, TransformerSettings
from recluse_export.models.settings import PositiveInt


class ESasRecSettings(TransformerSettings):
    """Those of the paper for MovieLens 1M are the defaults, but for the negatives: theirs are 256 a place,
    without correction; these are shared by a step."""

    widening: PositiveInt = 4
    """How many times as wide as the rows feed-forward is inside."""


class LigrBlock(CausalBlock):
    """Attention and SwiGLU on normalised input, each gated by what goes round it."""

    def __init__(self, size: int, heads: int, widening: int, dropout: float) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(size)
        self.attention = CausalAttention(size, heads, dropout)
        self.attention_gate = nn.Linear(size, size)
        self.before_forward = nn.LayerNorm(size)
        self.gate = nn.Linear(size, widening * size, bias=False)
        self.up = nn.Linear(size, widening * size, bias=False)
        self.down = nn.Linear(widening * size, size, bias=False)
        self.forward_gate = nn.Linear(size, size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor | None, newest: bool) -> Tensor:
        """As :class:`CausalBlock` says."""
        seen = self.before_attention(x)
        round_ = x[:, -1:] if newest else x
        asking = seen[:, -1:] if newest else seen
        x = round_ + torch.sigmoid(self.attention_gate(round_)) * self.attention(asking, seen, bias)
        inner = self.before_forward(x)
        inner = self.dropout(functional.silu(self.gate(inner)) * self.up(inner))
        return x + torch.sigmoid(self.forward_gate(x)) * self.dropout(self.down(inner))


class ESasRec(SequenceModel):
    """The newest items, in their order, through gated layers."""

    name = "esasrec"
    settings: ESasRecSettings

    def build(self, items: int, events: int) -> SequenceNetwork:
        """As the paper's code begins: without a last normalisation."""
        settings, size = self.settings, self.settings.size
        blocks = [
            LigrBlock(size, settings.heads, settings.widening, settings.dropout)
            for _ in range(settings.blocks)
        ]
        encoder = CausalEncoder(size, events, blocks, nn.Identity(), settings.dropout, 1.0)
        network = SequenceNetwork(items, size, encoder)
        xavier_normal(network)
        return network
