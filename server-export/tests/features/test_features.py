"""The batched features are held to plain loops over "docs/model.md", line by line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recluse_export.features.affinity import affinity
from recluse_export.features.habit import habit_signals
from recluse_export.features.history import DAY, Histories, histories_at
from recluse_export.features.interest import interest
from recluse_export.features.sequence import PADDING, sequences
from recluse_export.features.signals import visitor_facts
from recluse_export.features.together import together, weights
from recluse_export.shapes import Coefficients, EventType, Habit, Linear

ITEMS = 6
TYPES = [
    EventType("purchase", 1.0, True, 1),
    EventType("view", 0.1, False, 0),
    EventType("dislike", -1.0, False, 2),
    EventType("rating", 0.7, True, 3, (-1.5, 0.5)),
]
PRIOR = np.array([7, 14, 21, 28, 35, 42], np.float32)
LEAF = np.array([0, 0, 1, 1, 2, 3], np.int32)

event = st.tuples(
    st.integers(0, ITEMS - 1),
    st.integers(0, len(TYPES) - 1),
    st.integers(0, 16_000_000).map(float),
    st.sampled_from([0.0, 1.0, 2.5, 5.0]),
)
visitors = st.lists(st.lists(event, max_size=12), min_size=1, max_size=4)


def histories_from(events: list[list[tuple[int, int, float, float]]]) -> Histories:
    flat = [one for visitor in events for one in visitor]
    columns = list(zip(*flat, strict=True)) if flat else [[], [], [], []]
    return Histories(
        np.concatenate([[0], np.cumsum([len(visitor) for visitor in events])]).astype(np.int64),
        np.array(columns[0], np.int32),
        np.array(columns[1], np.int32),
        np.array(columns[2], np.float64),
        np.array(columns[3], np.float64),
    )


def plain_weight(kind: int, value: float) -> float:
    declared = TYPES[kind]
    if declared.value is None or value == 0:
        return declared.weight
    return declared.weight * max(0.0, declared.value[0] + declared.value[1] * value)


@settings(max_examples=60, deadline=None)
@given(visitors)
def test_recent_interest_of_many_visitors_is_that_of_each_alone(events):
    computed = interest(histories_from(events), TYPES, ITEMS, 30.0, 5.0, 0.5).toarray()
    for visitor, own in enumerate(events):
        expected = np.zeros(ITEMS)
        for place, (row, kind, age, value) in enumerate(own):
            newer = len(own) - 1 - place
            expected[row] += plain_weight(kind, value) * 2 ** (-age / (DAY * 30)) * 2 ** (-newer / 5)
        expected = np.array([math.copysign(abs(total) ** 0.5, total) if total else 0.0 for total in expected])
        np.testing.assert_allclose(computed[visitor], expected, rtol=1e-6, atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(visitors)
def test_habit_times_days_and_interval_of_many_visitors_are_those_of_each_alone(events):
    computed = habit_signals(histories_from(events), TYPES, Habit(60.0, 2.0), PRIOR)
    for visitor, own in enumerate(events):
        for row in range(ITEMS):
            counted = [
                (age, kind, value) for item, kind, age, value in own if item == row and TYPES[kind].habit
            ]
            ages = [age for age, _, _ in counted]
            habit = sum(plain_weight(kind, value) * 2 ** (-age / (DAY * 60)) for age, kind, value in counted)
            assert computed.habit[visitor, row] == pytest.approx(habit, abs=1e-9)
            assert computed.times[visitor, row] == len(counted)
            assert computed.days_since[visitor, row] == pytest.approx(min(ages) / DAY if ages else -1)
            if ages:
                interval = (2 * PRIOR[row] + (max(ages) - min(ages)) / DAY) / (2 + len(ages) - 1)
            else:
                interval = PRIOR[row]
            assert computed.interval[visitor, row] == pytest.approx(interval)


@settings(max_examples=60, deadline=None)
@given(visitors)
def test_affinity_is_a_share_that_adds_up_to_one_over_the_categories(events):
    x = interest(histories_from(events), TYPES, ITEMS, 30.0, None, 1.0)
    computed = affinity(x, LEAF)
    for visitor, line in enumerate(x.toarray()):
        positive = np.maximum(line, 0)
        by_category = {leaf: computed[visitor, row] for row, leaf in enumerate(LEAF)}
        assert sum(by_category.values()) == pytest.approx(1.0 if positive.sum() > 0 else 0.0)
        for row in range(ITEMS):
            share = positive[LEAF[row] == LEAF].sum() / positive.sum() if positive.sum() > 0 else 0.0
            assert computed[visitor, row] == pytest.approx(share)


@settings(max_examples=40, deadline=None)
@given(visitors, st.integers(0, 2**31))
def test_together_is_the_sum_over_sources_times_the_scale_of_the_target(events, seed):
    random = np.random.default_rng(seed)
    dense = random.integers(-127, 128, (ITEMS, ITEMS)) * (random.random((ITEMS, ITEMS)) < 0.5)
    scale = random.uniform(0.01, 0.1, ITEMS).astype(np.float32)
    sources, targets = np.nonzero(dense)
    offset = np.searchsorted(sources, np.arange(ITEMS + 1)).astype(np.uint32)
    matrix = Linear(
        30.0,
        None,
        1.0,
        Coefficients(1, 0, 0, 0, 0),
        scale,
        offset,
        targets.astype(np.uint32),
        dense[sources, targets].astype(np.int8),
    )
    np.testing.assert_array_equal(weights(matrix).toarray(), dense)
    x = interest(histories_from(events), TYPES, ITEMS, 30.0, None, 1.0)
    np.testing.assert_allclose(together(x, matrix), x.toarray() @ dense * scale.astype(np.float64), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(visitors)
def test_the_encoder_sees_the_newest_events_with_a_token_at_the_right_end(events):
    read = sequences(histories_from(events), TYPES, 4)
    for visitor, own in enumerate(events):
        seen = [one for one in own if TYPES[one[1]].token > 0][-4:]
        padding = 4 - len(seen)
        assert read.row[visitor].tolist() == [-1] * padding + [one[0] for one in seen]
        assert read.type[visitor].tolist() == [0] * padding + [TYPES[one[1]].token for one in seen]
        assert read.age[visitor].tolist() == [0.0] * padding + [one[2] for one in seen]
        assert read.mask[visitor].tolist() == [PADDING] * padding + [0.0] * len(seen)


@settings(max_examples=40, deadline=None)
@given(visitors)
def test_a_visitor_without_history_has_zero_facts_and_others_have_theirs(events):
    facts = visitor_facts(histories_from(events))
    for visitor, own in enumerate(events):
        ages = [one[2] for one in own]
        expected = [
            len(own),
            len({one[0] for one in own}),
            max(ages, default=0) / DAY,
            min(ages, default=0) / DAY,
        ]
        np.testing.assert_allclose(facts[visitor], expected, rtol=1e-6)


def test_a_history_holds_what_was_strictly_before_the_moment_and_no_more_than_its_limit(small_log):
    user = 3
    times = small_log.time[small_log.offsets[user] : small_log.offsets[user + 1]]
    now = int(times[len(times) // 2])
    types = [EventType(name, 1.0, True, 1) for name in small_log.event_types]
    whole = histories_at(small_log, np.array([user]), np.array([now]), types, 10_000)
    assert len(whole.row) == np.count_nonzero(times < now)
    assert (whole.age > 0).all()
    assert (np.diff(whole.age) <= 0).all()
    short = histories_at(small_log, np.array([user, user]), np.array([now, now]), types, 5)
    np.testing.assert_array_equal(short.row, np.tile(whole.row[-5:], 2))


def test_types_without_weight_are_not_in_the_history(small_log):
    types = [EventType(name, 0.0, True, 1) for name in small_log.event_types]
    nothing = histories_at(small_log, np.array([0]), np.array([2_000_000_000]), types, 100)
    assert len(nothing.row) == 0
