"""From the configuration to the shapes that the pack and the models share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recluse_export.shapes import ContextField, EventType, Log

if TYPE_CHECKING:
    from recluse_export.config import Config, ContextSettings


def event_types_of(config: Config) -> list[EventType]:
    """The declared event types in their order, which is also that of ``Log.type``."""
    return [
        EventType(
            name=event.name,
            weight=event.weight,
            habit=event.habit,
            token=event.token,
            value=(event.value.base, event.value.slope) if event.value else None,
        )
        for event in config.events
    ]


def context_of(config: Config, log: Log) -> list[ContextField]:
    """Hour and weekday where they are wanted and the log has times, then columns of single interactions with
    their most frequent values, then the wanted profile columns with the values that occur.

    ``log`` is what training may see: a value that occurs only later is unknown.
    """
    clock = [name for name in ("hour", "weekday") if getattr(config.context, name) and log.has_time]
    profiles = [
        ContextField(name, sorted({value for value in log.profiles.get(name, []) if value is not None}))
        for name in config.context.profile
    ]
    moments = [
        ContextField(name, _frequent(log, name, config.context), of_moment=True)
        for name in sorted(log.context)
    ]
    fields = [*moments, *profiles]
    return [ContextField(name, []) for name in clock] + [field for field in fields if field.values]


def _frequent(log: Log, name: str, settings: ContextSettings) -> list[str]:
    """The values of a column of single interactions that the model knows, sorted."""
    column = log.context[name]
    known = column.code >= 0
    pairs = np.unique(np.stack([column.code[known], log.user[known]]), axis=1)
    users = np.bincount(pairs[0], minlength=len(column.values))
    events = np.bincount(column.code[known], minlength=len(column.values))
    order = np.argsort(-events, kind="stable")
    chosen = [place for place in order if users[place] >= settings.fewest_users][: settings.most_values]
    return sorted(column.values[place] for place in chosen)
