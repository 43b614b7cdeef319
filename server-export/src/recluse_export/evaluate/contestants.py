"""Which models stand in the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from recluse_export.errors import ProblemError
from recluse_export.models import zoo
from recluse_export.models.base import Recommender
from recluse_export.models.choose import choose
from recluse_export.progress import Progress
from recluse_export.shapes import ContextField, EventType, Log

if TYPE_CHECKING:
    from recluse_export.config import Config
    from recluse_export.train.trained import Trained

TIERS = ("linear", "encoder", "model")
"""What training makes: the tiers ``linear`` and ``model``, and the encoder alone."""
POPULARITY = "popularity"
"""What every model is held against; always in the table."""
POPULARITIES = ("popular", "popular lately", "popularity", "popularity-decayed", "popularity-lately")
"""Names of models that give everybody the same list."""


def names_of(text: str) -> list[str]:
    """Names of models from a comma-separated list: of the zoo, of the tiers, or ``all`` for both.

    Raises
    ------
    ProblemError
        One of them is unknown; the message lists those that there are.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [name for name in names if name not in (*zoo.ZOO, *TIERS, "all")]
    if unknown or not names:
        raise ProblemError(
            f"--models: {', '.join(map(repr, unknown)) or 'nothing'} is no model. Models: all, "
            f"{', '.join((*TIERS, *zoo.ZOO))}."
        )
    if "all" in names:
        names = [*zoo.ZOO, *TIERS]
    return list(dict.fromkeys(names))


def wants_training(names: Sequence[str] | None) -> bool:
    """Whether one of the models is a tier of the trained model; by default they all are."""
    return names is None or any(name in TIERS for name in names)


def contestants(
    names: Sequence[str] | None,
    past: Log,
    until: int,
    config: Config,
    trained: Trained | None,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    repeats: bool,
    progress: Progress,
    seconds_to_choose: float | None = None,
) -> tuple[list[Recommender], list[str]]:
    """The fitted models in the order of the table, popularity among them, and notes on those that do not suit
    the log.

    Parameters
    ----------
    names
        As :func:`names_of` gives them; None for the comparisons of the model card and every tier.
    past, until
        What training may see.
    config
        ``evaluate.models`` holds the settings of models of the zoo, and adds them to the default.
    trained
        What training made; None where no tier is asked for.
    event_types, context
        As declared.
    repeats
        Whether items in the history may be recommended.
    progress
        Told of every fit.
    seconds_to_choose
        Let validation choose each zoo model's settings within so many seconds a model; None takes those of
        the configuration, or the defaults.
    """
    models: list[Recommender] = []
    if names is None:
        if trained is not None:
            from recluse_export.train.pipeline import comparisons

            usual = comparisons(past, until, trained, config)
            models = [model for model in usual if model.name not in config.evaluate.models]
        wanted = [*([] if models else [POPULARITY]), *config.evaluate.models, *TIERS]
    else:
        has_popularity = any(name in POPULARITIES for name in names)
        wanted = [*([] if has_popularity else [POPULARITY]), *names]
    notes = []
    zoo_names = [name for name in wanted if name not in TIERS]
    for name in zoo_names:
        if names is not None and "times" in zoo.entry(name).needs and not past.has_time:
            notes.append(f"{name} is left out: it needs times, which this log has not.")
            continue
        if len(zoo_names) > 8 and not zoo.suits(name, past, repeats):
            needs = ", ".join(sorted(zoo.entry(name).needs))
            notes.append(f"{name} is left out: it needs {needs}. Name it alone to run it all the same.")
            continue
        try:
            models.append(
                _fitted(
                    name,
                    past,
                    until,
                    config,
                    event_types,
                    context,
                    repeats,
                    progress,
                    seconds_to_choose,
                    notes,
                )
            )
        except ProblemError as problem:
            if len(zoo_names) <= 8:
                raise
            notes.append(f"{name} is left out: {problem}")
    if trained is not None:
        models += [tier for tier in trained.tiers() if tier.name in wanted]
    return models, notes


def _fitted(
    name: str,
    past: Log,
    until: int,
    config: Config,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    repeats: bool,
    progress: Progress,
    seconds_to_choose: float | None,
    notes: list[str],
) -> Recommender:
    settings: Mapping[str, Any] = config.evaluate.models.get(name, {})
    told = {
        "event_types": event_types,
        "history_events": config.model.history_events,
        "context": context,
        "seed": config.model.seed,
    }
    if seconds_to_choose is not None and zoo.entry(name).tries:
        choice = choose(
            name,
            past,
            until,
            **told,
            repeats=repeats,
            start=settings,
            budget_seconds=seconds_to_choose,
            progress=progress,
        )
        settings = choice.settings
        notes.append(f"{name}: validation chose {settings or 'the defaults'} of {len(choice.tried)} tries.")
    with progress.step(f"Fit {name}", 1) as step:
        model = zoo.create(name, settings, **told).fit(past, until)
        step.advance()
    return model
