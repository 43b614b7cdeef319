"""EDLAE: EASE that learns to rebuild what was dropped out.

Steck, "Autoencoders that don't overfit towards the identity", NeurIPS 2020: dropout of the input with full
emphasis on what was dropped is, in expectation, EASE with a penalty on each item that grows with its count.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from recluse_export.models.base import Environment
from recluse_export.models.ease import rebuilt
from recluse_export.models.gram import check_item_count, inverse_gram, mean_square
from recluse_export.models.item_to_item import ItemToItem, LearnedInterestSettings, frees_diagonal
from recluse_export.models.settings import Positive
from recluse_export.shapes import Float, Log


class EdlaeSettings(LearnedInterestSettings):
    """Dropout, penalty, and the history's weights."""

    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """Share of the input that is dropped: a penalty of ``dropout / (1 - dropout)`` times each item's own
    diagonal of the Gram matrix."""
    l2: Positive = 0.5
    """Penalty on squared weights for all items alike, in units of the mean of that diagonal."""


class Edlae(ItemToItem):
    """EASE with ``dropout / (1 - dropout) * diag(X'X)`` added to the penalty."""

    name = "edlae"

    def __init__(self, settings: EdlaeSettings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self.edlae = settings

    def solve(self, log: Log, until: int) -> Float:
        """``[items, items]``

        Raises
        ------
        ProblemError
            Too many items for a dense matrix.
        """
        check_item_count(len(log.items), self.name)
        settings = self.edlae
        x = self.interest_of(log, until, settings.learn_decayed)
        own = np.asarray(x.multiply(x).sum(axis=0)).ravel()
        penalty = settings.dropout / (1 - settings.dropout) * own + settings.l2 * mean_square(x)
        free = frees_diagonal(settings.diagonal, log)
        return rebuilt(inverse_gram(x, penalty), penalty, free)
