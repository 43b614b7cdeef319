"""Encoder, item rows and blender, trained in the order that keeps each from learning what the others should
not have seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from recluse_export.evaluate.split import validation
from recluse_export.features.history import histories_at
from recluse_export.features.signals import Counting
from recluse_export.models.blender import Blender
from recluse_export.models.encoder import Encoder
from recluse_export.models.hybrid import Hybrid, ItemRows, Taste
from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import ContextField, EventType, Log
from recluse_export.train.blender import train_blender
from recluse_export.train.encoder import (
    SCALES,
    new_encoder,
    passes_wanted,
    seconds_a_pass,
    train_encoder,
)
from recluse_export.train.kept import Kept
from recluse_export.train.linear import LinearParameters, fit_counting
from recluse_export.train.moment_evidence import EVIDENCE, moment_evidence
from recluse_export.train.rounding import Rounding, cost_of_rounding, rounded

SHARE_OF_BUDGET = 0.55
"""Of the time that is left, for the passes of the encoder over the older part."""
FIRST_STRENGTHS = [1.0, 0.5, 0.0]
"""Where the strengths of ``EVIDENCE`` start, in units of ``SCALES``."""


@dataclass(frozen=True)
class Networks:
    """What PyTorch trained; encoder and rows in steps of int8 (``models.int8``)."""

    encoder: Encoder | NextItemEncoder
    rows: ItemRows
    blender: Blender
    blended: bool
    """False: no blend beat the linear tier on the validation week, so the blender ranks as the linear tier
    does."""
    worths: list[float] = field(default_factory=list)
    """NDCG@10 + recall@10 on validation after each pass, where training looks at it."""
    rounding: Rounding | None = None
    """What the steps of int8 cost on validation; None where nobody measured it."""
    rows_from_content: ItemRows | None = None
    """Rows and biases of all items as if training had seen none of them (``ItemRows.from_content``), in steps
    of int8. A checkpoint holds them only where training held items out."""

    def taste(self, counting: Counting, settings: ModelSettings) -> Taste:
        """The encoder as a model of its own."""
        return Taste(self.encoder, self.rows, counting, settings.encoder.events, len(self.encoder.context))

    def hybrid(self, counting: Counting, settings: ModelSettings) -> Hybrid:
        """The full model."""
        return Hybrid(self.taste(counting, settings), self.blender, counting)


def train_networks(
    past: Log,
    until: int,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    settings: ModelSettings,
    parameters: LinearParameters,
    repeats: bool,
    progress: Progress,
    kept: Kept,
) -> Networks:
    """First everything on the older part of the log; then the blender on the weeks after it, the last of them
    to check; then the encoder goes on with the whole log, while the blender stays as it is.
    """
    earlier = validation(past, until, settings.blender.cutoffs + 1)
    budget = kept.budget
    with progress.step("Solve the item-to-item matrix of the older part", 1) as step:
        counting = kept.counting(
            "matrix of the older part",
            "",
            event_types,
            lambda: fit_counting(earlier.log, earlier.until, event_types, settings, parameters, repeats),
        )
        step.advance()
    encoder, tower = new_encoder(earlier.log, event_types, context, counting.priors.popularity, settings)
    evidence, strength = None, None
    if settings.encoder.beside_linear:
        evidence = moment_evidence(
            earlier.log, earlier.until, event_types, settings, parameters, repeats, progress, kept
        )
        strength = nn.Parameter(torch.tensor(FIRST_STRENGTHS))

    wanted = passes_wanted(earlier.log, event_types, context, settings)

    def passes_within_budget() -> int:
        if budget.seconds is None:
            return wanted
        seconds = seconds_a_pass(
            encoder, tower, earlier.log, event_types, context, settings, evidence, strength
        )
        return budget.passes(wanted, seconds, SHARE_OF_BUDGET)

    epochs = kept.once("passes", "", passes_within_budget)
    train_encoder(
        encoder,
        tower,
        earlier.log,
        event_types,
        context,
        settings,
        epochs,
        "Train the encoder",
        progress,
        evidence=evidence,
        strength=strength,
        kept=kept,
    )
    blender = Blender(parameters.choice.coefficients, settings.blender)
    if strength is not None:
        found = dict(zip(EVIDENCE, (strength.detach() * SCALES).tolist(), strict=True))
        blender = Blender.beside(found, parameters.choice.coefficients, settings.blender)
    taste = Taste(encoder, ItemRows.of(tower), counting, settings.encoder.events, len(context))

    def blend() -> dict[str, Any]:
        hybrid = Hybrid(taste, blender, counting)
        weeks, check = earlier.weeks[:-1], earlier.weeks[-1]
        known = np.unique(earlier.log.item)
        blended = train_blender(hybrid, past, weeks, check, settings, repeats, progress, budget, known)
        histories = histories_at(past, check.users, check.now, event_types, settings.history_events)
        of_check = (counting, settings, histories, check, repeats)
        rounding = cost_of_rounding(encoder, taste.rows, blender, *of_check)
        return {"blended": blended, "state": blender.state_dict(), "rounding": asdict(rounding)}

    blend_found = kept.once("blender", "the blender", blend)
    blender.load_state_dict(blend_found["state"])
    again = max(1, epochs // 4)
    train_encoder(
        encoder,
        tower,
        past,
        event_types,
        context,
        settings,
        again,
        "Go on with the newest weeks",
        progress,
        peak=0.3,
        evidence=None if evidence is None else replace(evidence, log=past),
        strength=None if strength is None else nn.Parameter(strength.detach(), requires_grad=False),
        kept=kept,
    )
    encoder, rows = rounded(encoder, ItemRows.of(tower))
    rounding = Rounding(**blend_found["rounding"])
    made = ItemRows.from_content(tower, np.unique(past.item)).rounded()
    return Networks(
        encoder, rows, blender.eval(), blend_found["blended"], rounding=rounding, rows_from_content=made
    )
