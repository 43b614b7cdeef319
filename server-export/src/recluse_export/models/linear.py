"""The sparse signed item-to-item matrix: EASE and SLIT, each in closed form, added, cut and quantised.

EASE (Steck, WWW 2019) rebuilds each user's decayed counts from each other. SLIT (Choi et al., WWW 2021)
predicts the decayed future from the decayed past. Where people buy again both keep their diagonal, which says
what buying an item says about buying it again, and SLIT is drawn towards one common diagonal instead of
towards zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from recluse_export.features.history import DAY, Histories, histories_at, positions_before
from recluse_export.features.interest import interest
from recluse_export.features.signals import Counting, counted_signals, linear_score
from recluse_export.models.settings import LinearSettings
from recluse_export.shapes import Coefficients, EventType, Float, Linear, Log


@dataclass(frozen=True)
class LinearChoice:
    """One point of the search: what validation chooses."""

    half_life_days: float | None
    half_life_events: float | None
    power: float
    slit_regularisation: float
    ease_regularisation: float
    """Both as in ``LinearSettings.relative_regularisation``."""
    ease_share: float
    diagonal: float
    """Factor on the diagonal; the signal ``habit`` carries the rest of it."""
    cut: Literal["target", "source"]
    coefficients: Coefficients
    strongest: int | None = None
    """Entries kept a target; None for what the settings say."""
    future_half_life_events: float | None = None
    """Decay of the future that SLIT predicts, for a log without times."""


@dataclass(frozen=True)
class Solutions:
    """Both dense solutions for one way to weigh the history, ``[sources, targets]``."""

    ease: Float
    slit: Float
    spread: Float
    """``[items]`` root mean square of the items' recent interest: how much an entry of a source can move."""
    counts: NDArray[np.int64]
    """``[items]`` users who have the item."""


@dataclass(frozen=True)
class Regression:
    """What both are solved from, for one way to weigh the history."""

    whole: sparse.csr_matrix
    """``[users, items]`` interest at the end of the log, which EASE rebuilds."""
    past: sparse.csr_matrix
    """``[moments, items]`` interest at random moments."""
    future: sparse.csr_matrix
    """``[moments, items]`` what followed each of them, which SLIT predicts."""
    again: float
    """How much of the past comes again; 0 where people do not repeat."""
    repeats: bool

    def ease(self, penalty: float) -> Float:
        """``[sources, targets]``; ``penalty`` is a multiple of the mean squared length of ``whole``."""
        amount = penalty * _mean_square(self.whole)
        found = ridge(self.whole, self.whole, amount)
        if not self.repeats:
            # Columns over their diagonal: the solution of the same problem with the diagonal held at zero.
            inverse = (np.eye(len(found), dtype=np.float32) - found) / amount
            found = -inverse / np.diag(inverse)
            np.fill_diagonal(found, 0)
        return found.astype(np.float32)

    def slit(self, penalty: float) -> Float:
        """``[sources, targets]``; ``penalty`` is a multiple of the mean squared length of ``past``."""
        rest = (self.future - self.again * self.past).tocsr()
        found = ridge(self.past, rest, penalty * _mean_square(self.past))
        if self.repeats:
            found[np.diag_indices(len(found))] += np.float32(self.again)
            found /= max(self.again, 1e-6)
        return found.astype(np.float32)

    def solved(self, ease: Float, slit: Float) -> Solutions:
        """Both, with what cutting them needs; EASE on the scale of SLIT, so that a share of it means the same
        whatever the penalties are."""
        spread = np.sqrt(np.asarray(self.whole.multiply(self.whole).mean(axis=0)).ravel()).astype(np.float32)
        scale = _moves(slit, spread) / max(_moves(ease, spread), 1e-12)
        return Solutions(
            ease * np.float32(scale or 1.0),
            slit,
            spread,
            np.bincount(self.whole.indices, minlength=self.whole.shape[1]),
        )


def _moves(matrix: Float, spread: Float) -> float:
    """How much the items move each other: the root of the sum of squares beside the diagonal."""
    squares = np.einsum("ij,ij->i", matrix, matrix) - np.diag(matrix) ** 2
    return float(np.sqrt(max(0.0, float(squares @ spread**2))))


def _mean_square(lines: sparse.csr_matrix) -> float:
    """The mean of their squared lengths; 1 where there is nothing."""
    return float(lines.multiply(lines).sum()) / max(1, lines.shape[0]) or 1.0


