"""Cases of :mod:`recluse_export.features.list_scores` for ``test/golden/lists.json``."""

from __future__ import annotations

from typing import Any

import numpy as np

from recluse_export.features.habit import HabitSignals
from recluse_export.features.history import Double
from recluse_export.features.list_scores import by_segments, due, found, newer, rising, rotated
from recluse_export.shapes import Float, Int, Log, Popular, Priors

SEGMENTS = {"north": [7, 3, 11, 20], "phone": [3, 41, 20]}
"""Rows that these people like, best first."""

Case = tuple[str, dict[str, Any], dict[str, Any]]
"""Name, what is given, what must come out."""


def lists_for_everybody(log: Log, known: Priors, popular: Popular) -> list[Case]:
    """What rises, in the whole shop and in one category, and what segments like."""
    everything = np.arange(len(log.items), dtype=np.int32)
    category = int(np.bincount(log.items.leaf).argmax())
    within = np.flatnonzero(log.items.leaf == category).astype(np.int32)
    cases: list[Case] = [
        (name, {"kind": "rising", "category": given}, _list(rising(known, rows)))
        for name, given, rows in [
            ("what rises", None, everything),
            ("what rises in one category", log.items.categories[category].name, within),
        ]
    ]
    for facts in (["north"], ["north", "phone"], []):
        rows = by_segments([SEGMENTS[fact] for fact in facts], popular.recent)
        given = {"kind": "segments", "segments": SEGMENTS, "facts": facts}
        cases.append(
            (f"what people like somebody of {' and '.join(facts) or 'no segment'} take", given, {"row": rows})
        )
    return cases


def lists_for(
    name: str, visitor: Any, signals: HabitSignals, score: Float, order: Int, age: Double
) -> list[Case]:
    """What is due, found, new and passed over, for one visitor of the other golden vectors."""
    hit = np.array([2, 5, 9, 14, 30, 31, 44], np.int32)
    fit = np.array([1.0, 0.91, 0.9, 0.55, 0.5, 0.5, 0.12])
    seen = {int(order[0]): 1.0, int(order[2]): 2.5, int(order[5]): 0.25, 59: 4.0}
    passed = {"row": list(seen), "times": list(seen.values())}
    best = score[order]
    return [
        (f"due: {name}", {"kind": "due", "visitor": visitor}, _list(due(signals))),
        *(
            (
                f"found, taste {taste}: {name}",
                {
                    "kind": "found",
                    "visitor": visitor,
                    "row": hit.tolist(),
                    "fit": fit.tolist(),
                    "taste": taste,
                },
                _list(found(hit, fit, score, taste)),
            )
            for taste in (0.3, 1.0)
        ),
        (
            f"new: {name}",
            {"kind": "newness", "visitor": visitor, "newness": 0.6},
            _list(newer(order, best, age, 0.6)),
        ),
        (
            f"passed over: {name}",
            {"kind": "rotation", "visitor": visitor, "rotation": 0.8, "passed": passed},
            _list(rotated(order, best, seen, 0.8)),
        ),
    ]


def _list(found: tuple[Int, Float]) -> dict[str, Any]:
    rows, score = found
    return {"row": rows.tolist(), "score": score}
