from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recluse_export.config import read_config
from recluse_export.errors import ProblemError
from recluse_export.read import CleaningReport, load
from recluse_export.read.report import Dropped
from recluse_export.shapes import Log
from small_shop import SmallShop

FILLER = {"type": "purchase", "value": "1", "quantity": "1"}


def read(shop: SmallShop) -> tuple[Log, CleaningReport]:
    return load(read_config(shop.write()), now=datetime(2024, 6, 1, tzinfo=UTC))


def rule(report: CleaningReport, name: str) -> Dropped:
    return next(dropped for dropped in report.dropped if dropped.rule == name)


def test_the_report_adds_up(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean="min_user_baskets = 3\nmin_item_events = 2")
    shop.log += [
        {**shop.log[0], "quantity": "0"},
        {**shop.log[1], "time": "yesterday"},
        {**shop.log[2], "user": ""},
    ]
    log, report = read(shop)
    assert report.before.interactions == 75
    assert report.after.interactions == len(log.item)
    assert (
        report.before.interactions - sum(one.interactions for one in report.dropped)
        == report.after.interactions
    )
    assert rule(report, "no quantity").interactions == 1
    assert rule(report, "unreadable time").example.startswith("time_text yesterday")
    assert rule(report, "no user or item").interactions == 1


