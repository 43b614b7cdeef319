"""Intervals and tests against scipy's and against what is known by construction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from recluse_export.evaluate.intervals import bootstrap_intervals, bootstrap_means
from recluse_export.evaluate.significance import holm, sign_flip_test


def test_intervals_are_those_of_scipy_up_to_chance():
    values = np.random.default_rng(1).gamma(0.5, 1.0, (400, 3))
    low, high = bootstrap_intervals(values, 4000, 1)
    for column in range(3):
        found = stats.bootstrap(
            (values[:, column],), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
        ).confidence_interval
        assert low[column] == pytest.approx(found.low, abs=0.01)
        assert high[column] == pytest.approx(found.high, abs=0.01)


def test_resampling_in_small_blocks_changes_nothing_but_memory(monkeypatch):
    values = np.random.default_rng(1).random((50, 2))
    at_once = bootstrap_means(values, 30, 7)
    monkeypatch.setattr("recluse_export.evaluate.intervals.CELLS_AT_ONCE", 100)
    np.testing.assert_allclose(bootstrap_means(values, 30, 7), at_once)


def test_p_values_are_those_of_scipy_up_to_chance():
    random = np.random.default_rng(3)
    differences = np.stack([random.normal(mean, 1, 120) for mean in (0.0, 0.12, 0.2)], axis=1)
    found = sign_flip_test(differences, 8000, 1)
    for column in range(3):
        theirs = stats.permutation_test(
            (differences[:, column],),
            np.mean,
            permutation_type="samples",
            n_resamples=8000,
            rng=np.random.default_rng(2),
        ).pvalue
        assert found[column] == pytest.approx(theirs, abs=0.02)


def test_models_that_do_not_differ_are_told_apart_as_often_as_the_level_says():
    differences = np.random.default_rng(5).choice([-0.4, 0.0, 0.4], (60, 800))
    p = sign_flip_test(differences, 500, 1)
    assert 0.02 < (p < 0.05).mean() < 0.08


def test_equal_models_have_p_1_and_a_clear_difference_the_smallest_p():
    differences = np.stack([np.zeros(200), np.full(200, 0.1)], axis=1)
    assert sign_flip_test(differences, 999, 1).tolist() == [1.0, 0.001]


def test_holm_multiplies_the_smallest_by_all_and_never_swaps_the_order():
    # Holm (1979): 0.01 x 4, 0.02 x 3, max(0.06, 0.03 x 2), max(0.06, 0.9 x 1).
    np.testing.assert_allclose(holm(np.array([0.02, 0.9, 0.01, 0.03])), [0.06, 0.9, 0.04, 0.06])
    assert holm(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]
