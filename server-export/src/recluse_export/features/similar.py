"""Items like one item."""

from __future__ import annotations

import numpy as np

from recluse_export.features.history import Double
from recluse_export.shapes import Float, Int, Linear


def similar_together(row: int, linear: Linear) -> tuple[Int, Float]:
    """Rows and scores of what is bought with an item, best first: the positive entries of its line of the
    matrix, itself left out."""
    entries = slice(int(linear.offset[row]), int(linear.offset[row + 1]))
    target = linear.target[entries].astype(np.int32)
    weight = linear.weight[entries]
    kept = (weight > 0) & (target != row)
    target = target[kept]
    score = (linear.scale[target].astype(np.float64) * weight[kept]).astype(np.float32)
    order = np.lexsort((target, -score))
    return target[order], score[order]


def similar_taste(row: int, rows: np.ndarray, scale: Float) -> tuple[Int, Float]:
    """Rows and cosines of all other items, best first."""
    score = cosine(rows, scale)[row].astype(np.float32)
    target = np.delete(np.arange(len(rows), dtype=np.int32), row)
    order = np.lexsort((target, -score[target]))
    return target[order], score[target][order]


def cosine(rows: np.ndarray, scale: Float) -> Double:
    """``[items, items]`` cosine of dequantised item rows; 0 where a row is all zero."""
    table = rows.astype(np.float64) * scale.astype(np.float64)[:, None]
    length = np.linalg.norm(table, axis=1)
    unit = np.divide(table, length[:, None], out=np.zeros_like(table), where=length[:, None] > 0)
    return unit @ unit.T
