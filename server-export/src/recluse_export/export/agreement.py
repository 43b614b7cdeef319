"""Whether the pack ranks as the model that it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets
from recluse_export.export.reference import PackRanker
from recluse_export.features.history import Histories
from recluse_export.models.base import recommend
from recluse_export.models.hybrid import Hybrid
from recluse_export.shapes import Int, PackContents

MOST_NDCG_LOST = 0.01
"""Share of NDCG@10 that quantisation may cost."""
LEAST_SAME = 0.98
"""Share of top-10 places at which the float graphs must hold the item that PyTorch holds there (the rows are
int8 in both)."""


@dataclass(frozen=True)
class Agreement:
    """PyTorch in float against the pack in onnxruntime, on the same histories."""

    histories: int
    same_items: float
    """Share of the top ten that both have, int8 pack"""
    same_items_float: float
    """The same for the pack's float graph"""
    ndcg_pytorch: float
    ndcg_pack: float

    @property
    def lost(self) -> float:
        """Share of NDCG@10 lost; negative where the pack is better."""
        return 1 - self.ndcg_pack / self.ndcg_pytorch if self.ndcg_pytorch > 0 else 0.0


def compare(
    hybrid: Hybrid, contents: PackContents, histories: Histories, targets: Targets, repeats: bool
) -> Agreement:
    """Rank the histories with both and compare.

    Raises
    ------
    ProblemError
        The int8 pack loses more than a hundredth of NDCG@10, or its float graph ranks otherwise than PyTorch.
    """
    mode = "any" if repeats else "discover"
    torch_lists = recommend(hybrid, histories, 10, mode)
    float_lists = recommend(PackRanker(contents, quantised=False), histories, 10, mode)
    pack_lists = recommend(PackRanker(contents), histories, 10, mode)
    agreement = Agreement(
        histories=len(histories),
        same_items=shared(torch_lists, pack_lists),
        same_items_float=shared(torch_lists, float_lists),
        ndcg_pytorch=float(measure(torch_lists, targets)["ndcg@10"].mean()),
        ndcg_pack=float(measure(pack_lists, targets)["ndcg@10"].mean()),
    )
    if agreement.lost > MOST_NDCG_LOST:
        raise ProblemError(
            f"The quantised pack loses {agreement.lost:.1%} of NDCG@10 on {len(histories)} histories "
            f"(at most {MOST_NDCG_LOST:.0%}). "
            "Nothing was written. Train longer, or with another model.seed."
        )
    if agreement.same_items_float < LEAST_SAME:
        raise ProblemError(
            f"The exported float graph shares only {agreement.same_items_float:.1%} of the top tens "
            f"with PyTorch on {len(histories)} histories. Nothing was written. "
            "Check the installed versions of torch, onnx and onnxruntime against the lock file."
        )
    return agreement


def shared(one: Int, other: Int) -> float:
    """Mean share of the items of each list that the other list holds, too."""
    return float(np.mean([len(np.intersect1d(a, b)) / len(a) for a, b in zip(one, other, strict=True)]))
