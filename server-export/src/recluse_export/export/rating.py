"""Expected ratings for the device: a table of int8 rows and a graph that folds a visitor in.

``raw[j] = int8[j] . state + bias[j]`` over the first columns of a row; the others are read by the graph.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from recluse_export.export.graphs import exported
from recluse_export.export.rating_rows import rating_rows
from recluse_export.models.expected_rating import LearnedRatings
from recluse_export.models.rating_factors import RatingFactors
from recluse_export.shapes import Float, Int, RatingModel

NEWTON_STEPS = 20
"""Enough for a ratio of 50,000 between the largest and the smallest eigenvalue: each step doubles the digits,
the first log2(ratio) + 4 find the first one."""
INPUTS = ["items", "values"]


def rating_model(learned: LearnedRatings, events: int) -> RatingModel:
    """Export what was learned; the graph looks at the newest ``events`` ratings."""
    factors, calibration = learned.factors, learned.calibration
    row, steps = rating_rows(factors)
    size = row.shape[1]
    example = (
        torch.linspace(-100, 100, events * size).view(1, events, size).round(),
        torch.linspace(1, 5, events).view(1, events).round(),
    )
    return RatingModel(
        graph=exported(FoldIn(factors, steps), example, INPUTS, ["state"]),
        events=events,
        row=row,
        bias=(factors.mean + factors.bias).astype(np.float32),
        noise_step=_plain(steps[2 * len(factors.factors[0]) + 1]),
        lengths=calibration.lengths.tolist(),
        offset=[_plain(one) for one in calibration.offset],
        slope=[_plain(one) for one in calibration.slope],
        spread=[_plain(one) for one in calibration.spread],
        lowest=calibration.lowest,
        highest=calibration.highest,
    )


def _plain(number: np.float32) -> float:
    """The shortest decimal that is the same float32."""
    return float(str(np.float32(number)))


class FoldIn(nn.Module):
    """:func:`recluse_export.models.fold_in.states` for one visitor, as a graph.

    The linear system is solved by products alone, so that every runtime can.
    """

    steps: Tensor
    prior: Tensor

    def __init__(self, factors: RatingFactors, steps: Float) -> None:
        super().__init__()
        self.size = len(factors.prior) - 1
        self.mean = factors.mean
        self.register_buffer("steps", torch.from_numpy(steps.astype(np.float32)), persistent=False)
        self.register_buffer(
            "prior", torch.from_numpy((1 / factors.prior[1:]).astype(np.float32)), persistent=False
        )

    def forward(self, items: Tensor, values: Tensor) -> Tensor:
        """State ``[1, factors]`` in steps of the rows, from rows ``[1, events, 2 * factors + 3]`` and stars
        ``[1, events]``; a value of 0 is no rating, but padding."""
        size = self.size
        rows = items * self.steps
        rated = (values != 0).to(items.dtype)
        vectors, known = rows[..., :size], rows[..., size : 2 * size]
        bias, precision = rows[..., 2 * size], torch.exp(rows[..., 2 * size + 1]) * rated
        support = torch.exp(rows[..., 2 * size + 2]) - 1
        # The noise of padding too: what is none must not divide by 0.
        doubt = 1 / ((support * torch.exp(rows[..., 2 * size + 1])).unsqueeze(-1) + self.prior)
        weighted = vectors * precision.unsqueeze(-1)
        count = torch.clamp(rated.sum(-1, keepdim=True), min=1)
        right = (known * rated.unsqueeze(-1)).sum(1) / torch.sqrt(count)
        right = right + (weighted * (values - self.mean - bias).unsqueeze(-1)).sum(1)
        matrix = weighted.transpose(1, 2) @ vectors + torch.eye(size, dtype=items.dtype)
        matrix = matrix + torch.diag_embed((precision.unsqueeze(-1) * doubt).sum(1))
        return self._solve(matrix, right) * self.steps[:size]

    def _solve(self, matrix: Tensor, right: Tensor) -> Tensor:
        """``[1, size]`` by Newton's iteration for the inverse (Schulz 1933), which needs only products.

        Eigenvalues of ``matrix`` are at least 1 and at most the largest sum of a row's absolute values.
        """
        twice = 2 * torch.eye(self.size, dtype=right.dtype)
        inverse = 0.5 * twice / matrix.abs().sum(-1).amax(-1)
        for _ in range(NEWTON_STEPS):
            inverse = inverse @ (twice - matrix @ inverse)
        return (inverse @ right.unsqueeze(-1)).squeeze(-1)


class RatingSession:
    """What the device says, by onnxruntime: graph, rows and correction as in ``worker/model/rating.ts``."""

    def __init__(self, model: RatingModel) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.model = model
        self.session = onnxruntime.InferenceSession(model.graph, options, providers=["CPUExecutionProvider"])

    def raw(self, items: Sequence[int] | Int, values: Sequence[float] | Float) -> Float:
        """``[items of the catalogue]`` before correction; ``items`` are the rated rows, each once, oldest
        first, ``values`` their stars."""
        model, events = self.model, self.model.events
        count = min(len(items), events)
        rows = np.zeros((1, events, model.row.shape[1]), np.float32)
        given = np.zeros((1, events), np.float32)
        if count:
            rows[0, -count:] = model.row[np.asarray(items[-count:])]
            given[0, -count:] = np.clip(values[-count:], model.lowest, model.highest)
        (state,) = self.session.run(None, {"items": rows, "values": given})
        return model.row[:, : model.factors].astype(np.float32) @ state[0] + model.bias

    def rate(self, items: Sequence[int] | Int, values: Sequence[float] | Float) -> tuple[Float, Float]:
        """Expected rating and standard deviation, ``[items of the catalogue]`` each."""
        model = self.model
        bucket = int(np.searchsorted(model.lengths, min(len(items), model.events), side="right")) - 1
        raw = np.clip(self.raw(items, values), model.lowest, model.highest)
        expected = np.clip(model.offset[bucket] + model.slope[bucket] * raw, model.lowest, model.highest)
        noise = np.exp(-model.noise_step * model.row[:, 2 * model.factors + 1].astype(np.float64))
        return expected.astype(np.float32), (model.spread[bucket] * np.sqrt(noise)).astype(np.float32)
