"""Graphs whose matrices lie in int8."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto
from torch import Tensor, nn

from recluse_export.export.graphs import exported
from recluse_export.export.int8_weights import matrices_of, with_int8_weights
from recluse_export.export.reference import session
from recluse_export.models.int8 import round_matrices


class Small(nn.Module):
    """A product without and with a bias, and a table."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.table = nn.Embedding(24, 16)
        self.one = nn.Linear(16, 32, bias=False)
        self.two = nn.Linear(32, 16)

    def forward(self, places: Tensor) -> Tensor:
        return self.two(torch.relu(self.one(self.table(places))))


PLACES = torch.arange(0, 24, 3, dtype=torch.int32).unsqueeze(0)


@pytest.fixture(scope="module")
def network() -> Small:
    network = Small().eval()
    round_matrices(network)
    return network


@pytest.fixture(scope="module")
def graph(network) -> bytes:
    return with_int8_weights(exported(network, (PLACES,), ["places"], ["state"]))


def test_every_matrix_is_stored_as_int8_and_is_pytorch_s_to_the_last_bit(network, graph):
    wanted = [network.table.weight, network.one.weight, network.two.weight]
    found = [matrix for _, matrix in matrices_of(graph)]
    assert len(found) == 3
    for weight in wanted:
        matrix = weight.detach().numpy()
        assert any(np.array_equal(one, matrix) or np.array_equal(one, matrix.T) for one in found)
    big = [one for one in onnx.load_from_string(graph).graph.initializer if np.prod(one.dims) >= 256]
    assert {one.data_type for one in big} == {TensorProto.INT8}


def test_it_computes_in_float32_what_pytorch_computes(network, graph):
    (state,) = session(graph).run(["state"], {"places": PLACES.numpy()})
    np.testing.assert_allclose(state, network(PLACES).detach().numpy(), rtol=0, atol=1e-6)


def test_weights_between_the_steps_are_refused_by_name():
    graph = exported(Small().eval(), (PLACES,), ["places"], ["state"])
    with pytest.raises(ValueError, match=r"table\.weight: is not in steps of int8"):
        with_int8_weights(graph)
