"""A matrix of item-to-item weights as the pack keeps it: the strongest entries, int8, a scale a target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from scipy import sparse

from recluse_export.shapes import Coefficients, Float, Linear

Cut = Literal["target", "source"]
"""Whether the strongest are counted a target (column) or a source (row)."""
BLOCK = 1024
"""Lines of the matrix that are looked at at once."""
ONLY_TOGETHER = Coefficients(together=1.0, habit=0.0, affinity=0.0, popularity=0.0, recent=0.0)


def strongest_int8(
    weights: Float | sparse.csr_matrix,
    spread: Float,
    strongest: int,
    cut: Cut,
    diagonal: bool,
    half_life_days: float | None,
    half_life_events: float | None,
    power: float,
    coefficients: Coefficients = ONLY_TOGETHER,
) -> Linear:
    """Cut and quantise.

    Parameters
    ----------
    weights
        ``[items, items]``, sources by targets.
    spread
        ``[items]`` how far an entry of a source can move a score: entries are compared by ``|weight| *
        spread``.
    strongest
        Entries kept a target, or a source; the diagonal comes on top.
    cut
        Which of the two.
    diagonal
        Whether items may speak for themselves.
    half_life_days, half_life_events, power
        "Recent interest" of ``docs/model.md``, by which the matrix was learned.
    coefficients
        Weights of the linear tier's parts.
    """
    items = weights.shape[0]
    parts = [
        _kept(block, spread, start, strongest, cut, diagonal)
        for start, block in _blocks(weights, by_target=cut == "target")
    ]
    source, target, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    largest = np.zeros(items, np.float32)
    np.maximum.at(largest, target, np.abs(value))
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    whole = np.rint(value / scale[target]).astype(np.int8)
    entries = sparse.coo_matrix((whole, (source, target)), shape=(items, items)).tocsr()
    entries.eliminate_zeros()
    entries.sort_indices()
    return Linear(
        half_life_days=half_life_days,
        half_life_events=half_life_events,
        power=power,
        coefficients=coefficients,
        scale=scale,
        offset=entries.indptr.astype(np.uint32),
        target=entries.indices.astype(np.uint32),
        weight=entries.data,
    )


def _blocks(weights: Float | sparse.csr_matrix, by_target: bool) -> Iterator[tuple[int, Float]]:
    """Dense blocks ``[lines, items]`` of targets (transposed) or of sources, and where each begins."""
    lines = weights.tocsc() if by_target and sparse.issparse(weights) else weights
    for start in range(0, weights.shape[0], BLOCK):
        part = lines[:, start : start + BLOCK].T if by_target else lines[start : start + BLOCK]
        yield start, part.toarray() if sparse.issparse(part) else np.asarray(part)


def _kept(
    block: Float, spread: Float, start: int, strongest: int, cut: Cut, diagonal: bool
) -> tuple[np.ndarray, np.ndarray, Float]:
    """Sources, targets and values of the entries of a block that stay."""
    own = (np.arange(len(block)), np.arange(len(block)) + start)
    strength = np.abs(block) * (spread if cut == "target" else 1)
    strength[own] = 0
    kept = min(strongest, block.shape[1])
    edge = np.partition(strength, block.shape[1] - kept, axis=1)[:, block.shape[1] - kept]
    keep = (strength >= edge[:, None]) & (strength > 0)
    keep[own] = diagonal & (block[own] != 0)
    line, other = np.nonzero(keep)
    pair = (other, line + start) if cut == "target" else (line + start, other)
    return *pair, block[line, other].astype(np.float32)


def no_weights(items: int, coefficients: Coefficients) -> Linear:
    """No item says anything of another: for packs that count only."""
    return Linear(
        half_life_days=None,
        half_life_events=None,
        power=1.0,
        coefficients=coefficients,
        scale=np.ones(items, np.float32),
        offset=np.zeros(items + 1, np.uint32),
        target=np.zeros(0, np.uint32),
        weight=np.zeros(0, np.int8),
    )
