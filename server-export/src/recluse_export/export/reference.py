"""Ranks with a pack as the browser does, through onnxruntime: the pack's arrays, its graphs, and
``docs/model.md`` for everything between."""

from __future__ import annotations

from typing import Self

import numpy as np
import onnxruntime

from recluse_export.features.history import Histories
from recluse_export.features.sequence import gathered, sequences
from recluse_export.features.signals import Counting, counted_signals, visitor_facts
from recluse_export.shapes import Float, Int, Log, Model, PackContents


class PackRanker:
    """The tier ``model`` of a pack."""

    def __init__(self, contents: PackContents, quantised: bool = True) -> None:
        if contents.model is None:
            raise ValueError("this pack stops at the linear tier")
        self.name = "model (pack)" if quantised else "model (pack, float)"
        self.model: Model = contents.model
        self.fields = len(contents.context)
        self.counting = counting_of(contents)
        self.encoder = session(self.model.encoder if quantised else self.model.encoder_float)
        self.blender = session(self.model.blender)

    def fit(self, log: Log, until: int) -> Self:
        """Nothing: the pack is what was fitted."""
        return self

    def taste(self, histories: Histories, context: Int | None = None) -> Float:
        """``[visitors, items]``; ``context`` is ``[visitors, fields]``, unknown by default."""
        model = self.model
        read = sequences(histories, self.counting.event_types, model.events)
        if context is None:
            context = np.zeros((len(histories), self.fields), np.int32)
        items = gathered(read.row, model.row, model.row_scale)
        table = model.row.astype(np.float32) * model.row_scale[:, None]
        taste = np.tile(model.row_bias, (len(histories), 1))
        wanted = {entry.name for entry in self.encoder.get_inputs()}
        for visitor in np.flatnonzero((read.type > 0).any(axis=1)):
            one = slice(visitor, visitor + 1)
            given = {
                "items": items[one],
                "types": read.type[one],
                "ages": read.age[one],
                "values": read.value[one],
                "mask": read.mask[one],
                "context": context[one],
            }
            (state,) = self.encoder.run(["state"], {name: given[name] for name in wanted})
            taste[visitor] += table @ state[0]
        return taste.astype(np.float32)

    def blended(self, histories: Histories, context: Int | None = None) -> tuple[Float, Float]:
        """Scores ``[visitors, items]`` and parts ``[visitors, items, parts]``."""
        given = self._blend(histories, context, ["score", "parts"])
        return given["score"], given["parts"]

    def _blend(self, histories: Histories, context: Int | None, outputs: list[str]) -> dict[str, Float]:
        """Outputs of the blender, ``[visitors, items]`` or ``[visitors, items, parts]`` each."""
        model = self.model
        columns = {"taste": self.taste(histories, context), **counted_signals(histories, self.counting)}
        signals = np.stack([columns[name] for name in model.signals], axis=-1).astype(np.float32)
        visitor = visitor_facts(histories)
        items = signals.shape[1]
        blocks = -(-items // model.block)
        padded = np.zeros((len(signals), blocks * model.block, signals.shape[2]), np.float32)
        padded[:, :items] = signals
        shape = padded.shape[:2]
        result = {
            name: np.zeros((*shape, len(model.parts)) if name == "parts" else shape, np.float32)
            for name in outputs
        }
        for place in range(len(signals)):
            for start in range(0, padded.shape[1], model.block):
                block = slice(start, start + model.block)
                given = {"signals": padded[place : place + 1, block], "visitor": visitor[place : place + 1]}
                for name, values in zip(outputs, self.blender.run(outputs, given), strict=True):
                    result[name][place, block] = values[0]
        return {name: values[:, :items] for name, values in result.items()}

    def probabilities(self, histories: Histories, context: Int | None = None) -> Float:
        """``[visitors, items]``, 0 to 1: that an item is in the visitor's next basket.

        Raises
        ------
        ValueError
            The pack's model is not calibrated.
        """
        if self.model.probability is None:
            raise ValueError("this pack's model is not calibrated")
        return self._blend(histories, context, ["probability"])["probability"]

    def scores(self, histories: Histories, context: Int | None = None) -> Float:
        """``[visitors, items]``"""
        return self.blended(histories, context)[0]


def counting_of(contents: PackContents) -> Counting:
    """What the signals outside the graphs need, from a pack."""
    return Counting(
        contents.event_types, contents.linear, contents.habit, contents.priors, contents.items.leaf
    )


def session(graph: bytes) -> onnxruntime.InferenceSession:
    """One thread, quiet."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
