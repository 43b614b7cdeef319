"""Everything of the pack that the full model adds: item rows and graphs."""

from __future__ import annotations

from recluse_export.export.graphs import blender_graph, encoder_graph, quantised
from recluse_export.export.rows import quantised_rows
from recluse_export.features.signals import PARTS, SIGNALS, VISITOR
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
    """Graphs in float and int8, and rows in int8; the blender gives probabilities where it was calibrated."""
    with progress.step("Export the graphs", 3) as step:
        encoder = encoder_graph(networks.encoder, settings.encoder.events, settings.tower.size, fields)
        step.advance()
        small = quantised(encoder)
        step.advance()
        blender = blender_graph(
            networks.blender, settings.blender.block, calibration.calibrator if calibration else None
        )
        step.advance()
    row, scale = quantised_rows(networks.rows.row)
    return Model(
        events=settings.encoder.events,
        size=settings.tower.size,
        row_scale=scale,
        row_bias=networks.rows.bias,
        row=row,
        encoder=small,
        encoder_float=encoder,
        blender=blender,
        block=settings.blender.block,
        signals=SIGNALS,
        visitor=VISITOR,
        parts=PARTS,
        probability=calibration.of if calibration else None,
    )
