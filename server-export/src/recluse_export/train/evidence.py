"""What the linear tier would say of users whom it did not learn from, for the encoder to learn the rest.

A matrix that saw a user's whole history knows what came next, so an encoder that trains on top of it would
lean on evidence that a new visitor never has. Users are split into folds, and each fold is given the matrix
of all the others (cross-fitting, as in stacking).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch

from recluse_export.evaluate.split import without_users
from recluse_export.features.signals import Counting
from recluse_export.features.together import weights
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import EventType, Int, Linear, Log
from recluse_export.train.kept import Kept
from recluse_export.train.linear import LinearParameters, fit_counting
from recluse_export.train.softmax import Evidence

MOST_NUMBERS = 2e8
"""Numbers that the dense tables of all folds hold together, where two folds allow it (0.8 GB)."""


def cross_fitted(
    log: Log,
    until: int,
    event_types: Sequence[EventType],
    settings: ModelSettings,
    parameters: LinearParameters,
    repeats: bool,
    progress: Progress,
    kept: Kept,
) -> tuple[Evidence, Int]:
    """The evidence, and the fold of every user, ``[users]``."""
    fold, folds = folds_of(log, settings)
    tables = []
    with progress.step("Solve the item-to-item matrix without each part of the users", folds) as step:
        for number in range(folds):
            others = without_users(log, np.flatnonzero(fold == number).astype(np.int32))
            counting = kept.counting(
                f"matrix without fold {number}",
                "",
                event_types,
                partial(fit_counting, others, until, event_types, settings, parameters, repeats),
            )
            tables.append(dense(counting.linear))
            step.advance()
    return Evidence(torch.from_numpy(np.concatenate(tables)), decay_of(counting), repeats), fold


def folds_of(log: Log, settings: ModelSettings) -> tuple[Int, int]:
    """The fold of every user, ``[users]``, and how many there are: fewer for more items."""
    folds = int(np.clip(MOST_NUMBERS // len(log.items) ** 2, 2, settings.encoder.folds))
    return np.random.default_rng(settings.seed).integers(0, folds, log.user_count).astype(np.int32), folds


def dense(linear: Linear) -> np.ndarray:
    """``[sources, targets]`` float32."""
    return (weights(linear).toarray() * linear.scale).astype(np.float32)


def decay_of(counting: Counting) -> float:
    """What is left of an event's weight after one more event."""
    linear = counting.linear
    if linear.half_life_events is None:
        return 1.0
    return float(2 ** (-linear.power / linear.half_life_events))
