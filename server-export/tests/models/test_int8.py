"""Weights in steps of int8."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn

from recluse_export.models.int8 import LARGEST, in_steps, int8_steps, is_matrix, round_matrices

weights = st.one_of(
    st.floats(-4, 4, width=32),
    st.floats(-(2.0**-10), 2.0**-10, width=32),
    st.floats(-(2.0**99), 2.0**99, width=32),
)
matrices = arrays(
    np.float32, st.tuples(st.integers(1, 6), st.integers(1, 9)), elements=weights, fill=st.nothing()
)


@given(matrices)
def test_a_weight_moves_by_half_a_step_at_most_and_the_step_fits_the_row(rows):
    whole, step = int8_steps(rows)
    assert np.abs(whole.astype(np.int64)).max() <= LARGEST
    moved = np.abs(rows.astype(np.float64) - whole * step[:, None].astype(np.float64))
    assert (moved <= 0.5 * step[:, None] * (1 + 1e-6)).all()
    largest = np.abs(rows).max(axis=1)
    known = largest > 1e-30
    assert (step[known] <= largest[known] / LARGEST * (1 + 2**-14)).all()


@given(matrices)
def test_rounding_twice_is_rounding_once_to_the_last_bit(rows):
    once = in_steps(rows)
    whole, step = int8_steps(once)
    np.testing.assert_array_equal(whole.astype(np.float32) * step[:, None], once, strict=True)
    # Whoever multiplies in double and rounds, as a browser does, has the same.
    in_double = (whole.astype(np.float64) * step[:, None].astype(np.float64)).astype(np.float32)
    np.testing.assert_array_equal(in_double, once)


def test_zeros_and_what_is_next_to_nothing_are_zeros():
    rows = np.array([[0, 0], [1e-38, -1e-38], [1, -1]], np.float32)
    np.testing.assert_array_equal(in_steps(rows)[:2], 0)
    assert np.isfinite(int8_steps(rows)[1]).all()


def test_a_network_keeps_its_small_weights_and_rounds_its_matrices_by_row():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(32, 16), nn.LayerNorm(16), nn.Linear(16, 4), nn.Embedding(20, 16))
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    round_matrices(network)
    for name, weight in network.named_parameters():
        rounded = is_matrix(weight.shape)
        assert rounded == (name in {"0.weight", "3.weight"})
        expected = in_steps(before[name].numpy()) if rounded else before[name].numpy()
        np.testing.assert_array_equal(weight.detach().numpy(), expected)
