"""Groups of users, new visitors and new items."""

from __future__ import annotations

from typing import Self

import numpy as np
import pytest

from evaluate.small_logs import log_of
from recluse_export.evaluate.cold_start import as_newcomers, cold_start
from recluse_export.evaluate.comparison import comparisons_with
from recluse_export.evaluate.groups import group_figures, groups_of
from recluse_export.evaluate.lists import Question, measured, question, rank
from recluse_export.evaluate.new_items import (
    about_new_items,
    chance_recall,
    hold_out_items,
    new_item_figures,
    with_rows,
    without_items,
)
from recluse_export.evaluate.split import last_event
from recluse_export.features.history import Histories
from recluse_export.models.hybrid import ItemRows
from recluse_export.shapes import ContextField, EventType, Float, Int, Log

PURCHASE = [EventType("purchase", 1.0, True, 1)]
ITEMS = 30
FIELDS = [ContextField("weekday", []), ContextField("age", ["young", "old"])]


def shop(has_time: bool = True) -> Log:
    """Forty users who walk through the items; the next one is always the last one's follower."""
    lines = [
        [((user + place) % ITEMS, place + 1, place) for place in range(3 + 8 * (user % 2))]
        for user in range(40)
    ]
    ages = ["young" if user % 2 else "old" if user % 4 else None for user in range(40)]
    return log_of(lines, ITEMS, has_time, {"age": ages})


class Follower:
    """Knows what comes next, and remembers what it was told."""

    name = "follower"

    def __init__(self) -> None:
        self.contexts: list[Int] = []

    def fit(self, log: Log, until: int) -> Self:
        return self

    def scores(self, histories: Histories, context: Int | None = None) -> Float:
        if context is not None:
            self.contexts.append(context)
        scores = np.tile(np.linspace(0.1, 0, ITEMS, dtype=np.float32), (len(histories), 1))
        for visitor in range(len(histories)):
            rows = histories.row[histories.offsets[visitor] : histories.offsets[visitor + 1]]
            if len(rows):
                scores[visitor, (rows[-1] + 1) % ITEMS] = 1
        return scores


class Always(Follower):
    """The same list for everybody."""

    name = "popularity"

    def scores(self, histories: Histories, context: Int | None = None) -> Float:
        return np.tile(np.linspace(1, 0, ITEMS, dtype=np.float32), (len(histories), 1))


def asked(log: Log) -> Question:
    return question(log, "last event", last_event(log), PURCHASE, FIELDS, 100, repeats=False)


def test_the_moment_and_the_profile_reach_models_that_take_them():
    log, model = shop(), Follower()
    rank(model, asked(log))
    known = np.concatenate(model.contexts)
    # Three and eleven days after 1 January 1970, a Thursday: a Sunday and a Monday.
    assert set(known[:, 0]) == {7, 1}
    assert known[:, 1].tolist() == [{"young": 1, "old": 2, None: 0}[age] for age in log.profiles["age"]]


def test_users_are_grouped_by_history_length_and_profile_and_small_groups_are_left_out():
    log = shop()
    groups = {
        (attribute, name): int(members.sum()) for attribute, name, members in groups_of(log, asked(log), 1)
    }
    assert groups == {
        ("history length", "1 to 4"): 20,
        ("history length", "10 to 19"): 20,
        ("age", "young"): 20,
        ("age", "old"): 10,
        ("age", "unknown"): 10,
    }
    assert all(int(members.sum()) >= 20 for _, _, members in groups_of(log, asked(log), 20))


def test_a_group_that_is_served_worse_than_by_popularity_is_marked():
    log = shop()
    one = asked(log)
    good = measured("good", rank(Follower(), one), one.targets)
    # A model that fails the users with short histories, though it is ahead of popularity on the whole.
    short = np.diff(one.histories.offsets) < 5
    lists = good.lists["all"].copy()
    lists[short] = ITEMS - 1
    unfair = measured("unfair", {"all": lists}, one.targets)
    popular = measured("popularity", rank(Always(), one), one.targets)
    figures = group_figures(log, one, [popular, good, unfair], "popularity", 10, 999, 1)
    marked = {(figure.model, figure.group) for figure in figures if figure.flagged}
    assert ("unfair", "1 to 4") in marked
    assert not any(model == "good" for model, _ in marked)
    assert ("unfair", "10 to 19") not in marked
    assert all(figure.p is None for figure in figures if figure.model == "popularity")


