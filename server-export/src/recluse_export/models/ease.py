"""EASE: each user's interest in an item, rebuilt from their interest in all others.

Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019.
"""

from __future__ import annotations

import numpy as np

from recluse_export.features.history import Double
from recluse_export.models.base import Environment
from recluse_export.models.gram import check_item_count, inverse_gram, mean_square
from recluse_export.models.item_to_item import ItemToItem, LearnedInterestSettings, frees_diagonal
from recluse_export.models.settings import Positive
from recluse_export.shapes import Float, Log


class EaseSettings(LearnedInterestSettings):
    """Penalty and the history's weights."""

    l2: Positive = 1.0
    """Penalty on squared weights, in units of the mean of the Gram matrix's diagonal."""


class Ease(ItemToItem):
    """``min |X - X B|^2 + l2 |B|^2`` with ``diag(B) = 0`` (unless items may speak for themselves), in closed
    form."""

    name = "ease"

    def __init__(self, settings: EaseSettings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self.ease = settings

    def solve(self, log: Log, until: int) -> Float:
        """``[items, items]``

        Raises
        ------
        ProblemError
            Too many items for a dense matrix.
        """
        check_item_count(len(log.items), self.name)
        x = self.interest_of(log, until, self.ease.learn_decayed)
        penalty = np.full(len(log.items), self.ease.l2 * mean_square(x))
        free = frees_diagonal(self.ease.diagonal, log)
        return rebuilt(inverse_gram(x, penalty), penalty, free)


def rebuilt(inverse: Double, penalty: Double, free: bool) -> Float:
    """``[items, items]`` weights that rebuild a table, from the inverse of its penalised Gram matrix.

    Parameters
    ----------
    inverse
        ``[items, items]``, overwritten.
    penalty
        ``[items]`` what was added to the diagonal of the Gram matrix.
    free
        True: plain ridge regression, ``I - P diag(penalty)``. False: the diagonal held at 0, ``I - P
        diag(1 / diag(P))``.
    """
    diagonal = np.diag_indices(len(inverse))
    inverse *= -(penalty if free else 1 / inverse[diagonal])
    inverse[diagonal] = inverse[diagonal] + 1 if free else 0
    return inverse.astype(np.float32)
