"""SLIT: what comes next, predicted from what was, in closed form.

Choi, Kim, Lee, Shim, Lee, "Session-aware linear item-item models for session-based recommendation", WWW 2021.
A session is here the whole history of a user, of which a number of cuts between past and future is drawn at
random; recency takes the place of the paper's weights by position.
"""

from __future__ import annotations

import numpy as np

from recluse_export.models.base import Environment
from recluse_export.models.gram import check_item_count, solved
from recluse_export.models.item_to_item import InterestSettings, ItemToItem
from recluse_export.models.past_and_future import Sums, sums_of
from recluse_export.models.settings import Positive, PositiveInt
from recluse_export.shapes import Float, Log


class SlitSettings(InterestSettings):
    """Cuts, decay of the future, penalty, and the history's weights."""

    moments: PositiveInt = 32
    """Cuts a user between past and future at most."""
    future_half_life_days: Positive = 28.0
    """Decay of the future, counted from the cut."""
    future_half_life_events: Positive = 10.0
    """The same for a log without times."""
    l2: Positive = 1.0
    """Penalty on squared weights, in units of the mean of the Gram matrix's diagonal."""


class Slit(ItemToItem):
    """``min |future - past B|^2 + l2 |B|^2``; items speak for themselves as far as the data say so."""

    name = "slit"

    def __init__(self, settings: SlitSettings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self.slit = settings

    def solve(self, log: Log, until: int) -> Float:
        """``[items, items]``

        Raises
        ------
        ProblemError
            Too many items for a dense matrix.
        """
        check_item_count(len(log.items), self.name)
        sums = self.sums(log)
        return solved(sums.past, sums.future, self.slit.l2 * unit_of(sums.past))

    @property
    def keeps_weights(self) -> bool:
        """Never: the past that it learns from is decayed."""
        return False

    def sums(self, log: Log) -> Sums:
        """Past and future at all cuts."""
        settings = self.slit
        half_life = settings.future_half_life_days if log.has_time else settings.future_half_life_events
        return sums_of(self, log, settings.moments, half_life)


def unit_of(gram: Float) -> float:
    """Mean of the diagonal of a Gram matrix ``[items, items]``; 1 for zeros."""
    return float(np.diag(gram).mean()) or 1.0
