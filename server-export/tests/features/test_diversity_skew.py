"""A change of diversity here alone is noticed.

``test/unit/rerank/diversity-skew.test.ts`` proves the same of the browser's side.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from recluse_export.export import golden
from recluse_export.features import diversity

WRITTEN = json.loads(
    (Path(__file__).parents[3] / "test" / "golden" / "diversity.json").read_text(encoding="utf-8")
)["cases"]


def differs() -> bool:
    found = golden.golden()["diversity"]["cases"]
    return any(
        one["expected"][lists] != written["expected"][lists]
        for one, written in zip(found, WRITTEN, strict=True)
        for lists in ("withItemRows", "withoutItemRows")
    )


def test_diverse_lists_are_as_they_were_written():
    assert not differs()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("max(50, 5 * limit)", "max(10, 2 * limit)"),
        ("(1 - diversity) * relevance", "(1 - 0.9 * diversity) * relevance"),
        ("(1 - calibration) * value", "(1 - 0.5 * calibration) * value"),
        ("(scores - scores.min()) / span", "(scores - scores.min()) / (2 * span)"),
        ("np.clip(alike[chosen], 0, 1).max(axis=0", "np.clip(alike[chosen], 0, 1).sum(axis=0"),
        ("residual -= column**2", "residual -= column**4"),
        ("LEAST_RESIDUAL = 1e-6", "LEAST_RESIDUAL = 1e-1"),
        ("SMOOTHING = 0.01", "SMOOTHING = 0.3"),
    ],
)
def test_a_change_on_this_side_alone_is_noticed_in(before: str, after: str):
    source = Path(diversity.__file__).read_text(encoding="utf-8")
    assert before in source
    try:
        exec(compile(source.replace(before, after), diversity.__file__, "exec"), diversity.__dict__)
        importlib.reload(golden)
        assert differs()
    finally:
        importlib.reload(diversity)
        importlib.reload(golden)
