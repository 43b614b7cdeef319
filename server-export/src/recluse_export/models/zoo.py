"""Every model by its name: one way to make any of them from plain data.

``zoo.create("ease", {"l2": 0.5}, event_types=..., history_events=1000).fit(log, until)`` gives a model that
``models.base.recommend`` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from recluse_export.errors import ProblemError
from recluse_export.models.als import Als, AlsSettings
from recluse_export.models.base import Environment, Recommender
from recluse_export.models.content import Content, ContentSettings
from recluse_export.models.ease import Ease, EaseSettings
from recluse_export.models.edlae import Edlae, EdlaeSettings
from recluse_export.models.esasrec import ESasRec, ESasRecSettings
from recluse_export.models.frequency import FrequencySettings
from recluse_export.models.frequency_intervals import FrequencyWithIntervals, IntervalSettings
from recluse_export.models.neighbours import Bm25Neighbours, Bm25Settings, Neighbours, NeighboursSettings
from recluse_export.models.neumf import NeuMf, NeuMfSettings
from recluse_export.models.popularity import (
    DecayedPopularitySettings,
    LatePopularitySettings,
    PopularitySettings,
)
from recluse_export.models.popularity_by_segment import PopularityBySegment, SegmentSettings
from recluse_export.models.sasrec import SasRec, SasRecSettings
from recluse_export.models.settings import Settings
from recluse_export.models.slim import Slim, SlimSettings
from recluse_export.models.slist import Slist, SlistSettings
from recluse_export.models.slit import Slit, SlitSettings
from recluse_export.models.taiw import Taiw, TaiwSettings
from recluse_export.models.text import Text, TextSettings
from recluse_export.models.tifu_knn import TifuKnn, TifuKnnSettings
from recluse_export.models.up_cf import UpCf, UpCfSettings
from recluse_export.shapes import ContextField, EventType, Log

Need = Literal["times", "baskets", "attributes", "repeats"]
"""What a log must have for a model to make sense: ``times`` it refuses to do without, the others only make it
worth running."""


@dataclass(frozen=True)
class Entry:
    """One model of the zoo."""

    settings: type[Settings]
    """Its settings, with their defaults and what they mean."""
    make: Callable[[Any, Environment], Recommender]
    """From settings and environment to the model, not yet fitted."""
    about: str
    """One line for a table."""
    needs: frozenset[Need] = frozenset()
    """What the log must have."""
    tries: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Values that :func:`recluse_export.models.choose.choose` tries, setting by setting. A setting that ends
    in ``_days`` is tried only where the log has times, one in ``_events`` only where it has none."""


DECAY = {"half_life_days": [7.0, 30.0, 60.0, 180.0, None], "half_life_events": [2.5, 5.0, 10.0, 40.0, None]}
LEARNED = {**DECAY, "learn_decayed": [False, True]}

