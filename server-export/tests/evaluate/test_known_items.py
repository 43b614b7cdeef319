"""What did not exist yet at the moment of asking can't be recommended."""

from __future__ import annotations

import numpy as np

from evaluate.small_logs import DAY, log_of
from recluse_export.evaluate.lists import Question, question, rank
from recluse_export.evaluate.runtimes import among
from recluse_export.evaluate.split import last_basket, targets_after
from recluse_export.features.history import Histories
from recluse_export.shapes import EventType, Float, Log

PURCHASE = [EventType("purchase", 1.0, True, 1)]


class LastRowsFirst:
    """Puts the rows that come last first, as a model that lifts what is new would."""

    name = "last rows first"

    def fit(self, log: Log, until: int) -> LastRowsFirst:
        return self

    def scores(self, histories: Histories) -> Float:
        return np.tile(np.arange(6, dtype=np.float32), (len(histories), 1))


def shop() -> Log:
    """Items 4 and 5 are bought for the first time from day 5 on."""
    return log_of([[(0, 1, 0), (1, 2, 1), (4, 6, 2)], [(2, 1, 0), (3, 2, 1), (5, 7, 2)]], 6)


def asked(log: Log) -> Question:
    return question(log, "next 7 days", targets_after(log, 5 * DAY, 7), PURCHASE, [], 100, repeats=True)


def test_an_item_that_nobody_had_before_the_cut_is_in_no_list():
    posed = asked(shop())
    assert posed.candidates is not None
    assert posed.candidates.tolist() == [0, 1, 2, 3]
    lists = rank(LastRowsFirst(), posed, 6)["all"]
    assert lists.tolist() == [[3, 2, 1, 0], [3, 2, 1, 0]]


def test_lists_of_other_runtimes_leave_out_the_same_items():
    rows = np.array([[5, 3, 4, 2, 1, 0], [0, 5, 1, 4, 2, 3]], np.int32)
    assert among(asked(shop()), rows).tolist() == [[3, 2, 1, 0], [0, 1, 2, 3]]


def test_users_who_are_asked_at_moments_of_their_own_may_get_any_item():
    log = shop()
    assert question(log, "last basket", last_basket(log), PURCHASE, [], 100, repeats=True).candidates is None


def test_a_log_without_times_may_get_any_item():
    log = log_of([[(0, 1, 0), (1, 2, 1)], [(2, 1, 0), (3, 2, 1)]], 6, has_time=False)
    posed = question(log, "last event", last_basket(log), PURCHASE, [], 100, repeats=False)
    assert posed.candidates is None


def test_targets_among_some_items_leave_out_who_has_none_of_them():
    targets = targets_after(shop(), 5 * DAY, 7)
    assert targets.item.tolist() == [4, 5]
    some = targets.among(np.array([1, 5]))
    assert (some.users.tolist(), some.item.tolist(), some.offsets.tolist()) == ([1], [5], [0, 1])
