"""The settings of a log without times, fitted to its size and to the pack that is to come of it."""

from __future__ import annotations

import math

import numpy as np

from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.settings import EncoderSettings, ModelSettings
from recluse_export.shapes import Log

OTHER_BYTES = 40_000
"""Of a pack: graphs without their weights, priors, ids, popular lists."""
ENTRY_BYTES = 2.0
"""An entry of the matrix, compressed, where there are at most ``FEW_ITEMS``: its weight, its target, and its
part of the scales. 2.0 were measured among the 3,416 items of MovieLens 1M."""
FEW_ITEMS = 3500
FARTHER = 0.45
"""What it takes more for every doubling of the items beyond these, since targets lie farther apart. 2.7, and
rows 4 % larger than their numbers, were measured among the 12,101 of Amazon Beauty."""
NARROWER = 16
"""By which item rows are made shorter until there is room."""


def fitted_to(settings: ModelSettings, log: Log) -> ModelSettings:
    """The settings with the encoder's shape for such logs, its window no longer than this log's longest
    history, steps no larger than this log has events for, and item rows as wide, and a matrix as full, as the
    pack has room for."""
    longest = int(np.diff(log.offsets).max(initial=2))
    chosen, items = settings.encoder, len(log.items)
    encoder = chosen.model_copy(
        update={
            "blocks": chosen.next_item_blocks,
            "dropout": chosen.next_item_dropout,
            "events": int(min(chosen.next_item_events, max(8, longest))),
            "places": min(chosen.places, max(chosen.least_places, len(log.item) // chosen.steps_a_pass)),
        }
    )
    size, left = _room(settings, encoder, items)
    entries = min(settings.linear.most_entries, int(left / _entry_bytes(items)))
    return settings.model_copy(
        update={
            "encoder": encoder,
            "tower": settings.tower.model_copy(update={"size": size}),
            "linear": settings.linear.model_copy(update={"most_entries": max(1, entries)}),
        }
    )


def _room(settings: ModelSettings, encoder: EncoderSettings, items: int) -> tuple[int, int]:
    """Length of an item row, and the bytes that are left for the matrix beside rows and encoder: the longest
    rows that leave the matrix the fewest entries an item that are tried."""
    room = max(settings.pack_bytes, settings.pack_bytes_an_item * items) - OTHER_BYTES
    least = _entry_bytes(items) * settings.linear.strongest_by_order[0] * items
    size, left = settings.tower.size, 0
    for size in range(max(settings.tower.wide_size, settings.tower.size), settings.tower.size - 1, -NARROWER):
        left = room - items * size - _encoder_bytes(size, encoder)
        if left >= least:
            return size, left
    return settings.tower.size, max(0, left)


def _entry_bytes(items: int) -> float:
    """Of the compressed matrix, an entry."""
    return ENTRY_BYTES + FARTHER * max(0.0, math.log2(max(1, items) / FEW_ITEMS))


def _encoder_bytes(size: int, settings: EncoderSettings) -> int:
    """A byte a weight."""
    return sum(parameter.numel() for parameter in NextItemEncoder(size, 1, [], settings).parameters())
