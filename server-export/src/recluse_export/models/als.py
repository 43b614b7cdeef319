"""Implicit ALS: factors of users and items from weighted least squares; a visitor is folded in.

Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008, by the library
``implicit``. Only the item factors are kept. A visitor's own factors are the answer of the same ridge
regression to what they did, so that a device can work them out; recent events weigh more there.

With ``V`` the item factors, and events *e* of item rows ``v[e]`` and weights ``w[e]``, the visitor's state
``s`` solves ``(V'V + l2 I + confidence * sum of w[e] v[e] v[e]') s = sum of w[e] v[e]``. Rows are kept in the
basis in which ``V'V + l2 I`` is the identity, so nothing but the rows is needed to fold in.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Self

import numpy as np
import torch
from scipy import linalg
from torch import Tensor, nn

from recluse_export.features.history import DAY, Double, Histories
from recluse_export.features.sequence import gathered, sequences
from recluse_export.models.base import Environment
from recluse_export.models.item_to_item import InterestSettings, ItemToItem, only_decay_differs
from recluse_export.models.settings import Positive, PositiveInt, Settings
from recluse_export.shapes import EventType, Float, Log

SOLVED = 1e-12
"""Squared residual, relative to the first one, at which conjugate gradients stop."""


class AlsSettings(Settings):
    """Factors, penalty, confidence, and the history's weights."""

    factors: PositiveInt = 64
    """Length of an item row."""
    l2: Positive = 10.0
    """Penalty on squared factors."""
    confidence: Positive = 10.0
    """How much more an interaction of weight 1 counts than its absence."""
    iterations: PositiveInt = 15
    """Alternations between users and items."""
    half_life_days: Positive | None = 60.0
    """Days after which an event counts half when a visitor is folded in; None for no decay. Not used for a
    log without times."""
    half_life_events: Positive | None = 20.0
    """Newer events after which an event counts half, for a log without times; None for no decay."""
    events: PositiveInt = 200
    """Newest events with a token that a visitor is folded in from."""
    steps: PositiveInt = 32
    """Conjugate-gradient steps in the exported graph; here the system is solved exactly."""


class Als:
    """Item factors by ``implicit``, visitors by ridge regression."""

    name = "als"

    def __init__(self, settings: AlsSettings, environment: Environment) -> None:
        self.settings = settings
        self.environment = environment
        self.has_time = True
        self.rows: Float = np.zeros((0, settings.factors), np.float32)
        """``[items, factors]`` in the basis in which ``V'V + l2 I`` is the identity."""

    def fit(self, log: Log, until: int) -> Self:
        """Factorise all users' counts, one processor thread, so that a seed gives the same factors."""
        from implicit.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        settings, environment = self.settings, self.environment
        self.has_time = log.has_time
        counts = ItemToItem(InterestSettings(), environment).interest_of(log, until, decayed=False).maximum(0)
        counts.eliminate_zeros()
        # The library's confidence of a cell is its value; the one of an empty cell is 1.
        counts.data = 1 + settings.confidence * counts.data
        model = AlternatingLeastSquares(
            factors=settings.factors,
            regularization=settings.l2,
            alpha=1.0,
            iterations=settings.iterations,
            num_threads=1,
            random_state=environment.seed,
        )
        with threadpool_limits(1, "blas"):
            model.fit(counts.astype(np.float32).tocsr(), show_progress=False)
        self.rows = whitened(np.asarray(model.item_factors, np.float64), settings.l2)
        return self

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``; 0 everywhere for a visitor without a history."""
        settings = self.settings
        read = sequences(histories, self.environment.event_types, settings.events)
        items = gathered(read.row, self.rows, np.ones(len(self.rows), np.float32))
        inputs = (torch.from_numpy(array) for array in (read.type, read.age, read.value))
        weight = self.fold_in().weights(*inputs).numpy().astype(np.float64)
        states = ridge_states(items.astype(np.float64), weight, settings.confidence)
        return (states.astype(np.float32) @ self.rows.T).astype(np.float32)

    def with_decay(self, settings: AlsSettings) -> Als | None:
        """This fitted model with other decays for folding in; None where the factors would differ."""
        if not only_decay_differs(self.settings, settings):
            return None
        other = copy(self)
        other.settings = settings
        return other

    def fold_in(self) -> FoldIn:
        """The ``encoder`` of this model's pack."""
        settings = self.settings
        return FoldIn(
            self.environment.event_types,
            settings.confidence,
            settings.half_life_days if self.has_time else None,
            None if self.has_time else settings.half_life_events,
            settings.steps,
        )


