"""What all item-to-item models share: recent interest times a matrix of weights."""

from __future__ import annotations

from copy import copy
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field
from scipy import sparse

from recluse_export.evaluate.split import before
from recluse_export.features.history import Histories, histories_at
from recluse_export.features.interest import interest
from recluse_export.models.base import Environment
from recluse_export.models.settings import Positive, Settings
from recluse_export.shapes import Float, Log

Diagonal = Literal["auto", "zero", "free"]
"""Whether an item may speak for itself: never; as the solution says; ``auto``: only where people repeat."""
REPEATS = 0.01
"""Share of events on an item that the user had before, from which on ``auto`` means ``free``."""


class InterestSettings(Settings):
    """How the history is weighed before the matrix sees it; "Recent interest" of ``docs/model.md``."""

    half_life_days: Positive | None = 60.0
    """Days after which an event counts half; None for no decay. Not used for a log without times."""
    half_life_events: Positive | None = 20.0
    """Newer events after which an event counts half, for a log without times; None for no decay."""
    power: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Exponent on the decayed counts: below 1 tames items that somebody buys every day."""


class LearnedInterestSettings(InterestSettings):
    """The same for a matrix that is learned from all users' interest."""

    learn_decayed: bool = False
    """Learn from counts that are decayed as they are for ranking; otherwise all of a user's past counts
    alike."""
    diagonal: Diagonal = "auto"
    """Whether an item may speak for itself."""


class ItemToItem:
    """``score = interest @ weights``. A model is this with a way to find the weights in :meth:`solve`."""

    name = "item-to-item"

    def __init__(self, settings: InterestSettings, environment: Environment) -> None:
        self.settings: InterestSettings = settings
        self.environment = environment
        self.has_time = True
        self.weights: Float | sparse.csr_matrix = np.zeros((0, 0), np.float32)
        """``[items, items]``, from the row's item to the column's."""
        self.spread: Float = np.zeros(0, np.float32)
        """``[items]`` root mean square of the users' interest: how far an item's weights can move a score."""

    def fit(self, log: Log, until: int) -> Self:
        """Find the weights from the events of ``log`` before ``until``; later ones are left out."""
        self.has_time = log.has_time
        log = before(log, until) if log.has_time else log
        x = self.interest_of(log, until, decayed=True)
        self.spread = np.sqrt(np.asarray(x.multiply(x).mean(axis=0)).ravel()).astype(np.float32)
        self.weights = self.solve(log, until)
        return self

    def solve(self, log: Log, until: int) -> Float | sparse.csr_matrix:
        """``[items, items]`` weights, float32."""
        raise NotImplementedError

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``; 0 everywhere for a visitor without a history."""
        found = self.interest_in(histories, self.weights.shape[0]).astype(np.float32) @ self.weights
        return found.toarray() if sparse.issparse(found) else np.asarray(found)

    def with_decay(self, settings: Settings) -> Self | None:
        """This fitted model with other decays of the history; None where its weights depend on more of
        ``settings`` than that, so that it must be fitted again."""
        if not self.keeps_weights or not only_decay_differs(self.settings, settings):
            return None
        other = copy(self)
        other.settings = settings  # type: ignore[assignment]
        return other

    @property
    def keeps_weights(self) -> bool:
        """Whether the weights were learned without the decays of the history."""
        return not getattr(self.settings, "learn_decayed", True)

    def interest_in(self, histories: Histories, items: int, decayed: bool = True) -> sparse.csr_matrix:
        """``[visitors, items]`` recent interest as the settings weigh it."""
        days = self.settings.half_life_days if decayed and self.has_time else None
        events = self.settings.half_life_events if decayed and not self.has_time else None
        return interest(histories, self.environment.event_types, items, days, events, self.settings.power)

    def interest_of(self, log: Log, until: int, decayed: bool) -> sparse.csr_matrix:
        """``[users, items]`` of every user with a past, at ``until``."""
        length = np.diff(log.offsets)
        users = np.flatnonzero(length)
        now = np.full(len(users), until) if log.has_time else length[users]
        return self.interest_at(log, users, now, decayed)

    def interest_at(self, log: Log, users: np.ndarray, now: np.ndarray, decayed: bool) -> sparse.csr_matrix:
        """``[moments, items]`` of each of ``users`` at their moment ``now``, in the unit of ``log.time``."""
        environment = self.environment
        histories = histories_at(log, users, now, environment.event_types, environment.history_events)
        self.has_time = log.has_time
        return self.interest_in(histories, len(log.items), decayed)


def only_decay_differs(one: Settings, other: Settings) -> bool:
    """Whether two settings of one model differ in the decay of the history at most."""
    decays = {"half_life_days", "half_life_events"}
    return type(one) is type(other) and one.model_dump(exclude=decays) == other.model_dump(exclude=decays)


def repeats(log: Log) -> bool:
    """Whether at least a hundredth of the events return to an item that the same user had before."""
    pairs = log.user.astype(np.int64) * len(log.items) + log.item
    return len(np.unique(pairs)) < (1 - REPEATS) * len(pairs)


def frees_diagonal(diagonal: Diagonal, log: Log) -> bool:
    """Whether items may speak for themselves in this log."""
    return diagonal == "free" or (diagonal == "auto" and repeats(log))
