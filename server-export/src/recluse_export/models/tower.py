"""Item rows: what the attributes say of an item, plus a learned correction for each item that training
knows."""

from __future__ import annotations

import math
import re
from zlib import crc32

import numpy as np
import torch
from torch import Tensor, nn

from recluse_export.models.settings import TowerSettings
from recluse_export.shapes import Float, Int, Items


def item_tokens(items: Items, settings: TowerSettings) -> tuple[Int, Int]:
    """Slots of all attributes of all items one after another, and where each item begins: ``[tokens]`` and
    ``[items]``.

    Every node on the way to the leaf category, the brand, the price's bucket, the words of the title and
    every value of every further attribute (several are joined by ``|``) is one token, hashed to a slot.
    """
    slots: list[int] = []
    begin: list[int] = []
    for row in range(len(items)):
        begin.append(len(slots))
        slots += [
            crc32(token.encode()) % settings.hashes for token in tokens_of(items, row, settings.price_buckets)
        ]
    return np.array(slots, np.int32), np.array(begin, np.int32)


def tokens_of(items: Items, row: int, price_buckets: int) -> list[str]:
    """The attributes of one item as text, at least one."""
    tokens = ["item"]
    node = int(items.leaf[row])
    while node >= 0:
        tokens.append(f"category {node}")
        node = items.categories[node].parent
    if items.brand[row]:
        tokens.append(f"brand {items.brand[row]}")
    price = float(items.price[row])
    if math.isfinite(price) and price > 0:
        # Three buckets for every doubling, from about 6 cents on.
        tokens.append(
            f"price {min(price_buckets - 1, max(0, round(3 * math.log2(price)) + 12) * price_buckets // 48)}"
        )
    # A title that is the item's own number says nothing.
    if items.titles[row] != items.ids[row]:
        tokens += [f"word {word}" for word in re.findall(r"[a-z]{3,}", items.titles[row].lower())]
    for name, values in items.attributes.items():
        value = values[row]
        if value is not None:
            tokens += [f"{name} {part}" for part in str(value).split("|")]
    return tokens


class ItemTower(nn.Module):
    """Rows and biases of all items; in training the correction of some items is left out at random."""

    slots: Tensor
    begin: Tensor

    def __init__(
        self, items: int, slots: Int, begin: Int, popularity: Float, settings: TowerSettings
    ) -> None:
        super().__init__()
        self.register_buffer("slots", torch.from_numpy(slots.astype(np.int64)), persistent=False)
        self.register_buffer("begin", torch.from_numpy(begin.astype(np.int64)), persistent=False)
        self.content = nn.EmbeddingBag(settings.hashes, settings.size, mode="mean")
        self.delta = nn.Embedding(items, settings.size)
        self.bias = nn.Parameter(torch.from_numpy(popularity.copy()))
        self.delta_dropout = settings.delta_dropout
        nn.init.normal_(self.content.weight, std=0.3)
        nn.init.normal_(self.delta.weight, std=0.1)

    def forward(self) -> Tensor:
        """``[items, size]``"""
        delta = self.delta.weight
        if self.training and self.delta_dropout > 0:
            kept = torch.rand(len(delta), 1, device=delta.device) >= self.delta_dropout
            delta = delta * kept
        return self.content(self.slots, self.begin) + delta
