"""The causal transformer: what a visitor did lately becomes one vector in the space of the item rows.

Pre-norm blocks with a gated feed-forward layer. There are no position embeddings: attention is weakened by
the logarithm of the time and of the number of events between two places, each head as strongly as it learns
to, so that a window may end anywhere. Predictions are read from query tokens, each of which stands for one
moment and sees only the events before it. Training asks many queries of a window at once; the exported graph
asks one, after the newest event.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.features.sequence import PADDING
from recluse_export.models.settings import EncoderSettings

GAPS = tuple(60.0 * 2.0**power for power in range(18))
"""Bounds of the buckets of the time since the event before, in seconds: from a minute to three months."""
DAY = 86_400.0


class Attention(nn.Module):
    """Several heads; each subtracts its own multiple of log time and log distance."""

    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(size, 3 * size, bias=False)
        self.out = nn.Linear(size, size, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.by_time = nn.Parameter(torch.linspace(-3.0, 0.0, heads))
        self.by_distance = nn.Parameter(torch.linspace(0.0, -3.0, heads))

    def forward(self, x: Tensor, log_time: Tensor, log_distance: Tensor, closed: Tensor) -> Tensor:
        """``x`` [batch, places, size]; the others [batch or 1, places, places]: ``closed`` is 0 where one
        place may see another."""
        batch, places, size = x.shape
        query, key, value = (
            self.project(x).view(batch, places, 3, self.heads, size // self.heads).permute(2, 0, 3, 1, 4)
        )
        far = functional.softplus(self.by_time).view(1, -1, 1, 1) * log_time.unsqueeze(1)
        far = far + functional.softplus(self.by_distance).view(1, -1, 1, 1) * log_distance.unsqueeze(1)
        scores = (
            query @ key.transpose(-1, -2) * (1 / math.sqrt(size // self.heads)) - far + closed.unsqueeze(1)
        )
        mixed = torch.softmax(scores, dim=-1) @ value
        return self.dropout(self.out(mixed.transpose(1, 2).reshape(batch, places, size)))


class Gated(nn.Module):
    """SwiGLU feed-forward layer, twice as wide inside."""

    def __init__(self, size: int, dropout: float) -> None:
        super().__init__()
        self.gate = nn.Linear(size, 2 * size, bias=False)
        self.up = nn.Linear(size, 2 * size, bias=False)
        self.down = nn.Linear(2 * size, size, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """``[..., size]``"""
        return self.dropout(self.down(functional.silu(self.gate(x)) * self.up(x)))


class Block(nn.Module):
    """Attention, then feed-forward, each on normalised input and added."""

    def __init__(self, size: int, settings: EncoderSettings) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(size)
        self.attention = Attention(size, settings.heads, settings.dropout)
        self.before_gated = nn.LayerNorm(size)
        self.gated = Gated(size, settings.dropout)

    def forward(self, x: Tensor, log_time: Tensor, log_distance: Tensor, closed: Tensor) -> Tensor:
        """``[batch, places, size]``"""
        x = x + self.attention(self.before_attention(x), log_time, log_distance, closed)
        return x + self.gated(self.before_gated(x))


class Memory(nn.Module):
    """The item rows of all events, each weaker with time and distance, summed: what the visitor may want
    again or more of.

    Attention mixes what it sees into a mean; this keeps how much there was of what. Several rates of
    forgetting, each with its own matrix, which at the start hands the rows on as they are.
    """

    def __init__(self, size: int, tokens: int, rates: int) -> None:
        super().__init__()
        self.by_time = nn.Parameter(torch.linspace(-2.0, 0.5, rates))
        self.by_distance = nn.Parameter(torch.linspace(-3.0, -1.0, rates))
        self.strength = nn.Embedding(tokens + 1, rates)
        self.hand_on = nn.ModuleList(nn.Linear(size, size, bias=False) for _ in range(rates))
        nn.init.ones_(self.strength.weight)
        for matrix in self.hand_on:
            nn.init.eye_(matrix.weight)
            matrix.weight.data *= 0.5

    def forward(
        self, items: Tensor, types: Tensor, log_time: Tensor, log_distance: Tensor, open_: Tensor
    ) -> Tensor:
        """``[batch, queries, size]``; times, distances and ``open_`` (1 where a query sees an event) are
        [batch, queries, length]."""
        strength = self.strength(types)
        memory = torch.zeros_like(items[:, :1])
        for rate, matrix in enumerate(self.hand_on):
            far = (
                functional.softplus(self.by_time[rate]) * log_time
                + functional.softplus(self.by_distance[rate]) * log_distance
            )
            weight = torch.exp(-far) * open_
            # Over the root of the sum of squares, so that a long history is not simply louder.
            loudness = torch.sqrt((weight * weight).sum(-1, keepdim=True) + 1e-6)
            memory = memory + matrix((weight / loudness * strength[..., rate].unsqueeze(1)) @ items)
        return memory


class Encoder(nn.Module):
    """Events and moments in, one state a moment out."""

    bounds: Tensor

    def __init__(self, size: int, tokens: int, context_sizes: list[int], settings: EncoderSettings) -> None:
        super().__init__()
        self.register_buffer("bounds", torch.tensor(GAPS), persistent=False)
        self.enter = nn.Linear(size, size, bias=False)
        self.kind = nn.Embedding(tokens + 1, size)
        self.gap = nn.Embedding(len(GAPS) + 2, size)
        self.value = nn.Linear(1, size, bias=False)
        self.idle = nn.Embedding(len(GAPS) + 2, size)
        self.context = nn.ModuleList(nn.Embedding(indices, size) for indices in context_sizes)
        self.dropout = nn.Dropout(settings.dropout)
        self.blocks = nn.ModuleList(Block(size, settings) for _ in range(settings.blocks))
        self.last = nn.LayerNorm(size)
        self.leave = nn.Linear(size, size, bias=False)
        self.memory = Memory(size, tokens, settings.heads)
        for embedding in [self.kind, self.gap, self.idle, *self.context]:
            nn.init.normal_(embedding.weight, std=0.05)
        for embedding in self.context:
            nn.init.zeros_(embedding.weight)

    def bucket(self, seconds: Tensor) -> Tensor:
        """1 to the number of bounds + 1; comparisons, so that every runtime agrees."""
        return 1 + (seconds.unsqueeze(-1) >= self.bounds).to(torch.float32).sum(-1).to(torch.int32)

    def forward(
        self, items: Tensor, types: Tensor, ages: Tensor, values: Tensor, mask: Tensor, context: Tensor
    ) -> Tensor:
        """State ``[batch, size]`` of the moment at age 0, after all events; the inputs of
        ``encoder.onnx``."""
        batch, length = ages.shape
        now = torch.zeros((batch, 1), dtype=ages.dtype, device=ages.device)
        seen = torch.full((batch, 1), float(length), dtype=ages.dtype, device=ages.device)
        known = (mask[:, -1:] > 0.5 * PADDING).to(ages.dtype)
        return self._states(
            items, types, ages, values, mask, context.unsqueeze(1), now, seen, ages[:, -1:], known
        )[:, 0]

    def states(
        self,
        items: Tensor,
        types: Tensor,
        ages: Tensor,
        values: Tensor,
        mask: Tensor,
        context: Tensor,
        now: Tensor,
        seen: Tensor,
    ) -> Tensor:
        """``[batch, queries, size]``: the state at each query.

        ``items`` [batch, length, size] item rows, ``types``, ``ages``, ``values``, ``mask`` [batch, length]
        as in ``docs/model.md``; ``context`` [batch, queries, fields], ``now`` [batch, queries] age of the
        moment in the same seconds as ``ages``, ``seen`` [batch, queries]: the query sees the places below it.
        """
        last = torch.clamp(seen - 1, min=0).to(torch.int64)
        known = (torch.gather(mask, 1, last) > 0.5 * PADDING).to(ages.dtype)
        newest = torch.gather(ages, 1, last)
        return self._states(
            items, types, ages, values, mask, context, now, seen.to(ages.dtype), newest, known
        )

    def _states(
        self,
        items: Tensor,
        types: Tensor,
        ages: Tensor,
        values: Tensor,
        mask: Tensor,
        context: Tensor,
        now: Tensor,
        seen: Tensor,
        newest: Tensor,
        known: Tensor,
    ) -> Tensor:
        """As ``states``, with the age of the newest event that each query sees, and whether there is one."""
        batch, length = ages.shape
        queries = now.shape[1]
        real = (mask > 0.5 * PADDING).to(ages.dtype)
        previous = torch.cat([ages[:, :1], ages[:, :-1]], dim=1)
        follows = torch.cat([torch.zeros_like(real[:, :1]), real[:, :-1]], dim=1)
        # Bucket 0 is the first event, before which nothing is known.
        gap = (self.bucket(previous - ages).to(ages.dtype) * follows).to(torch.int32)
        event = (
            self.enter(items)
            + self.kind(types)
            + self.gap(gap)
            + self.value(torch.log1p(torch.relu(values)).unsqueeze(-1))
        )

        idle = newest - now
        moment = self.idle((self.bucket(idle).to(ages.dtype) * known).to(torch.int32))
        for place, embedding in enumerate(self.context):
            moment = moment + embedding(context[..., place])

        age = torch.cat([ages, now], dim=1)
        log_time = torch.log1p(torch.relu(age.unsqueeze(1) - age.unsqueeze(2)) / DAY)
        place = torch.arange(length, dtype=ages.dtype, device=ages.device).expand(batch, length)
        position = torch.cat([place, seen], dim=1)
        log_distance = torch.log1p(torch.relu(position.unsqueeze(2) - position.unsqueeze(1)))
        # Events see themselves and what was before; a query sees what its moment knows, and itself.
        reach = torch.cat([place + 1, seen], dim=1).unsqueeze(2)
        hidden = (place.unsqueeze(1) >= reach).to(ages.dtype) * PADDING + mask.unsqueeze(1)
        between = (1 - torch.eye(queries, dtype=ages.dtype, device=ages.device)) * PADDING
        to_queries = torch.cat(
            [torch.full((length, queries), PADDING, dtype=ages.dtype, device=ages.device), between]
        )
        closed = torch.cat([hidden, to_queries.unsqueeze(0).expand(batch, -1, -1)], dim=2)

        x = self.dropout(torch.cat([event, moment], dim=1))
        for block in self.blocks:
            x = block(x, log_time, log_distance, closed)
        seen_events = (slice(None), slice(length, None), slice(0, length))
        open_ = (closed[seen_events] > 0.5 * PADDING).to(ages.dtype)
        memory = self.memory(items, types, log_time[seen_events], log_distance[seen_events], open_)
        return self.leave(self.last(x[:, length:])) + memory
