"""Item rows to int8 with a scale a row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recluse_export.shapes import Float


def quantised_rows(rows: Float) -> tuple[NDArray[np.int8], Float]:
    """``[items, size]`` int8 and ``[items]`` scale, whose product is within half a scale of ``rows``."""
    largest = np.abs(rows).max(axis=1)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(rows / scale[:, None]).astype(np.int8), scale
