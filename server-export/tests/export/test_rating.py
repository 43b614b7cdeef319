"""The graph and the rows of expected ratings against the model that they were made from."""

from __future__ import annotations

import numpy as np
import pytest

from models.test_expected_rating import low_rank
from recluse_export.export.rating import RatingSession, rating_model
from recluse_export.features.ratings import Ratings
from recluse_export.models.expected_rating import ExpectedRating
from recluse_export.models.fold_in import states
from recluse_export.models.rating_settings import RatingSettings

EVENTS = 60


@pytest.fixture(scope="module")
def fitted() -> tuple[ExpectedRating, Ratings]:
    ratings, content = low_rank()
    return ExpectedRating(content, RatingSettings(factors=6, iterations=15), seed=1).fit(ratings), ratings


@pytest.fixture(scope="module")
def session(fitted) -> RatingSession:
    return RatingSession(rating_model(fitted[0], EVENTS))


def test_the_device_expects_what_training_expects(fitted, session):
    model, ratings = fitted
    factors = model.factors
    state = states(factors, ratings)
    for user in range(0, ratings.users, 25):
        mine = ratings.user == user
        found = session.raw(ratings.item[mine].tolist(), ratings.value[mine].tolist())
        expected = factors.mean + factors.bias + factors.factors @ state[user]
        # Rows are int8: within a hundredth of a star on average, nowhere off by more than a tenth.
        assert np.abs(found - expected).mean() < 0.02
        assert np.abs(found - expected).max() < 0.1


def test_a_visitor_without_ratings_gets_mean_and_bias(fitted, session):
    factors = fitted[0].factors
    np.testing.assert_allclose(session.raw([], []), factors.mean + factors.bias, atol=1e-5)


def test_events_without_a_value_are_no_ratings(session):
    one = session.raw([3, 9], [5.0, 1.0])
    np.testing.assert_allclose(session.raw([3, 20, 9, 21], [5.0, 0.0, 1.0, 0.0]), one, atol=1e-5)


def test_it_takes_and_gives_what_the_encoder_takes_and_gives(session):
    assert [one.name for one in session.session.get_inputs()] == [
        "items",
        "types",
        "ages",
        "values",
        "mask",
        "context",
    ]
    (state,) = session.session.get_outputs()
    assert state.name == "state"
    assert state.shape == [1, session.model.row.shape[1]]


def test_the_noise_of_an_item_can_be_read_from_its_row(fitted, session):
    entry = session.model.calibration["noise"]
    read = np.exp(-entry["step"] * session.model.row[:, entry["column"]].astype(float))
    np.testing.assert_allclose(read, fitted[0].factors.noise, rtol=0.03)
