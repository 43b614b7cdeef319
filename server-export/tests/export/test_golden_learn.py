"""The golden vectors of what the device learns by itself are those that this code, and ``obp``, make."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recluse_export.export.golden_learn import (
    open_bandit_case,
    posterior,
    posterior_cases,
    synthetic_case,
)

REPOSITORY = Path(__file__).parents[3]
GOLDEN = REPOSITORY / "test" / "golden"


def test_the_posteriors_golden_vectors_are_up_to_date():
    written = json.loads((GOLDEN / "learn.json").read_text(encoding="utf-8"))["cases"]
    for found, kept in zip(posterior_cases(), written, strict=True):
        assert found["features"] == kept["features"]
        assert np.allclose(found["mean"], kept["mean"], rtol=1e-9, atol=1e-12)
        assert found["uncertainty"] == pytest.approx(kept["uncertainty"], rel=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 0.95]))
def test_learning_one_by_one_is_solving_all_at_once(seed, kept):
    random = np.random.default_rng(seed)
    features, outcomes, weights = random.normal(size=(30, 4)), random.normal(size=30), random.uniform(size=30)
    precision, vector = np.zeros((4, 4)), np.zeros(4)
    for row, outcome, weight in zip(features, outcomes, weights, strict=True):
        precision = kept * precision + weight * np.outer(row, row)
        vector = kept * vector + weight * outcome * row
    mean, _ = posterior(features, weights, outcomes, kept, ridge=0.5, noise=1.0)
    assert np.allclose(np.linalg.solve(precision + 0.5 * np.eye(4), vector), mean)


def test_the_estimates_golden_vectors_are_what_the_open_bandit_pipeline_says():
    pytest.importorskip("obp")
    written = json.loads((GOLDEN / "off-policy.json").read_text(encoding="utf-8"))["cases"]
    for found, kept in zip([synthetic_case(60, 5), synthetic_case(200, 12)], written, strict=True):
        for name in ("ips", "snips", "doublyRobust"):
            assert found[name] == pytest.approx(kept[name], abs=1e-9)


def test_the_device_estimates_what_the_pipeline_does_on_the_small_open_bandit_data(tmp_path):
    pytest.importorskip("obp")
    npx = shutil.which("npx") or pytest.skip("npx is not here")
    cases = [synthetic_case(60, 5), open_bandit_case("random", "all"), open_bandit_case("bts", "men")]
    file = tmp_path / "open-bandit.json"
    file.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    ran = subprocess.run(
        [npx, "vitest", "run", "--project", "unit", "test/unit/learn/off-policy.test.ts"],
        cwd=REPOSITORY,
        env={**os.environ, "RECLUSE_OPEN_BANDIT": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:]
