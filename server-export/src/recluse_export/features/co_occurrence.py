"""What is chosen with what, by its name in "Features by name" of ``docs/model.md``."""

from __future__ import annotations

from scipy import sparse

from recluse_export.features.history import Double
from recluse_export.features.together import together
from recluse_export.shapes import Linear


def co_occurrence(interest: sparse.csr_matrix, linear: Linear) -> Double:
    """``[visitors, items]``: how much goes with what each visitor did lately; the signal ``together``."""
    return together(interest, linear)
