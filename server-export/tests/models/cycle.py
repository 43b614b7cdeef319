"""A log in which everybody walks in the same circle: what comes next is certain."""

from __future__ import annotations

import numpy as np

from models.random_log import log_of
from recluse_export.features.history import Histories
from recluse_export.shapes import EventType, Log

ITEMS = 12
TYPES = [EventType("view", 1.0, False, 1), EventType("impression", 0.0, False, 0)]


def circle_log(users: int = 60, steps: int = 9, step: int = 5) -> Log:
    """Every user begins somewhere and goes on ``step`` items at a time, without coming back to any."""
    return log_of(
        [[(place, (user + step * place) % ITEMS) for place in range(steps)] for user in range(users)],
        ITEMS,
        has_time=False,
    )


def histories_of(walks: list[list[int]]) -> Histories:
    """Histories of the rows in each walk, oldest first."""
    length = np.array([len(walk) for walk in walks], np.int64)
    row = np.array([item for walk in walks for item in walk], np.int32)
    age = np.concatenate([np.arange(one, 0, -1) for one in length])
    return Histories(
        np.concatenate([[0], np.cumsum(length)]),
        row,
        np.zeros(len(row), np.int32),
        age.astype(np.float64),
        np.zeros(len(row)),
    )
