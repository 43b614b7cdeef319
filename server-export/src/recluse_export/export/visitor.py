"""A visitor's interactions as the browser stores them, turned into the history that all signals are computed
from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import numpy as np

from recluse_export.features.history import Histories
from recluse_export.shapes import EventType


class Interaction(TypedDict):
    """One line of the store; times in milliseconds since 1970."""

    type: str
    item: str
    time: float
    value: NotRequired[float]
    basket: NotRequired[str]


class Visitor(TypedDict):
    """Interactions in the order in which they were stored, the moment of the list, and what the context says
    of it."""

    user: str
    interactions: list[Interaction]
    now: float
    context: NotRequired[dict[str, str | int]]


def history_of(
    visitors: Sequence[Visitor], row_of: Mapping[str, int], event_types: Sequence[EventType], limit: int
) -> Histories:
    """ "The history" of ``docs/model.md`` for each visitor: known items, types with a weight, newest
    ``limit``."""
    index = {event_type.name: place for place, event_type in enumerate(event_types) if event_type.weight != 0}
    rows, types, ages, values, offsets = [], [], [], [], [0]
    for visitor in visitors:
        kept = [one for one in visitor["interactions"] if one["item"] in row_of and one["type"] in index][
            -limit:
        ]
        rows += [row_of[one["item"]] for one in kept]
        types += [index[one["type"]] for one in kept]
        ages += [max(0.0, (visitor["now"] - one["time"]) / 1000) for one in kept]
        values += [one.get("value", 0.0) for one in kept]
        offsets.append(len(rows))
    return Histories(
        np.array(offsets, np.int64),
        np.array(rows, np.int32),
        np.array(types, np.int32),
        np.array(ages, np.float64),
        np.array(values, np.float64),
    )
