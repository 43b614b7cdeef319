"""Devices that report, simulated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recluse_export.reports.estimate import CHANCE_OF_TRUE, chance_of_other


def disguised(
    truths: NDArray[np.int64], answers: int, epsilon: float, random: np.random.Generator
) -> list[str]:
    """Bits of each device, whose true answer is ``truths[device]``."""
    chance = np.full((len(truths), answers), chance_of_other(epsilon))
    chance[np.arange(len(truths)), truths] = CHANCE_OF_TRUE
    bits = (random.random(chance.shape) < chance).astype(np.uint8) + ord("0")
    text = bits.tobytes().decode()
    return [text[start : start + answers] for start in range(0, len(text), answers)]
