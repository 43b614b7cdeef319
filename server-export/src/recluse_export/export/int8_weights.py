"""A graph whose matrices lie in int8, a step a row, and which computes in float32 as before.

Weights are stored as ``int8 * step`` and become float32 once, when a session starts: ONNX Runtime folds what
depends on nothing but constants. ``DequantizeLinear`` says the same in one operator, but ONNX Runtime looks
behind it for quantised products: 1.32 in Python made some that round the activations, too (states off by
.03), and 1.30 in a browser left them in place, a quarter slower in every run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from recluse_export.export.graphs import stripped
from recluse_export.models.int8 import int8_steps, is_matrix
from recluse_export.shapes import Float


def with_int8_weights(graph: bytes) -> bytes:
    """The same function in fewer bytes.

    Raises
    ------
    ValueError
        A matrix is not in steps of int8 (``models.int8.round_matrices``): the graph would be another
        function.
    """
    model = onnx.load_from_string(graph)
    kept, small, nodes = [], [], []
    row_axis = _row_axes(model.graph)
    for initialiser in model.graph.initializer:
        axis = row_axis.get(initialiser.name)
        if axis is None:
            kept.append(initialiser)
            continue
        name = initialiser.name
        matrix = numpy_helper.to_array(initialiser)
        whole, step = int8_steps(matrix if axis == 0 else matrix.T)
        step = step[:, None]
        if axis == 1:
            whole, step = whole.T, step.T
        if not np.array_equal(whole * step, matrix):
            raise ValueError(f"{name}: is not in steps of int8")
        small += [
            numpy_helper.from_array(np.ascontiguousarray(whole), f"{name}.int8"),
            numpy_helper.from_array(np.ascontiguousarray(step), f"{name}.step"),
        ]
        nodes += [
            helper.make_node("Cast", [f"{name}.int8"], [f"{name}.whole"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.whole", f"{name}.step"], [name]),
        ]
    others = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend([*kept, *small])
    model.graph.node.extend([*nodes, *others])
    return stripped(model)


def matrices_of(graph: bytes) -> Iterator[tuple[str, Float]]:
    """Name and float32 weights of every matrix that lies in int8."""
    initialisers = {one.name: one for one in onnx.load_from_string(graph).graph.initializer}
    for name, whole in initialisers.items():
        if name.endswith(".int8"):
            name = name.removesuffix(".int8")
            step = numpy_helper.to_array(initialisers[f"{name}.step"])
            yield name, numpy_helper.to_array(whole) * step


def _row_axes(graph: onnx.GraphProto) -> dict[str, int]:
    """Along which axis the rows of each matrix lie: an output of a product, an entry of a table."""
    matrices = {
        one.name
        for one in graph.initializer
        if one.data_type == TensorProto.FLOAT and is_matrix(tuple(one.dims))
    }
    uses = defaultdict(set)
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name in matrices:
                uses[name].add(_row_axis(node, place))
    return {
        name: axis for name, axes in uses.items() if len(axes) == 1 and (axis := next(iter(axes))) is not None
    }


def _row_axis(node: onnx.NodeProto, place: int) -> int | None:
    if node.op_type == "Gather" and place == 0:
        return 0
    if node.op_type == "MatMul" and place == 1:
        return 1
    if node.op_type == "Gemm" and place == 1:
        transposed = any(one.name == "transB" and one.i for one in node.attribute)
        return 0 if transposed else 1
    return None