def whitened(factors: Double, l2: float) -> Float:
    """The factors ``[items, size]`` in the basis in which ``factors' factors + l2 I`` is the identity."""
    gram = factors.T @ factors
    gram[np.diag_indices(len(gram))] += l2
    lower = linalg.cholesky(gram, lower=True)
    return linalg.solve_triangular(lower, factors.T, lower=True).T.astype(np.float32)


def ridge_states(items: Double, weight: Double, confidence: float) -> Double:
    """``[visitors, size]`` solutions of ``(I + confidence * sum w v v') s = sum w v``.

    Parameters
    ----------
    items
        ``[visitors, events, size]``
    weight
        ``[visitors, events]``, not negative, 0 for padding.
    confidence
        Factor on the weights.
    """
    weighed = items * weight[..., None]
    system = np.eye(items.shape[2]) + confidence * np.swapaxes(weighed, 1, 2) @ items
    return np.linalg.solve(system, weighed.sum(axis=1)[..., None])[..., 0]


class FoldIn(nn.Module):
    """``encoder.onnx`` of a factor model: ridge regression by conjugate gradients, a fixed number of steps.

    An event counts by its token: where several types share one, the strongest of them.
    """

    weight: Tensor
    base: Tensor
    slope: Tensor

    def __init__(
        self,
        event_types: Sequence[EventType],
        confidence: float,
        half_life_days: float | None,
        half_life_events: float | None,
        steps: int,
    ) -> None:
        super().__init__()
        tokens = 1 + max((event_type.token for event_type in event_types), default=0)
        weight, base, slope = np.zeros(tokens), np.ones(tokens), np.zeros(tokens)
        for event_type in event_types:
            if event_type.token > 0 and event_type.weight > weight[event_type.token]:
                weight[event_type.token] = event_type.weight
                base[event_type.token], slope[event_type.token] = event_type.value or (1.0, 0.0)
        for name, array in (("weight", weight), ("base", base), ("slope", slope)):
            self.register_buffer(name, torch.from_numpy(array.astype(np.float32)))
        self.confidence = confidence
        self.half_life_days = half_life_days
        self.half_life_events = half_life_events
        self.steps = steps

    def weights(self, types: Tensor, ages: Tensor, values: Tensor) -> Tensor:
        """``[batch, events]`` weight of each event, not negative, 0 for padding (type 0)."""
        token = types.long()
        factor = torch.relu(self.base[token] + self.slope[token] * values)
        amount = self.weight[token] * torch.where(values == 0, torch.ones_like(factor), factor)
        if self.half_life_days is not None:
            amount = amount * torch.exp2(-ages / (DAY * self.half_life_days))
        if self.half_life_events is not None:
            rank = torch.arange(types.shape[1] - 1, -1, -1, dtype=torch.float32, device=ages.device)
            amount = amount * torch.exp2(-rank / self.half_life_events)
        return amount

    def forward(
        self, items: Tensor, types: Tensor, ages: Tensor, values: Tensor, mask: Tensor, context: Tensor
    ) -> Tensor:
        """``state [batch, size]``; inputs as in "Tier model" of ``docs/model.md``."""
        weighed = items * self.weights(types, ages, values).unsqueeze(-1)
        system = self.confidence * weighed.transpose(1, 2) @ items
        residual = weighed.sum(1).unsqueeze(-1)
        state = torch.zeros_like(residual)
        direction = residual
        square = (residual * residual).sum(1, keepdim=True)
        solved = SOLVED * square
        for _ in range(self.steps):
            moved = direction + system @ direction
            # A solved system stands still: further steps would divide nothing by nothing.
            going = square > solved
            step = torch.where(going, square, 0.0) / torch.where(
                going, (direction * moved).sum(1, keepdim=True), 1.0
            )
            state = state + step * direction
            residual = residual - step * moved
            after = (residual * residual).sum(1, keepdim=True)
            direction = residual + after / torch.where(going, square, 1.0) * direction
            square = torch.where(going, after, square)
        return state.squeeze(-1)
