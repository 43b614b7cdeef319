"""The golden vectors in test/golden are those that this code makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from recluse_export.export.golden import golden
from recluse_export.export.golden_rating import EVENTS, GRAPH, made_up, rating_golden
from recluse_export.export.rating import RatingSession, rating_model
from recluse_export.shapes import RatingModel

FOLDER = Path(__file__).parents[3] / "test" / "golden"


def same(found: Any, written: Any) -> bool:
    """Whole numbers and text exactly, fractions to the sixth digit: another processor adds up in another
    order."""
    if isinstance(found, dict):
        return found.keys() == written.keys() and all(same(found[key], written[key]) for key in found)
    if isinstance(found, list):
        return len(found) == len(written) and all(
            same(one, other) for one, other in zip(found, written, strict=True)
        )
    if isinstance(found, float) or isinstance(written, float):
        return found == pytest.approx(written, rel=1e-5, abs=1e-7)
    return found == written


@pytest.mark.parametrize(("name", "content"), golden().items())
def test_golden_vectors_are_up_to_date(name, content):
    written = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found = json.loads(json.dumps(content))
    assert same(found, written), "run: python -m recluse_export.export.golden --out test/golden"


@pytest.mark.parametrize("case", rating_golden()["rating"]["cases"], ids=lambda case: case["name"])
def test_the_written_graph_of_expected_ratings_says_what_the_golden_vectors_say(case):
    pack = rating_golden()["rating-pack"]
    shape = pack["rating"]
    session = RatingSession(
        RatingModel(
            graph=(FOLDER / GRAPH).read_bytes(),
            events=shape["events"],
            row=np.array(pack["row"], np.int8),
            bias=np.array(pack["bias"], np.float32),
            noise_step=shape["noiseStep"],
            **{name: shape[name] for name in ("lengths", "offset", "slope", "spread", "lowest", "highest")},
        )
    )
    expected = case["expected"]
    stars, deviation = session.rate(expected["rows"], expected["values"])
    np.testing.assert_allclose(stars, expected["expected"], atol=1e-4)
    np.testing.assert_allclose(deviation, expected["deviation"], atol=1e-4)


def test_the_written_graph_of_expected_ratings_is_the_one_that_this_code_makes():
    written = (FOLDER / GRAPH).read_bytes()
    made = rating_model(made_up(), EVENTS)
    items = np.array([[made.row[[3, 1, 7, 7, 2, 0]].astype(np.float32)]])[0]
    feeds = {"items": items, "values": np.array([[0, 0, 5, 1, 3, 2]], np.float32)}
    one, other = (
        onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"]).run(None, feeds)[0]
        for graph in (written, made.graph)
    )
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-7)
