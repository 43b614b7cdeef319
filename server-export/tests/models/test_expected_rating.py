"""What a visitor would rate: on ratings whose truth is known, and against the closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recluse_export.errors import ProblemError
from recluse_export.evaluate.ratings import (
    Fold,
    ask,
    by_history_length,
    random_folds,
    reliability,
    unseen_visitor_folds,
)
from recluse_export.features.ratings import Ratings, ratings_of
from recluse_export.models import svd
from recluse_export.models.expected_rating import ExpectedRating
from recluse_export.models.fold_in import ridge_states, states
from recluse_export.models.normal import conjugate_gradients
from recluse_export.models.rating_biases import RatingBiases
from recluse_export.models.rating_settings import RatingSettings
from recluse_export.progress import SilentProgress

SETTINGS = RatingSettings(factors=6, iterations=15)


def low_rank(users: int = 250, items: int = 80, seed: int = 1) -> tuple[Ratings, np.ndarray]:
    """Stars from three tastes plus noise, a third of all pairs; and what the catalogue says of the items: the
    first taste, blurred."""
    random = np.random.default_rng(seed)
    taste, kind = random.normal(size=(users, 3)), random.normal(size=(items, 3))
    liked = 3.2 + 0.4 * random.normal(size=(items, 1)).T + 0.55 * taste @ kind.T
    stars = np.clip(np.rint(liked + 0.4 * random.normal(size=liked.shape)), 1, 5)
    user, item = np.nonzero(random.random(liked.shape) < 0.33)
    value = stars[user, item].astype(np.float32)
    content = (kind[:, :1] + 0.3 * random.normal(size=(items, 1))).astype(np.float32)
    return Ratings(user.astype(np.int32), item.astype(np.int32), value, users, items), content


@pytest.fixture(scope="module")
def rated() -> tuple[Ratings, np.ndarray]:
    return low_rank()


@pytest.fixture(scope="module")
def fold(rated) -> Fold:
    return next(random_folds(rated[0], 5, seed=3))


@pytest.fixture(scope="module")
def fitted(rated, fold) -> ExpectedRating:
    return ExpectedRating(rated[1], SETTINGS, seed=1).fit(fold.train)


def test_expected_ratings_are_much_nearer_than_how_well_liked_and_how_generous(rated, fold):
    plain = ask(RatingBiases(), fold)
    ours = ask(ExpectedRating(rated[1], SETTINGS, seed=1), fold)
    assert ours.rmse < 0.75 * plain.rmse
    assert ours.mae < 0.75 * plain.mae


def test_an_expected_rating_means_what_it_says_and_so_does_its_standard_deviation(rated):
    answers = [ask(ExpectedRating(rated[1], SETTINGS, seed=1), fold) for fold in random_folds(rated[0], 3, 1)]
    found = reliability(answers)
    assert found.error < 0.08
    assert 0.62 < found.within_one < 0.76
    assert found.within_two > 0.92


def test_the_ratings_that_are_tested_tell_a_model_nothing(rated, fold):
    random = np.random.default_rng(0)
    bent = replace(fold, test=replace(fold.test, value=random.permutation(fold.test.value)))
    one, other = (ask(ExpectedRating(rated[1], SETTINGS, seed=1), each) for each in (fold, bent))
    np.testing.assert_array_equal(one.expected, other.expected)
    np.testing.assert_array_equal(one.deviation, other.deviation)
    assert one.rmse < other.rmse


def test_every_rating_is_tested_once_and_never_learned_from_in_its_fold(rated):
    ratings, _ = rated
    tested = np.zeros((ratings.users, ratings.items), int)
    for each in random_folds(ratings, 5, seed=2):
        here = np.zeros_like(tested)
        here[each.test.user, each.test.item] += 1
        assert not here[each.train.user, each.train.item].any()
        tested += here
    assert (tested[ratings.user, ratings.item] == 1).all()
    assert tested.sum() == len(ratings)


def test_a_visitor_whom_training_never_saw_is_understood_from_their_ratings_alone(rated):
    each = next(unseen_visitor_folds(rated[0], 4, seed=5))
    assert not set(each.train.user) & set(each.test.user)
    plain = ask(RatingBiases(), each)
    ours = ask(ExpectedRating(rated[1], SETTINGS, seed=1), each)
    assert ours.rmse < 0.8 * plain.rmse


def test_each_further_rating_brings_the_expectation_nearer(rated):
    each = next(unseen_visitor_folds(rated[0], 4, seed=5))
    model = ExpectedRating(rated[1], SETTINGS, seed=1).fit(each.train)
    errors = by_history_length(model, each, (0, 3, 15), seed=1)
    none, few, many = (float(np.mean(error**2)) for error in errors.values())
    assert none > 1.1 * few > 1.2 * many


def test_of_who_knows_more_one_is_surer(fitted):
    spread = fitted.learned.calibration.spread
    assert spread[0] > 1.1 * spread[4]
    assert (fitted.learned.calibration.slope > 0.5).all()


def test_folding_in_solves_its_equations(fitted, fold):
    factors, history = fitted.learned.factors, fold.histories
    found = states(factors, history)
    for user in (0, 7, 123):
        mine = history.user == user
        item = history.item[mine]
        v, noise = factors.factors[item].astype(float), factors.noise[item].astype(float)
        precision = np.eye(v.shape[1]) + (v / noise[:, None]).T @ v
        precision += np.diag((factors.doubt[item] / noise[:, None]).sum(axis=0))
        right = factors.known[item].sum(axis=0) / np.sqrt(len(item))
        right += (v / noise[:, None]).T @ (history.value[mine] - factors.mean - factors.bias[item])
        np.testing.assert_allclose(found[user], np.linalg.solve(precision, right), rtol=1e-3, atol=1e-4)


def test_who_rated_nothing_is_expected_to_rate_as_others_do(fitted, fold):
    nothing = fold.train.only(np.zeros(0, int))
    assert not states(fitted.learned.factors, nothing).any()
    expected, _ = fitted.predict(nothing, np.zeros(80, np.int32), np.arange(80, dtype=np.int32))
    mean = np.bincount(fold.train.item, fold.train.value) / np.bincount(fold.train.item)
    assert np.corrcoef(expected, mean)[0, 1] > 0.9


def test_a_new_item_is_judged_by_what_the_catalogue_says_of_it(rated):
    ratings, _ = low_rank()
    random = np.random.default_rng(9)
    # Everybody likes what carries the mark by 1.5 stars more.
    content = (random.random((ratings.items, 1)) < 0.5).astype(np.float32)
    bent = np.clip(ratings.value - 0.75 + 1.5 * content[ratings.item, 0], 0.5, 6.5)
    ratings = replace(ratings, value=bent.astype(np.float32))
    new = np.arange(ratings.items) < 10
    model = ExpectedRating(content, SETTINGS, seed=1).fit(ratings.only(~new[ratings.item]))
    expected, _ = model.predict(
        ratings.only(np.zeros(0, int)), np.zeros(10, np.int32), np.arange(10, dtype=np.int32)
    )
    marked = content[:10, 0] == 1
    assert 0 < marked.sum() < 10
    assert expected[marked].min() > expected[~marked].max() + 0.8


def test_the_same_seed_gives_the_same_numbers(rated, fold, fitted):
    again = ExpectedRating(rated[1], SETTINGS, seed=1).fit(fold.train, SilentProgress())
    np.testing.assert_array_equal(again.learned.factors.loadings, fitted.learned.factors.loadings)
    np.testing.assert_array_equal(again.learned.calibration.spread, fitted.learned.calibration.spread)


def test_plain_ridge_of_a_visitor_is_the_ridge_of_the_textbook(rated):
    ratings, _ = rated
    random = np.random.default_rng(2)
    vectors = random.normal(size=(ratings.items, 4)).astype(np.float32)
    penalty = np.array([1, 2, 3, 4], np.float32)
    residual = random.normal(size=len(ratings)).astype(np.float32)
    found = ridge_states(vectors, penalty, residual, ratings)
    mine = ratings.user == 11
    x = vectors[ratings.item[mine]].astype(float)
    # Ridge as least squares with one made-up row a penalty.
    rows = np.concatenate([x, np.diag(np.sqrt(penalty))])
    expected, *_ = np.linalg.lstsq(rows, np.concatenate([residual[mine], np.zeros(4)]), rcond=None)
    np.testing.assert_allclose(found[11], expected, rtol=1e-3, atol=1e-4)


def test_conjugate_gradients_reach_the_solution():
    random = np.random.default_rng(3)
    root = random.normal(size=(30, 30))
    matrix = (root @ root.T + 5 * np.eye(30)).astype(np.float32)
    right = random.normal(size=(30, 3)).astype(np.float32)
    found = conjugate_gradients(lambda x: matrix @ x, right, np.zeros_like(right), 40)
    np.testing.assert_allclose(matrix @ found, right, atol=1e-3)


def test_of_two_ratings_for_one_item_the_newest_counts_and_money_is_no_rating(small_log):
    log = replace(
        small_log,
        offsets=np.array([0, 5, 6]),
        item=np.array([3, 2, 3, 1, 0, 3], np.int32),
        type=np.array([1, 1, 1, 1, 0, 1], np.int32),
        value=np.array([1, 5, 4, 0, 9.99, 2], np.float32),
        event_types=["purchase", "rating"],
        users=["a", "b"],
    )
    found = ratings_of(log)
    assert list(zip(found.user.tolist(), found.item.tolist(), found.value.tolist(), strict=True)) == [
        (0, 2, 5.0),
        (0, 3, 4.0),
        (1, 3, 2.0),
    ]


def test_a_log_without_ratings_says_which_setting_names_them(small_log):
    with pytest.raises(ProblemError, match="value under"):
        ratings_of(replace(small_log, value=np.zeros_like(small_log.value)))


def test_without_the_library_svd_says_what_to_install(rated, monkeypatch):
    monkeypatch.setattr(svd, "find_spec", lambda name: None)
    with pytest.raises(ProblemError, match=r"pip install 'recluse-export\[ratings\]'"):
        svd.Svd().fit(rated[0])


def test_the_library_s_svd_is_what_the_library_predicts(fold):
    surprise = pytest.importorskip("surprise", reason="scikit-surprise is not installed (extra: ratings)")
    import pandas as pd

    train, test = fold.train, fold.test
    frame = pd.DataFrame({"user": train.user, "item": train.item, "value": train.value.astype(float)})
    data = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=(1, 5))).build_full_trainset()
    for ours, theirs in ((svd.Svd(4), surprise.SVD), (svd.SvdPlusPlus(4), surprise.SVDpp)):
        model = theirs(random_state=4).fit(data)
        found, _ = ours.fit(train).predict(fold.histories, test.user[:50], test.item[:50])
        pairs = zip(test.user[:50], test.item[:50], strict=True)
        np.testing.assert_allclose(found, [model.predict(u, i).est for u, i in pairs], atol=1e-4)


def test_a_visitor_folded_into_the_library_s_svd_is_served_better_than_by_biases(fold):
    pytest.importorskip("surprise", reason="scikit-surprise is not installed (extra: ratings)")
    assert ask(svd.FoldedSvd(1), fold).rmse < ask(RatingBiases(), fold).rmse
