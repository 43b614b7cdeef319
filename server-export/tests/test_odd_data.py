"""Data sets that no textbook has: each gives a pack that is whole, or one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recluse_export.errors import ProblemError
from recluse_export.models.settings import ModelSettings
from recluse_export.pack import read_pack
from recluse_export.shapes import Items, Log
from recluse_export.train import enough
from small_shop import SmallShop
from test_cli import assert_refused, run
from test_interruption import MODEL

DAYS = 70


def people(count: int, items: int, events: int, seed: int = 1) -> list[dict[str, str]]:
    """So many people with so many purchases each, in the first ten weeks of 2024."""
    random = np.random.default_rng(seed)
    rows = []
    for user in range(count):
        for number, day in enumerate(np.sort(random.integers(0, DAYS, events))):
            item = (user + int(random.integers(0, 3)) * (1 + number % 2)) % items
            rows.append(purchase(f"u{user}", f"i{item}", int(day), number))
    return rows


def purchase(user: str, item: str, day: int, number: int = 0) -> dict[str, str]:
    month, left = (1, day) if day < 31 else (2, day - 31) if day < 60 else (3, day - 60)
    return {
        "user": user,
        "item": item,
        "type": "purchase",
        "time": f"2024-{month:02d}-{left + 1:02d}T{number % 24:02d}:00:00Z",
        "value": "1.5",
        "basket": f"{user}-{day}",
        "quantity": "1",
    }


def described(log: list[dict[str, str]]) -> list[dict[str, str]]:
    """A catalogue of what is in the log."""
    return [
        {
            "item": item,
            "title": f"Thing {number}",
            "department": f"Department {number % 2}",
            "category": f"Kind {number % 3}",
            "price": f"{number % 9 + 0.99}",
            "brand": "Ours",
        }
        for number, item in enumerate(sorted({row["item"] for row in log}))
    ]


Bend = Callable[[SmallShop], None]


def log_of(rows: Callable[[], list[dict[str, str]]]) -> Bend:
    def bend(shop: SmallShop) -> None:
        shop.log = rows()

    return bend


def one_category(shop: SmallShop) -> None:
    shop.items = [{**row, "department": "All", "category": "All"} for row in described(shop.log)]


def without_times(shop: SmallShop) -> None:
    shop.head = shop.head.replace('time = "time"\n', "").replace('basket = "basket"\n', "")
    shop.tail = shop.tail.replace('kind = "time"\ncut = 2024-03-01\ndays = [7]', 'kind = "leave-one-out"')


def without_catalogue(shop: SmallShop) -> None:
    shop.head = shop.head[: shop.head.index("[[source.items]]")]


def a_giant(shop: SmallShop) -> None:
    shop.log += [
        purchase("giant", f"i{number % 12}", number * DAYS // len(shop.log), number)
        for number in range(len(shop.log))
    ]


def same_second(shop: SmallShop) -> None:
    shop.log = [{**row, "time": "2024-02-01T10:00:00Z", "basket": ""} for row in shop.log]


def single_events(shop: SmallShop) -> None:
    shop.log = [purchase(f"u{user}", f"i{user % 12}", user % DAYS) for user in range(60)]


def one_second_each_user_once(shop: SmallShop) -> None:
    single_events(shop)
    same_second(shop)


def equal_ratings(shop: SmallShop) -> None:
    shop.log = [{**row, "type": "rating", "value": "4"} for row in shop.log]
    shop.tail = shop.tail.replace(
        '[[events]]\nname = "view"',
        '[[events]]\nname = "rating"\nweight = 1.0\ntoken = 2\nvalue = { base = -2.0, slope = 0.5 }\n\n'
        '[[events]]\nname = "view"',
    )


def ratings_that_say_nothing(shop: SmallShop) -> None:
    """Each is the middle of the scale, so that every weight is 0."""
    equal_ratings(shop)
    shop.tail = shop.tail.replace("base = -2.0", "base = -4.0").replace("slope = 0.5", "slope = 1.0")


def strange_ids(shop: SmallShop) -> None:
    names = [
        '"quoted"',
        "two\nlines",
        "😀🛒",
        "x" * 10_000,
        "a,b;c\td",
        "__proto__",
        "NULL",
        "Ünï",
        "'",
        "%s",
        "0",
        "  ",
    ]
    shop.log = [
        {**row, "item": names[int(row["item"][1:]) % len(names)], "user": f'"{row["user"]}"\n😀'}
        for row in shop.log
    ]
    shop.log = [row for row in shop.log if row["item"].strip()]


def few_items(count: int) -> Bend:
    return log_of(lambda: people(50, count, 8))


def strangers_after_the_cut(shop: SmallShop) -> None:
    """Whoever comes after the cut was never there before."""
    shop.log = [
        {**row, "user": row["user"] if row["time"] < "2024-03-01" else f"new {row['user']}"}
        for row in shop.log
    ]


CASES: dict[str, Bend] = {
    "strangers after the cut": strangers_after_the_cut,
    "fifty users": log_of(lambda: people(50, 20, 8)),
    "three items": few_items(3),
    "two items": few_items(2),
    "one item": few_items(1),
    "one category": one_category,
    "no catalogue": without_catalogue,
    "one user has half of all events": a_giant,
    "everybody has a single event": single_events,
    "everything in the same second": same_second,
    "everything in the same second, once each": one_second_each_user_once,
    "everybody has the same item": log_of(
        lambda: [purchase(f"u{user}", "only", day) for user in range(50) for day in (3, 40, 65)]
    ),
    "equal ratings": equal_ratings,
    "ratings of weight 0": ratings_that_say_nothing,
    "strange ids": strange_ids,
    "one user": log_of(lambda: people(1, 10, 30)),
    "nothing before the cut": lambda shop: shop.__setattr__(
        "tail", shop.tail.replace("cut = 2024-03-01", "cut = 2020-01-01")
    ),
    "nothing after the cut": lambda shop: shop.__setattr__(
        "tail", shop.tail.replace("cut = 2024-03-01", "cut = 2025-01-01")
    ),
}


WITH_ENCODER = (
    "fifty users",
    "strangers after the cut",
    "two items",
    "everybody has a single event",
    "strange ids",
)
"""Cases in which the whole model is trained, too; the others stop at the linear tier, for it is the same code
that meets what is odd about them."""
WITHOUT_TIMES = (
    *(case for case in WITH_ENCODER if "cut" not in case),
    "one item",
    "three items",
    "everybody has the same item",
    "one user",
)


def odd_shop(folder: Path, case: str, full: bool, timed: bool) -> SmallShop:
    shop = SmallShop(folder, log=people(60, 12, 8), items=[])
    model = MODEL.format(passes=1) if full else "\n[model]\nfull = false\n"
    shop.tail += model + "\n[evaluate]\nbootstrap = 10\n"
    if full and not timed:
        shop.tail = shop.tail.replace("queries = 2", "queries = 2\nnext_item_epochs = 1\nplaces = 100")
        shop.tail = shop.tail.replace("size = 8", "size = 8\nwide_size = 8")
    CASES[case](shop)
    if not timed:
        without_times(shop)
    if not shop.items:
        shop.items = described(shop.log)
    if case == "one category":
        one_category(shop)
    return shop


@pytest.mark.parametrize("case", CASES)
def test_a_log_with_times(tmp_path: Path, case: str) -> None:
    a_pack_or_a_sentence(odd_shop(tmp_path, case, full=case in WITH_ENCODER, timed=True))


@pytest.mark.parametrize("case", WITHOUT_TIMES)
def test_a_log_without_times(tmp_path: Path, case: str) -> None:
    a_pack_or_a_sentence(odd_shop(tmp_path, case, full=case in WITH_ENCODER, timed=False))


def a_pack_or_a_sentence(shop: SmallShop) -> None:
    result = run("build", "--config", shop.write(), "--out", shop.folder / "pack")
    if result.exit_code == 0:
        assert run("verify", shop.folder / "pack").exit_code == 0
        assert 0 < len(read_pack(shop.folder / "pack").items) <= len({row["item"] for row in shop.log})
        return
    assert result.exit_code == 2, (result.output, result.exception)
    assert result.stderr.startswith("recluse-export: ")
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert not (shop.folder / "pack").exists()


def test_leave_one_out_of_a_log_whose_end_is_far_from_the_rest_is_one_sentence(tmp_path: Path) -> None:
    shop = odd_shop(tmp_path, "fifty users", full=True, timed=True)
    shop.log.append({**purchase("u1", "i1", 3), "time": "2026-01-01T10:00:00Z"})
    shop.log.append({**purchase("u1", "i2", 3), "time": "2026-01-02T10:00:00Z"})
    result = run(
        "evaluate", "--config", shop.write(), "--split", "leave-one-out", "--work", tmp_path / "work"
    )
    if result.exit_code:
        assert_refused(result, "weeks before")


def log_of_items(count: int) -> Log:
    """One event an item, by one user."""
    ids = [f"i{row}" for row in range(count)]
    zeros = np.zeros(count, np.int32)
    return Log(
        offsets=np.array([0, count]),
        item=np.arange(count, dtype=np.int32),
        type=zeros,
        time=np.arange(count),
        value=zeros.astype(np.float32),
        basket=np.arange(count),
        event_types=["purchase"],
        users=["u"],
        items=Items(ids, ids, [], zeros, np.full(count, np.nan, np.float32), [None] * count),
    )


def test_three_hundred_thousand_items_are_refused_before_any_work_with_a_number_that_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(enough, "memory", lambda: 16 * 2**30)
    with pytest.raises(ProblemError, match=r"300,000 items; .* 671 GiB.* Set clean\.max_items") as told:
        enough.check_enough(log_of_items(300_000), 300_000, ModelSettings())
    fits = int(re.search(r"(\d+) fit well", str(told.value))[1])
    with pytest.raises(ProblemError, match="Nobody did anything there"):
        enough.check_enough(log_of_items(fits), 10**9, ModelSettings())
