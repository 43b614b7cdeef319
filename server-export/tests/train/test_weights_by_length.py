"""Choosing the weights of the sum for visitors of whom little is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets
from recluse_export.features.history import Histories
from recluse_export.features.signals import LINES, Counting, counted_signals, line_of
from recluse_export.models.base import best
from recluse_export.models.by_length import LENGTHS
from recluse_export.shapes import EventType, Float, Habit, Int, Linear, Priors, SumWeights
from recluse_export.train.by_length import POPULARITY_ALONE, Newcomers, best_weights, weights_by_length

ITEMS, VISITORS, EVENTS = 40, 250, 12
WHOLE = SumWeights(together=20.0, habit=0.0, affinity=0.5, popularity=0.0, recent=0.0)
TOGETHER = (0.0, 20.0)
TYPES = [EventType("watch", 1.0, False, 1)]


@dataclass(frozen=True)
class GivenTaste:
    """What the encoder would say, ``[visitors, items]``, whoever asks."""

    table: Float

    def scores(self, histories: Histories, context: Int | None = None) -> Float:
        assert len(histories) == len(self.table)
        return self.table


def visitors(told_by_history: bool) -> Newcomers:
    """Some whose next item is a popular one, whatever they had before; or the one after their last."""
    random = np.random.default_rng(4)
    share = 1 / np.arange(1, ITEMS + 1)
    rows = random.integers(0, ITEMS, (VISITORS, EVENTS)).astype(np.int32)
    wanted = random.choice(ITEMS, VISITORS, p=share / share.sum()).astype(np.int32)
    if told_by_history:
        wanted = (rows[:, -1] + 1) % ITEMS
    for row, item in zip(rows, wanted, strict=True):
        row[row == item] = (item + 2) % ITEMS
    source = np.arange(ITEMS)
    nothing = np.zeros(ITEMS, np.float32)
    return Newcomers(
        Histories(
            np.arange(VISITORS + 1) * EVENTS,
            rows.ravel(),
            np.zeros(rows.size, np.int32),
            np.tile(np.arange(EVENTS, 0, -1).astype(np.float64), VISITORS),
            np.zeros(rows.size),
        ),
        Targets(
            np.arange(VISITORS, dtype=np.int32),
            np.full(VISITORS, EVENTS),
            np.arange(VISITORS + 1),
            wanted,
            np.zeros(VISITORS, bool),
        ),
        np.zeros((VISITORS, 0), np.int32),
        Counting(
            TYPES,
            Linear(
                None,
                1.0,
                0.5,
                WHOLE,
                np.full(ITEMS, 0.01, np.float32),
                np.arange(ITEMS + 1, dtype=np.uint32),
                ((source + (1 if told_by_history else 7)) % ITEMS).astype(np.uint32),
                np.full(ITEMS, 100, np.int8),
            ),
            Habit(30.0, 2.0),
            Priors(np.log(share).astype(np.float32), nothing, nothing + 1, nothing),
            np.zeros(ITEMS, np.int32),
        ),
        repeats=False,
    )


def a_taste() -> GivenTaste:
    """That knows nothing."""
    return GivenTaste(np.random.default_rng(5).normal(0, 3, (VISITORS, ITEMS)).astype(np.float32))


def worth(newcomers: Newcomers, taste: GivenTaste, events: int, weights: Sequence[float]) -> float:
    """NDCG@10 + recall@10 over all items of visitors of whom the newest events are known."""
    histories = newcomers.histories.newest(events)
    signals = {"taste": taste.scores(histories), **counted_signals(histories, newcomers.counting)}
    score = sum(
        np.float32(weight) * line_of(name, signals) for weight, name in zip(weights, LINES, strict=True)
    )
    score[histories.visitor, histories.row] = -np.inf
    figures = measure(best(score, 20), newcomers.targets)
    return float(figures["ndcg@10"].mean() + figures["recall@10"].mean())


def test_after_one_event_that_says_nothing_the_weights_are_no_worse_than_popularity():
    newcomers, taste = visitors(told_by_history=False), a_taste()
    of_whole = np.array(WHOLE.lines)
    levels = weights_by_length(newcomers, taste, WHOLE, TOGETHER)
    assert len(levels) == len(LENGTHS)
    by_popularity = worth(newcomers, taste, 1, POPULARITY_ALONE)
    assert by_popularity > 2 * worth(newcomers, taste, 1, of_whole)
    assert worth(newcomers, taste, 1, of_whole + levels[LENGTHS.index(1)]) >= by_popularity - 1e-6
    # Without any event it is popularity alone, and with many nothing is added.
    assert (of_whole + levels[0]).tolist() == list(POPULARITY_ALONE)
    assert not any(levels[-1])


@pytest.mark.parametrize("events", [1, 3])
def test_events_that_tell_what_comes_next_are_not_given_up_for_popularity(events: int):
    newcomers, taste = visitors(told_by_history=True), GivenTaste(np.zeros((VISITORS, ITEMS), np.float32))
    fewer = Newcomers(
        newcomers.histories.newest(events), newcomers.targets, newcomers.context, newcomers.counting, False
    )
    chosen = best_weights(fewer, taste, WHOLE, TOGETHER)
    assert chosen[1] > 0
    assert worth(newcomers, taste, events, chosen) > 1.9
    assert worth(newcomers, taste, events, POPULARITY_ALONE) < 1


def test_where_people_repeat_the_weights_of_short_histories_are_chosen_for_what_is_new_as_well():
    """Seven in ten turn to what they had before their last event, which the taste tells; the others to what
    comes after that, which the linear tier tells, and each keeps the other's item out of the list."""
    newcomers = visitors(told_by_history=True)
    rows = newcomers.histories.row.reshape(VISITORS, EVENTS)
    returns = np.arange(VISITORS) % 10 < 7
    wanted = np.where(returns, rows[:, -2], newcomers.targets.item).astype(np.int32)
    had = np.zeros((VISITORS, ITEMS), np.float32)
    np.put_along_axis(had, rows.astype(np.int64), 0.01, axis=1)
    turning = replace(
        newcomers, targets=replace(newcomers.targets, item=wanted, repeat=returns), repeats=True
    )
    without = SumWeights(together=0.0, habit=0.0, affinity=0.0, popularity=0.0, recent=0.0)
    chosen = best_weights(turning, GivenTaste(had), without, (0.0, 20000.0))
    assert chosen[1] == 20000.0
