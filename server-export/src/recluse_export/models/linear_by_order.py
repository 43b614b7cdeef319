"""EASE and SLIT for a log that knows only the order of events.

SLIT (Choi et al., WWW 2021) learns from many moments of every user: the past, weaker with every event
since, predicts the future, weaker with every event until then. EASE (Steck, WWW 2019) learns from the whole
history at once. Penalties are multiples of the mean of the diagonal that they are added to, so that they mean
the same for logs of any size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from recluse_export.features.history import histories_at
from recluse_export.features.interest import interest
from recluse_export.models.linear import LinearChoice, Solutions, future_counts
from recluse_export.models.settings import ModelSettings
from recluse_export.shapes import EventType, Float, Log

MOMENTS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Sums:
    """``[items, items]`` sums over moments: of the past with itself, and of the past with the future."""

    past: Float
    future: Float


def moments(log: Log, cutoffs: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Users and places: at most ``cutoffs`` of every user, each with an event before and one after it."""
    random = np.random.default_rng(seed)
    length = np.diff(log.offsets)
    users = np.repeat(np.arange(log.user_count), np.maximum(0, length - 1))
    first = np.repeat(
        np.concatenate([[0], np.cumsum(np.maximum(0, length - 1))[:-1]]), np.maximum(0, length - 1)
    )
    place = np.arange(len(users)) - first + 1
    drawn = random.random(len(users))
    order = np.lexsort((drawn, users))
    chosen = np.sort(order[(np.arange(len(users)) - first[order]) < cutoffs])
    return users[chosen], place[chosen]


def sums(
    log: Log,
    event_types: Sequence[EventType],
    half_life: float,
    power: float,
    future_half_life: float,
    history_events: int,
    cutoffs: int,
    seed: int,
) -> Sums:
    """What SLIT needs of the log."""
    items = len(log.items)
    past_sum = np.zeros((items, items), np.float32)
    future_sum = np.zeros((items, items), np.float32)
    for past, future in _moments_in_parts(
        log, event_types, half_life, power, future_half_life, history_events, cutoffs, seed
    ):
        _add(past_sum, past, past)
        _add(future_sum, past, future)
    return Sums(past_sum, future_sum)


def _add(total: Float, one: sparse.csr_matrix, other: sparse.csr_matrix) -> None:
    product = (one.T.tocsr() @ other).tocoo()
    total[product.row, product.col] += product.data


def _moments_in_parts(
    log: Log,
    event_types: Sequence[EventType],
    half_life: float,
    power: float,
    future_half_life: float,
    history_events: int,
    cutoffs: int,
    seed: int,
) -> Iterator[tuple[sparse.csr_matrix, sparse.csr_matrix]]:
    users, place = moments(log, cutoffs, seed)
    # Beyond so many events an event weighs less than a millionth.
    reach = int(min(history_events, max(1, 20 * half_life)))
    for start in range(0, len(users), MOMENTS_AT_ONCE):
        some = users[start : start + MOMENTS_AT_ONCE]
        # Positions in a log without times count from 0 within each user, also where older events were cut.
        now = log.time[log.offsets[some] + place[start : start + MOMENTS_AT_ONCE]]
        histories = histories_at(log, some, now, event_types, reach)
        past = interest(histories, event_types, len(log.items), None, half_life, power)
        future = future_counts(log, some, now, future_half_life)
        yield past.astype(np.float32), future.astype(np.float32)


def whole_histories(
    log: Log, event_types: Sequence[EventType], power: float, history_events: int
) -> sparse.csr_matrix:
    """``[users, items]`` what EASE learns from: every history at its end, not decayed."""
    length = np.diff(log.offsets)
    users = np.flatnonzero(length)
    now = log.time[log.offsets[users + 1] - 1] + 1
    histories = histories_at(log, users, now, event_types, history_events)
    return interest(histories, event_types, len(log.items), None, None, power).astype(np.float32)


def penalised(total: Float, regularisation: float) -> Float:
    """``total`` with the penalty on its diagonal; ``regularisation`` is a multiple of the diagonal's mean."""
    result = total.copy()
    diagonal = np.diag_indices(len(total))
    result[diagonal] += regularisation * max(float(total[diagonal].mean()), 1e-6)
    return result


def ease(total: Float, regularisation: float, repeats: bool) -> Float:
    """``[items, items]``; with repeats the diagonal stays, and says what an item says about itself."""
    with_penalty = penalised(total, regularisation)
    inverse = linalg.inv(with_penalty, overwrite_a=True, check_finite=False)
    if repeats:
        penalty = regularisation * max(float(np.diag(total).mean()), 1e-6)
        return (np.eye(len(total), dtype=np.float32) - penalty * inverse).astype(np.float32)
    solution = -inverse / np.diag(inverse)
    np.fill_diagonal(solution, 0)
    return solution.astype(np.float32)


def slit(total: Sums, regularisation: float) -> Float:
    """``[items, items]``"""
    return linalg.solve(
        penalised(total.past, regularisation),
        total.future,
        assume_a="pos",
        overwrite_a=True,
        check_finite=False,
    ).astype(np.float32)


def solve_by_order(
    log: Log, event_types: Sequence[EventType], settings: ModelSettings, choice: LinearChoice, repeats: bool
) -> Solutions:
    """Both solutions as ``choice`` says, on all of ``log``."""
    assert choice.future_half_life_events is not None
    assert choice.half_life_events is not None
    histories = whole_histories(log, event_types, choice.power, settings.history_events)
    total = sums(
        log,
        event_types,
        choice.half_life_events,
        choice.power,
        choice.future_half_life_events,
        settings.history_events,
        settings.linear.cutoffs_by_order,
        settings.seed,
    )
    counts = np.bincount(histories.indices, minlength=len(log.items))
    moments_seen = len(moments(log, settings.linear.cutoffs_by_order, settings.seed)[0])
    spread = np.sqrt(np.diag(total.past) / max(1, moments_seen)).astype(np.float32)
    by_future = slit(total, choice.slit_regularisation)
    del total
    if choice.ease_share > 0:
        gram = np.zeros((len(log.items), len(log.items)), np.float32)
        _add(gram, histories, histories)
        by_past = ease(gram, choice.ease_regularisation, repeats)
    else:
        by_past = np.zeros_like(by_future)
    return Solutions(by_past, by_future, spread, counts)
