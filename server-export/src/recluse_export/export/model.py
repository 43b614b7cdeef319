"""Everything of the pack that the full model adds: item rows and graphs."""

from __future__ import annotations

import numpy as np

from recluse_export.export.graphs import blender_graph, encoder_graph
from recluse_export.export.int8_weights import with_int8_weights
from recluse_export.features.signals import PARTS, SIGNALS, VISITOR
from recluse_export.models.int8 import int8_steps
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import Model
from recluse_export.train.calibrate import Calibration
from recluse_export.train.networks import Networks


def exported_model(
    networks: Networks,
    fields: int,
    settings: ModelSettings,
    progress: Progress,
    calibration: Calibration | None = None,
) -> Model:
    """Graphs and item rows, weights as int8; the blender gives probabilities where it was calibrated.

    Raises
    ------
    ValueError
        The networks are not in steps of int8 (see ``models.int8``), so the pack would be another model.
    """
    with progress.step("Export the graphs", 2) as step:
        encoder = with_int8_weights(
            encoder_graph(networks.encoder, settings.encoder.events, settings.tower.size, fields)
        )
        step.advance()
        blender = blender_graph(
            networks.blender, settings.blender.block, calibration.calibrator if calibration else None
        )
        step.advance()
    row, scale = int8_steps(networks.rows.row)
    if not np.array_equal(row * scale[:, None], networks.rows.row):
        raise ValueError("the item rows are not in steps of int8")
    return Model(
        events=settings.encoder.events,
        size=settings.tower.size,
        row_scale=scale,
        row_bias=networks.rows.bias,
        row=row,
        encoder=encoder,
        blender=blender,
        block=settings.blender.block,
        signals=SIGNALS,
        visitor=VISITOR,
        parts=PARTS,
        probability=calibration.of if calibration else None,
    )
