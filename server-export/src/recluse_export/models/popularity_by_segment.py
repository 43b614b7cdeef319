"""What people like the visitor buy: popularity within segments, mixed as the visitor belongs to them."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import sparse

from recluse_export.errors import ProblemError
from recluse_export.features.context import context_of_events, contexts_at
from recluse_export.features.history import DAY, Double, Histories
from recluse_export.features.interest import interest
from recluse_export.models.base import Environment
from recluse_export.models.settings import Positive, Settings
from recluse_export.shapes import Float, Int, Log

CATEGORY = "category"
"""The segment that is no profile column: leaf categories, as far as the visitor's interest lies in them."""
INTEREST_HALF_LIFE_DAYS = 60.0
"""Decay of the interest by which a visitor belongs to categories; none for a log without times."""
EVERYBODY = 1e-3
"""Share of everybody's popularity in the score by categories: it orders what the visitor never turned to."""


class SegmentSettings(Settings):
    """What the segments are, and decay."""

    segment: str = CATEGORY
    """``category``: an item's popularity within its leaf category, times the share of the visitor's interest
    that lies there. Or a declared profile column: popularity among users of the visitor's value."""
    half_life_days: Positive = 90.0
    """Days after which an interaction counts half; not used for a log without times."""
    smoothing: Positive = 100.0
    """Interactions of everybody that a segment's own are mixed with; a visitor of unknown segment gets what
    is popular with everybody."""


class PopularityBySegment:
    """``sum over segments of share(visitor, segment) * popularity(item in segment)``."""

    name = "popularity-by-segment"

    def __init__(self, settings: SegmentSettings, environment: Environment) -> None:
        self.settings = settings
        self.environment = environment
        self.has_time = True
        self.overall: Double = np.zeros(0)
        """``[items]`` share of all interactions."""
        self.segments: Double = np.zeros((0, 0))
        """``[segments, items]`` share of each segment's interactions; segment 0 is everybody's. For
        categories only items of the category are not 0."""
        self.leaf: Int = np.zeros(0, np.int32)

    @property
    def by_category(self) -> bool:
        """Whether segments are leaf categories."""
        return self.settings.segment == CATEGORY

    def fit(self, log: Log, until: int) -> Self:
        """Count.

        Raises
        ------
        ProblemError
            The segment is neither ``category`` nor a declared context with values.
        """
        settings = self.settings
        self.has_time, self.leaf = log.has_time, log.items.leaf
        items = len(log.items)
        decay = np.exp2(-(until - log.time) / (DAY * settings.half_life_days)) if log.has_time else None
        counts = np.bincount(log.item, weights=decay, minlength=items).astype(np.float64)
        self.overall = (counts + 1) / (counts + 1).sum()
        if self.by_category:
            total = np.bincount(self.leaf, weights=counts + 1)
            self.segments = ((counts + 1) / total[self.leaf])[None, :]
            return self
        place = self._place()
        field = self.environment.context[place]
        users = np.arange(log.user_count)
        segment = (
            context_of_events(log, field)
            if field.of_moment
            else contexts_at(log, users, np.full(len(users), until), [field])[:, 0][log.user]
        )
        cell = segment.astype(np.int64) * items + log.item
        by_segment = np.bincount(cell, weights=decay, minlength=field.size * items).reshape(-1, items)
        mixed = by_segment + settings.smoothing * self.overall
        self.segments = mixed / mixed.sum(axis=1, keepdims=True)
        self.segments[0] = self.overall
        return self

    def scores(self, histories: Histories, context: Int | None = None) -> Float:
        """``[visitors, items]``; ``context`` is ``[visitors, fields]``, needed for a profile column."""
        if self.by_category:
            share = self._interest_in_categories(histories)
            own = np.asarray(share[:, self.leaf].toarray()) * self.segments[0]
            return (own + EVERYBODY * self.overall).astype(np.float32)
        if context is None:
            segment = np.zeros(len(histories), np.int64)
        else:
            segment = context[:, self._place()].astype(np.int64)
        return self.segments[segment].astype(np.float32)

    def _interest_in_categories(self, histories: Histories) -> sparse.csc_matrix:
        days = INTEREST_HALF_LIFE_DAYS if self.has_time else None
        x = interest(histories, self.environment.event_types, len(self.leaf), days, None, 1.0).maximum(0)
        member = sparse.csr_matrix((np.ones(len(self.leaf)), (np.arange(len(self.leaf)), self.leaf)))
        total = np.asarray(x.sum(axis=1)).ravel()
        share = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
        return (sparse.diags_array(share) @ x @ member).tocsc()

    def _place(self) -> int:
        names = [field.name for field in self.environment.context]
        usable = [field.name for field in self.environment.context if field.values]
        if self.settings.segment not in usable:
            there = ", ".join([CATEGORY, *usable])
            raise ProblemError(
                f"popularity-by-segment: {self.settings.segment!r} is no segment here. Segments: {there}. "
                "Declare a profile column under [source.users] and [context]."
            )
        return names.index(self.settings.segment)
