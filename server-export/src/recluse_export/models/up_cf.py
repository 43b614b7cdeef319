"""UP-CF: users' recent popularity of items, shared among users who have the same items.

Faggioli, Polato, Aiolli, "Recency aware collaborative filtering for next basket recommendation", UMAP 2020.
Needs other users' vectors at ranking time, so it stays on the server.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import sparse

from recluse_export.features.history import Histories, histories_at
from recluse_export.models.base import Environment
from recluse_export.models.baskets import baskets_of
from recluse_export.models.settings import Positive, PositiveInt, Settings, Share
from recluse_export.models.user_neighbours import summed, users_at
from recluse_export.shapes import Float, Log


class UpCfSettings(Settings):
    """Names as in the paper."""

    recency: PositiveInt = 25
    """r: newest baskets that count."""
    locality: Positive = 10.0
    """q: exponent on the similarity; the larger, the fewer users are listened to."""
    asymmetry: Share = 0.25
    """alpha: exponent on the number of the visitor's items in the similarity; one minus it on the other
    user's."""


class UpCf:
    """``sum over users of similarity ** locality * share of the user's recent baskets with the item``, the
    visitor among them with similarity 1."""

    name = "up-cf"

    def __init__(self, settings: UpCfSettings, environment: Environment) -> None:
        self.settings = settings
        self.environment = environment
        self.users = sparse.csr_matrix((0, 0))
        """``[users, items]`` share of the user's recent baskets that hold the item."""

    def fit(self, log: Log, until: int) -> Self:
        """Vectors of all users."""
        users, now = users_at(log, until)
        environment = self.environment
        histories = histories_at(log, users, now, environment.event_types, environment.history_events)
        self.users = self.vectors(histories, len(log.items))
        return self

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``"""
        settings = self.settings
        own = self.vectors(histories, self.users.shape[1])
        mine, theirs = own.sign(), self.users.sign()
        both = (mine @ theirs.T).toarray()
        length = np.maximum(1, np.asarray(mine.sum(axis=1))).reshape(-1, 1) ** settings.asymmetry
        others = np.maximum(1, np.asarray(theirs.sum(axis=1))).reshape(1, -1) ** (1 - settings.asymmetry)
        weight = (both / length / others) ** settings.locality
        # A user of the log meets themselves there with similarity 1; a stranger is added as far as not.
        missing = 1 - weight.max(axis=1, initial=0)
        return np.asarray(weight @ self.users + sparse.diags_array(missing) @ own, np.float32)

    def vectors(self, histories: Histories, items: int) -> sparse.csr_matrix:
        """``[visitors, items]`` share of the newest baskets with the item."""
        baskets = baskets_of(histories)
        recent = baskets.place >= baskets.count[baskets.visitor] - self.settings.recency
        visitor = baskets.visitor[recent]
        amount = 1.0 / np.minimum(baskets.count, self.settings.recency)[visitor]
        return summed(visitor, baskets.row[recent], amount, (len(histories), items))
