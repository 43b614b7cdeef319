"""The features that people look for by their names."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from recluse_export.export.golden import EVENT_TYPES, HISTORY_EVENTS, counting_of
from recluse_export.export.golden import small_log as first_households
from recluse_export.export.visitor import history_of
from recluse_export.features.affinity import affinity, preferred_categories
from recluse_export.features.by_name import FEATURES
from recluse_export.features.context import device, hour, place, weekday
from recluse_export.features.habit import repeat_interval
from recluse_export.features.history import histories_at
from recluse_export.features.item import age, attributes, categories, first_seen
from recluse_export.features.priors import popularity
from recluse_export.features.signals import visitor_facts
from recluse_export.features.visitor import avg_rating, recency_score, total_interactions
from recluse_export.shapes import Category, Habit, Items

DAY = 86_400


def test_every_name_is_explained_where_the_numbers_are():
    text = (Path(__file__).parents[3] / "docs" / "model.md").read_text(encoding="utf-8")
    section = text.split("## Features by name")[1].split("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert told == list(FEATURES)
    assert all(feature.__doc__ for feature in FEATURES.values())


def visitor(*events: tuple[str, int, float, float]):
    """Events as type, row, days ago, value."""
    now = 400 * DAY * 1000
    return history_of(
        [
            {
                "user": "made up",
                "now": now,
                "interactions": [
                    {"type": kind, "item": str(row), "time": now - days * DAY * 1000, "value": value}
                    for kind, row, days, value in events
                ],
            }
        ],
        {str(row): row for row in range(6)},
        EVENT_TYPES,
        HISTORY_EVENTS,
    )


NOBODY = visitor()
SOMEBODY = visitor(
    ("purchase", 0, 30, 4.5),
    ("rating", 1, 20, 5),
    ("rating", 2, 15, 2),
    ("rating", 2, 12, 0),
    ("view", 3, 10, 0),
)


def test_total_interactions_are_the_events_of_the_history(small_log):
    assert total_interactions(SOMEBODY).tolist() == [5]
    assert total_interactions(NOBODY).tolist() == [0]
    histories = histories_at(small_log, np.arange(20), np.full(20, small_log.time.max()), EVENT_TYPES, 300)
    np.testing.assert_array_equal(total_interactions(histories), visitor_facts(histories)[:, 0])


def test_the_average_rating_knows_stars_from_money_and_silence():
    assert avg_rating(SOMEBODY, EVENT_TYPES).tolist() == [3.5]
    assert avg_rating(NOBODY, EVENT_TYPES).tolist() == [0]
    money_only = [dataclasses.replace(one, value=None) for one in EVENT_TYPES]
    assert avg_rating(SOMEBODY, money_only).tolist() == [0]


def test_the_recency_score_halves_with_every_half_life():
    assert recency_score(SOMEBODY, Habit(10.0, 2.0)).tolist() == [0.5]
    assert recency_score(NOBODY, Habit(10.0, 2.0)).tolist() == [0]


def test_preferred_categories_are_the_affinity_that_items_are_given(small_log):
    counting = counting_of(small_log)
    x = sparse.random(3, len(counting.leaf), 0.1, "csr", random_state=1)
    x.data -= 0.3
    share = affinity(x, counting.leaf)
    for line, preferred in enumerate(preferred_categories(x, counting.leaf, len(small_log.items.categories))):
        assert [one for _, one in preferred] == sorted((one for _, one in preferred), reverse=True)
        assert sum(one for _, one in preferred) == pytest.approx(1)
        for category, one in preferred:
            assert share[line, counting.leaf == category] == pytest.approx(one)
    assert preferred_categories(sparse.csr_matrix((1, 4)), np.zeros(4, np.int32), 1) == [[]]


def test_popularity_forgets():
    log = first_households(users=30, items=10)
    until = int(log.time.max()) + 1
    fresh = popularity(log, until, 1.0)
    steady = popularity(log, until, 1e9)
    counts = np.bincount(log.item, minlength=10)
    assert (np.argsort(-steady, kind="stable") == np.argsort(-counts, kind="stable")).all()
    assert not np.allclose(fresh, steady)
    assert fresh.mean() == pytest.approx(0, abs=1e-6)


def test_an_item_is_in_its_category_and_in_all_above_and_has_the_attributes_that_it_has():
    items = Items(
        ids=["a", "b"],
        titles=["A", "B"],
        categories=[Category("Food", -1), Category("Bread", 0), Category("Rye", 1)],
        leaf=np.array([2, 0], np.int32),
        price=np.zeros(2, np.float32),
        brand=[None, None],
        attributes={"size": ["1 lb", None], "weight": [None, 2.5]},
    )
    assert categories(0, items) == [0, 1, 2]
    assert categories(1, items) == [0]
    assert attributes(0, items) == {"size": "1 lb"}
    assert attributes(1, items) == {"weight": 2.5}


class TestAge:
    def test_counts_from_the_day_that_the_catalogue_says_else_from_the_first_event(self, small_log):
        first = int(small_log.time[small_log.item == 1].min())
        created = np.zeros(len(small_log.items), np.int64)
        created[0] = first - 50 * DAY
        bare = dataclasses.replace(small_log.items, created=created)
        items = first_seen(bare, small_log)
        now = (first // DAY) * DAY + 10.5 * DAY
        assert age(items, now)[0] == pytest.approx(60.5)
        assert age(items, now)[1] == pytest.approx(10.5)

    def test_is_unknown_where_nothing_says_it(self, small_log):
        bare = dataclasses.replace(small_log.items, created=None)
        assert (age(bare, 1e9) == -1).all()
        untimed = dataclasses.replace(small_log, has_time=False)
        assert first_seen(bare, untimed).created is None

    def test_is_never_below_0(self, small_log):
        assert (age(small_log.items, 0) >= 0).all()


def test_the_repeat_interval_of_what_was_never_bought_is_what_is_usual():
    prior = np.linspace(5, 30, 6).astype(np.float32)
    twice = visitor(("purchase", 1, 30, 1), ("purchase", 1, 10, 1))
    interval = repeat_interval(twice, EVENT_TYPES, Habit(60.0, 2.0), prior)[0]
    np.testing.assert_allclose(np.delete(interval, 1), np.delete(prior, 1))
    assert interval[1] == pytest.approx((2 * 10 + 20) / 3)


def test_moments_become_indices_and_nonsense_becomes_unknown():
    assert [hour(at) for at in (0, 23, 24, -1)] == [1, 24, 0, 0]
    assert [weekday(day) for day in (1, 7, 0, 8)] == [1, 7, 0, 0]
    assert [device(name, ["phone", "desktop"]) for name in ("phone", "desktop", "fridge")] == [1, 2, 0]
    assert [place(name, ["north"]) for name in ("north", "moon")] == [1, 0]
