"""A feature that changes here alone is noticed.

``test/unit/model/features.test.ts`` proves the same of the browser's side.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

from recluse_export.export import golden
from recluse_export.features import (
    affinity,
    context,
    habit,
    interest,
    item,
    priors,
    sequence,
    together,
    visitor,
)
from recluse_export.features.by_name import FEATURES

WRITTEN = json.loads(
    (Path(__file__).parents[3] / "test" / "golden" / "features.json").read_text(encoding="utf-8")
)["cases"]


@pytest.fixture(scope="module")
def log_and_counting():
    log = golden.small_log()
    return log, golden.counting_of(log)


def alike(one, other) -> bool:
    """As ``test_golden`` compares."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(alike(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, float) or isinstance(other, float):
        return one == pytest.approx(other, rel=1e-5, abs=1e-7)
    return one == other


def differing(cases) -> set[str]:
    """Names of the features that are not as they were written."""
    found = json.loads(json.dumps(cases))
    return {
        name
        for one, written in zip(found, WRITTEN, strict=True)
        for name in written["expected"]
        if not alike(one["expected"][name], written["expected"][name])
    }


def test_every_feature_by_name_is_written_down(log_and_counting):
    assert {name for case in WRITTEN for name in case["expected"]} == set(FEATURES)
    assert differing(golden.feature_cases(*log_and_counting)) == set()


@pytest.mark.parametrize(
    ("name", "module", "before", "after"),
    [
        (
            "total_interactions",
            visitor,
            "return np.diff(histories.offsets)",
            "return histories.offsets[1:] + 1",
        ),
        ("avg_rating", visitor, "(histories.value != 0)", "(histories.value != 5)"),
        ("preferred_categories", affinity, "interest.maximum(0)", "abs(interest)"),
        ("recency_score", visitor, "(DAY * habit", "(1.01 * DAY * habit"),
        ("popularity", priors, "SMOOTHING = 1.0", "SMOOTHING = 1.5"),
        ("categories", item, "path.insert(0, node)", "path.append(node)"),
        ("attributes", item, "column[row]", "column[0]"),
        ("age", item, "now / DAY", "now / (DAY + 1)"),
        ("co_occurrence", together, "product * linear.scale", "product * 1.01 * linear.scale"),
        ("co_occurrence", interest, "DAY * half_life_days", "DAY * (half_life_days + 1)"),
        ("sequence", sequence, "length - 1 - seen.rank", "seen.rank"),
        ("repeat_interval", habit, "times.data - 1", "times.data"),
        ("hour", context, "local + 1 if", "local if"),
        ("weekday", context, "1 <= local <= 7", "2 <= local <= 7"),
        ("device", context, "values.index(value) + 1", "values.index(value)"),
        ("place", context, "values.index(value) + 1", "values.index(value)"),
    ],
)
def test_a_change_on_this_side_alone_is_noticed_in(
    name: str, module: ModuleType, before: str, after: str, log_and_counting
):
    source = Path(module.__file__).read_text(encoding="utf-8")
    assert before in source
    # Whoever has imported the old functions by name must import them again.
    users = [importlib.import_module(f"recluse_export.features.{one}") for one in ("co_occurrence",)]
    try:
        exec(compile(source.replace(before, after), module.__file__, "exec"), module.__dict__)
        for user in [*users, golden]:
            importlib.reload(user)
        assert name in differing(golden.feature_cases(*log_and_counting))
    finally:
        for user in [module, *users, golden]:
            importlib.reload(user)
    assert name not in differing(golden.feature_cases(*log_and_counting))
