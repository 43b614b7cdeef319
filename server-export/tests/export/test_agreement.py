"""Lists that differ by ties alone are the same list."""

from __future__ import annotations

import numpy as np

from recluse_export.export.agreement import TIE, among_best, descending

SCORES = np.array([[5.0, 4.0, 4.0 + TIE, 1.0, -np.inf]], np.float32)


def lists(*rows: int) -> np.ndarray:
    return np.array([rows])


def test_the_other_order_of_a_tie_is_as_good():
    for rows in (lists(0, 1, 2), lists(0, 2, 1)):
        assert among_best(SCORES, rows).all()
        assert descending(SCORES, rows).all()


def test_the_other_order_of_what_is_no_tie_is_not():
    assert not descending(SCORES, lists(1, 0, 2)).any()
    assert among_best(SCORES, lists(1, 0, 2)).all()


def test_an_item_that_does_not_belong_there_is_no_tie():
    assert not among_best(SCORES, lists(0, 1, 3)).any()


def test_what_may_not_be_shown_comes_last():
    assert descending(SCORES, lists(0, 2, 1, 3, 4)).all()
    assert not descending(SCORES, lists(0, 4, 2)).any()
