"""What lists are worth while something is chosen by them."""

from __future__ import annotations

import numpy as np
import pytest

from recluse_export.evaluate.split import Targets
from recluse_export.features.history import Histories
from recluse_export.train.worth import worth_among_both, worth_for_both, worth_for_new, worth_of

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


def histories(had: list[list[int]]) -> Histories:
    """What each user had, one event an item."""
    rows = np.array([row for one in had for row in one], np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in had])])
    nothing = np.zeros(len(rows))
    return Histories(offsets, rows, np.zeros(len(rows), np.int32), np.ones(len(rows)), nothing)


def test_where_people_repeat_what_is_new_counts_as_much_as_all() -> None:
    returns = list(range(20))
    had, wanted = histories([returns, returns]), targets([3, 25], [True, False])
    # Twenty items that the user had stand before the new one, which only a list of what is new shows.
    finds = scores([[*returns, 25]] * 2)
    misses = scores([returns, [*returns, *range(26, 30), *range(20, 25)]])
    assert worth_of(finds, had, wanted, True) == worth_of(misses, had, wanted, True)
    assert worth_for_new(finds, had, wanted) == pytest.approx(2)
    assert worth_for_both(finds, had, wanted, True) > worth_for_both(misses, had, wanted, True)
    assert worth_for_both(finds, had, wanted, True) == pytest.approx(((1 / np.log2(5) + 1) / 2 + 2) / 2)


def test_where_nobody_repeats_what_a_user_had_stands_in_no_list() -> None:
    had, wanted = histories([[0, 1, 2, 3]]), targets([7], [False])
    for worth in (worth_of, worth_for_both):
        assert worth(scores([[0, 1, 2, 3, 7]]), had, wanted, False) == pytest.approx(2)


def test_users_who_only_return_say_nothing_of_what_is_new() -> None:
    assert worth_for_new(scores([[5]]), histories([[5]]), targets([5], [True])) == 0


def test_among_candidates_the_same_is_found_as_among_all_items() -> None:
    returns = list(range(20))
    had, wanted = histories([returns, returns]), targets([3, 25], [True, False])
    table = scores([[*returns, 25]] * 2)
    rows = np.tile(np.arange(ITEMS - 1, -1, -1, dtype=np.int32), (2, 1))
    known = np.isin(rows, returns).astype(np.float32)
    found = worth_among_both(np.take_along_axis(table, rows, axis=1), rows, known, wanted, True)
    assert found == pytest.approx(worth_for_both(table, had, wanted, True))
    only_returns = targets([3, 4], [True, True])
    halved = worth_among_both(np.take_along_axis(table, rows, axis=1), rows, known, only_returns, True)
    assert halved == pytest.approx(worth_of(table, had, only_returns, True) / 2)