ZOO: dict[str, Entry] = {
    "popularity": Entry(
        PopularitySettings,
        lambda settings, _: settings.model(),
        "What everybody turns to, over the whole log",
    ),
    "popularity-decayed": Entry(
        DecayedPopularitySettings,
        lambda settings, _: settings.model(),
        "The same with decay",
        tries={"half_life_days": [7.0, 30.0, 90.0, 180.0]},
    ),
    "popularity-lately": Entry(
        LatePopularitySettings,
        lambda settings, _: settings.model(),
        "The same in the last weeks only",
        tries={"recent_days": [3.0, 7.0, 14.0, 28.0]},
    ),
    "popularity-by-segment": Entry(
        SegmentSettings,
        PopularityBySegment,
        "What is popular in the visitor's categories, or among users of their profile",
        frozenset({"attributes"}),
    ),
    "frequency": Entry(
        FrequencySettings,
        lambda settings, environment: settings.model(environment),
        "The visitor's own decayed counts",
        frozenset({"repeats"}),
        {"half_life_days": [30.0, 60.0, 90.0, 120.0, 240.0]},
    ),
    "frequency-intervals": Entry(
        IntervalSettings,
        FrequencyWithIntervals,
        "The visitor's own counts, and where they are in each item's usual interval",
        frozenset({"times", "repeats"}),
        {"half_life_days": [60.0, 90.0, 180.0]},
    ),
    "item-to-item": Entry(
        NeighboursSettings,
        Neighbours,
        "Cosine neighbours of the history's items",
        tries={**LEARNED, "neighbours": [20, 50, 100, 200], "power": [0.5, 1.0]},
    ),
    "bm25": Entry(
        Bm25Settings,
        Bm25Neighbours,
        "The same by BM25",
        tries={**LEARNED, "neighbours": [20, 50, 100, 200], "b": [0.25, 0.75]},
    ),
    "als": Entry(
        AlsSettings,
        Als,
        "Implicit matrix factorisation, visitors folded in",
        tries={
            **DECAY,
            "confidence": [0.25, 1.0, 4.0, 16.0, 64.0],
            "l2": [1.0, 10.0, 50.0],
            "factors": [32, 64, 128],
        },
    ),
    "ease": Entry(
        EaseSettings,
        Ease,
        "Linear autoencoder in closed form",
        tries={**LEARNED, "l2": [0.3, 1.0, 3.0], "power": [0.5, 1.0]},
    ),
    "edlae": Entry(
        EdlaeSettings,
        Edlae,
        "EASE learned with dropout",
        tries={**LEARNED, "dropout": [0.1, 0.3, 0.5], "l2": [0.2, 0.6, 2.0], "power": [0.5, 1.0]},
    ),
    "slim": Entry(
        SlimSettings,
        Slim,
        "Sparse non-negative linear model",
        tries={**LEARNED, "l1": [0.005, 0.02, 0.06], "l2": [0.2, 1.0], "power": [0.5, 1.0]},
    ),
    "slit": Entry(
        SlitSettings,
        Slit,
        "Linear model from past to future",
        tries={
            **DECAY,
            "l2": [0.3, 1.0, 3.0, 10.0],
            "power": [0.5, 1.0],
            "future_half_life_events": [2.0, 5.0, 10.0, 30.0],
            "future_half_life_days": [7.0, 28.0],
        },
    ),
    "slist": Entry(
        SlistSettings,
        Slist,
        "SLIT and EASE in one loss",
        tries={
            **DECAY,
            "together": [0.1, 0.3, 0.6],
            "l2": [0.3, 1.0, 3.0],
            "power": [0.5, 1.0],
            "future_half_life_events": [2.0, 5.0, 10.0, 30.0],
            "future_half_life_days": [7.0, 28.0],
        },
    ),
    "tifu-knn": Entry(
        TifuKnnSettings,
        TifuKnn,
        "Item frequencies with two decays, the visitor's and their neighbours'",
        frozenset({"baskets", "repeats"}),
        {
            "groups": [3, 7, 14],
            "within_decay": [0.8, 0.9, 0.97],
            "group_decay": [0.5, 0.7, 0.9],
            "own_share": [0.5, 0.7, 0.9],
            "neighbours": [100, 300, 900],
        },
    ),
    "up-cf": Entry(
        UpCfSettings,
        UpCf,
        "Recent popularity with the visitor and with similar users",
        frozenset({"baskets", "repeats"}),
        {"recency": [5, 25, 60, 1000], "locality": [5.0, 10.0, 30.0], "asymmetry": [0.0, 0.25, 0.5, 0.75]},
    ),
    "taiw": Entry(
        TaiwSettings,
        Taiw,
        "Waiting times of the visitor's items and of their neighbours'",
        frozenset({"times", "baskets", "repeats"}),
        {"own_share": [0.5, 0.7, 0.9], "neighbours": [100, 300], "smoothing": [10.0, 50.0]},
    ),
    "content": Entry(
        ContentSettings,
        Content,
        "Items with attributes like those of the history",
        frozenset({"attributes"}),
        DECAY,
    ),
    "text": Entry(
        TextSettings,
        Text,
        "Items whose text means what that of the history means",
        frozenset({"attributes"}),
        DECAY,
    ),
    "neumf": Entry(
        NeuMfSettings,
        NeuMf,
        "Neural collaborative filtering, the user as their pooled history",
        tries={"size": [64, 128], "dropout": [0.1, 0.3], "layers": [1, 2]},
    ),
    "sasrec": Entry(
        SasRecSettings,
        SasRec,
        "Causal transformer, cross-entropy over shared negatives",
        tries={"dropout": [0.1, 0.2, 0.4], "size": [64, 128], "blocks": [1, 2]},
    ),
    "esasrec": Entry(
        ESasRecSettings,
        ESasRec,
        "The same with gated layers",
        tries={"dropout": [0.1, 0.2, 0.4], "size": [64, 128], "blocks": [1, 2]},
    ),
}


def entry(name: str) -> Entry:
    """One model's entry.

    Raises
    ------
    ProblemError
        No model has this name; the message lists those that there are.
    """
    if name not in ZOO:
        raise ProblemError(f"{name!r} is no model. Models: {', '.join(ZOO)}.")
    return ZOO[name]


def settings_of(name: str, settings: Mapping[str, Any] | None = None) -> Settings:
    """A model's settings, checked.

    Raises
    ------
    ProblemError
        No such model, no such setting, or a value that is not allowed; the message lists what there is.
    """
    kind = entry(name).settings
    try:
        return kind.model_validate(dict(settings or {}))
    except ValidationError as error:
        problems = []
        for problem in error.errors():
            setting = ".".join(str(part) for part in problem["loc"])
            if problem["type"] == "extra_forbidden":
                there = ", ".join(kind.model_fields) or "none"
                problems.append(f"{name}: {setting} is not a setting. Settings: {there}.")
            else:
                problems.append(f"{name}: {setting}: {problem['msg']} (found: {problem['input']!r}).")
        raise ProblemError("\n".join(problems)) from None


def create(
    name: str,
    settings: Mapping[str, Any] | Settings | None = None,
    *,
    event_types: Sequence[EventType],
    history_events: int = 1000,
    context: Sequence[ContextField] = (),
    seed: int = 1,
) -> Recommender:
    """A model that is not yet fitted.

    Parameters
    ----------
    name
        One of ``ZOO``; figures carry it.
    settings
        By name, or already checked; what is left out has its default.
    event_types
        How each type of interaction counts, in the order of ``Log.type``.
    history_events
        Newest events of a visitor that a device uses.
    context
        The declared contexts.
    seed
        Of everything random.

    Raises
    ------
    ProblemError
        No such model, no such setting, or a value that is not allowed.
    """
    checked = settings if isinstance(settings, Settings) else settings_of(name, settings)
    model = entry(name).make(checked, Environment(event_types, history_events, context, seed))
    model.name = name
    return model


def suits(name: str, log: Log, repeats: bool) -> bool:
    """Whether a model makes sense for a log: it has what the model needs.

    Parameters
    ----------
    name
        One of ``ZOO``.
    log
        The log that it would learn from.
    repeats
        Whether people return to what they had.
    """
    items = log.items
    there: dict[Need, bool] = {
        "times": log.has_time,
        "baskets": log.has_time,
        "attributes": len(items.categories) > 1
        or bool(items.attributes)
        or any(brand is not None for brand in items.brand)
        or items.titles != items.ids,
        "repeats": repeats,
    }
    return all(there[need] for need in entry(name).needs)
