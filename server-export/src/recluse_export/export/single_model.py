"""A pack that ranks by one model of the zoo alone, so that a site may ship it and a test may compare it.

Item-to-item models become the sparse matrix of the linear tier, counting models its other parts, models whose
score is a dot product an encoder and item rows. What needs other users' data to rank can't leave the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import singledispatch

import numpy as np
import torch
from torch import Tensor, nn

from recluse_export.errors import ProblemError
from recluse_export.export.dot_product import BLOCK, dot_product_model
from recluse_export.export.graphs import blender_graph
from recluse_export.export.reference import PackRanker, counting_of
from recluse_export.export.segments import segment_lists
from recluse_export.export.sparse_int8 import Cut, no_weights, strongest_int8
from recluse_export.features.priors import popular_lists, priors
from recluse_export.models.als import Als
from recluse_export.models.base import Environment, Recommender
from recluse_export.models.frequency import PersonalFrequency
from recluse_export.models.frequency_intervals import FrequencyWithIntervals
from recluse_export.models.item_to_item import ItemToItem, repeats
from recluse_export.models.linear import LinearTier
from recluse_export.models.popularity import Popularity
from recluse_export.models.sequence_model import SequenceModel
from recluse_export.shapes import (
    Coefficients,
    Figure,
    Habit,
    Linear,
    Log,
    Model,
    PackContents,
    Priors,
    Training,
)

NOTHING = Coefficients(together=0.0, habit=0.0, affinity=0.0, popularity=0.0, recent=0.0)
USUAL_HABIT = Habit(half_life_days=90.0, prior_weight=2.0)
"""For models that do not look at it; a pack has to say something."""
NO_ROW = 4
"""Size of the item rows of a model that has none."""


@dataclass(frozen=True)
class Shipped:
    """What a pack needs to know to ship a model."""

    log: Log
    """What the model was fitted on."""
    until: int
    """The moment at which that ends, in the unit of ``log.time``."""
    environment: Environment
    strongest: int = 32
    """Entries of an item-to-item matrix that are kept a target or a source."""
    cut: Cut = "target"
    """Which of the two; compare on validation."""


@dataclass(frozen=True)
class Parts:
    """What makes a pack rank by one model."""

    linear: Linear
    habit: Habit
    priors: Priors
    model: Model | None = None


@dataclass(frozen=True)
class About:
    """What the pack says of itself."""

    name: str
    source: str
    licence: str
    split: str
    tie_break: str = "score descending, then row ascending"


def pack_of(
    model: Recommender, shipped: Shipped, about: About, figures: Sequence[Figure] = ()
) -> PackContents:
    """The contents of a pack that ranks by ``model``, a fitted one.

    Raises
    ------
    ProblemError
        The model can't rank on a device.
    """
    log = shipped.log
    parts = parts_of(model, shipped)
    return PackContents(
        name=about.name,
        data_until=datetime.fromtimestamp(int(log.time.max()), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if log.has_time
        else "",
        items=log.items,
        event_types=list(shipped.environment.event_types),
        context=list(shipped.environment.context),
        history_events=shipped.environment.history_events,
        linear=parts.linear,
        habit=parts.habit,
        priors=parts.priors,
        popular=replace(
            popular_lists(log, parts.priors),
            segments=segment_lists(
                log, shipped.until, shipped.environment.event_types, shipped.environment.context
            ),
        ),
        model=parts.model,
        training=Training(
            shipped.environment.seed, about.split, about.tie_break, about.source, about.licence
        ),
        data={"items": float(len(log.items)), "interactions": float(len(log.item))},
        figures=list(figures),
    )


def ranker_of(contents: PackContents) -> Recommender:
    """Ranks as a device does with the pack's best tier."""
    return LinearTier(counting_of(contents)) if contents.model is None else PackRanker(contents)


@singledispatch
def parts_of(model: Recommender, shipped: Shipped) -> Parts:
    """What makes a pack rank by ``model``; register a function here to make a further kind exportable.

    Raises
    ------
    ProblemError
        Nothing does.
    """
    raise ProblemError(
        f"{model.name}: can't be put into a pack: to rank, it needs other users' data or counts that no "
        "device has. Export a model that does not, such as frequency-intervals, ease or slist; this one "
        "can still be compared with."
    )


