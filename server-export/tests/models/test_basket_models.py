"""TIFU-KNN, UP-CF, TAIW and intervals on baskets that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.random_log import DAY, TYPES, log_of, random_log
from recluse_export.errors import ProblemError
from recluse_export.features.history import Histories, histories_at
from recluse_export.models import zoo
from recluse_export.models.base import recommend
from recluse_export.models.baskets import baskets_of
from recluse_export.models.taiw import waiting_times


def history(*events: tuple[int, int]) -> Histories:
    """One visitor's ``(age in days, row)``, oldest first."""
    ages, rows = zip(*events, strict=True)
    return Histories(
        np.array([0, len(rows)]),
        np.array(rows, np.int32),
        np.zeros(len(rows), np.int32),
        np.array(ages, np.float64) * DAY,
        np.zeros(len(rows)),
    )


def test_events_of_one_moment_are_one_basket_and_an_item_counts_once_in_it():
    found = baskets_of(history((9, 1), (9, 2), (9, 1), (4, 1), (2, 3)))
    assert found.count.tolist() == [3]
    assert sorted(zip(found.place.tolist(), found.row.tolist(), strict=True)) == [
        (0, 1), (0, 2), (1, 1), (2, 3),
    ]  # fmt: skip


def test_tifu_knn_decays_within_groups_and_from_group_to_group():
    model = zoo.create(
        "tifu-knn",
        {"groups": 2, "within_decay": 0.5, "group_decay": 0.1, "neighbours": 1},
        event_types=TYPES,
    )
    # Five baskets in two groups: two old ones, three new ones.
    vector = model.vectors(history((5, 0), (4, 1), (3, 2), (2, 3), (1, 4)), 5).toarray()[0]
    groups = [[0.5 / 2, 1 / 2], [0.25 / 3, 0.5 / 3, 1 / 3]]
    expected = [0.1 * weight / 2 for weight in groups[0]] + [weight / 2 for weight in groups[1]]
    np.testing.assert_allclose(vector, expected)


def test_tifu_knn_takes_discoveries_from_the_nearest_users():
    log = log_of([[(1, 0), (2, 1), (3, 2)], [(1, 4), (2, 5), (3, 3)]], 6)
    model = zoo.create("tifu-knn", {"neighbours": 1}, event_types=TYPES).fit(log, 10)
    lists = recommend(model, history((2, 0), (1, 1)), 1, "discover")
    assert lists.tolist() == [[2]]


def test_up_cf_listens_most_to_users_with_the_same_items():
    log = log_of([[(1, 0), (2, 1), (3, 2)], [(1, 0), (2, 4), (3, 5), (4, 3)]], 6)
    model = zoo.create("up-cf", {"locality": 1}, event_types=TYPES).fit(log, 10)
    scores = model.scores(history((2, 0), (1, 1)))[0]
    assert scores[2] > scores[3] > 0


def test_up_cf_counts_only_the_newest_baskets():
    model = zoo.create("up-cf", {"recency": 2}, event_types=TYPES)
    vector = model.vectors(history((9, 0), (3, 1), (2, 1), (2, 2)), 4).toarray()[0]
    np.testing.assert_allclose(vector, [0, 1, 0.5, 0])


def test_waiting_times_find_the_usual_interval_behind_impatience():
    random = np.random.default_rng(0)
    usual = np.clip(random.normal(20, 2, 3000), 0.5, None)
    soon = random.exponential(3, 2000)
    found = waiting_times(np.zeros(5000, np.int32), np.append(usual, soon), 2, 10, 60)
    assert found.mean[0] == pytest.approx(20, abs=0.5)
    assert found.deviation[0] == pytest.approx(2, abs=0.5)
    assert found.soon[0] == pytest.approx(3, abs=0.5)
    assert found.usual[0] == pytest.approx(0.6, abs=0.05)
    # An item that nobody bought again waits as the whole catalogue does.
    assert found.mean[1] == pytest.approx(20, abs=0.5)


def every_ten_days_against_every_other() -> list[list[tuple[int, int]]]:
    """Forty people who buy item 0 every 10 days and item 1 every 30, begun on different days."""
    people = []
    for number in range(40):
        zero = [(day * DAY, 0) for day in range(number % 10, 120, 10)]
        one = [(day * DAY, 1) for day in range(number % 30, 120, 30)]
        people.append(sorted(zero + one))
    return people


@pytest.mark.parametrize("name", ["taiw", "frequency-intervals"])
def test_what_is_due_comes_before_what_was_just_bought(name):
    log = log_of(every_ten_days_against_every_other(), 3)
    chosen = {"own_share": 1.0, "smoothing": 0.1} if name == "taiw" else {}
    model = zoo.create(name, chosen, event_types=TYPES).fit(log, 120 * DAY)
    just_zero = history((60, 1), (31, 0), (30, 1), (21, 0), (11, 0), (1, 0))
    just_one = history((61, 1), (39, 0), (31, 1), (29, 0), (19, 0), (9, 0), (1, 1))
    assert recommend(model, just_zero, 1).tolist() == [[1]]
    assert recommend(model, just_one, 1).tolist() == [[0]]


def test_models_of_rhythm_say_what_a_log_without_times_lacks():
    log = random_log(1, has_time=False)
    for name in ("taiw", "frequency-intervals"):
        with pytest.raises(ProblemError, match=r"needs the times of interactions"):
            zoo.create(name, event_types=TYPES).fit(log, 20)


def test_a_log_in_which_nobody_comes_back_is_refused_with_what_to_take_instead():
    log = log_of([[(1, 0), (2, 1)], [(1, 1), (5, 2)]], 3)
    with pytest.raises(ProblemError, match="nobody buys anything twice"):
        zoo.create("taiw", event_types=TYPES).fit(log, 10)


def test_neighbours_see_the_history_only_up_to_the_limit_of_a_device():
    log = random_log(2)
    model = zoo.create("tifu-knn", event_types=TYPES, history_events=3).fit(log, 101 * DAY)
    users = np.arange(log.user_count)
    newest = histories_at(log, users, np.full(len(users), 101 * DAY), TYPES, 3)
    np.testing.assert_allclose(model.users.toarray(), model.vectors(newest, 9).toarray())
