"""Golden vectors of expected ratings: twelve made-up films of two kinds, and what visitors would give them.

``python -m recluse_export.export.golden_rating --out test/golden`` writes the graph; the vectors are among
those of ``golden.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from recluse_export.export.rating_rows import as_the_graph_reads, rating_rows
from recluse_export.features.ratings import Ratings, visitor_ratings
from recluse_export.models.expected_rating import LearnedRatings
from recluse_export.models.fold_in import states
from recluse_export.models.rating_calibration import Calibration
from recluse_export.models.rating_factors import RatingFactors
from recluse_export.shapes import Float

ITEMS, FACTORS, EVENTS = 12, 4, 6
IDS = [f"item-{row}" for row in range(ITEMS)]
"""As in the pack of the browser's tests."""
GRAPH = "rating.onnx"
DIGITS = 6
"""Decimals of what is written: more than the graph's float32 has."""


def made_up() -> LearnedRatings:
    """The first factor is generosity, the second tells films in even rows from those in odd ones, two more
    hardly matter. Later films are rated by fewer people, and less alike."""
    row = np.arange(ITEMS)
    kind = np.where(row % 2 == 0, 1.0, -1.0)
    loadings = np.stack(
        [0.3 * np.cos(row), 0.4 + 0.02 * (row % 3), kind * (0.9 - 0.03 * row), 0.1 * np.sin(row), 0.02 * row],
        1,
    ).astype(np.float32)
    known = np.stack([0.1 * np.sin(row), 0.2 * kind, 0.05 * np.cos(2 * row), -0.01 * row], 1)
    factors = RatingFactors(
        mean=3.5,
        loadings=loadings,
        covariance=np.zeros((0, 1 + FACTORS, 1 + FACTORS), np.float32),
        noise=(0.5 + 0.05 * row).astype(np.float32),
        known=known.astype(np.float32),
        prior=np.array([0.1, 0.05, 0.2, 0.02, 0.01], np.float32),
        from_content=np.zeros((1, 1 + FACTORS), np.float32),
        support=np.array([400 // (1 + one) for one in range(ITEMS)], np.float32),
    )
    calibration = Calibration(
        lengths=np.array([0, 1, 2, 4], np.int32),
        offset=np.array([0.5, 0.25, 0.125, 0.0], np.float32),
        slope=np.array([0.875, 0.9375, 0.96875, 1.0], np.float32),
        spread=np.array([1.5, 1.25, 1.125, 1.0], np.float32),
        lowest=1.0,
        highest=5.0,
    )
    return LearnedRatings(factors, calibration)


def visitors() -> list[tuple[str, list[dict[str, Any]]]]:
    """Those who show what counts as a rating, and those who show what a rating says."""

    def rated(*pairs: tuple[int, float]) -> list[dict[str, Any]]:
        return [{"type": "rating", "item": IDS[row], "value": value} for row, value in pairs]

    return [
        ("who rated nothing", []),
        ("who rated one film", rated((3, 5))),
        ("a fan of the even films", rated((0, 5), (2, 4.5), (1, 1.5), (4, 5))),
        ("a fan of the odd films", rated((0, 2), (5, 5), (1, 4), (3, 5), (2, 1))),
        ("who likes everything", rated((0, 5), (1, 5), (2, 5), (3, 5))),
        ("who rated more films than are looked at", rated(*((row, 1 + row % 5) for row in range(9)))),
        ("who changed their mind", rated((6, 1), (7, 2), (6, 5), (7, 4))),
        ("who gave more and less than there is", rated((8, 1e6), (9, -3), (10, 0), (11, 0.25))),
        (
            "who did other things, too",
            [
                {"type": "purchase", "item": IDS[1], "value": 9.99},
                *rated((4, 4)),
                {"type": "view", "item": IDS[4]},
                {"type": "rating", "item": IDS[5]},
                {"type": "rating", "item": "no such item", "value": 1},
                {"type": "like", "item": IDS[6], "value": 5},
                *rated((2, 3)),
                {"type": "rating", "item": IDS[2], "value": 0},
                {"type": "__proto__", "item": "__proto__", "value": 2},
            ],
        ),
    ]


def rating_golden() -> dict[str, Any]:
    """Contents of the golden files ``rating-pack`` and ``rating`` by name."""
    learned = made_up()
    calibration = learned.calibration
    row, steps = rating_rows(learned.factors)
    bias = (learned.factors.mean + learned.factors.bias).astype(np.float32)
    read = as_the_graph_reads(learned.factors, row, steps)
    cases = []
    for name, interactions in visitors():
        rows, stars = visitor_ratings(
            interactions,
            {one: place for place, one in enumerate(IDS)},
            calibration.lowest,
            calibration.highest,
            EVENTS,
        )
        history = Ratings(
            np.zeros(len(rows), np.int32), np.array(rows, np.int32), np.array(stars, np.float32), 1, ITEMS
        )
        (state,) = states(read, history)
        raw = bias + read.factors @ state
        expected, deviation = calibration.apply(raw, read.noise, np.full(ITEMS, len(rows)))
        cases.append(
            {
                "name": name,
                "input": interactions,
                "expected": {
                    "rows": rows,
                    "values": stars,
                    # In steps of the rows, as the graph gives it.
                    "state": _decimals(state * steps[:FACTORS], 10),
                    "expected": _decimals(expected),
                    "deviation": _decimals(deviation),
                },
            }
        )
    pack = {
        "rating": {
            "events": EVENTS,
            "factors": FACTORS,
            "noiseStep": float(str(steps[2 * FACTORS + 1])),
            "lengths": calibration.lengths.tolist(),
            "offset": calibration.offset.tolist(),
            "slope": calibration.slope.tolist(),
            "spread": calibration.spread.tolist(),
            "lowest": calibration.lowest,
            "highest": calibration.highest,
        },
        "ids": IDS,
        "bias": _decimals(bias),
        "row": row.tolist(),
    }
    return {"rating-pack": pack, "rating": {"cases": cases}}


def _decimals(values: Float, digits: int = DIGITS) -> list[float]:
    return [round(float(value), digits) for value in values]


def main(out: Annotated[Path, typer.Option(help="Folder for the graph.")]) -> None:
    """Write the graph, which two machines may write differently and which says the same."""
    from recluse_export.export.rating import rating_model

    (out / GRAPH).write_bytes(rating_model(made_up(), EVENTS).graph)


if __name__ == "__main__":
    typer.run(main)
