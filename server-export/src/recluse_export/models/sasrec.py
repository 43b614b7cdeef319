"""SASRec: a causal transformer over the newest items, trained with cross-entropy over shared negatives.

Kang and McAuley, "Self-attentive sequential recommendation", ICDM 2018. The blocks are those of its authors'
code: attention asks with normalised places, looks at the raw ones, and its normalised question goes round it.
The loss is that of Klenitskiy and Vasilev (RecSys 2023), with which it is ahead of BERT4Rec; ``loss="gbce"``
with 256 negatives is gSASRec (Petrov and Macdonald, RecSys 2023), its negatives shared by all places of a
step.
"""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn import functional

from recluse_export.models.causal_encoder import CausalAttention, CausalBlock, CausalEncoder
from recluse_export.models.initial_weights import normal
from recluse_export.models.sequence_model import SequenceModel, SequenceNetwork, TransformerSettings


class SasRecSettings(TransformerSettings):
    """Those of Klenitskiy and Vasilev for MovieLens 1M are the defaults."""


class SasRecBlock(CausalBlock):
    """Attention, then a feed-forward layer as wide as the rows."""

    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(size)
        self.attention = CausalAttention(size, heads, dropout)
        self.before_forward = nn.LayerNorm(size)
        self.inner = nn.Linear(size, size)
        self.outer = nn.Linear(size, size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor | None, newest: bool) -> Tensor:
        """As :class:`CausalBlock` says."""
        asking = self.before_attention(x[:, -1:] if newest else x)
        x = self.before_forward(asking + self.attention(asking, x, bias))
        return x + self.dropout(self.outer(functional.relu(self.dropout(self.inner(x)))))


class SasRec(SequenceModel):
    """The newest items, in their order."""

    name = "sasrec"
    settings: SasRecSettings

    def build(self, items: int, events: int) -> SequenceNetwork:
        """As its authors' code begins."""
        settings, size = self.settings, self.settings.size
        blocks = [SasRecBlock(size, settings.heads, settings.dropout) for _ in range(settings.blocks)]
        encoder = CausalEncoder(size, events, blocks, nn.LayerNorm(size), settings.dropout, math.sqrt(size))
        network = SequenceNetwork(items, size, encoder)
        normal(network)
        return network
