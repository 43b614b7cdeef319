"""TIFU-KNN: a visitor's own item frequencies with two decays, and those of the nearest users.

Hu, He, Gao, Zhang, "Modeling personalized item frequency information for next-basket recommendation", SIGIR
2020. Needs other users' vectors at ranking time, so it stays on the server.
"""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
from pydantic import Field
from scipy import sparse

from recluse_export.features.history import Histories, histories_at
from recluse_export.models.base import Environment
from recluse_export.models.baskets import baskets_of
from recluse_export.models.settings import PositiveInt, Settings, Share
from recluse_export.models.user_neighbours import mixed, nearest_mean, summed, users_at
from recluse_export.shapes import Float, Log

Rate = Annotated[float, Field(gt=0, le=1)]


class TifuKnnSettings(Settings):
    """Names as in the paper; defaults near those that its authors chose for Dunnhumby."""

    neighbours: PositiveInt = 300
    """k: nearest users."""
    within_decay: Rate = 0.9
    """r_b: decay from basket to basket within a group."""
    group_decay: Rate = 0.7
    """r_g: decay from group to group."""
    groups: PositiveInt = 7
    """m: groups that a visitor's baskets are put into, the oldest first."""
    own_share: Share = 0.7
    """alpha: share of the visitor's own vector."""


class TifuKnn:
    """``own_share * own vector + (1 - own_share) * mean of the nearest users' vectors``."""

    name = "tifu-knn"

    def __init__(self, settings: TifuKnnSettings, environment: Environment) -> None:
        self.settings = settings
        self.environment = environment
        self.users = sparse.csr_matrix((0, 0))
        """``[users, items]``"""

    def fit(self, log: Log, until: int) -> Self:
        """Vectors of all users."""
        users, now = users_at(log, until)
        environment = self.environment
        histories = histories_at(log, users, now, environment.event_types, environment.history_events)
        self.users = self.vectors(histories, len(log.items))
        return self

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``"""
        own = self.vectors(histories, self.users.shape[1])
        return mixed(own, nearest_mean(own, self.users, self.settings.neighbours), self.settings.own_share)

    def vectors(self, histories: Histories, items: int) -> sparse.csr_matrix:
        """``[visitors, items]`` frequencies, decayed within groups of baskets and from group to group."""
        settings = self.settings
        baskets = baskets_of(histories)
        count = baskets.count[baskets.visitor]
        groups = np.minimum(settings.groups, count)
        # As even as it goes; the older groups are the smaller ones.
        size, larger = count // groups, count % groups
        turn = (groups - larger) * size
        small = baskets.place < turn
        group = np.where(small, baskets.place // size, groups - larger + (baskets.place - turn) // (size + 1))
        inside = np.where(small, baskets.place % size, (baskets.place - turn) % (size + 1))
        held = np.where(small, size, size + 1)
        amount = settings.within_decay ** (held - 1 - inside) / held
        amount *= settings.group_decay ** (groups - 1 - group) / groups
        return summed(baskets.visitor, baskets.row, amount, (len(histories), items))
