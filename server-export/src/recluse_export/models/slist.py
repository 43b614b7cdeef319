"""SLIS and SLIST: linear models of what comes together, and of that and what comes next at once.

Choi, Kim, Lee, Shim, Lee, "Session-aware linear item-item models for session-based recommendation", WWW 2021.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field
from scipy import sparse

from recluse_export.models.base import Environment
from recluse_export.models.gram import check_item_count, inverse_gram, mean_square, ridge
from recluse_export.models.item_to_item import Diagonal, frees_diagonal
from recluse_export.models.settings import Share
from recluse_export.models.slit import Slit, SlitSettings
from recluse_export.shapes import Float, Log


class SlistSettings(SlitSettings):
    """As SLIT, with a share of SLIS in it."""

    together: Share = 0.2
    """Share of SLIS (what comes together) in the loss; the rest is SLIT's (what comes next). 1 is SLIS."""
    learn_decayed: bool = False
    """Whether SLIS learns from counts that are decayed as they are for ranking."""
    diagonal: Diagonal = "auto"
    """Whether an item may speak for itself as far as the data say so."""
    most_own: Annotated[float, Field(ge=0)] = 0.0
    """What an item's weight on itself may be at most where it may not."""


class Slist(Slit):
    """``min a |X - X B|^2 + (1 - a) |future - past B|^2 + l2 |B|^2`` with ``diag(B) <= most_own``."""

    name = "slist"

    def __init__(self, settings: SlistSettings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self.slist = settings

    def solve(self, log: Log, until: int) -> Float:
        """``[items, items]``

        Raises
        ------
        ProblemError
            Too many items for a dense matrix.
        """
        check_item_count(len(log.items), self.name)
        settings = self.slist
        past, future = self.cut(log)
        x = self.interest_of(log, until, settings.learn_decayed)
        one, other = np.sqrt(settings.together), np.sqrt(1 - settings.together)
        source = sparse.vstack([one * x, other * past], format="csr")
        target = sparse.vstack([one * x, other * future], format="csr")
        penalty = settings.l2 * mean_square(source)
        weights = ridge(source, target, penalty)
        if not frees_diagonal(settings.diagonal, log):
            inverse = inverse_gram(source, np.full(len(weights), penalty))
            # The multipliers of the constraint: nothing where it does not bind.
            excess = np.maximum(0, np.diag(weights) - settings.most_own) / np.diag(inverse)
            inverse *= excess
            weights = np.subtract(weights, inverse, out=inverse)
        return weights.astype(np.float32)
