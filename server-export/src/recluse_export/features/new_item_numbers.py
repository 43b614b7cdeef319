"""The numbers of items that nobody has had yet, from those of the items that stand for them; see "New items"
in ``docs/model.md``. The browser's ``worker/shop/estimate.ts`` does the same."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from scipy import sparse

from recluse_export.features.new_item import mean_of
from recluse_export.shapes import Float, Int, Linear, Priors

MOST_ENTRIES = 64
"""Strongest entries that a new target keeps, beside what it says for itself."""
OWN_COUNTS = 1.5
"""What an item says for one that it stands for, in what it says for being bought again. A mean of many is
smaller than its parts: with more than 1, new items come into lists about as often as if they had been
trained."""
LARGEST = 127


def with_new_priors(priors: Priors, new: Int, shares: sparse.csr_matrix) -> Priors:
    """The priors with those of the rows ``new`` estimated; ``shares`` is ``[new, items]``."""
    filled = {}
    for column in fields(Priors):
        values = getattr(priors, column.name).copy()
        values[new] = mean_of(values, shares)
        filled[column.name] = values
    return Priors(**filled)


def new_rows(row: Float, shares: sparse.csr_matrix) -> Float:
    """``[new, size]`` the mean by shares of ``row`` [items, size], as long as they are on average: a mean of
    rows that point elsewhere is shorter, and the encoder would hardly ever put a new item first."""
    mean = mean_of(row, shares)
    length = mean_of(np.linalg.norm(row, axis=1), shares)
    found = np.linalg.norm(mean, axis=1)
    return mean * (length / np.where(found > 0, found, 1))[:, None]


def with_new_targets(linear: Linear, new: Int, shares: sparse.csr_matrix) -> Linear:
    """The item-to-item matrix with the rows ``new`` as sources and as targets, instead of what it says of
    them; ``shares`` is ``[new, items]``. Between two new items it says nothing."""
    items = len(linear.scale)
    weight = sparse.csr_matrix(
        (linear.weight.astype(np.float64), linear.target, linear.offset), (items, items)
    )
    old = np.ones(items)
    old[new] = 0
    weight = sparse.diags_array(old) @ weight @ sparse.diags_array(old)
    worth = (weight @ sparse.diags_array(linear.scale.astype(np.float64))).tocsr()
    own = worth.diagonal()
    others = (weight - sparse.diags_array(weight.diagonal())).tocsr()

    incoming = ((worth + sparse.diags_array((OWN_COUNTS - 1) * own)) @ shares.T).tocsc()
    itself = shares @ own
    scale = linear.scale.copy()
    source, target, entry = [], [], []
    for place, row in enumerate(new):
        begin, end = incoming.indptr[place], incoming.indptr[place + 1]
        rows, values = incoming.indices[begin:end], incoming.data[begin:end]
        strongest = np.lexsort((rows, -np.abs(values)))[:MOST_ENTRIES]
        rows, values = np.append(rows[strongest], row), np.append(values[strongest], itself[place])
        scale[row] = np.float32(np.abs(values).max() / LARGEST) or 1
        source.append(rows)
        target.append(np.full(len(rows), row))
        entry.append(_whole(values / scale[row]))
    outgoing = (shares @ others).tocoo()
    source.append(new[outgoing.row])
    target.append(outgoing.col)
    entry.append(_whole(outgoing.data))

    kept = weight.tocoo()
    at = (
        np.concatenate([kept.row, *source]).astype(np.int64),
        np.concatenate([kept.col, *target]).astype(np.int64),
    )
    full = sparse.csr_matrix((np.concatenate([kept.data, *entry]), at), (items, items))
    full.eliminate_zeros()
    full.sort_indices()
    return replace(
        linear,
        scale=scale,
        offset=full.indptr.astype(np.uint32),
        target=full.indices.astype(np.uint32),
        weight=full.data.astype(np.int8),
    )


def _whole(values: np.ndarray) -> np.ndarray:
    """To whole numbers, halves upwards as in the browser, within int8."""
    return np.floor(np.clip(values, -LARGEST, LARGEST) + 0.5)
