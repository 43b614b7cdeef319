"""What is known of items before anything is known of the visitor."""

from __future__ import annotations

import numpy as np

from recluse_export.features.context import contexts_at
from recluse_export.features.priors import popular_lists, priors
from recluse_export.shapes import Category, ContextField, Items, Log

DAY = 86_400


def log_of(events: list[tuple[int, int, int]], items: int) -> Log:
    """From (user, item, day), sorted by user and day."""
    users = np.array([user for user, _, _ in events])
    catalogue = Items(
        [f"item {row}" for row in range(items)],
        ["" for _ in range(items)],
        [Category("all", -1), Category("left", 0), Category("right", 0)],
        np.array([1 + row % 2 for row in range(items)], np.int32),
        np.full(items, np.nan, np.float32),
        [None] * items,
    )
    return Log(
        np.searchsorted(users, np.arange(users.max() + 2)).astype(np.int64),
        np.array([item for _, item, _ in events], np.int32),
        np.zeros(len(events), np.int32),
        np.array([day * DAY for _, _, day in events], np.int64),
        np.ones(len(events), np.float32),
        np.arange(len(events), dtype=np.int64),
        ["purchase"],
        [str(user) for user in range(users.max() + 1)],
        catalogue,
        utc_offset_hours=-5,
    )


def test_an_item_bought_every_third_day_has_a_shorter_interval_than_one_bought_every_thirtieth():
    often = [(0, 0, day) for day in range(0, 90, 3)]
    seldom = [(1, 1, day) for day in range(0, 90, 30)]
    once = [(user, 2, 50) for user in range(2, 12)]
    known = priors(log_of(often + seldom + once, 3), 91 * DAY, 90, 28)
    assert 3 < known.interval[0] < known.interval[2] < known.interval[1] < 30
    assert known.repeat[0] > known.repeat[2]


def test_popularity_is_centred_and_decays_while_recent_forgets_what_is_older_than_its_weeks():
    old = [(user, 0, 0) for user in range(8)]
    new = [(user, 1, 100) for user in range(8)]
    known = priors(log_of(sorted(old + new), 3), 101 * DAY, 50, 28)
    assert abs(float(known.popularity.mean())) < 1e-6
    assert known.popularity[1] > known.popularity[0] > known.popularity[2]
    assert known.recent[1] > known.recent[0] == known.recent[2]


def test_category_lists_hold_the_items_of_the_category_and_of_those_below_it():
    log = log_of(sorted((user, user % 10, 1) for user in range(30)), 10)
    lists = popular_lists(log, priors(log, 2 * DAY, 90, 28), fewest=5)
    assert sorted(lists.categories[0]) == list(range(10))
    assert sorted(lists.categories[1]) == [0, 2, 4, 6, 8]
    assert popular_lists(log, priors(log, 2 * DAY, 90, 28), fewest=6).categories.keys() == {0}


def test_hour_and_weekday_are_local():
    log = log_of([(0, 0, 0)], 1)
    # 1 January 1970 was a Thursday; 02:00 in UTC was 21:00 of Wednesday five hours behind.
    indices = contexts_at(
        log, np.array([0]), np.array([2 * 3600]), [ContextField("hour", []), ContextField("weekday", [])]
    )
    assert indices.tolist() == [[22, 3]]
