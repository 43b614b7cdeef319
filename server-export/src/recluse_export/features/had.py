"""What the visitor had already."""

from __future__ import annotations

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.shapes import Float


def had(histories: Histories, items: int) -> Float:
    """``[visitors, items]`` float32: 1 where the history has the item, by an event of any type; else 0."""
    result = np.zeros((len(histories), items), np.float32)
    result[histories.visitor, histories.row] = 1.0
    return result
