"""The graph and the rows of expected ratings against the model that they were made from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.test_expected_rating import low_rank
from recluse_export.errors import ProblemError
from recluse_export.evaluate.ratings import random_folds
from recluse_export.export.rating import RatingSession, rating_model
from recluse_export.export.rating_check import BASELINE, MODEL, check_ratings
from recluse_export.features.ratings import Ratings
from recluse_export.models.expected_rating import ExpectedRating, LearnedRatings
from recluse_export.models.fold_in import states
from recluse_export.models.rating_settings import RatingSettings

EVENTS = 60


@pytest.fixture(scope="module")
def fold():
    return next(random_folds(low_rank()[0], 5, seed=3))


@pytest.fixture(scope="module")
def fitted(fold) -> tuple[LearnedRatings, Ratings]:
    settings = RatingSettings(factors=6, iterations=15)
    return ExpectedRating(low_rank()[1], settings, seed=1).fit(fold.train).learned, fold.train


@pytest.fixture(scope="module")
def session(fitted) -> RatingSession:
    return RatingSession(rating_model(fitted[0], EVENTS))


def test_the_device_expects_what_training_expects(fitted, session):
    model, ratings = fitted
    factors = model.factors
    state = states(factors, ratings)
    for user in range(0, ratings.users, 25):
        mine = ratings.user == user
        found = session.raw(ratings.item[mine], ratings.value[mine])
        expected = factors.mean + factors.bias + factors.factors @ state[user]
        # Rows are int8: within a hundredth of a star on average, nowhere off by more than a tenth.
        assert np.abs(found - expected).mean() < 0.02
        assert np.abs(found - expected).max() < 0.1
        stars, deviation = session.rate(ratings.item[mine], ratings.value[mine])
        items = np.arange(ratings.items, dtype=np.int32)
        should, spread = model.predict(ratings, np.full_like(items, user), items)
        assert np.abs(stars - should).mean() < 0.02
        np.testing.assert_allclose(deviation, spread, rtol=0.03)


def test_a_visitor_without_ratings_gets_mean_and_bias(fitted, session):
    factors = fitted[0].factors
    np.testing.assert_allclose(session.raw([], []), factors.mean + factors.bias, atol=1e-5)


def test_events_without_a_value_are_no_ratings(session):
    one = session.raw([3, 9], [5.0, 1.0])
    # Values of 0 are padding; the range of ratings begins above.
    bent = replace(session.model, lowest=0.0)
    session.model, model = bent, session.model
    try:
        np.testing.assert_allclose(session.raw([3, 20, 9, 21], [5.0, 0.0, 1.0, 0.0]), one, atol=1e-5)
    finally:
        session.model = model


def test_the_graph_takes_rows_and_stars_and_gives_a_state(session):
    model = session.model
    shapes = {one.name: one.shape for one in session.session.get_inputs()}
    assert shapes == {"items": [1, EVENTS, 2 * model.factors + 3], "values": [1, EVENTS]}
    (state,) = session.session.get_outputs()
    assert (state.name, state.shape) == ("state", [1, model.factors])


def test_no_more_than_the_newest_ratings_are_looked_at(session):
    random = np.random.default_rng(4)
    items = random.permutation(80)
    values = random.integers(1, 6, 80).astype(np.float32)
    np.testing.assert_array_equal(
        session.rate(items, values)[0], session.rate(items[-EVENTS:], values[-EVENTS:])[0]
    )


def test_what_is_exported_is_measured_on_ratings_that_training_never_saw(fitted, fold, session):
    found = check_ratings(fitted[0], session.model, fold.histories, fold.test, seed=1)
    by = {(one.model, one.metric): one.value for one in found.figures}
    assert by[MODEL, "rmse"] < 0.75 * by[BASELINE, "rmse"]
    assert 0.6 < by[MODEL, "within one deviation"] < 0.76
    assert by[MODEL, "within two deviations"] > 0.92
    assert by[MODEL, "calibration error, stars"] < 0.1
    assert 0 < found.off < 0.02
    assert [one.expected for one in found.reliability] == sorted(one.expected for one in found.reliability)
    assert sum(one.share for one in found.reliability) == pytest.approx(1)
    assert all(abs(one.expected - one.given) < 0.3 for one in found.reliability)


def test_too_few_held_back_ratings_give_no_figures_but_the_graph_is_compared_all_the_same(
    fitted, fold, session
):
    for few in (fold.test.only(np.arange(20)), fold.test.only(np.arange(0))):
        found = check_ratings(fitted[0], session.model, fold.histories, few, seed=1)
        assert found.figures == found.reliability == []
        assert 0 < found.off < 0.02


def test_a_graph_that_says_something_else_than_what_was_learned_is_refused(fitted, fold, session):
    damaged = replace(session.model, bias=session.model.bias[::-1].copy())
    with pytest.raises(ProblemError, match="Nothing was written"):
        check_ratings(fitted[0], damaged, fold.histories, fold.test, seed=1)
