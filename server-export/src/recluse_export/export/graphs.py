"""Networks to ONNX, in float32."""

from __future__ import annotations

import logging
import warnings

import onnx
import torch
from torch import Tensor, nn

from recluse_export.export.device_blender import DeviceBlender
from recluse_export.features.signals import SIGNALS, VISITOR
from recluse_export.models.blender import Blender
from recluse_export.models.calibrator import CalibratedBlender, Calibrator
from recluse_export.models.encoder import Encoder

OPSET = 20
ENCODER_INPUTS = ["items", "types", "ages", "values", "mask", "context"]


def encoder_graph(encoder: Encoder, events: int, size: int, fields: int) -> bytes:
    """``encoder.onnx`` in float32: batch 1, fixed length."""
    ages = torch.arange(events, 0, -1, dtype=torch.float32).unsqueeze(0) * 40_000.0
    example = (
        torch.linspace(-1, 1, events * size).view(1, events, size),
        torch.ones((1, events), dtype=torch.int32),
        ages,
        torch.ones((1, events)),
        torch.zeros((1, events)),
        torch.zeros((1, fields), dtype=torch.int32),
    )
    return exported(encoder, example, ENCODER_INPUTS, ["state"])


def blender_graph(blender: Blender | nn.Module, block: int, calibrator: Calibrator | None = None) -> bytes:
    """``blender.onnx`` in float32: batch 1, blocks of fixed length; with the output ``probability`` where
    there is a calibrator. What the network computes is laid out for a device; see ``DeviceBlender``."""
    network = DeviceBlender(blender) if isinstance(blender, Blender) else blender
    signals = torch.linspace(0, 1, block * len(SIGNALS)).view(1, block, len(SIGNALS))
    return exported(
        network if calibrator is None else CalibratedBlender(network, calibrator),
        (signals, torch.ones((1, len(VISITOR)))),
        ["signals", "visitor"],
        ["score", "parts"] if calibrator is None else ["score", "parts", "probability"],
    )


def exported(network: nn.Module, example: tuple[Tensor, ...], inputs: list[str], outputs: list[str]) -> bytes:
    """Any network as a graph of fixed shapes, those of ``example``."""
    network.eval()
    with warnings.catch_warnings(), Silent("torch.onnx", "onnxscript"):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            example,
            input_names=inputs,
            output_names=outputs,
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verify=True,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch.onnx.export returned nothing")
    return stripped(program.model_proto)


class Silent:
    """Loggers that have nothing to say to the person who waits."""

    def __init__(self, *names: str) -> None:
        self.loggers = [logging.getLogger(name) for name in names]

    def __enter__(self) -> None:
        self.levels = [logger.level for logger in self.loggers]
        for logger in self.loggers:
            logger.setLevel(logging.ERROR)

    def __exit__(self, *_: object) -> None:
        for logger, level in zip(self.loggers, self.levels, strict=True):
            logger.setLevel(level)


def stripped(model: onnx.ModelProto) -> bytes:
    """The bytes of a graph without anything about the machine that made it: no producer, no stack traces, no
    paths."""
    model.producer_name = "recluse-export"
    model.producer_version = ""
    model.domain = ""
    model.doc_string = ""
    del model.metadata_props[:]
    for function in model.functions:
        function.doc_string = ""
        del function.metadata_props[:]
        _strip_nodes(function.node)
    _strip_graph(model.graph)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def _strip_graph(graph: onnx.GraphProto) -> None:
    graph.name = "graph"
    graph.doc_string = ""
    del graph.metadata_props[:]
    # Shapes of what flows inside are inferred again by every runtime.
    del graph.value_info[:]
    for value in [*graph.input, *graph.output]:
        value.doc_string = ""
        del value.metadata_props[:]
    for initialiser in graph.initializer:
        initialiser.doc_string = ""
        del initialiser.metadata_props[:]
    _strip_nodes(graph.node)


def _strip_nodes(nodes) -> None:
    for number, node in enumerate(nodes):
        node.name = f"n{number}"
        node.doc_string = ""
        del node.metadata_props[:]
        for attribute in node.attribute:
            attribute.doc_string = ""
            if attribute.HasField("g"):
                _strip_graph(attribute.g)
            for graph in attribute.graphs:
                _strip_graph(graph)
