"""TAIW: items weighed by how likely their waiting time is over, for the visitor and for the nearest users.

Romanov, Lashinin, Ananyeva, Kolesnikov, "Time-aware item weighting for the next basket recommendations",
RecSys 2023. A past purchase excites the next one by a density of the time since then, half exponential (again
soon), half normal (again after the usual interval), with parameters of each item. The paper learns them by
ranking loss; here they are the maximum likelihood of the waiting times in the log (expectation maximisation),
drawn towards those of the whole catalogue. Needs other users' vectors at ranking time, so it stays on the
server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from recluse_export.errors import ProblemError
from recluse_export.features.history import DAY, Double, Histories, histories_at
from recluse_export.models.base import Environment
from recluse_export.models.baskets import baskets_of
from recluse_export.models.settings import Positive, PositiveInt, Settings, Share
from recluse_export.models.user_neighbours import mixed, nearest_mean, summed, users_at
from recluse_export.shapes import Float, Int, Log

NARROWEST_DAYS = 1.0
"""Least standard deviation of a usual interval: shopping days are whole days."""


class TaiwSettings(Settings):
    """Neighbours, shares, and how strongly items are drawn towards the catalogue."""

    neighbours: PositiveInt = 300
    """Nearest users."""
    own_share: Share = 0.7
    """Share of the visitor's own vector."""
    smoothing: Positive = 10.0
    """Waiting times of the whole catalogue that each item's own are mixed with."""
    rounds: PositiveInt = 15
    """Rounds of expectation maximisation."""


@dataclass(frozen=True)
class Waiting:
    """``[items]`` each: how long people wait until they buy an item again, in days."""

    usual: Double
    """Share of purchases that follow the usual interval; the others follow soon."""
    mean: Double
    deviation: Double
    soon: Double
    """Mean of the exponential part."""

    def density(self, item: Int, days: Double) -> Double:
        """Likelihood of buying the item after so many days."""
        normal = np.exp(-0.5 * ((days - self.mean[item]) / self.deviation[item]) ** 2)
        normal /= self.deviation[item] * np.sqrt(2 * np.pi)
        early = np.exp(-days / self.soon[item]) / self.soon[item]
        return self.usual[item] * normal + (1 - self.usual[item]) * early


class Taiw:
    """``own_share * own densities + (1 - own_share) * mean of the nearest users'``."""

    name = "taiw"

    def __init__(self, settings: TaiwSettings, environment: Environment) -> None:
        self.settings = settings
        self.environment = environment
        self.waiting: Waiting | None = None
        self.users = sparse.csr_matrix((0, 0))

    def fit(self, log: Log, until: int) -> Self:
        """Learn waiting times, then the vectors of all users at ``until``.

        Raises
        ------
        ProblemError
            The log has no times, or nobody buys anything twice.
        """
        if not log.has_time:
            raise ProblemError(
                f"{self.name}: needs the times of interactions, and this log has none. "
                "Name source.interactions.time, or take tifu-knn or up-cf."
            )
        users, now = users_at(log, until)
        environment = self.environment
        histories = histories_at(log, users, now, environment.event_types, environment.history_events)
        self.waiting = self._waiting_times(histories, len(log.items))
        self.users = self.vectors(histories, len(log.items))
        return self

    def _waiting_times(self, histories: Histories, items: int) -> Waiting:
        baskets = baskets_of(histories)
        pair = baskets.visitor * items + baskets.row
        order = np.lexsort((-baskets.age, pair))
        again = np.flatnonzero(pair[order][1:] == pair[order][:-1])
        if len(again) == 0:
            raise ProblemError(
                f"{self.name}: nobody buys anything twice in this log. Take an item-to-item model instead."
            )
        days = (baskets.age[order][again] - baskets.age[order][again + 1]) / DAY
        item = baskets.row[order][again + 1]
        return waiting_times(item, days, items, self.settings.smoothing, self.settings.rounds)

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``"""
        own = self.vectors(histories, self.users.shape[1])
        return mixed(own, nearest_mean(own, self.users, self.settings.neighbours), self.settings.own_share)

    def vectors(self, histories: Histories, items: int) -> sparse.csr_matrix:
        """``[visitors, items]`` sum over the purchases of the density of the time since then."""
        if self.waiting is None:
            raise ValueError("not fitted")
        baskets = baskets_of(histories)
        amount = self.waiting.density(baskets.row, baskets.age / DAY)
        return summed(baskets.visitor, baskets.row, amount, (len(histories), items))


def waiting_times(item: Int, days: Double, items: int, smoothing: float, rounds: int) -> Waiting:
    """Maximum likelihood of the mixture of exponential and normal for every item, each drawn towards the
    whole catalogue's by ``smoothing`` waiting times.

    Parameters
    ----------
    item, days
        ``[waits]``
    items
        Size of the catalogue.
    smoothing
        Above 0.
    rounds
        Of expectation maximisation.
    """
    mean, deviation = max(1.0, float(days.mean())), max(NARROWEST_DAYS, float(days.std()))
    everywhere = np.ones(items)
    found = Waiting(everywhere * 0.5, everywhere * mean, everywhere * deviation, everywhere * mean)

    def shared(weight: Double, value: Double) -> Double:
        """Weighted mean of ``value`` by item, drawn towards the one over all."""
        overall = (weight * value).sum() / max(weight.sum(), 1e-9)
        total = np.bincount(item, weights=weight * value, minlength=items)
        return (total + smoothing * overall) / (
            np.bincount(item, weights=weight, minlength=items) + smoothing
        )

    for _ in range(rounds):
        early = (1 - found.usual[item]) * np.exp(-days / found.soon[item]) / found.soon[item]
        normal = np.maximum(found.density(item, days) - early, 0)
        usual = normal / np.maximum(normal + early, 1e-300)
        centre = shared(usual, days)
        spread = np.sqrt(shared(usual, (days - centre[item]) ** 2))
        found = Waiting(
            shared(np.ones(len(days)), usual),
            centre,
            np.maximum(NARROWEST_DAYS, spread),
            np.maximum(NARROWEST_DAYS, shared(1 - usual, days)),
        )
    return found
