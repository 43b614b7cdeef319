"""The same lists by PyTorch, by onnxruntime on the exported int8 pack, and by the browser's own code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.evaluate.lists import Kind, Measured, Question, measured, rank
from recluse_export.evaluate.metrics import DEPTH
from recluse_export.export.reference import PackRanker
from recluse_export.pack import read_pack
from recluse_export.progress import Progress
from recluse_export.shapes import Int

if TYPE_CHECKING:
    from recluse_export.evaluate.browser import BrowserRanker

Runtime = Literal["pytorch", "onnxruntime", "browser"]
RUNTIMES: tuple[Runtime, ...] = ("pytorch", "onnxruntime", "browser")
"""Where the tier ``model`` may run, in the order of tables."""
REFERENCE: Runtime = "pytorch"
"""What the others are held against."""


@dataclass(frozen=True)
class RuntimeFigure:
    """The full model in one runtime, beside the same in PyTorch."""

    split: str
    targets: Kind
    runtime: str
    ndcg: float
    """NDCG@10"""
    recall: float
    """recall@10"""
    ndcg_lost: float | None
    """Share of PyTorch's NDCG@10 that is lost, below 0 where the runtime is better; None without PyTorch"""
    same_top_10: float | None
    """Share of lists whose first ten items are PyTorch's in the same order"""
    same_items: float | None
    """Share of PyTorch's first ten that are among the runtime's first ten"""
    same_set: float | None
    """Share of lists whose first ten items are PyTorch's, in whichever order"""
    seconds: float
    users: int


def runtimes_of(text: str) -> list[Runtime]:
    """The runtimes that a comma-separated list names, in the order of ``RUNTIMES``.

    Raises
    ------
    ProblemError
        One of them is unknown.
    """
    asked = [part.strip() for part in text.split(",") if part.strip()]
    for name in asked:
        if name not in RUNTIMES:
            raise ProblemError(
                f"--runtime: {name!r} is not known. Choose from {', '.join(RUNTIMES)}; several with commas."
            )
    return [runtime for runtime in RUNTIMES if runtime in asked]


def lists_by(runtime: Runtime, pack: Path, asked: Question, progress: Progress) -> dict[Kind, Int]:
    """``[users, DEPTH]`` rows a kind of target, by the tier ``model`` of a pack.

    Raises
    ------
    ProblemError
        The pack has no tier ``model``, or what the runtime needs is not installed.
    """
    if runtime == "onnxruntime":
        contents = read_pack(pack)
        if contents.model is None:
            raise ProblemError(f"{pack}: stops at the linear tier, so there is no graph to run.")
        with progress.step(f"Rank: model in onnxruntime, {asked.window}", 1) as step:
            return rank(PackRanker(contents), asked, step=step)
    ranker = browser_ranker()(pack, "model", progress)
    others = 0 if asked.candidates is None else asked.items - len(asked.candidates)
    longer = min(DEPTH + others, asked.items)
    return {
        kind: among(asked, ranker.rankings(asked.histories, longer, mode, asked.context))
        for kind, mode in asked.modes.items()
    }


def among(asked: Question, rows: Int) -> Int:
    """The candidates of ``rows`` [users, limit + items that are none], in their order: [users, limit]."""
    if asked.candidates is None:
        return rows
    limit = rows.shape[1] - (asked.items - len(asked.candidates))
    kept = np.argsort(~np.isin(rows, asked.candidates), axis=1, kind="stable")[:, :limit]
    return np.take_along_axis(rows, kept, axis=1)


def browser_ranker() -> type[BrowserRanker]:
    """``evaluate.browser.BrowserRanker``, loaded only when it is asked for.

    Raises
    ------
    ProblemError
        This installation came without it.
    """
    try:
        from recluse_export.evaluate.browser import BrowserRanker
    except ImportError as error:
        raise ProblemError(
            f"--runtime browser needs the repository with its worker code ({error}). Choose pytorch or "
            "onnxruntime."
        ) from None
    return BrowserRanker


def runtime_figures(window: str, answers: Sequence[tuple[Runtime, Measured, float]]) -> list[RuntimeFigure]:
    """Runtimes side by side; ``answers`` are runtime, what it gave and how long it took in seconds."""
    base = next((answer for runtime, answer, _ in answers if runtime == REFERENCE), None)
    figures = []
    for runtime, answer, seconds in answers:
        for kind, values in answer.values.items():
            ndcg = values["ndcg@10"]
            if len(ndcg) == 0:
                continue
            lost = same = items = same_set = None
            if base is not None:
                of_base = float(base.values[kind]["ndcg@10"].mean())
                lost = 1 - float(ndcg.mean()) / of_base if of_base > 0 else 0.0
                same = float((answer.lists[kind][:, :10] == base.lists[kind][:, :10]).all(axis=1).mean())
                items = shared_items(answer.lists[kind][:, :10], base.lists[kind][:, :10])
                same_set = same_sets(answer.lists[kind][:, :10], base.lists[kind][:, :10])
            figures.append(
                RuntimeFigure(
                    window,
                    kind,
                    runtime,
                    float(ndcg.mean()),
                    float(values["recall@10"].mean()),
                    lost,
                    same,
                    items,
                    same_set,
                    seconds,
                    len(ndcg),
                )
            )
    return figures


def shared_items(one: Int, other: Int) -> float:
    """Mean share of the items of each list that the other list of the same user holds, too."""
    if one.size == 0:
        return 1.0
    common = (one[:, :, None] == other[:, None, :]).any(axis=2)
    return float(np.mean(common))


def same_sets(one: Int, other: Int) -> float:
    """Share of lists that hold the same items as the other list of the same user, in whichever order."""
    return float((np.sort(one, axis=1) == np.sort(other, axis=1)).all(axis=1).mean()) if len(one) else 1.0


def answer_of(runtime: Runtime, lists: dict[Kind, Int], asked: Question) -> Measured:
    """Hold a runtime's lists against the targets, under the name ``model (runtime)``."""
    return measured(f"model ({runtime})", lists, asked.targets)