def regression(
    log: Log,
    until: int,
    event_types: Sequence[EventType],
    settings: LinearSettings,
    half_life_days: float | None,
    half_life_events: float | None,
    power: float,
    history_events: int,
    repeats: bool,
    seed: int,
) -> Regression:
    """Histories at the end of the log for EASE, and at ``settings.cutoffs`` random moments of every user for
    SLIT."""
    items = len(log.items)

    def interest_at(users: NDArray[np.int64], now: NDArray[np.int64]) -> sparse.csr_matrix:
        histories = histories_at(log, users, now, event_types, history_events)
        return interest(histories, event_types, items, half_life_days, half_life_events, power)

    length = np.diff(log.offsets)
    users = np.flatnonzero(length)
    whole = interest_at(users, np.full(len(users), until))
    long_enough = np.flatnonzero(length >= 5)
    random = np.random.default_rng(seed)
    someone = np.repeat(long_enough, settings.cutoffs)
    place = (length[someone] * random.uniform(0.2, 1.0, len(someone))).astype(np.int64)
    moment = log.time[log.offsets[someone] + place]
    past = interest_at(someone, moment)
    future = future_counts(log, someone, moment, settings.future_half_life_days)
    # The common diagonal: the least squares answer to "how much of the past comes again".
    again = float(past.multiply(future).sum() / max(1e-9, past.multiply(past).sum())) if repeats else 0.0
    return Regression(whole, past, future, again, repeats)


def ridge(source: sparse.csr_matrix, target: sparse.csr_matrix, regularisation: float) -> Float:
    """``[items, items]`` minimiser of ``|target - source B|^2 + regularisation |B|^2``, by the smaller of its
    two normal equations."""
    lines, items = source.shape
    if lines < items:
        gram = (source @ source.T).toarray()
        gram[np.diag_indices(lines)] += regularisation
        dual = linalg.solve(gram, target.toarray(), assume_a="pos", overwrite_a=True, overwrite_b=True)
        return np.asarray(source.T.tocsr() @ dual.astype(np.float32), dtype=np.float32)
    gram = (source.T @ source).toarray()
    gram[np.diag_indices(items)] += regularisation
    return linalg.solve(
        gram, (source.T @ target).toarray(), assume_a="pos", overwrite_a=True, overwrite_b=True
    ).astype(np.float32)


def future_counts(
    log: Log, users: NDArray[np.int64], now: NDArray[np.int64], half_life_days: float
) -> sparse.csr_matrix:
    """``[users, items]`` what each user does from ``now`` on, halved for every ``half_life_days`` until then.

    A log without times counts events instead of days.
    """
    start = positions_before(log, users, now)
    length = log.offsets[users + 1] - start
    line = np.repeat(np.arange(len(users)), length)
    event = np.arange(length.sum()) + np.repeat(start - np.concatenate([[0], np.cumsum(length)[:-1]]), length)
    unit = DAY if log.has_time else 1.0
    amount = np.exp2(-(log.time[event] - now[line]) / (unit * half_life_days))
    return sparse.coo_matrix((amount, (line, log.item[event])), shape=(len(users), len(log.items))).tocsr()


def merged(solutions: Solutions, choice: LinearChoice, strongest: int, repeats: bool) -> Linear:
    """Add both solutions by their shares, keep the strongest entries, and quantise to int8 with a scale a
    target."""
    full = choice.ease_share * solutions.ease + (1 - choice.ease_share) * solutions.slit
    items = len(full)
    full[np.diag_indices(items)] *= choice.diagonal
    strength = np.abs(full) * solutions.spread[:, None]
    diagonal = np.diag_indices(items)
    strength[diagonal] = np.inf if repeats and choice.diagonal > 0 else 0
    kept = min(strongest, items - 1)
    if choice.cut == "target":
        threshold = np.partition(strength, items - kept, axis=0)[items - kept]
        keep = strength >= np.maximum(threshold, 1e-12)[None, :]
    else:
        threshold = np.partition(strength, items - kept, axis=1)[:, items - kept]
        keep = strength >= np.maximum(threshold, 1e-12)[:, None]
    scale = np.max(np.abs(full), axis=0, where=keep, initial=0) / 127
    scale = np.where(scale > 0, scale, 1).astype(np.float32)
    weight = np.where(keep, np.rint(full / scale), 0).astype(np.int8)
    entries = sparse.csr_matrix(weight)
    entries.sort_indices()
    return Linear(
        half_life_days=choice.half_life_days,
        half_life_events=choice.half_life_events,
        power=choice.power,
        coefficients=choice.coefficients,
        scale=scale,
        offset=entries.indptr.astype(np.uint32),
        target=entries.indices.astype(np.uint32),
        weight=entries.data,
    )


class LinearTier:
    """The tier ``linear`` of ``docs/model.md`` with everything that it needs."""

    name = "linear"

    def __init__(self, counting: Counting) -> None:
        self.counting = counting

    def fit(self, log: Log, until: int) -> Self:
        """Nothing: the search of ``train.linear`` made the parameters."""
        return self

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``"""
        return linear_score(counted_signals(histories, self.counting), self.counting.linear)
