"""What people of one kind take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from features.test_priors import log_of
from recluse_export.export.segments import FEWEST_USERS, segment_lists
from recluse_export.shapes import ContextField, EventType

DAY = 86_400
TYPES = [EventType("purchase", 1.0, True, 1)]


def test_each_segment_begins_with_what_its_people_buy_and_a_segment_of_few_has_no_list():
    # Even users buy item 0 and item 2, odd ones item 1 and item 2; one user is of an age of his own.
    users = 2 * FEWEST_USERS + 1
    events = [
        (user, item, day) for user in range(users) for day in range(10) for item in sorted({user % 2, 2})
    ]
    ages = ["young" if user % 2 == 0 else "old" for user in range(users - 1)] + ["ancient"]
    log = replace(log_of(events, 4), profiles={"age": ages})
    context = [ContextField("hour", []), ContextField("age", ["young", "old", "ancient"])]
    lists = segment_lists(log, 11 * DAY, TYPES, context)
    assert list(lists) == ["age"]
    assert list(lists["age"]) == ["young", "old"]
    assert [rows.index(0) < rows.index(1) for rows in lists["age"].values()] == [True, False]
    assert all(sorted(rows) == list(range(4)) for rows in lists["age"].values())
    assert np.ndim(lists["age"]["old"]) == 1


def test_a_log_without_profiles_has_no_segments():
    log = log_of([(0, 0, 1), (1, 1, 2)], 2)
    assert segment_lists(log, 3 * DAY, TYPES, [ContextField("age", ["young"])]) == {}
