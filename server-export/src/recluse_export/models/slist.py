"""SLIS and SLIST: linear models of what comes together, and of that and what comes next at once.

Choi, Kim, Lee, Shim, Lee, "Session-aware linear item-item models for session-based recommendation", WWW 2021.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from recluse_export.models.base import Environment
from recluse_export.models.gram import check_item_count, solved
from recluse_export.models.item_to_item import Diagonal, frees_diagonal
from recluse_export.models.settings import Share
from recluse_export.models.slit import Slit, SlitSettings, unit_of
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
        sums = self.sums(log)
        x = self.interest_of(log, until, settings.learn_decayed)
        own = (x.T @ x).toarray().astype(np.float32) * np.float32(settings.together)
        gram, target = sums.past, sums.future
        for table in (gram, target):
            table *= np.float32(1 - settings.together)
            table += own
        penalty = settings.l2 * unit_of(gram)
        if frees_diagonal(settings.diagonal, log):
            return solved(gram, target, penalty)
        weights = solved(gram.copy(), target, penalty)
        inverse = solved(gram, np.eye(len(gram), dtype=np.float32), penalty)
        # The multipliers of the constraint: nothing where it does not bind.
        inverse *= np.maximum(0, np.diag(weights) - settings.most_own) / np.diag(inverse)
        return np.subtract(weights, inverse, out=inverse)
