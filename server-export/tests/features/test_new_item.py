"""Who stands for an item that nobody has had yet, and what it gets from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from recluse_export.features.new_item import MOST, mean_of, standing_for
from recluse_export.features.new_item_numbers import new_rows, with_new_targets
from recluse_export.shapes import Category, Coefficients, Items, Linear

TREE = [Category("Drinks", -1), Category("Tea", 0), Category("Coffee", 0), Category("Home", -1)]


def catalogue(lines: list[tuple[str, int, str | None]]) -> Items:
    return Items(
        ids=[str(row) for row in range(len(lines))],
        titles=[title for title, _, _ in lines],
        categories=TREE,
        leaf=np.array([leaf for _, leaf, _ in lines], np.int32),
        price=np.full(len(lines), np.nan, np.float32),
        brand=[brand for _, _, brand in lines],
        attributes={},
    )


def nearest(items: Items, new: int) -> list[int]:
    known = np.delete(np.arange(len(items)), new)
    (shares,) = standing_for(items, np.array([new]), known).toarray()
    return [int(row) for row in np.lexsort((np.arange(len(shares)), -shares)) if shares[row] > 0]


def test_words_of_the_title_and_the_brand_say_who_stands_for_an_item():
    tea = [("green tea", 1, None), ("black tea", 1, "Ours"), ("mint leaves", 1, None), ("rooibos", 1, None)]
    items = catalogue([*tea, ("white tea", 1, None), ("Black TEA, strong", 1, None), ("oolong", 1, "Ours")])
    assert nearest(items, 5)[:2] == [1, 0]
    assert nearest(items, 6)[0] == 1


def test_a_category_with_few_items_asks_the_one_above_it():
    drinks = [("tea", 1, None)] * 3 + [("coffee", 2, None)] * 3 + [("lamp", 3, None)] * 9
    items = catalogue([*drinks, ("new tea", 1, None)])
    assert set(nearest(items, len(drinks))) == {0, 1, 2, 3, 4, 5}
    lonely = catalogue([*drinks[:2], *drinks[3:5], ("lamp", 3, None), ("new tea", 1, None)])
    assert set(nearest(lonely, 5)) == {0, 1, 2, 3, 4}


lines = st.lists(
    st.tuples(
        st.text("ab éß٣-_ ", max_size=8), st.integers(0, 3), st.sampled_from([None, "", "Ours", "Theirs"])
    ),
    min_size=2,
    max_size=40,
)


@given(lines, st.data())
@settings(max_examples=60, deadline=None)
def test_shares_add_up_to_one_and_only_known_items_have_one(given_lines, data):
    items = catalogue(given_lines)
    new = np.array(sorted(data.draw(st.sets(st.integers(0, len(items) - 1), max_size=len(items) - 1))), int)
    known = np.setdiff1d(np.arange(len(items)), new)
    shares = standing_for(items, new, known)
    assert shares.shape == (len(new), len(items))
    np.testing.assert_allclose(np.asarray(shares.sum(axis=1)).ravel(), np.ones(len(new)))
    assert np.isin(shares.indices, known).all()
    assert (np.diff(shares.indptr) <= MOST).all()


def matrix(dense: np.ndarray) -> Linear:
    weight = sparse.csr_matrix(dense)
    return Linear(
        half_life_days=None,
        half_life_events=None,
        power=1.0,
        coefficients=Coefficients(1, 0, 0, 0, 0),
        scale=np.full(len(dense), 0.01, np.float32),
        offset=weight.indptr.astype(np.uint32),
        target=weight.indices.astype(np.uint32),
        weight=weight.data.astype(np.int8),
    )


def dense_of(linear: Linear) -> np.ndarray:
    shape = (len(linear.scale), len(linear.scale))
    return sparse.csr_matrix((linear.weight, linear.target, linear.offset), shape).toarray() * linear.scale


def test_the_matrix_says_of_a_new_item_what_it_says_of_the_one_that_stands_for_it():
    known = np.array([[9, 50, -20, 0], [40, 7, 0, 0], [0, 30, 100, 0], [1, 2, 3, 4]])
    shares = sparse.csr_matrix(np.array([[0.0, 1.0, 0.0, 0.0]]))
    found = dense_of(with_new_targets(matrix(known), np.array([3]), shares))
    np.testing.assert_allclose(found[:3, :3], known[:3, :3] * 0.01, rtol=1e-6)
    # As a target: as item 1, which says one and a half times for it what it says for itself.
    np.testing.assert_allclose(found[:3, 3], [0.5, 0.07 * 1.5, 0.3], atol=0.003)
    # As a source: as item 1 of others, and for itself what item 1 says for itself.
    np.testing.assert_allclose(found[3], [0.4, 0, 0, 0.07], atol=0.003)


def test_rows_of_new_items_are_as_long_as_those_that_stand_for_them():
    row = np.array([[3, 4, 0], [0, 0, 1], [9, 9, 9]], np.float32)
    shares = sparse.csr_matrix(np.array([[0.5, 0.5, 0.0]]))
    (found,) = new_rows(row, shares)
    assert np.linalg.norm(found) == pytest.approx(3)
    assert found / np.linalg.norm(found) == pytest.approx(np.array([3, 4, 1]) / np.sqrt(26), rel=1e-6)
    assert not new_rows(np.zeros((3, 3), np.float32), shares).any()
    assert mean_of(np.array([1, 3, 5], np.float32), shares).tolist() == [2]
