"""From the configuration to the shapes that the pack and the models share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recluse_export.shapes import ContextField, EventType, Log

if TYPE_CHECKING:
    from recluse_export.config import Config


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
    """Hour and weekday where they are wanted and the log has times, then the wanted profile columns with the
    values that occur."""
    clock = [name for name in ("hour", "weekday") if getattr(config.context, name) and log.has_time]
    profiles = [
        ContextField(name, sorted({value for value in log.profiles.get(name, []) if value is not None}))
        for name in config.context.profile
    ]
    return [ContextField(name, []) for name in clock] + [field for field in profiles if field.values]
