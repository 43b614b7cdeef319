"""The model tier of any model whose score is a dot product: item rows, an encoder, and nothing blended."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from recluse_export.export.graphs import blender_graph, encoder_graph
from recluse_export.features.signals import PARTS, SIGNALS, VISITOR
from recluse_export.models.int8 import int8_steps
from recluse_export.shapes import Float, Model

BLOCK = 1024
"""Candidates a run of the blender graph."""


class TasteAlone(nn.Module):
    """A blender that lets ``taste`` pass and knows no other part."""

    def forward(self, signals: Tensor, visitor: Tensor) -> tuple[Tensor, Tensor]:
        """Score ``[batch, candidates]`` and parts ``[batch, candidates, parts]``, all but the first 0."""
        # The visitor's facts are an input of every blender, so this one has to touch them.
        score = signals[..., SIGNALS.index("taste")] + 0 * visitor.sum(-1, keepdim=True)
        return score, _taste_part(score)


def _taste_part(score: Tensor) -> Tensor:
    """``[batch, candidates, parts]`` with the score as the part ``taste``."""
    parts = torch.zeros((1, 1, len(PARTS)), dtype=score.dtype, device=score.device)
    parts[..., PARTS.index("taste")] = 1
    return score.unsqueeze(-1) * parts


def dot_product_model(rows: Float, bias: Float, encoder: nn.Module, events: int, fields: int) -> Model:
    """Everything that the pack needs to rank by ``row . state + bias``.

    Parameters
    ----------
    rows
        ``[items, size]`` float32; ``size`` is filled up with zeros to a multiple of 4, so ``encoder`` is
        given, and gives, rows and states of that padded size (see :func:`padded_size`).
    bias
        ``[items]`` float32, added to every score; the whole score of a visitor without a history.
    encoder
        Takes ``items [1, L, D], types [1, L], ages [1, L], values [1, L], mask [1, L], context [1, C]`` as
        "Tier model" of ``docs/model.md`` defines them, gives ``state [1, D]``.
    events
        L, the newest events that it sees.
    fields
        C, the declared contexts.
    """
    size = padded_size(rows.shape[1])
    table = np.zeros((len(rows), size), np.float32)
    table[:, : rows.shape[1]] = rows
    row, scale = int8_steps(table)
    return Model(
        events=events,
        size=size,
        row_scale=scale,
        row_bias=bias.astype(np.float32),
        row=row,
        # In float32, for its lists shall be those of PyTorch, which knows of no steps there.
        encoder=encoder_graph(encoder, events, size, fields),
        blender=blender_graph(TasteAlone(), BLOCK),
        block=BLOCK,
        signals=SIGNALS,
        visitor=VISITOR,
        parts=PARTS,
    )


def padded_size(size: int) -> int:
    """The next multiple of 4: what the kernel that scans the catalogue reads at once."""
    return -(-size // 4) * 4
