"""The visitor's own counts and intervals: what buying again looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recluse_export.features.history import DAY, Double, Histories
from recluse_export.features.interest import sum_by_item
from recluse_export.features.weight import event_weight
from recluse_export.shapes import EventType, Float, Habit


def repeat_interval(
    histories: Histories, event_types: Sequence[EventType], parameters: Habit, prior_interval: Float
) -> Double:
    """``[visitors, items]``: usual days between two times that a visitor takes an item, drawn towards what is
    usual for the item where the visitor has shown little; ``interval`` of "Habit" in ``docs/model.md``."""
    return habit_signals(histories, event_types, parameters, prior_interval).interval


@dataclass(frozen=True)
class HabitSignals:
    """``[visitors, items]`` each, float64; see "Habit" in ``docs/model.md``."""

    habit: Double
    times: Double
    days_since: Double
    interval: Double


def habit_signals(
    histories: Histories, event_types: Sequence[EventType], parameters: Habit, prior_interval: Float
) -> HabitSignals:
    """Decayed count, count, days since the newest (-1 = never) and usual interval of every item for every
    visitor."""
    items = len(prior_interval)
    counted = histories.keep(np.array([event_type.habit for event_type in event_types])[histories.type])
    decay = np.exp2(-counted.age / (DAY * parameters.half_life_days))
    habit = sum_by_item(counted, event_weight(counted, event_types) * decay, items)
    times = sum_by_item(counted, np.ones(len(counted.row)), items)

    cell = counted.visitor * items + counted.row
    by_age = np.lexsort((counted.age, cell))
    cells, first = np.unique(cell[by_age], return_index=True)
    newest = counted.age[by_age][first]
    oldest = counted.age[by_age][np.append(first[1:], len(by_age)) - 1] if len(by_age) else newest

    shape = (len(histories), items)
    days_since = np.full(shape, -1.0)
    days_since.flat[cells] = newest / DAY
    k = parameters.prior_weight
    prior = prior_interval.astype(np.float64)
    interval = np.broadcast_to(prior, shape).copy()
    interval.flat[cells] = (k * prior[cells % items] + (oldest - newest) / DAY) / (k + times.data - 1)
    return HabitSignals(habit.toarray(), times.toarray(), days_since, interval)
