"""Item-to-item neighbours by cosine: what most shops run today; and the same by BM25."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from recluse_export.models.base import Environment
from recluse_export.models.item_to_item import InterestSettings, ItemToItem
from recluse_export.models.settings import Positive, PositiveInt, Share
from recluse_export.shapes import EventType, Float, Log

BLOCK = 1024
"""Items whose neighbours are searched at once."""


class NeighboursSettings(InterestSettings):
    """Number of neighbours, and the history's weights."""

    power: Share = 0.5
    """Exponent on the decayed counts: below 1 tames items that somebody buys every day."""
    neighbours: PositiveInt = 100
    """The strongest neighbours that an item keeps, besides itself."""
    learn_decayed: bool = True
    """Learn from counts that are decayed as they are for ranking."""


class Bm25Settings(NeighboursSettings):
    """The same with BM25's constants."""

    k1: Positive = 1.2
    """How soon further events of one user stop counting."""
    b: Share = 0.75
    """How much items that many have are held back."""


class Neighbours(ItemToItem):
    """Cosine between the users' interest in two items; the strongest neighbours of every item, summed over
    the history."""

    name = "item-to-item"

    def __init__(self, settings: NeighboursSettings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self.neighbours = settings

    def solve(self, log: Log, until: int) -> sparse.csr_matrix:
        """``[items, items]`` with at most ``neighbours + 1`` entries a row."""
        weighted = self.weighted(self.interest_of(log, until, self.neighbours.learn_decayed))
        return strongest(weighted, self.neighbours.neighbours)

    def weighted(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """``[users, items]`` with columns of length 1, so that their products are cosines."""
        norm = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=0)).ravel())
        return counts @ sparse.diags_array(np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0))


class ItemNeighbours(Neighbours):
    """Cosine neighbours as the figures of ``docs`` name them."""

    def __init__(
        self, event_types: Sequence[EventType], half_life_days: float, neighbours: int, history_events: int
    ) -> None:
        super().__init__(
            NeighboursSettings(half_life_days=half_life_days, half_life_events=None, neighbours=neighbours),
            Environment(event_types, history_events),
        )


class Bm25Neighbours(Neighbours):
    """As :class:`Neighbours`, with the users' interest weighed by Okapi BM25: an item is the document, its
    users are the words. Weights by ``implicit``."""

    name = "bm25"

    def __init__(self, settings: Bm25Settings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self.bm25 = settings

    def weighted(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """``[users, items]``"""
        from implicit.nearest_neighbours import bm25_weight

        positive = counts.maximum(0)
        positive.eliminate_zeros()
        return bm25_weight(positive.T, self.bm25.k1, self.bm25.b).T.tocsr()


def strongest(weighted: sparse.csr_matrix | Float, neighbours: int) -> sparse.csr_matrix:
    """``[items, items]`` products of the columns of ``weighted``: of each item, itself and its largest
    others, ties by row; searched a block of items at a time."""
    items = weighted.shape[1]
    rows, columns, values = [], [], []
    if sparse.issparse(weighted):
        weighted = weighted.tocsr()
    transposed = weighted.T.tocsr() if sparse.issparse(weighted) else weighted.T
    for start in range(0, items, BLOCK):
        block = transposed[start : start + BLOCK] @ weighted
        block = block.toarray() if sparse.issparse(block) else block
        kept = min(neighbours + 1, items)
        edge = np.partition(block, items - kept, axis=1)[:, items - kept]
        line, nearest = np.nonzero((block >= edge[:, None]) & (block > 0))
        value = block[line, nearest]
        # Ties at the edge fall to the smaller row, so that the same log gives the same neighbours.
        order = np.lexsort((nearest, -value, line))
        place = np.arange(len(order)) - np.searchsorted(line[order], line[order])
        order = order[place < kept]
        rows.append(line[order] + start)
        columns.append(nearest[order])
        values.append(value[order])
    cells = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_matrix((np.concatenate(values).astype(np.float32), cells), shape=(items, items))