@parts_of.register
def _(model: ItemToItem, shipped: Shipped) -> Parts:
    settings = model.settings
    linear = strongest_int8(
        model.weights,
        model.spread,
        shipped.strongest,
        shipped.cut,
        diagonal=repeats(shipped.log),
        half_life_days=settings.half_life_days if model.has_time else None,
        half_life_events=None if model.has_time else settings.half_life_events,
        power=settings.power,
    )
    return Parts(linear, USUAL_HABIT, _priors(shipped))


@parts_of.register
def _(model: Popularity, shipped: Shipped) -> Parts:
    known = priors(shipped.log, shipped.until, model.half_life_days, model.recent_days)
    part = {"recent": 1.0} if model.lately else {"popularity": 1.0}
    return Parts(no_weights(len(shipped.log.items), replace(NOTHING, **part)), USUAL_HABIT, known)


@parts_of.register
def _(model: PersonalFrequency, shipped: Shipped) -> Parts:
    known = priors(shipped.log, shipped.until, model.half_life_days, model.recent_days)
    # As small as in the model: it orders what the visitor never had.
    little = 1e-6 / max(1e-9, float(np.ptp(known.popularity)))
    items = len(shipped.log.items)
    habitual = all(event_type.habit for event_type in model.event_types if event_type.weight != 0)
    if habitual and model.decays:
        linear = no_weights(items, replace(NOTHING, habit=1.0, popularity=little))
        return Parts(linear, replace(USUAL_HABIT, half_life_days=model.half_life_days), known)
    # Where other types of event count too, each item's interest speaks for the item alone.
    linear = Linear(
        half_life_days=model.half_life_days if model.decays else None,
        half_life_events=None,
        power=1.0,
        coefficients=replace(NOTHING, together=1.0, popularity=little),
        scale=np.ones(items, np.float32),
        offset=np.arange(items + 1, dtype=np.uint32),
        target=np.arange(items, dtype=np.uint32),
        weight=np.ones(items, np.int8),
    )
    return Parts(linear, USUAL_HABIT, known)


@parts_of.register
def _(model: FrequencyWithIntervals, shipped: Shipped) -> Parts:
    if model.priors is None:
        raise ValueError("not fitted")
    items = len(shipped.log.items)
    silent = dot_product_model(
        np.zeros((items, NO_ROW), np.float32),
        np.zeros(items, np.float32),
        NoState(),
        events=1,
        fields=len(shipped.environment.context),
    )
    linear = no_weights(items, replace(NOTHING, habit=1.0, popularity=1e-6))
    graph = blender_graph(model.chance, BLOCK)
    return Parts(linear, model.habit, model.priors, replace(silent, blender=graph))


@parts_of.register
def _(model: Als, shipped: Shipped) -> Parts:
    items = len(model.rows)
    factors = dot_product_model(
        model.rows,
        np.zeros(items, np.float32),
        model.fold_in(),
        events=model.settings.events,
        fields=len(shipped.environment.context),
    )
    # Until the graph is loaded, the device answers with what is popular.
    linear = no_weights(items, replace(NOTHING, popularity=1.0))
    return Parts(linear, USUAL_HABIT, _priors(shipped), factors)


@parts_of.register
def _(model: SequenceModel, shipped: Shipped) -> Parts:
    items = len(model.rows)
    sequence = dot_product_model(
        model.rows,
        np.zeros(items, np.float32),
        model.encoder(),
        events=model.events,
        fields=len(shipped.environment.context),
    )
    linear = no_weights(items, replace(NOTHING, popularity=1.0))
    return Parts(linear, USUAL_HABIT, _priors(shipped), sequence)


class NoState(nn.Module):
    """An encoder that has nothing to say."""

    def forward(
        self, items: Tensor, types: Tensor, ages: Tensor, values: Tensor, mask: Tensor, context: Tensor
    ) -> Tensor:
        """``state [batch, size]``, zeros."""
        return torch.zeros_like(items[:, 0])


def _priors(shipped: Shipped) -> Priors:
    return priors(shipped.log, shipped.until, 90.0, 28.0)
