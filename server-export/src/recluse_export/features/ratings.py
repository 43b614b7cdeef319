"""Ratings: stars, one value a visitor and item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from recluse_export.errors import ProblemError
from recluse_export.shapes import Float, Int, Log

RATING = "rating"
"""The event type whose value is stars."""


@dataclass(frozen=True)
class Ratings:
    """Who rated what and how: three parallel arrays."""

    user: Int
    """``[ratings]`` 0 .. users - 1"""
    item: Int
    """``[ratings]`` rows of the catalogue"""
    value: Float
    """``[ratings]`` stars, never 0"""
    users: int
    """Number of users, those without a rating here included."""
    items: int
    """Number of items of the catalogue."""

    def __len__(self) -> int:
        return len(self.value)

    @property
    def differ(self) -> bool:
        """Whether there is more than one distinct value."""
        return len(self) > 0 and bool(np.ptp(self.value) > 0)

    def of_raters(self) -> Ratings:
        """The same with users counted anew, from 0 and without those who rated nothing: they teach nothing,
        and there may be many."""
        raters, user = np.unique(self.user, return_inverse=True)
        return replace(self, user=user.astype(np.int32), users=len(raters))

    def only(self, chosen: np.ndarray) -> Ratings:
        """Those at the places, or where the mask, ``chosen`` says."""
        return replace(self, user=self.user[chosen], item=self.item[chosen], value=self.value[chosen])

    def table(self, entries: np.ndarray) -> sparse.csr_matrix:
        """``[users, items]`` sparse float32 with ``entries`` ``[ratings]`` where there is a rating."""
        cells = (self.user, self.item)
        return sparse.csr_matrix((entries.astype(np.float32), cells), shape=(self.users, self.items))


def ratings_of(log: Log) -> Ratings:
    """The ratings of a log: events of type ``rating`` with a value other than 0, of several by one user for
    one item the newest.

    Raises
    ------
    ProblemError
        There are none, or all have the same value.
    """
    found = ratings_in(log)
    if not found.differ:
        raise ProblemError(
            f"The log has no ratings to learn from: {len(found):,} of {len(log.value):,} events are of type "
            f"{RATING!r} and have a value, and no two of those differ. Name that type under [[events]], and "
            "the column of the stars as value under [[source.interactions]]."
        )
    return found


def ratings_in(log: Log) -> Ratings:
    """The same, also where there are none or all are alike."""
    kind = log.event_types.index(RATING) if RATING in log.event_types else -1
    rated = np.flatnonzero((log.type == kind) & (log.value != 0))
    # Events of a user are oldest first, so the newest of a pair is the first one from behind.
    pair = log.user[rated].astype(np.int64) * len(log.items) + log.item[rated]
    _, newest = np.unique(pair[::-1], return_index=True)
    rated = rated[np.sort(len(rated) - 1 - newest)]
    return Ratings(log.user[rated], log.item[rated], log.value[rated], log.user_count, len(log.items))


def visitor_ratings(
    interactions: Sequence[Mapping[str, Any]],
    row_of: Mapping[str, int],
    lowest: float,
    highest: float,
    events: int,
) -> tuple[list[int], list[float]]:
    """Rows and stars of one visitor as the device reads them, oldest first; each item once, at the place and
    with the value of its newest rating, held within what can be given, and at most the newest ``events``."""
    given: dict[int, float] = {}
    for one in reversed(interactions):
        row = row_of.get(one["item"])
        if one["type"] != RATING or row is None or not one.get("value") or row in given:
            continue
        stars = min(highest, max(lowest, float(one["value"])))
        if stars != 0 and len(given) < events:
            given[row] = stars
    return list(given)[::-1], list(given.values())[::-1]
