"""The encoder for logs without times: after every event, what comes next?

A causal transformer in the manner of SASRec (Kang and McAuley, ICDM 2018): each place of a window predicts
the event after it, so that one pass over a window learns from all of its events. There are no position
embeddings: each head weakens attention by the logarithm of the distance, as strongly as it learns to, so that
a window may begin and end anywhere. ``Memory`` adds the decayed sums of item rows that attention alone hardly
learns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.features.sequence import PADDING
from recluse_export.models.encoder import Gated, Memory
from recluse_export.models.settings import EncoderSettings

STARS = tuple(0.5 * half for half in range(11))
"""Where the value's own directions lie; a value between two of them is a little of both, above the last
wholly the last."""


class Attention(nn.Module):
    """Several heads; each subtracts its own multiple of the logarithm of the distance."""

    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(size, 3 * size, bias=False)
        self.out = nn.Linear(size, size, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.by_distance = nn.Parameter(torch.linspace(0.0, -3.0, heads))

    def forward(self, x: Tensor, log_distance: Tensor, closed: Tensor) -> Tensor:
        """``x`` [batch, places, size]; ``log_distance`` [places, places]; ``closed`` [batch or 1, places,
        places] is 0 where one place may see another."""
        batch, places, size = x.shape
        query, key, value = (
            self.project(x).view(batch, places, 3, self.heads, size // self.heads).permute(2, 0, 3, 1, 4)
        )
        far = functional.softplus(self.by_distance).view(-1, 1, 1) * log_distance
        bias = closed.unsqueeze(1) - far
        if self.training:
            mixed = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=bias.expand(batch, -1, -1, -1)
            )
        else:
            scores = query @ key.transpose(-1, -2) * (1 / math.sqrt(size // self.heads)) + bias
            mixed = torch.softmax(scores, dim=-1) @ value
        return self.dropout(self.out(mixed.transpose(1, 2).reshape(batch, places, size)))


class Block(nn.Module):
    """Attention, then feed-forward, each on normalised input and added."""

    def __init__(self, size: int, settings: EncoderSettings) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(size)
        self.attention = Attention(size, settings.heads, settings.dropout)
        self.before_gated = nn.LayerNorm(size)
        self.gated = Gated(size, settings.dropout)

    def forward(self, x: Tensor, log_distance: Tensor, closed: Tensor) -> Tensor:
        """``[batch, places, size]``"""
        x = x + self.attention(self.before_attention(x), log_distance, closed)
        return x + self.gated(self.before_gated(x))


class NextItemEncoder(nn.Module):
    """Events in, one state an event out; the same graph inputs as ``Encoder``, of which it leaves the ages
    alone."""

    def __init__(
        self,
        size: int,
        tokens: int,
        context_sizes: list[int],
        settings: EncoderSettings,
        of_moment: Sequence[bool] = (),
    ) -> None:
        """``of_moment`` says which contexts belong to the moment that is asked for. They enter after the
        blocks: what a place hands on to later ones must not depend on a moment that is gone by then."""
        super().__init__()
        self.enter = nn.Linear(size, size, bias=False)
        self.kind = nn.Embedding(tokens + 1, size)
        self.value = nn.Linear(len(STARS) + 1, size, bias=False)
        self.register_buffer("stars", torch.tensor(STARS), persistent=False)
        self.context = nn.ModuleList(nn.Embedding(indices, size) for indices in context_sizes)
        self.of_moment = [*of_moment, *([False] * (len(context_sizes) - len(of_moment)))]
        self.dropout = nn.Dropout(settings.dropout)
        self.blocks = nn.ModuleList(Block(size, settings) for _ in range(settings.blocks))
        self.last = nn.LayerNorm(size)
        self.leave = nn.Linear(size, size, bias=False)
        self.memory = Memory(size, tokens, settings.heads)
        nn.init.normal_(self.kind.weight, std=0.02)
        nn.init.normal_(self.value.weight, std=0.02)
        for embedding in self.context:
            nn.init.zeros_(embedding.weight)
        for matrix in self.memory.hand_on:
            matrix.weight.data *= 0.2

    def forward(
        self, items: Tensor, types: Tensor, ages: Tensor, values: Tensor, mask: Tensor, context: Tensor
    ) -> Tensor:
        """State ``[batch, size]`` after the newest event; the inputs of ``encoder.onnx``, padded on the
        left."""
        # The graph names all inputs that the worker gives, so the ages must be part of it.
        unused = (ages * 0).sum(dim=1, keepdim=True)
        return self._states(items, types, values, mask, context)[:, -1] + unused

    def states(self, items: Tensor, types: Tensor, values: Tensor, context: Tensor) -> Tensor:
        """``[batch, places, size]``: the state after each event of windows that are padded on the right."""
        return self._states(items, types, values, items.new_zeros((1, items.shape[1])), context)

    def _states(self, items: Tensor, types: Tensor, values: Tensor, mask: Tensor, context: Tensor) -> Tensor:
        """``mask`` [batch or 1, places] is -10000 where a place holds no event."""
        places = items.shape[1]
        place = torch.arange(places, dtype=items.dtype, device=items.device)
        back = place.unsqueeze(1) - place.unsqueeze(0)
        log_distance = torch.log1p(torch.relu(back))
        closed = (back < 0).to(items.dtype) * PADDING + mask.unsqueeze(1)
        x = self.enter(items) + self.kind(types) + self.value(self.value_features(values))
        x = x + self._told(context, False)
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x, log_distance, closed)
        open_ = (closed > 0.5 * PADDING).to(items.dtype)
        zeros = torch.zeros_like(log_distance).unsqueeze(0)
        memory = self.memory(items, types, zeros, log_distance.unsqueeze(0), open_)
        return self.leave(self.last(x + self._told(context, True))) + memory

    def _told(self, context: Tensor, of_moment: bool) -> Tensor | float:
        """What one kind of context adds, ``[batch, places or 1, size]``; ``context`` is [batch, fields], or
        [batch, places, fields] for moments of their own."""
        total: Tensor | float = 0.0
        for place, embedding in enumerate(self.context):
            if self.of_moment[place] == of_moment:
                told = embedding(context[..., place])
                total = total + (told.unsqueeze(1) if context.dim() == 2 else told)
        return total

    def value_features(self, values: Tensor) -> Tensor:
        """``[batch, places, 12]``: how near the value is to each of ``STARS``, and its logarithm; zeros where
        there is none."""
        positive = torch.relu(values).unsqueeze(-1)
        near = torch.relu(1 - 2 * torch.abs(torch.clamp(positive, max=STARS[-1]) - self.stars))
        known = (positive > 0).to(values.dtype)
        return torch.cat([near, torch.log1p(positive)], dim=-1) * known
