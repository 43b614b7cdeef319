"""A small but whole pack: real arrays of every type, and graphs that onnxruntime could run."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper

from recluse_export.shapes import (
    Category,
    Coefficients,
    ContextField,
    EventType,
    Figure,
    Habit,
    Items,
    Linear,
    Model,
    PackContents,
    Popular,
    Priors,
    RatingBin,
    RatingModel,
    ReliabilityBin,
    Training,
)

COUNT, SIZE, EVENTS, BLOCK, FACTORS = 12, 8, 5, 16, 2
SIGNALS = ["taste", "together", "habit"]
VISITOR = ["events", "items"]
PARTS = ["taste", "together", "habit"]


def graph(
    inputs: dict[str, tuple[int, list[int]]], nodes: list, outputs: dict[str, list[int]], initializers: list
) -> bytes:  # type: ignore[type-arg]
    made = helper.make_graph(
        nodes,
        "sample",
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        initializers,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)]).SerializeToString()


def encoder(scale: float) -> bytes:
    """The state is the scaled mean of the items."""
    real, whole = TensorProto.FLOAT, TensorProto.INT32
    inputs = {"items": (real, [1, EVENTS, SIZE]), "types": (whole, [1, EVENTS]), "ages": (real, [1, EVENTS])}
    inputs |= {"values": (real, [1, EVENTS]), "mask": (real, [1, EVENTS]), "context": (whole, [1, 2])}
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    factor = helper.make_tensor("factor", real, [], [scale])
    nodes = [
        helper.make_node("ReduceMean", ["items", "axes"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "factor"], ["state"]),
    ]
    return graph(inputs, nodes, {"state": [1, SIZE]}, [axes, factor])


def blender() -> bytes:
    """The score is the sum of the signals, the parts are the signals."""
    real = TensorProto.FLOAT
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [2])
    nodes = [
        helper.make_node("ReduceSum", ["signals", "axes"], ["score"], keepdims=0),
        helper.make_node("Identity", ["signals"], ["parts"]),
    ]
    inputs = {"signals": (real, [1, BLOCK, len(SIGNALS)]), "visitor": (real, [1, len(VISITOR)])}
    return graph(inputs, nodes, {"score": [1, BLOCK], "parts": [1, BLOCK, len(PARTS)]}, [axes])


def rating() -> bytes:
    """The state is the rows' mean over all events."""
    real = TensorProto.FLOAT
    inputs = {"items": (real, [1, EVENTS, 2 * FACTORS + 3]), "values": (real, [1, EVENTS])}
    numbers = {"middle": [1], "begin": [0], "end": [FACTORS]}
    nodes = [
        helper.make_node("ReduceMean", ["items", "middle"], ["mean"], keepdims=0),
        helper.make_node("Slice", ["mean", "begin", "end", "middle"], ["state"]),
    ]
    constants = [helper.make_tensor(name, TensorProto.INT64, [1], one) for name, one in numbers.items()]
    return graph(inputs, nodes, {"state": [1, FACTORS]}, constants)


def sample_contents(full: bool = True) -> PackContents:
    """Twelve items in three categories; ``full=False`` stops at the linear tier."""
    random = np.random.default_rng(7)
    targets = [np.sort(random.choice(COUNT, size=3, replace=False)) for _ in range(COUNT - 1)] + [
        np.zeros(0, dtype=np.int64)
    ]

    def floats() -> np.ndarray:
        return random.normal(size=COUNT).astype(np.float32)

    price = np.round(random.uniform(1, 9, COUNT), 2).astype(np.float32)
    price[3] = np.nan
    model = Model(
        events=EVENTS,
        size=SIZE,
        row_scale=np.abs(floats()),
        row_bias=floats(),
        row=random.integers(-127, 128, (COUNT, SIZE)).astype(np.int8),
        encoder=encoder(1.0),
        blender=blender(),
        block=BLOCK,
        signals=SIGNALS,
        visitor=VISITOR,
        parts=PARTS,
    )
    return PackContents(
        name="sample",
        data_until="2017-11-30T22:10:00Z",
        items=Items(
            ids=[f"id-{number}" for number in range(COUNT)],
            titles=[f"Crème {number}" for number in range(COUNT)],
            categories=[Category("Food", -1), Category("Drinks", -1), Category("Bread", 0)],
            leaf=(np.arange(COUNT) % 2 + 1).astype(np.int32),
            price=price,
            brand=[None, "Own brand"] * (COUNT // 2),
            attributes={"size": ["1 lb", None] * (COUNT // 2), "weight": [1.5] * COUNT},
            created=86_400 * np.array([0, 17_167] * (COUNT // 2), np.int64),
        ),
        event_types=[EventType("purchase", 1.0, True, 1), EventType("rating", 0.7, False, 0, (-1.5, 0.5))],
        context=[ContextField("age", ["young", "old"]), ContextField("hour", [])],
        history_events=1000,
        linear=Linear(
            half_life_days=60.0,
            half_life_events=None,
            power=0.5,
            coefficients=Coefficients(1.0, 0.5, 0.2, 0.1, 0.05),
            scale=np.abs(floats()),
            offset=np.concatenate([[0], np.cumsum([len(one) for one in targets])]).astype(np.uint32),
            target=np.concatenate(targets).astype(np.uint32),
            weight=random.integers(-127, 128, 3 * (COUNT - 1)).astype(np.int8),
        ),
        habit=Habit(120.0, 2.0),
        priors=Priors(floats(), floats(), np.abs(floats()), np.abs(floats())),
        popular=Popular([3, 1, 2], [2, 5], {0: [1, 2], 2: [7]}, {"age": {"young": [4, 1]}}),
        model=model if full else None,
        training=Training(1, "history before 2017-12-01", "row ascending", "made up for a test", "CC0-1.0"),
        data={"users": 6.0, "interactions": 72.0},
        figures=[
            Figure("next 7 days", "linear", "recall@10", 0.16, low=0.15, high=0.17, users=6),
            Figure("next 7 days", "popular", "recall@10", 0.05, targets="discover"),
        ],
        reliability=[ReliabilityBin(0.02, 0.03, 0.5), ReliabilityBin(0.4, 0.38, 0.5)],
        rating=RatingModel(
            graph=rating(),
            events=EVENTS,
            row=random.integers(-127, 128, (COUNT, 2 * FACTORS + 3)).astype(np.int8),
            bias=floats(),
            noise_step=0.01,
            lengths=[0, 1, 4],
            offset=[0.1, 0.0, 0.0],
            slope=[0.9, 1.0, 1.0],
            spread=[1.2, 1.1, 1.0],
            lowest=1.0,
            highest=5.0,
        )
        if full
        else None,
        rating_reliability=[RatingBin(2.5, 2.6, 0.5), RatingBin(4.1, 4.0, 0.5)] if full else [],
    )
