"""SLIM: non-negative sparse item-to-item weights by elastic net, over the nearest neighbours of each item.

Ning and Karypis, "SLIM: sparse linear methods for top-N recommender systems", ICDM 2011, with the feature
selection of its section V (fsSLIM): an item is rebuilt from its most similar items only. So the coordinate
descent runs on small blocks of the Gram matrix, for many items at once, and no dense matrix is needed.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recluse_export.models.base import Environment
from recluse_export.models.gram import mean_square
from recluse_export.models.item_to_item import ItemToItem, LearnedInterestSettings, frees_diagonal
from recluse_export.models.neighbours import strongest
from recluse_export.models.settings import Positive, PositiveInt
from recluse_export.shapes import Float, Log

BLOCK_BYTES = 256 * 2**20
"""Memory for the blocks of the Gram matrix that are solved at once."""


class SlimSettings(LearnedInterestSettings):
    """Penalties, neighbours, and the history's weights."""

    l1: Positive = 0.02
    """Penalty on weights, in units of the mean of the Gram matrix's diagonal."""
    l2: Positive = 0.5
    """Penalty on half the squared weights, in the same unit."""
    neighbours: PositiveInt = 100
    """Most similar items (by cosine) from which an item may be rebuilt."""
    sweeps: PositiveInt = 30
    """Passes over all coordinates at most; it stops when no weight moves by more than a thousandth."""


class Slim(ItemToItem):
    """``min 1/2 |x_j - X b|^2 + l2 / 2 |b|^2 + l1 |b|_1, b >= 0`` for every item j on its own."""

    name = "slim"

    def __init__(self, settings: SlimSettings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self.slim = settings

    def solve(self, log: Log, until: int) -> sparse.csr_matrix:
        """``[items, items]``, non-negative, sparse."""
        settings = self.slim
        x = self.interest_of(log, until, settings.learn_decayed)
        items = x.shape[1]
        unit = mean_square(x)
        gram = (x.T @ x).tocsr()
        near = _most_similar(x, settings.neighbours, frees_diagonal(settings.diagonal, log))
        chunk = max(1, BLOCK_BYTES // (4 * near.shape[1] ** 2))
        weights = np.zeros(near.shape, np.float32)
        for start in range(0, items, chunk):
            block = slice(start, min(start + chunk, items))
            inner, outer = _blocks(gram, near[block], np.arange(items)[block])
            weights[block] = elastic_net(
                inner, outer, settings.l1 * unit, settings.l2 * unit, settings.sweeps
            )
        target = np.repeat(np.arange(items), near.shape[1])
        found = sparse.coo_matrix((weights.ravel(), (np.maximum(near, 0).ravel(), target)), (items, items))
        found = found.tocsr()
        found.eliminate_zeros()
        return found


def elastic_net(inner: Float, outer: Float, l1: float, l2: float, sweeps: int) -> Float:
    """``[problems, features]`` non-negative minimisers of ``1/2 b'Gb - g'b + l2 / 2 |b|^2 + l1 |b|_1`` by
    coordinate descent, all problems at once.

    Parameters
    ----------
    inner
        ``[problems, features, features]``: G.
    outer
        ``[problems, features]``: g. A feature whose g is 0 keeps the weight 0.
    l1, l2
        Penalties, absolute.
    sweeps
        Passes at most.
    """
    found = np.zeros_like(outer)
    slope = outer.copy()  # g - G b
    diagonal = np.einsum("pff->pf", inner)
    for _ in range(sweeps):
        largest = 0.0
        for feature in range(outer.shape[1]):
            before = found[:, feature]
            after = np.maximum(0, slope[:, feature] + diagonal[:, feature] * before - l1)
            after = after / (diagonal[:, feature] + l2)
            step = after - before
            moved = np.flatnonzero(step)
            if len(moved) == 0:
                continue
            found[:, feature] = after
            slope[moved] -= inner[moved, feature] * step[moved, None]
            largest = max(largest, float(np.abs(step).max()))
        if largest < 1e-3:
            break
    return found


def _most_similar(x: sparse.csr_matrix, neighbours: int, itself: bool) -> np.ndarray:
    """``[items, neighbours]`` rows of the items with the largest cosines, -1 where there are fewer."""
    norm = np.sqrt(np.asarray(x.multiply(x).sum(axis=0)).ravel())
    unit = x @ sparse.diags_array(np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0))
    similar = strongest(unit.tocsr(), neighbours).tocoo()
    kept = similar.row != similar.col if not itself else np.ones(similar.nnz, bool)
    row, column = similar.row[kept], similar.col[kept]
    order = np.lexsort((column, row))
    row, column = row[order], column[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    near = np.full((x.shape[1], max(1, int(place.max(initial=0)) + 1)), -1)
    near[row, place] = column
    return near


def _blocks(gram: sparse.csr_matrix, near: np.ndarray, targets: np.ndarray) -> tuple[Float, Float]:
    """Gram matrices among each target's neighbours, ``[targets, features, features]``, and of the neighbours
    with the target itself, ``[targets, features]``; zeros for absent neighbours."""
    size = near.shape[1]
    inner = np.zeros((len(near), size, size), np.float32)
    outer = np.zeros((len(near), size), np.float32)
    for place, (rows, target) in enumerate(zip(near, targets, strict=True)):
        present = rows[rows >= 0]
        part = gram[present]
        count = len(present)
        inner[place, :count, :count] = part[:, present].toarray()
        outer[place, :count] = part[:, [target]].toarray()[:, 0]
    return inner, outer
