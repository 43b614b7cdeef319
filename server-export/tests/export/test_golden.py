"""The golden vectors in test/golden are those that this code makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recluse_export.export.golden import golden

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
