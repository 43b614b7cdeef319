"""Not ten of the same: maximal marginal relevance."""

from __future__ import annotations

import numpy as np

from recluse_export.features.history import Double
from recluse_export.shapes import Float, Int


def diversify(rows: Int, scores: Float, similarity: Double, limit: int, diversity: float) -> Int:
    """The first ``limit`` rows of a ranking, chosen one by one, good and unlike those before; "Diversity" in
    ``docs/model.md``.

    ``similarity`` is ``[items, items]``, clamped to 0..1 here. Equal values go to the earlier place.
    """
    looked = min(len(rows), max(50, 5 * limit))
    rows, scores = rows[:looked], scores[:looked].astype(np.float64)
    span = scores[0] - scores[-1]
    relevance = (scores - scores[-1]) / span if span > 0 else np.ones(looked)
    alike = np.clip(similarity, 0, 1)
    nearest = np.zeros(looked)
    free = np.ones(looked, bool)
    chosen = []
    for _ in range(min(limit, looked)):
        value = np.where(free, (1 - diversity) * relevance - diversity * nearest, -np.inf)
        place = int(np.argmax(value))
        free[place] = False
        chosen.append(rows[place])
        nearest = np.maximum(nearest, alike[rows[place], rows])
    return np.array(chosen, dtype=np.int32)
