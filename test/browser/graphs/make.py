"""Makes the tiny graphs of this folder, whose results a test can compute by hand: ``python make.py`` (needs onnx).

encoder: state = sum over events of (mask == 0) * (token * item + value + age / 1000) + sum of context
blender: parts = signals[:5] * (1, 2, 3, 4, 5) + visitor[0] / 5; score = sum of parts
calibrated-blender: the same, and probability = sigmoid(score / 10)
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

EVENTS, SIZE, CONTEXTS, BLOCK, SIGNALS, VISITOR, PARTS = 6, 8, 3, 16, 10, 4, 5
FLOAT, INT = TensorProto.FLOAT, TensorProto.INT32


def tensor(name: str, values: object, kind: type) -> object:
    return numpy_helper.from_array(np.array(values, kind), name)


def write(name: str, nodes: list, inputs: list, outputs: list, constants: list) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    checker.check_model(model)
    save(model, Path(__file__).parent / f"{name}.onnx")


write(
    "encoder",
    [
        helper.make_node("Equal", ["mask", "zero"], ["seen"]),
        helper.make_node("Cast", ["seen"], ["kept"], to=FLOAT),
        helper.make_node("Cast", ["types"], ["tokens"], to=FLOAT),
        helper.make_node("Unsqueeze", ["tokens", "last"], ["column"]),
        helper.make_node("Mul", ["items", "column"], ["weighted"]),
        helper.make_node("Div", ["ages", "thousand"], ["aged"]),
        helper.make_node("Add", ["aged", "values"], ["plus"]),
        helper.make_node("Unsqueeze", ["plus", "last"], ["plusColumn"]),
        helper.make_node("Add", ["weighted", "plusColumn"], ["events"]),
        helper.make_node("Unsqueeze", ["kept", "last"], ["keptColumn"]),
        helper.make_node("Mul", ["events", "keptColumn"], ["known"]),
        helper.make_node("ReduceSum", ["known", "middle"], ["sum"], keepdims=0),
        helper.make_node("Cast", ["context"], ["contextFloat"], to=FLOAT),
        helper.make_node("ReduceSum", ["contextFloat", "middle"], ["contextSum"], keepdims=1),
        helper.make_node("Add", ["sum", "contextSum"], ["state"]),
    ],
    [
        helper.make_tensor_value_info("items", FLOAT, [1, EVENTS, SIZE]),
        helper.make_tensor_value_info("types", INT, [1, EVENTS]),
        helper.make_tensor_value_info("ages", FLOAT, [1, EVENTS]),
        helper.make_tensor_value_info("values", FLOAT, [1, EVENTS]),
        helper.make_tensor_value_info("mask", FLOAT, [1, EVENTS]),
        helper.make_tensor_value_info("context", INT, [1, CONTEXTS]),
    ],
    [helper.make_tensor_value_info("state", FLOAT, [1, SIZE])],
    [
        tensor("zero", 0, np.float32),
        tensor("thousand", 1000, np.float32),
        tensor("last", [2], np.int64),
        tensor("middle", [1], np.int64),
    ],
)
BLENDER_NODES = [
    helper.make_node("Slice", ["signals", "start", "stop", "axis"], ["first"]),
    helper.make_node("Mul", ["first", "weights"], ["weighted"]),
    helper.make_node("Slice", ["visitor", "start", "one", "second"], ["events"]),
    helper.make_node("Div", ["events", "five"], ["share"]),
    helper.make_node("Add", ["weighted", "share"], ["parts"]),
    helper.make_node("ReduceSum", ["parts", "axis"], ["score"], keepdims=0),
]
BLENDER_INPUTS = [
    helper.make_tensor_value_info("signals", FLOAT, [1, BLOCK, SIGNALS]),
    helper.make_tensor_value_info("visitor", FLOAT, [1, VISITOR]),
]
BLENDER_OUTPUTS = [
    helper.make_tensor_value_info("score", FLOAT, [1, BLOCK]),
    helper.make_tensor_value_info("parts", FLOAT, [1, BLOCK, PARTS]),
]
BLENDER_CONSTANTS = [
    tensor("start", [0], np.int64),
    tensor("stop", [PARTS], np.int64),
    tensor("one", [1], np.int64),
    tensor("axis", [2], np.int64),
    tensor("second", [1], np.int64),
    tensor("weights", [1, 2, 3, 4, 5], np.float32),
    tensor("five", 5, np.float32),
]
write("blender", BLENDER_NODES, BLENDER_INPUTS, BLENDER_OUTPUTS, BLENDER_CONSTANTS)
write(
    "calibrated-blender",
    [
        *BLENDER_NODES,
        helper.make_node("Div", ["score", "ten"], ["tenth"]),
        helper.make_node("Sigmoid", ["tenth"], ["probability"]),
    ],
    BLENDER_INPUTS,
    [*BLENDER_OUTPUTS, helper.make_tensor_value_info("probability", FLOAT, [1, BLOCK])],
    [*BLENDER_CONSTANTS, tensor("ten", 10, np.float32)],
)
