"""What lists are worth while something is chosen by them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recluse_export.evaluate.split import Targets
from recluse_export.features.history import Histories
from recluse_export.train.worth import had_by, worth_of

ITEMS = 30


def targets(items: list[int], repeat: list[bool]) -> Targets:
    """One item a user."""
    users = len(items)
    return Targets(
        np.arange(users, dtype=np.int32),
        np.full(users, 9),
        np.arange(users + 1),
        np.array(items, np.int32),
        np.array(repeat),
    )


def scores(first: list[list[int]]) -> np.ndarray:
    """Tables in which each user's items come in this order, all others after them."""
    table = np.zeros((len(first), ITEMS), np.float32)
    for user, items in enumerate(first):
        table[user, items] = np.arange(len(items), 0, -1)
    return table


def test_where_people_repeat_what_is_new_counts_as_much_as_all() -> None:
    had = np.zeros((2, ITEMS), bool)
    had[:, :20] = True
    of_returns = list(range(20))
    wanted = targets([3, 25], [True, False])
    # Twenty items that the users had stand before the new one, which only the list of what is new shows.
    finds_new = worth_of(scores([[*of_returns, 25]] * 2), had, wanted, repeats=True)
    misses_new = worth_of(
        scores([of_returns, [*of_returns, *range(20, 25), *range(26, 30)]]), had, wanted, True
    )
    assert finds_new > misses_new
    returns_alone = (1 / np.log2(5) + 1) / 2
    assert finds_new == pytest.approx((returns_alone + 2) / 2)


def test_where_nobody_repeats_what_a_user_had_stands_in_no_list() -> None:
    had = np.zeros((1, ITEMS), bool)
    had[0, :4] = True
    assert worth_of(scores([[0, 1, 2, 3, 7]]), had, targets([7], [False]), repeats=False) == pytest.approx(2)


def test_users_who_only_return_are_judged_by_the_lists_of_all_items() -> None:
    had = np.zeros((1, ITEMS), bool)
    had[0, 5] = True
    assert worth_of(scores([[5]]), had, targets([5], [True]), repeats=True) == pytest.approx(2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_candidates_that_are_all_items_in_another_order_are_worth_the_same(seed: int, repeats: bool) -> None:
    random = np.random.default_rng(seed)
    users = 4
    had = random.random((users, ITEMS)) < 0.3
    items = random.integers(0, ITEMS, users)
    score = random.permuted(np.tile(np.arange(ITEMS, dtype=np.float32), (users, 1)), axis=1)
    wanted = targets(items.tolist(), had[np.arange(users), items].tolist())
    rows = random.permuted(np.tile(np.arange(ITEMS, dtype=np.int32), (users, 1)), axis=1)
    among = [np.take_along_axis(table, rows, axis=1) for table in (score, had)]
    assert worth_of(*among, wanted, repeats, rows) == pytest.approx(worth_of(score, had, wanted, repeats))


def test_what_occurs_in_a_history_is_what_a_visitor_had() -> None:
    rows = np.array([3, 3, 8], np.int32)
    histories = Histories(
        np.array([0, 2, 3]), rows, np.zeros(3, np.int32), np.ones(3, np.float64), np.zeros(3, np.float64)
    )
    had = had_by(histories, ITEMS)
    assert np.argwhere(had).tolist() == [[0, 3], [1, 8]]
