"""EASE, EDLAE, SLIM, SLIT and SLIST against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from models.random_log import DAY, TYPES, log_of, random_log
from recluse_export.errors import ProblemError
from recluse_export.models import past_and_future, zoo
from recluse_export.models.gram import MOST_ITEMS, check_item_count, inverse_gram, mean_square
from recluse_export.models.neighbours import strongest
from recluse_export.models.past_and_future import cuts
from recluse_export.models.slim import elastic_net

UNTIL = 101 * DAY


def table(seed: int, lines: int, items: int) -> sparse.csr_matrix:
    random = np.random.default_rng(seed)
    return sparse.csr_matrix(random.random((lines, items)) * (random.random((lines, items)) < 0.4))


def fitted(name, log, **chosen):
    return zoo.create(name, chosen, event_types=TYPES).fit(log, UNTIL)


@pytest.mark.parametrize("lines", [6, 60])
def test_both_ways_to_invert_give_the_inverse(lines):
    x = table(1, lines, 20)
    penalty = np.random.default_rng(2).uniform(0.5, 2, 20)
    product = inverse_gram(x, penalty) @ (x.toarray().T @ x.toarray() + np.diag(penalty))
    np.testing.assert_allclose(product, np.eye(20), atol=1e-10)


def test_a_block_of_the_inverse_larger_than_what_is_mirrored_at_once_is_symmetric():
    x = table(1, 1500, 1100)
    inverse = inverse_gram(x, np.full(1100, 5.0))
    np.testing.assert_allclose(inverse, inverse.T)
    some = inverse[:, :3]
    np.testing.assert_allclose(x.T @ (x @ some) + 5 * some, np.eye(1100)[:, :3], atol=1e-8)


def test_slit_has_no_slope_at_its_solution():
    log = random_log(12)
    model = fitted("slit", log, l2=0.3)
    sums = model.sums(log)
    penalty = 0.3 * np.diag(sums.past).mean()
    slope = sums.past @ model.weights - sums.future + penalty * model.weights
    np.testing.assert_allclose(slope, 0, atol=1e-4)


def test_cuts_have_a_past_and_a_future_and_are_all_different():
    log = random_log(13, has_time=False)
    users, now = cuts(log, 5, 1)
    length = np.diff(log.offsets)[users]
    assert ((now >= 1) & (now < length)).all()
    assert len(set(zip(users.tolist(), now.tolist(), strict=True))) == len(users)
    np.testing.assert_array_equal(np.bincount(users), np.minimum(5, np.diff(log.offsets) - 1))


def test_sums_in_parts_are_the_sums_of_the_whole(monkeypatch):
    log = random_log(14)
    model = fitted("slit", log)
    whole = model.sums(log)
    monkeypatch.setattr(past_and_future, "MOMENTS_AT_ONCE", 7)
    parts = model.sums(log)
    np.testing.assert_allclose(parts.past, whole.past, rtol=1e-5)
    np.testing.assert_allclose(parts.future, whole.future, rtol=1e-5)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_ease_with_a_huge_penalty_says_nothing(seed):
    model = fitted("ease", random_log(seed), l2=1e9, diagonal="zero")
    assert np.abs(model.weights).max() < 1e-6


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), l2=st.floats(0.05, 20))
def test_ease_has_no_slope_off_its_diagonal_and_nothing_on_it(seed, l2):
    log = random_log(seed)
    model = fitted("ease", log, l2=l2, diagonal="zero", half_life_days=None)
    x = model.interest_of(log, UNTIL, decayed=False).toarray()
    weights = model.weights.astype(np.float64)
    slope = x.T @ (x @ weights - x) + l2 * mean_square(sparse.csr_matrix(x)) * weights
    np.fill_diagonal(slope, 0)
    np.testing.assert_allclose(slope, 0, atol=1e-3 * np.abs(x.T @ x).max())
    assert (np.diag(model.weights) == 0).all()


def test_edlae_without_dropout_is_ease_and_with_it_trusts_frequent_items_less():
    log = random_log(7)
    ease = fitted("ease", log, l2=0.5)
    np.testing.assert_allclose(fitted("edlae", log, dropout=0, l2=0.5).weights, ease.weights, atol=1e-6)
    assert np.abs(fitted("edlae", log, dropout=0.8, l2=0.5).weights).sum() < np.abs(ease.weights).sum()


def test_slist_with_nothing_but_togetherness_is_ease():
    log = random_log(8)
    ease = fitted("ease", log, diagonal="zero", l2=0.7)
    slis = fitted("slist", log, diagonal="zero", l2=0.7, together=1.0)
    np.testing.assert_allclose(slis.weights, ease.weights, atol=1e-4)


def test_slist_with_nothing_but_the_future_is_slit_where_items_may_speak_for_themselves():
    log = random_log(9)
    slit = fitted("slit", log, l2=0.7)
    slist = fitted("slist", log, diagonal="free", l2=0.7, together=0.0)
    np.testing.assert_allclose(slist.weights, slit.weights, atol=1e-4)


@pytest.mark.parametrize("most", [0.0, 0.1])
def test_slist_keeps_its_diagonal_below_what_is_allowed(most):
    model = fitted("slist", random_log(10), diagonal="zero", most_own=most, together=0.5)
    assert np.diag(model.weights).max() <= most + 1e-5


def test_slit_learns_what_follows_what():
    # Everybody goes round a circle of eight items, a step a day, from a start of their own.
    rounds = [[(day * DAY, (day + start) % 8) for day in range(6)] for start in range(8)] * 3
    log = log_of(rounds, 8)
    model = fitted("slit", log, l2=0.01, half_life_days=0.5, future_half_life_days=0.5)
    for row in range(8):
        assert np.argmax(model.weights[row]) == (row + 1) % 8


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), l1=st.floats(0.01, 1), l2=st.floats(0.01, 1))
def test_the_elastic_net_of_slim_stops_where_no_weight_wants_to_move(seed, l1, l2):
    random = np.random.default_rng(seed)
    x, y = random.random((30, 6)), random.random(30)
    found = elastic_net((x.T @ x)[None], (x.T @ y)[None], l1, l2, 500)[0]
    slope = x.T @ (x @ found - y) + l2 * found + l1
    assert (found >= 0).all()
    np.testing.assert_allclose(slope[found > 1e-3], 0, atol=0.2)
    assert (slope[found == 0] > -0.05).all()


def test_slim_is_sparse_and_not_negative():
    model = fitted("slim", random_log(11), l1=0.1)
    assert model.weights.min() >= 0
    assert 0 < model.weights.nnz < 81


def test_the_strongest_neighbours_are_those_of_a_full_sort():
    x = table(5, 30, 40)
    found = strongest(x, 7).toarray()
    full = (x.T @ x).toarray()
    for row in range(40):
        kept = np.flatnonzero(found[row])
        assert len(kept) <= 8
        best = np.argsort(-full[row], kind="stable")[: len(kept)]
        assert set(best) == set(kept)
        np.testing.assert_allclose(found[row, kept], full[row, kept], rtol=1e-6)


def test_too_many_items_for_a_dense_matrix_are_refused_with_what_to_do():
    check_item_count(MOST_ITEMS, "ease")
    with pytest.raises(ProblemError, match=r"ease: 15,001 items .*min_item_events"):
        check_item_count(MOST_ITEMS + 1, "ease")
