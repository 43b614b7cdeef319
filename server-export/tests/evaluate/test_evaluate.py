"""Splits and figures against cases that can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recluse_export.evaluate.metrics import interval, measure
from recluse_export.evaluate.split import Targets, before, targets_after, validation, without_users
from recluse_export.features.history import Histories
from recluse_export.models.base import best, recommend


def two_users() -> tuple[np.ndarray, Targets]:
    """One finds both targets at places 1 and 3, one finds nothing."""
    ranking = np.array([[5, 0, 7, *range(10, 27)], list(range(30, 50))], np.int32)
    targets = Targets(
        users=np.array([0, 1], np.int32),
        now=np.zeros(2, np.int64),
        offsets=np.array([0, 2, 4]),
        item=np.array([5, 7, 1, 2], np.int32),
        repeat=np.array([True, False, False, False]),
    )
    return ranking, targets


def test_recall_ndcg_and_hit_rate_are_what_one_counts_by_hand():
    figures = measure(*two_users())
    np.testing.assert_allclose(figures["recall@10"], [1.0, 0.0])
    np.testing.assert_allclose(figures["hit rate@10"], [1.0, 0.0])
    by_hand = (1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3))
    np.testing.assert_allclose(figures["ndcg@10"], [by_hand, 0.0], rtol=1e-6)


def test_repeat_targets_count_only_users_who_have_some():
    ranking, targets = two_users()
    assert measure(ranking, targets, "repeat")["recall@10"].tolist() == [1.0]
    discover = measure(ranking, targets, "discover")
    assert discover["recall@10"].tolist() == [1.0, 0.0]
    assert discover["ndcg@10"][0] == pytest.approx(0.5)


def test_the_bootstrap_interval_holds_the_mean_and_shrinks_with_more_users():
    random = np.random.default_rng(3)
    few, many = random.random(20), random.random(2000)
    for values in (few, many):
        low, high = interval(values, 200, 1)
        assert low < values.mean() < high
    assert np.diff(interval(few, 200, 1)) > np.diff(interval(many, 200, 1))


def test_targets_are_the_distinct_items_after_the_cut_and_know_which_were_bought_before(small_log):
    cut = 1_512_086_400
    targets = targets_after(small_log, cut, 7)
    assert len(targets) > 20
    for place in (0, len(targets) // 2, len(targets) - 1):
        user = targets.users[place]
        events = slice(small_log.offsets[user], small_log.offsets[user + 1])
        item, time = small_log.item[events], small_log.time[events]
        wanted = set(item[(time >= cut) & (time < cut + 7 * 86400)])
        span = slice(targets.offsets[place], targets.offsets[place + 1])
        assert set(targets.item[span]) == wanted
        had = set(item[time < cut])
        assert [row in had for row in targets.item[span]] == targets.repeat[span].tolist()


def test_what_models_learn_from_ends_before_the_weeks_that_they_are_checked_on(small_log):
    cut = 1_512_086_400
    past = before(small_log, cut)
    held = validation(past, cut, weeks=2)
    assert held.log.time.max() < held.until == cut - 14 * 86400
    assert [int(week.now[0]) for week in held.weeks] == [held.until, held.until + 7 * 86400]


def test_held_out_users_leave_no_event_behind(small_log):
    rest = without_users(small_log, np.array([0, 7], np.int32))
    assert not np.isin(rest.user, [0, 7]).any()
    assert rest.user_count == small_log.user_count
    assert len(rest.item) == len(small_log.item) - np.isin(small_log.user, [0, 7]).sum()


class Constant:
    """Scores every item alike for everyone."""

    name = "constant"

    def fit(self, log, until):
        return self

    def scores(self, histories):
        return np.zeros((len(histories), 8), np.float32)


def test_ties_go_to_the_lower_row_and_modes_keep_their_promise():
    assert best(np.array([[1, 3, 3, 3, 0]], np.float32), 2).tolist() == [[1, 2]]
    history = Histories(
        np.array([0, 2]), np.array([1, 4], np.int32), np.zeros(2, np.int32), np.zeros(2), np.zeros(2)
    )
    assert recommend(Constant(), history, 3).tolist() == [[0, 1, 2]]
    assert recommend(Constant(), history, 3, "discover").tolist() == [[0, 2, 3]]
    assert recommend(Constant(), history, 2, "repeat").tolist() == [[1, 4]]
