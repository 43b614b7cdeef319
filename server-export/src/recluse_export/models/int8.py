"""Weights in steps of int8: what a pack stores, and what PyTorch computes with from the end of training on.

A row has one step; its weights are whole multiples, -127 to 127, of it. Steps have 16 significant bits, so
that every product of step and whole number is exact in float32: rounding twice is rounding once, and whoever
multiplies, PyTorch, ONNX Runtime or the worker, gets the same bits.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from recluse_export.shapes import Float

LARGEST = 127
SIGNIFICANT_BITS = 16
NOTHING = 1e-30
"""Rows that are nowhere further from 0 than this are zeros: smaller steps would leave float32's normal
numbers."""
SMALLEST_MATRIX = 256
"""Weights from which on a matrix is worth a step a row; smaller ones, biases and norms stay in float32."""


def int8_steps(rows: Float) -> tuple[NDArray[np.int8], Float]:
    """``[rows, columns]`` int8 and ``[rows]`` float32 step, whose product is within half a step of ``rows``;
    the product itself gives the same int8 and steps again."""
    largest = np.abs(rows).max(axis=1, initial=0).astype(np.float64)
    fraction, exponent = np.frexp(largest / LARGEST)
    # Upwards, so that the largest weight stays within 127 steps.
    exact = np.ldexp(np.ceil(np.ldexp(fraction, SIGNIFICANT_BITS)), exponent - SIGNIFICANT_BITS)
    step = np.where(largest > NOTHING, exact, 1.0)
    return np.rint(rows / step[:, None]).astype(np.int8), step.astype(np.float32)


def in_steps(rows: Float) -> Float:
    """``rows`` [rows, columns] moved to the nearest steps of int8, float32."""
    whole, step = int8_steps(rows)
    return whole.astype(np.float32) * step[:, None]


def is_matrix(shape: tuple[int, ...] | torch.Size) -> bool:
    """Whether weights of this shape are stored as int8."""
    return len(shape) == 2 and shape[0] * shape[1] >= SMALLEST_MATRIX


@torch.no_grad()
def round_matrices(network: nn.Module) -> None:
    """Move every matrix of a network to steps of int8, in place: a step for each output of a linear layer,
    for each row of an embedding."""
    for weight in network.parameters():
        if is_matrix(weight.shape):
            weight.copy_(_rounded(weight))


def _rounded(weight: Tensor) -> Tensor:
    return torch.from_numpy(in_steps(weight.detach().cpu().numpy())).to(weight.device)
