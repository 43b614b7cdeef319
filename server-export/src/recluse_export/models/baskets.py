"""A visitor's history as baskets: events of one moment are one basket.

A device knows its own baskets; so does the log. Here both come from the ages, so that a model sees the same
on both sides: events of equal age belong together. In a log without times every event is its own basket.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recluse_export.features.history import Double, Histories
from recluse_export.shapes import Int, Long


@dataclass(frozen=True)
class Baskets:
    """Each item of each basket once; ``[entries]`` each, by visitor, oldest basket first."""

    visitor: Long
    row: Int
    place: Long
    """Number of the basket within the visitor's, the oldest 0."""
    age: Double
    """Seconds before now."""
    count: Long
    """``[visitors]`` baskets of each visitor."""


def baskets_of(histories: Histories) -> Baskets:
    """The baskets of every visitor."""
    visitor, age = histories.visitor, histories.age
    fresh = np.ones(len(age), bool)
    fresh[1:] = (visitor[1:] != visitor[:-1]) | (age[1:] != age[:-1])
    number = np.cumsum(fresh) - 1
    count = np.bincount(visitor[fresh], minlength=len(histories))
    begin = np.cumsum(count) - count
    items = int(histories.row.max(initial=-1)) + 1
    _, kept = np.unique(number * max(1, items) + histories.row, return_index=True)
    return Baskets(visitor[kept], histories.row[kept], (number - begin[visitor])[kept], age[kept], count)
