"""The end of training: matrices and item rows in the steps of int8 that the pack stores, and what that costs.

From here on every figure is of the rounded model, so that what PyTorch ranks is what the browser ranks.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets
from recluse_export.features.history import Histories
from recluse_export.features.signals import Counting
from recluse_export.models.base import recommend
from recluse_export.models.blender import Blender
from recluse_export.models.encoder import Encoder
from recluse_export.models.hybrid import Hybrid, ItemRows, Taste
from recluse_export.models.int8 import round_matrices
from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.settings import ModelSettings

AnyEncoder = TypeVar("AnyEncoder", Encoder, NextItemEncoder)

MOST_USERS = 2000
"""Users of validation by whom the cost is told."""


@dataclass(frozen=True)
class Rounding:
    """NDCG@10 of the full model on validation, before its last pass."""

    before: float
    """In float32"""
    after: float
    """With weights in steps of int8"""


def rounded(encoder: AnyEncoder, rows: ItemRows) -> tuple[AnyEncoder, ItemRows]:
    """A copy of the encoder, and the item rows, in steps of int8."""
    copied = copy.deepcopy(encoder).eval()
    round_matrices(copied)
    return copied, rows.rounded()


def cost_of_rounding(
    encoder: Encoder | NextItemEncoder,
    rows: ItemRows,
    blender: Blender,
    counting: Counting,
    settings: ModelSettings,
    histories: Histories,
    targets: Targets,
    repeats: bool,
) -> Rounding:
    """Rank the first ``MOST_USERS`` of the histories with both, contexts unknown."""
    mode = "any" if repeats else "discover"
    users = min(MOST_USERS, len(histories))
    histories, targets = histories.visitors(0, users), targets.choose(np.arange(users))

    def ndcg(encoder: Encoder | NextItemEncoder, rows: ItemRows) -> float:
        taste = Taste(encoder.eval(), rows, counting, settings.encoder.events, len(encoder.context))
        lists = recommend(Hybrid(taste, blender, counting), histories, 10, mode)
        return float(np.mean(measure(lists, targets)["ndcg@10"]))

    return Rounding(ndcg(encoder, rows), ndcg(*rounded(encoder, rows)))
