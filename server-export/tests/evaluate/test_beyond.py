"""What is beyond accuracy, counted by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from evaluate.small_logs import log_of
from recluse_export.evaluate.beyond import (
    Exposure,
    attribute_marks,
    beyond_accuracy,
    broad_categories,
    gini,
    intra_list_distance,
    miscalibration,
)
from recluse_export.evaluate.lists import Question, question
from recluse_export.evaluate.split import last_basket, select
from recluse_export.shapes import EventType, Log

PURCHASE = [EventType("purchase", 1.0, True, 1)]


def shop() -> Log:
    """Everybody has item 0, half have 2, one has 1; each ends with item 3."""
    return log_of(
        [
            [(0, 1, 0), (2, 2, 1), (3, 9, 2)],
            [(0, 1, 0), (2, 2, 1), (3, 9, 2)],
            [(0, 1, 0), (1, 2, 1), (3, 9, 2)],
            [(0, 1, 0), (0, 2, 1), (3, 9, 2)],
        ],
        6,
    )


def asked(log: Log) -> Question:
    return question(log, "last basket", last_basket(log), PURCHASE, [], 100, repeats=True)


def past(log: Log) -> Log:
    return select(log, log.time < 9 * 86_400)


def test_everything_is_what_one_counts_by_hand():
    log = shop()
    lists = np.array([[0, 2], [0, 4], [0, 2], [0, 2]], np.int32)
    found = beyond_accuracy(lists, asked(log), Exposure.of(past(log)))
    assert found["coverage@10"] == pytest.approx(3 / 6)
    # One user more is thought to have everything: 5/5, 3/5 and 1/5 have items 0, 2 and 4.
    assert found["novelty@10"] == pytest.approx(-(4 * 0 + 3 * math.log2(3 / 5) + math.log2(1 / 5)) / 8)
    assert found["popularity shown@10"] == pytest.approx((4 * 1 + 3 * 0.5 + 0) / 8)
    assert found["popularity consumed"] == pytest.approx((5 * 1 + 2 * 0.5 + 0.25) / 8)
    assert found["popularity lift@10"] == pytest.approx(5.5 / 6.25 - 1)
    # Items 0 and 2 draw 7 of 8 events: item 0 alone draws 5, which is less than 80 %.
    assert found["long tail@10"] == pytest.approx(1 / 8)


def test_gini_is_0_where_all_are_shown_alike_and_almost_1_where_one_is():
    assert gini(np.full(10, 4)) == pytest.approx(0)
    assert gini(np.array([0] * 99 + [7])) == pytest.approx(0.99)
    assert gini(np.array([1, 3])) == pytest.approx(0.25)
    assert gini(np.zeros(3, int)) == 0


def test_a_list_of_equal_things_has_no_distance_and_one_of_unlike_things_has_1():
    log = shop()
    marks = attribute_marks(log.items)
    # 0 and 2 are even and ours; 3 is odd and of no brand; 5 is as 3.
    distance = intra_list_distance(np.array([[0, 2], [0, 3], [3, 5], [2, 4]], np.int32), marks)
    np.testing.assert_allclose(distance, [0, 1, 0, 1 - 1 / math.sqrt(2)], atol=1e-12)


def test_a_list_with_the_mix_of_the_history_is_calibrated():
    log = shop()
    one = asked(log)
    category = broad_categories(log.items)
    # User 2 had one even and one odd thing, the others only even ones.
    even, mixed = np.array([0, 2]), np.array([0, 3])
    same = miscalibration(np.stack([even, even, mixed, even]), one, category)
    np.testing.assert_allclose(same, 0, atol=1e-12)
    other = miscalibration(np.stack([mixed, even, even, even]), one, category)
    assert other[0] == pytest.approx(-math.log(0.99 * 0.5 + 0.01))
    assert other[2] == pytest.approx(0.5 * math.log(0.5 / (0.99 + 0.005)) + 0.5 * math.log(0.5 / 0.005))
    assert other[1] == other[3] == 0


def test_the_broad_category_is_the_first_level_that_tells_items_apart():
    assert broad_categories(shop().items).tolist() == [0, 1, 0, 1, 0, 1]


def test_a_catalogue_without_attributes_says_nothing_about_them():
    log = shop()
    bare = replace(log.items, leaf=np.zeros(6, np.int32), brand=[None] * 6)
    log = replace(log, items=bare)
    found = beyond_accuracy(np.array([[0, 2]] * 4, np.int32), asked(log), Exposure.of(past(log)))
    assert "intra-list distance@10" not in found
    assert "miscalibration@10" not in found
    assert "coverage@10" in found
