"""What people of one kind take: one list a value of every declared fact of the profile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recluse_export.features.priors import best_first
from recluse_export.models.base import Environment
from recluse_export.models.popularity_by_segment import PopularityBySegment, SegmentSettings
from recluse_export.shapes import ContextField, EventType, Log

LENGTH = 100
"""Rows a list."""
FEWEST_USERS = 20
"""A segment of fewer users has no list: it would be less sure than everybody's, and could tell of one of
them."""


def segment_lists(
    log: Log, until: int, event_types: Sequence[EventType], context: Sequence[ContextField]
) -> dict[str, dict[str, list[int]]]:
    """Rows by popularity within each segment, best first, by the name of the profile column and its value.

    See "Popular by segment" in ``docs/model.md``; the scores are those of :class:`PopularityBySegment` with
    its defaults. Contexts that are no column of the log's profiles (hour, weekday, device) have no lists.
    """
    environment = Environment(event_types, context=context)
    lists: dict[str, dict[str, list[int]]] = {}
    for field in context:
        profile = log.profiles.get(field.name)
        if profile is None or not field.values:
            continue
        names, users = np.unique([value or "" for value in profile], return_counts=True)
        known = {name for name, count in zip(names.tolist(), users, strict=True) if count >= FEWEST_USERS}
        model = PopularityBySegment(SegmentSettings(segment=field.name), environment).fit(log, until)
        own = {
            value: best_first(model.segments[place + 1].astype(np.float32))[:LENGTH]
            for place, value in enumerate(field.values)
            if value in known
        }
        if own:
            lists[field.name] = own
    return lists
