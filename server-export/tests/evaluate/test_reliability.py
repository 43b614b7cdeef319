"""Groups of predictions, and how far they are from what came true."""

from __future__ import annotations

import numpy as np
import pytest

from recluse_export.evaluate.reliability import expected_calibration_error, reliability_bins


def test_probabilities_that_come_true_as_often_as_they_say_have_hardly_an_error():
    random = np.random.default_rng(1)
    given = random.beta(1, 8, 200_000)
    bins = reliability_bins(given, random.random(len(given)) < given)
    assert expected_calibration_error(bins) < 0.003
    assert len(bins) == 15
    assert sum(one.share for one in bins) == pytest.approx(1)
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)


def test_probabilities_twice_too_high_are_off_by_half_of_themselves():
    random = np.random.default_rng(1)
    given = random.uniform(0.2, 0.8, 100_000)
    bins = reliability_bins(given, random.random(len(given)) < given / 2)
    assert expected_calibration_error(bins) == pytest.approx(0.25, abs=0.01)


def test_a_prediction_that_stands_for_many_counts_as_many():
    given = np.array([0.1, 0.9])
    bins = reliability_bins(given, np.array([0, 0]), np.array([9.0, 1.0]))
    assert expected_calibration_error(bins) == pytest.approx(0.9 * 0.1 + 0.1 * 0.9)


def test_equal_probabilities_stay_together_whatever_their_order():
    given = np.array([0.5] * 100 + [0.7] * 3)
    outcome = np.arange(103) % 2
    forward = reliability_bins(given, outcome)
    assert forward == reliability_bins(given[::-1], outcome[::-1])
    assert len(forward) == 2


def test_without_predictions_there_is_no_error_to_speak_of():
    assert reliability_bins(np.zeros(0), np.zeros(0)) == []
    assert np.isnan(expected_calibration_error([]))
