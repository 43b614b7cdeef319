"""Expected ratings for the device: a table of int8 rows and a graph that folds a visitor in.

The graph takes what ``encoder.onnx`` takes and gives what it gives, so that the same code feeds it and the
same kernel scans the catalogue: ``raw[j] = scale[j] * int8[j] . state + bias[j]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from recluse_export.export.graphs import ENCODER_INPUTS, exported
from recluse_export.features.sequence import PADDING
from recluse_export.models.expected_rating import ExpectedRating
from recluse_export.models.rating_calibration import Calibration
from recluse_export.models.rating_factors import RatingFactors
from recluse_export.shapes import Float

NEWTON_STEPS = 20
"""Enough for a ratio of 50,000 between the largest and the smallest eigenvalue: each step doubles the digits,
the first log2(ratio) + 4 find the first one."""


@dataclass(frozen=True)
class RatingModel:
    """Everything about expected ratings that a pack would hold."""

    graph: bytes
    """``rating.onnx``, float32"""
    row: NDArray[np.int8]
    """``[items, size]``; columns as in :func:`columns`, each in steps of its own that the graph knows"""
    scale: Float
    """``[items]`` all 1"""
    bias: Float
    """``[items]`` mean + bias of the item"""
    events: int
    calibration: dict[str, Any]
    """See :func:`calibration_entry`"""


def rating_model(model: ExpectedRating, events: int) -> RatingModel:
    """Export a fitted model; the graph looks at the newest ``events`` events."""
    table = columns(model.factors)
    steps = np.maximum(np.abs(table).max(axis=0), 1e-6) / np.float32(127)
    row = np.rint(table / steps).astype(np.int8)
    network = FoldIn(model.factors, steps)
    size = table.shape[1]
    example = (
        torch.linspace(-100, 100, events * size).view(1, events, size).round(),
        torch.ones((1, events), dtype=torch.int32),
        torch.zeros((1, events)),
        torch.linspace(1, 5, events).view(1, events).round(),
        torch.zeros((1, events)),
        torch.zeros((1, 1), dtype=torch.int32),
    )
    return RatingModel(
        graph=exported(network, example, ENCODER_INPUTS, ["state"]),
        row=row,
        scale=np.ones(len(row), np.float32),
        bias=(model.factors.mean + model.factors.bias).astype(np.float32),
        events=events,
        calibration=calibration_entry(model.calibration, len(model.factors.prior) - 1, steps),
    )


def columns(factors: RatingFactors) -> Float:
    """``[items, 2 * factors + 3]``: factors, what having rated the item says, bias, log of 1 / noise, log of
    1 + number of ratings."""
    return np.concatenate(
        [
            factors.factors,
            factors.known,
            factors.bias[:, None],
            -np.log(factors.noise)[:, None],
            np.log1p(factors.support)[:, None],
        ],
        axis=1,
    ).astype(np.float32)


def calibration_entry(calibration: Calibration, factors: int, steps: Float) -> dict[str, Any]:
    """What the device needs besides rows and graph, for the manifest: the correction and spread by history
    length, and where an item's noise stands: ``noise = exp(-step * int8[column])``."""
    column = 2 * factors + 1
    return {
        "lengths": calibration.lengths.tolist(),
        "offset": calibration.offset.tolist(),
        "slope": calibration.slope.tolist(),
        "spread": calibration.spread.tolist(),
        "lowest": calibration.lowest,
        "highest": calibration.highest,
        "noise": {"column": column, "step": float(steps[column])},
    }


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

    def forward(
        self, items: Tensor, types: Tensor, ages: Tensor, values: Tensor, mask: Tensor, context: Tensor
    ) -> Tensor:
        """State ``[1, 2 * factors + 3]``, in steps of the rows; inputs as the encoder's. ``types``, ``ages``
        and ``context`` are not looked at; events without a value are no ratings."""
        size = self.size
        rows = items * self.steps
        rated = ((mask > 0.5 * PADDING) & (values != 0)).to(items.dtype)
        vectors, known = rows[..., :size], rows[..., size : 2 * size]
        bias, precision = rows[..., 2 * size], torch.exp(rows[..., 2 * size + 1]) * rated
        support = torch.exp(rows[..., 2 * size + 2]) - 1
        # The noise without the mask: a rating that is none must not divide by 0.
        doubt = 1 / ((support * torch.exp(rows[..., 2 * size + 1])).unsqueeze(-1) + self.prior)
        weighted = vectors * precision.unsqueeze(-1)
        count = torch.clamp(rated.sum(-1, keepdim=True), min=1)
        right = (known * rated.unsqueeze(-1)).sum(1) / torch.sqrt(count)
        right = right + (weighted * (values - self.mean - bias).unsqueeze(-1)).sum(1)
        matrix = weighted.transpose(1, 2) @ vectors + torch.eye(size, dtype=items.dtype)
        matrix = matrix + torch.diag_embed((precision.unsqueeze(-1) * doubt).sum(1))
        state = self._solve(matrix, right)
        state = torch.cat([state, torch.zeros_like(state), torch.zeros_like(state[:, :3])], dim=1)
        return state * self.steps

    def _solve(self, matrix: Tensor, right: Tensor) -> Tensor:
        """``[1, size]`` by Newton's iteration for the inverse (Schulz 1933), which needs only products.

        Eigenvalues of ``matrix`` are at least 1 and at most the largest sum of a row's absolute values.
        """
        twice = 2 * torch.eye(self.size, dtype=right.dtype)
        inverse = 0.5 * twice / matrix.abs().sum(-1).amax(-1)
        for _ in range(NEWTON_STEPS):
            inverse = inverse @ (twice - matrix @ inverse)
        return (inverse @ right.unsqueeze(-1)).squeeze(-1)


def raw_ratings(exported_model: RatingModel, items: list[int], values: list[float]) -> Float:
    """``[items of the catalogue]``: what the device computes for one visitor before calibration, by
    onnxruntime. ``items`` are the rated rows, oldest first, ``values`` their stars."""
    return RatingSession(exported_model).raw(items, values)


class RatingSession:
    """The exported graph in onnxruntime, asked as the device asks it."""

    def __init__(self, model: RatingModel) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.model = model
        self.session = onnxruntime.InferenceSession(model.graph, options, providers=["CPUExecutionProvider"])
        self.inputs = {one.name for one in self.session.get_inputs()}

    def raw(self, items: list[int], values: list[float]) -> Float:
        """``[items of the catalogue]``"""
        model, events = self.model, self.model.events
        count = min(len(items), events)
        rows = np.zeros((1, events, model.row.shape[1]), np.float32)
        given = np.zeros((1, events), np.float32)
        mask = np.full((1, events), PADDING, np.float32)
        if count:
            newest = np.asarray(items[-count:])
            rows[0, -count:] = model.row[newest].astype(np.float32) * model.scale[newest, None]
            given[0, -count:] = values[-count:]
            mask[0, -count:] = 0
        feeds = {
            "items": rows,
            "types": np.ones((1, events), np.int32),
            "ages": np.zeros((1, events), np.float32),
            "values": given,
            "mask": mask,
            "context": np.zeros((1, 1), np.int32),
        }
        (state,) = self.session.run(None, {name: feeds[name] for name in feeds if name in self.inputs})
        return model.scale * (model.row.astype(np.float32) @ state[0]) + model.bias