def test_duplicates_in_a_basket_become_one_event_with_their_sum(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.log += [shop.log[0], shop.log[0]]
    log, report = read(shop)
    assert rule(report, "duplicates").interactions == 2
    assert len(log.item) == 72
    first = log.items.ids.index("i0")
    mine = slice(log.offsets[0], log.offsets[1])
    assert log.value[mine][log.item[mine] == first].max() == np.float32(4.5)


def test_of_stars_given_twice_the_largest_is_kept(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean='duplicate_values = "largest"')
    shop.log += [{**shop.log[0], "value": "0.5"}]
    log, _ = read(shop)
    assert log.value.min() == np.float32(1.5)


def test_the_same_thing_in_two_baskets_stays_two_events(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.log += [{**shop.log[0], "basket": "another"}]
    assert len(read(shop)[0].item) == 73


def test_rare_items_and_short_users_go_until_nothing_changes(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean="min_item_events = 2\nmin_user_events = 2")
    # Without i8 (one event) u6 has one event left, and without u6 nothing else becomes rare: two rounds.
    shop.items.append({**shop.items[0], "item": "i8"})
    shop.log += [
        {**FILLER, "user": "u6", "item": item, "time": "2024-01-02", "basket": "b"} for item in ("i8", "i0")
    ]
    log, report = read(shop)
    assert "u6" not in log.users
    assert "i8" not in log.items.ids
    assert rule(report, "short and rare").interactions == 2


def test_once_means_items_first_and_no_second_round(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean="min_item_events = 3\nmin_user_events = 2\nrepeat = false")
    # i8 has three events, one of them by u6, who goes: it stays with two.
    shop.items.append({**shop.items[0], "item": "i8"})
    shop.log += [
        {**FILLER, "user": user, "item": "i8", "time": "2024-01-02", "basket": "b"}
        for user in ("u6", "u1", "u2")
    ]
    log, _ = read(shop)
    assert "u6" not in log.users
    assert np.count_nonzero(log.item == log.items.ids.index("i8")) == 2


def test_only_the_most_bought_items_are_kept(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean="max_items = 3")
    shop.log += [
        {**row, "basket": f"again-{number}"}
        for number, row in enumerate(shop.log)
        if row["item"] in ("i1", "i4", "i5")
    ]
    log, _ = read(shop)
    assert sorted(log.items.ids) == ["i1", "i4", "i5"]


def test_items_that_differ_in_nothing_but_their_number_become_the_most_bought_of_them(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean="merge_identical = true")
    shop.items[3] = {**shop.items[5], "item": "i3", "price": "77"}
    shop.log += [
        {**row, "basket": f"again-{number}"} for number, row in enumerate(shop.log) if row["item"] == "i5"
    ]
    alone, _ = read(SmallShop(tmp_path))
    log, report = read(shop)
    assert "i3" not in log.items.ids
    assert rule(report, "identical items").items == 1
    bought = np.count_nonzero(log.item == log.items.ids.index("i5"))
    assert bought > np.count_nonzero(alone.item == alone.items.ids.index("i5"))


def test_a_cancellation_goes_with_the_newest_earlier_purchase_of_the_same_size(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean='cancelled = { column = "basket", prefix = "C" }')
    shop.items.append({**shop.items[0], "item": "i8"})

    def row(day: int, quantity: int, basket: str) -> dict[str, str]:
        return {
            "user": "u0",
            "item": "i8",
            "type": "purchase",
            "time": f"2024-02-{day:02d}",
            "value": f"{day}",
            "basket": basket,
            "quantity": str(quantity),
        }

    # Day 6 is taken back on day 8; day 4 stays, for it is of another size; nothing is left for the
    # cancellation of day 1.
    shop.log += [
        row(1, -5, "C0"),
        row(2, 2, "b2"),
        row(4, 3, "b4"),
        row(6, 2, "b6"),
        row(8, -2, "C8"),
        row(9, 2, "b9"),
    ]
    log, report = read(shop)
    mine = log.item == log.items.ids.index("i8")
    assert log.value[mine].tolist() == [2, 4, 9]
    assert rule(report, "cancelled").interactions == 3


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(st.lists(st.booleans(), min_size=1, max_size=12), min_size=10, max_size=10))
def test_any_order_of_purchases_and_cancellations_is_undone_as_one_would_by_hand(
    tmp_path: Path, people: list[list[bool]]
) -> None:
    shop = SmallShop(tmp_path, clean='cancelled = { column = "basket", prefix = "C" }')
    shop.items.append({**shop.items[0], "item": "i8"})
    expected: dict[str, list[int]] = {}
    for person, steps in enumerate(people):
        kept = expected.setdefault(f"v{person}", [])
        for number, bought in enumerate(steps, 1):
            basket, quantity = (f"b{number}", "1") if bought else (f"C{number}", "-1")
            row = {
                "user": f"v{person}",
                "item": "i8",
                "value": str(number),
                "basket": basket,
                "quantity": quantity,
            }
            shop.log.append({**row, "type": "purchase", "time": f"2024-02-{number:02d}"})
            if bought:
                kept.append(number)
            elif kept:
                kept.pop()
    log, _ = read(shop)
    found = {
        user: log.value[log.user == place].tolist()
        for place, user in enumerate(log.users)
        if user.startswith("v")
    }
    assert found == {user: kept for user, kept in expected.items() if kept}


def test_attributes_decide_what_is_merchandise(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.clean = """
[[clean.drop]]
column = "department"
values = ["Drinks"]
why = "no thirst"

[[clean.drop]]
column = "title"
matching = ["[34]$"]
why = "odd"
"""
    log, report = read(shop)
    assert sorted(log.items.ids) == ["i0", "i1", "i2"]
    assert rule(report, "by department").why == "no thirst"
    assert rule(report, "by title").items == 2


def test_a_rule_about_a_column_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean='[[clean.drop]]\ncolumn = "colour"\nvalues = ["red"]\nwhy = "odd"')
    with pytest.raises(ProblemError, match=r"no column 'colour'.*department"):
        read(shop)


def test_event_types_can_be_left_out(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, clean='drop_types = ["refund"]')
    shop.log += [{**shop.log[0], "type": "refund"}]
    _, report = read(shop)
    assert rule(report, "event types").interactions == 1


@pytest.mark.parametrize(
    ("setting", "row", "lost"),
    [
        ('unknown_items = "drop"', {"item": "ghost"}, "unknown items"),
        ('impossible_times = "drop"', {"time": "1950-01-01"}, "impossible time"),
        ('impossible_times = "drop"', {"time": "2030-01-01"}, "impossible time"),
        ('unreadable_times = "drop"', {"time": "soon"}, "unreadable time"),
    ],
)
def test_what_is_refused_can_be_dropped_instead(
    tmp_path: Path, setting: str, row: dict[str, str], lost: str
) -> None:
    shop = SmallShop(tmp_path, clean=setting)
    shop.log += [{**shop.log[0], **row}]
    _, report = read(shop)
    assert rule(report, lost).interactions == 1
    assert rule(report, lost).example


def test_reading_twice_gives_the_same_arrays(tmp_path: Path) -> None:
    one, _ = read(SmallShop(tmp_path))
    two, _ = read(SmallShop(tmp_path))
    for name in ("offsets", "item", "type", "time", "value", "basket"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert one.items.ids == two.items.ids


def test_the_order_of_rows_in_the_file_does_not_matter(tmp_path: Path) -> None:
    one, _ = read(SmallShop(tmp_path))
    shop = SmallShop(tmp_path)
    shop.log.reverse()
    two, _ = read(shop)
    np.testing.assert_array_equal(one.item, two.item)
    np.testing.assert_array_equal(one.value, two.value)
