"""Whether the pack ranks as the model that it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.runtimes import same_sets
from recluse_export.evaluate.split import Targets
from recluse_export.export.reference import PackRanker
from recluse_export.features.history import Histories
from recluse_export.models.base import best, in_chunks, within
from recluse_export.models.hybrid import Hybrid
from recluse_export.shapes import Float, Int, PackContents

MOST_NDCG_LOST = 0.005
"""Share of NDCG@10 that the pack may lose."""
LEAST_SAME = 0.99
"""Share of lists in which the pack must hold the ten items that PyTorch holds there."""
TIE = 1e-5
"""Share of its size by which a score may differ because sums were made in another order."""


@dataclass(frozen=True)
class Agreement:
    """PyTorch against the pack in onnxruntime, on the same histories: the first ten items."""

    histories: int
    same_items: float
    """Share of lists with the same ten items"""
    same_order: float
    """Share of lists with the same item in every place"""
    same_but_for_ties: float
    """Share of lists whose ten items PyTorch, too, counts among the best ten, save for ties"""
    only_ties: bool
    """Whether every list is one that PyTorch could have given, were its ties broken otherwise"""
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
        The pack has other items than PyTorch in more than a hundredth of the lists, or loses more than half
        a hundredth of NDCG@10 and not by the order of ties alone, which is chance where lists are few.
    """
    mode = "any" if repeats else "discover"
    pack = PackRanker(contents)
    in_torch, in_pack, close, ordered = [], [], [], []
    for _, chunk in in_chunks(histories):
        scores = within(hybrid.scores(chunk), chunk, mode)
        in_torch.append(best(scores, 10))
        in_pack.append(best(within(pack.scores(chunk), chunk, mode), 10))
        close.append(among_best(scores, in_pack[-1]))
        ordered.append(descending(scores, in_pack[-1]))
    torch_lists, pack_lists = np.concatenate(in_torch), np.concatenate(in_pack)
    agreement = Agreement(
        histories=len(histories),
        same_items=same_sets(torch_lists, pack_lists),
        same_order=float((torch_lists == pack_lists).all(axis=1).mean()),
        same_but_for_ties=float(np.concatenate(close).mean()),
        only_ties=bool((np.concatenate(close) & np.concatenate(ordered)).all()),
        ndcg_pytorch=float(measure(torch_lists, targets)["ndcg@10"].mean()),
        ndcg_pack=float(measure(pack_lists, targets)["ndcg@10"].mean()),
    )
    worse = agreement.lost > MOST_NDCG_LOST and not agreement.only_ties
    if agreement.same_but_for_ties < LEAST_SAME or worse:
        raise ProblemError(
            f"The exported pack has PyTorch's first ten items in {agreement.same_items:.1%} of "
            f"{agreement.histories} lists (at least {LEAST_SAME:.0%}) and loses {agreement.lost:.1%} of "
            f"NDCG@10 (at most {MOST_NDCG_LOST:.1%}). Nothing was written. "
            "Check the installed versions of torch, onnx and onnxruntime against the lock file."
        )
    return agreement


def among_best(scores: Float, rows: Int) -> np.ndarray:
    """``[lists]`` whether every one of ``rows`` [lists, length] is, by ``scores`` [lists, items], as good as
    the last of the best so many, save for a tie."""
    least = np.take_along_axis(scores, best(scores, rows.shape[1])[:, -1:], axis=1)
    chosen = np.take_along_axis(scores, rows, axis=1)
    return (chosen >= least - _tie(scores)).all(axis=1)


def descending(scores: Float, rows: Int) -> np.ndarray:
    """``[lists]`` whether ``rows`` [lists, length] are in the order of ``scores`` [lists, items], save for
    ties."""
    chosen = np.take_along_axis(scores, rows, axis=1)
    # What may not be shown scores -inf and comes last.
    finite = np.where(np.isfinite(chosen), chosen, np.finfo(np.float32).min)
    return (finite[:, 1:] <= finite[:, :-1] + _tie(scores)).all(axis=1)


def _tie(scores: Float) -> Float:
    """``[lists, 1]`` the difference up to which two scores are a tie."""
    finite = np.where(np.isfinite(scores), np.abs(scores), 0)
    return TIE * (1 + finite.max(axis=1, keepdims=True))
