"""Everything that an evaluation found, as data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recluse_export.evaluate.cold_start import ColdStartFigure
from recluse_export.evaluate.comparison import Comparison
from recluse_export.evaluate.groups import GroupFigure
from recluse_export.evaluate.new_items import NewItemFigure
from recluse_export.evaluate.rating_runtimes import RatingRuntimeFigure
from recluse_export.evaluate.runtimes import RuntimeFigure
from recluse_export.files import write_text
from recluse_export.shapes import Figure, ReliabilityBin

FORMAT = 1
"""Of the JSON file: grows when a field changes its meaning."""


@dataclass
class Report:
    """One evaluation of one seed; grows while it runs."""

    configuration: str
    """Name of the pack"""
    split: str
    """In a sentence"""
    seed: int
    data: dict[str, float]
    """Counts: users, items, interactions"""
    reference: str = ""
    """The model that every other one is compared with"""
    popularity: str = ""
    """The popularity that groups are compared with: the best one in the table"""
    figures: list[Figure] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    beyond: list[Figure] = field(default_factory=list)
    """Beyond accuracy; what each metric means is in ``beyond.MEANINGS``"""
    groups: list[GroupFigure] = field(default_factory=list)
    cold_start: list[ColdStartFigure] = field(default_factory=list)
    new_items: list[NewItemFigure] = field(default_factory=list)
    runtimes: list[RuntimeFigure] = field(default_factory=list)
    rating_runtimes: list[RatingRuntimeFigure] = field(default_factory=list)
    reliability: list[ReliabilityBin] = field(default_factory=list)
    training: list[float] = field(default_factory=list)
    """NDCG@10 + recall@10 on validation after each pass of training"""
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """What was asked for and could not be had, each with what to do; all else is there"""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each part took"""


@dataclass(frozen=True)
class SeedFigure:
    """One metric of one model over several seeds."""

    split: str
    targets: str
    model: str
    metric: str
    mean: float
    spread: float
    """Standard deviation over the seeds (n - 1); 0 for a single one"""
    seeds: int


def over_seeds(reports: Sequence[Report]) -> list[SeedFigure]:
    """Mean and spread of every figure, in the order of the first report; the tier ``model`` in other runtimes
    stands there as ``model (runtime)``."""
    found: dict[tuple[str, str, str, str], list[float]] = {}
    for report in reports:
        for key, value in _keyed(report):
            found.setdefault(key, []).append(value)
    return [
        SeedFigure(
            *key,
            float(np.mean(values)),
            float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
            len(values),
        )
        for key, values in found.items()
    ]


def _keyed(report: Report) -> Iterable[tuple[tuple[str, str, str, str], float]]:
    for figure in report.figures:
        yield (figure.split, figure.targets, figure.model, figure.metric), figure.value
    for one in report.runtimes:
        if one.runtime != "pytorch":
            yield (one.split, one.targets, f"model ({one.runtime})", "recall@10"), one.recall
            yield (one.split, one.targets, f"model ({one.runtime})", "ndcg@10"), one.ndcg


def write_report(reports: Sequence[Report], file: Path) -> None:
    """All reports and their summary as one JSON file, whole or not at all; missing numbers are null."""
    document = {
        "format": FORMAT,
        "reports": [asdict(report) for report in reports],
        "seeds": [asdict(figure) for figure in over_seeds(reports)],
    }
    write_text(file, json.dumps(_finite(document), indent=1, allow_nan=False) + "\n")


def _finite(value: Any) -> Any:
    """NaN and infinity are no JSON."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