def test_every_model_is_compared_with_the_reference_user_by_user():
    log = shop()
    one = asked(log)
    answers = [measured(model.name, rank(model, one), one.targets) for model in (Always(), Follower())]
    found = {
        figure.metric: figure for figure in comparisons_with("follower", answers, "last event", 999, 50, 1)
    }
    assert set(found) == {"recall@10", "ndcg@10"}
    recall = found["recall@10"]
    values = [answer.values["all"]["recall@10"].mean() for answer in answers]
    assert recall.difference == pytest.approx(values[1] - values[0])
    assert recall.low < recall.difference < recall.high
    assert recall.p == recall.p_holm == 0.001
    assert (recall.model, recall.reference, recall.users) == ("popularity", "follower", 40)


@pytest.mark.parametrize("has_time", [True, False])
def test_newcomers_are_known_by_their_newest_events_only_and_never_by_their_profile(has_time):
    log, model = shop(has_time), Follower()
    newcomers = as_newcomers(asked(log), [0, 1, 5], FIELDS, 15, 1)
    assert newcomers is not None
    assert len(newcomers.targets) == 15
    assert not newcomers.context[:, 1].any()
    figures = cold_start(newcomers, [Always(), model], [0, 1, 5], 20, 1)
    recall = {(one.model, one.events): one.value for one in figures if one.metric == "recall@10"}
    assert recall["follower", 1] == recall["follower", 5] == 1
    assert recall["follower", 0] < 1
    assert recall["popularity", 0] < 1
    assert all(one.users == 15 for one in figures)
    assert not any(context[:, 1].any() for context in model.contexts)


def test_nobody_is_a_newcomer_where_all_histories_are_short():
    assert as_newcomers(asked(shop()), [0, 50], FIELDS, 15, 1) is None


def test_held_out_items_leave_no_event_and_the_rest_keeps_its_order():
    for log in (shop(), shop(has_time=False)):
        rows = hold_out_items(log, 0.1)
        assert len(rows) == 3
        assert hold_out_items(log, 0.1).tolist() == rows.tolist()
        less = without_items(log, rows)
        assert not np.isin(less.item, rows).any()
        assert less.item.tolist() == log.item[~np.isin(log.item, rows)].tolist()
    # Places of a log without times count on without a gap.
    for user in range(less.user_count):
        time = less.time[less.offsets[user] : less.offsets[user + 1]]
        assert time.tolist() == list(range(len(time)))


def test_only_new_items_are_asked_for_and_none_is_in_a_history():
    log = shop()
    one = asked(log)
    rows = hold_out_items(log, 0.3)
    about = about_new_items(one, rows)
    assert about is not None
    assert np.isin(about.targets.item, rows).all()
    assert len(about.targets) == np.isin(one.targets.item, rows).sum()
    assert not np.isin(about.histories.row, rows).any()
    wanted = [user for user, item in zip(one.targets.users, one.targets.item, strict=True) if item in rows]
    assert about.targets.users.tolist() == wanted


def test_a_model_that_knows_new_items_is_held_against_chance():
    log = shop()
    rows = hold_out_items(log, 0.3)
    about = about_new_items(asked(log), rows)
    assert about is not None
    figures = {(one.model, one.among): one for one in new_item_figures(about, [Always()], rows, 20, 1)}
    assert set(figures) == {
        (model, among) for model in ("popularity", "random") for among in ("all items", "new items")
    }
    assert figures["random", "new items"].value == 1  # nine new items fit into ten places
    seen = [len(set(about.histories.visitors(v, v + 1).row)) for v in range(len(about.targets))]
    assert figures["random", "all items"].value == pytest.approx(np.mean([10 / (ITEMS - n) for n in seen]))
    np.testing.assert_allclose(chance_recall(about, rows), 1)


def test_rows_from_content_replace_those_of_new_items_only():
    known = ItemRows(np.zeros((4, 2), np.float32), np.zeros(4, np.float32))
    made = ItemRows(np.ones((4, 2), np.float32), np.ones(4, np.float32))
    found = with_rows(known, made, np.array([1, 3], np.int32))
    assert found.row[:, 0].tolist() == [0, 1, 0, 1]
    assert found.bias.tolist() == [0, 1, 0, 1]
    assert not known.row.any()
