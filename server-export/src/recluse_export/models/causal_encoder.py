"""What causal transformers over item rows have in common: places, blocks, and the inputs of ``encoder.onnx``.

The blocks make the difference between models; see ``sasrec.py`` and ``esasrec.py``. Places are counted from
the newest event backwards, as SASRec's windows, which are padded on the left, count them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.features.sequence import PADDING


class CausalAttention(nn.Module):
    """Several heads of scaled dot products, each place seeing itself and what was before.

    Dropout is on the output; on the attention weights themselves, where the papers have it, it costs the fast
    kernel.
    """

    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)
        self.out = nn.Linear(size, size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, asking: Tensor, seen: Tensor, bias: Tensor | None) -> Tensor:
        """``[batch, asking places, size]``.

        Parameters
        ----------
        asking
            ``[batch, asking places, size]`` what asks: all places, or only the newest.
        seen
            ``[batch, places, size]`` what is looked at.
        bias
            ``[batch or 1, asking places, places]`` added to the attention; None where all places ask and each
            sees itself and what was before.
        """
        query, key = self._split(self.query(asking)), self._split(self.key(seen))
        value = self._split(self.value(seen))
        if bias is None:
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            score = query @ key.transpose(-1, -2) * (query.shape[-1] ** -0.5) + bias.unsqueeze(1)
            mixed = torch.softmax(score, dim=-1) @ value
        return self.dropout(self.out(mixed.transpose(1, 2).reshape(asking.shape)))

    def _split(self, x: Tensor) -> Tensor:
        """``[batch, heads, places, size / heads]``"""
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)


class CausalBlock(nn.Module):
    """One layer; where only the newest place is asked for, only that is worked out."""

    def forward(self, x: Tensor, bias: Tensor | None, newest: bool) -> Tensor:
        """``[batch, places, size]``, or ``[batch, 1, size]`` of the last place.

        Parameters
        ----------
        x
            ``[batch, places, size]``
        bias
            As :class:`CausalAttention` takes it.
        newest
            Whether only the last place is asked for.
        """
        raise NotImplementedError


class CausalEncoder(nn.Module):
    """Item rows in, a state an event out.

    Parameters
    ----------
    size
        Length of item rows and states.
    events
        Most places.
    blocks
        In their order.
    last
        After the last block.
    dropout
        On what goes into the first block.
    scale
        On item rows before places are added.
    """

    def __init__(
        self,
        size: int,
        events: int,
        blocks: Sequence[CausalBlock],
        last: nn.Module,
        dropout: float,
        scale: float,
    ) -> None:
        super().__init__()
        self.place = nn.Embedding(events, size)
        """The newest event has the last row."""
        self.blocks = nn.ModuleList(blocks)
        self.last = last
        self.dropout = nn.Dropout(dropout)
        self.scale = scale

    def forward(
        self, items: Tensor, types: Tensor, ages: Tensor, values: Tensor, mask: Tensor, context: Tensor
    ) -> Tensor:
        """State ``[batch, size]`` after the newest event; the inputs of ``encoder.onnx``, padded on the left.
        Of at most ``events`` places; types, ages, values and context say nothing here."""
        places = items.shape[1]
        x = items * self.scale + self.place.weight[self.place.num_embeddings - places :]
        place = torch.arange(places, device=items.device)
        later = (place.unsqueeze(0) > place.unsqueeze(1)).to(items.dtype) * PADDING
        bias = later.unsqueeze(0) + mask.unsqueeze(1)
        for number, block in enumerate(self.blocks):
            newest = number == len(self.blocks) - 1
            x = block(x, bias[:, -1:] if newest else bias, newest)
        return self.last(x[:, -1])

    def states(self, items: Tensor, length: Tensor) -> Tensor:
        """``[batch, places, size]``: the state after each event of windows that are padded on the right.

        Parameters
        ----------
        items
            ``[batch, places, size]`` item rows
        length
            ``[batch]`` places that are no padding, at most ``events``
        """
        back = length.unsqueeze(1) - 1 - torch.arange(items.shape[1], device=items.device)
        place = self.place(self.place.num_embeddings - 1 - back.clamp(min=0))
        x = self.dropout(items * self.scale + place)
        # Padding is on the right, so nothing that is read ever sees it.
        for block in self.blocks:
            x = block(x, None, False)
        return self.last(x)
