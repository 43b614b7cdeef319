"""Many small linear systems at once: what is left of a normal distribution's mean after its precision."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from recluse_export.shapes import Float


def mean_and_covariance(precision: Float, right: Float) -> tuple[Float, Float]:
    """Solve ``precision[n] @ mean[n] = right[n]`` by Cholesky.

    Parameters
    ----------
    precision
        ``[n, size, size]`` symmetric, positive definite.
    right
        ``[n, size]``

    Returns
    -------
    tuple
        ``[n, size]`` solutions and ``[n, size, size]`` inverses.
    """
    lower = torch.linalg.cholesky(torch.from_numpy(precision))
    mean = torch.cholesky_solve(torch.from_numpy(right).unsqueeze(-1), lower).squeeze(-1)
    return mean.numpy(), torch.cholesky_inverse(lower).numpy()


def conjugate_gradients(apply: Callable[[Float], Float], right: Float, start: Float, steps: int) -> Float:
    """Approach the solution of ``apply(x) = right`` from ``start``, every column for itself.

    ``apply`` is a symmetric, positive definite matrix as a function; ``right`` and ``start`` are
    ``[size, columns]`` (Hestenes and Stiefel 1952).
    """
    solution = start
    residual = right - apply(solution)
    direction = residual
    left = (residual * residual).sum(axis=0)
    for _ in range(steps):
        changed = apply(direction)
        length = left / np.maximum((direction * changed).sum(axis=0), np.float32(1e-30))
        solution = solution + length * direction
        residual = residual - length * changed
        still_left = (residual * residual).sum(axis=0)
        direction = residual + still_left / np.maximum(left, np.float32(1e-30)) * direction
        left = still_left
    return solution
