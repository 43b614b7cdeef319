from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest

from recluse_export.config import read_config
from recluse_export.errors import ProblemError
from recluse_export.read import load
from recluse_export.shapes import Log
from small_shop import SmallShop, purchases, write_csv


def read(shop: SmallShop) -> Log:
    return load(read_config(shop.write()))[0]


def test_a_log_and_a_catalogue_become_sorted_arrays(tmp_path: Path) -> None:
    log = read(SmallShop(tmp_path))
    assert log.users == [f"u{number}" for number in range(6)]
    assert log.user_count == 6
    assert len(log.item) == 72
    assert np.diff(log.offsets).tolist() == [12] * 6
    for user in range(6):
        assert (np.diff(log.time[log.offsets[user] : log.offsets[user + 1]]) >= 0).all()
    assert log.value.min() == np.float32(1.5)
    assert len(np.unique(log.basket)) == 24
    thing = log.items.ids.index("i6")
    assert log.items.titles[thing] == "Thing 6"
    assert log.items.price[thing] == np.float32(6.99)
    leaf = log.items.categories[log.items.leaf[thing]]
    assert (leaf.name, log.items.categories[leaf.parent].name) == ("Kind 0", "Drinks")
    assert log.items.brand[thing] is None


def test_items_are_numbered_by_how_often_they_occur_then_by_id(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.log += [{**shop.log[0], "item": "i7", "basket": f"more-{n}"} for n in range(30)]
    log = read(shop)
    support = np.bincount(log.item, minlength=len(log.items))
    assert log.items.ids[0] == "i7"
    assert (np.diff(support) <= 0).all()
    ties = [row for row in range(7) if support[row] == support[row + 1]]
    assert ties
    assert all(log.items.ids[row] < log.items.ids[row + 1] for row in ties)


def as_parquet(folder: Path) -> str:
    table = pyarrow.csv.read_csv(folder / "log.csv")
    pyarrow.parquet.write_table(table, folder / "log.parquet")
    return "log.parquet"


def as_gzipped_csv(folder: Path) -> str:
    (folder / "log.csv.gz").write_bytes(gzip.compress((folder / "log.csv").read_bytes()))
    return "log.csv.gz"


def as_tsv(folder: Path) -> str:
    write_csv(folder / "log.tsv", purchases(), delimiter="\t")
    return "log.tsv"


def as_json_lines(folder: Path) -> str:
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in purchases()))
    return "log.jsonl"


def as_folder(folder: Path) -> str:
    write_csv(folder / "parts" / "one.csv", purchases()[:40])
    write_csv(folder / "parts" / "two.csv", purchases()[40:])
    return "parts"


def as_glob(folder: Path) -> str:
    as_folder(folder)
    return "parts/*.csv"


@pytest.mark.parametrize(
    "form",
    [as_parquet, as_gzipped_csv, as_tsv, as_json_lines, as_folder, as_glob],
    ids=lambda form: form.__name__,
)
def test_the_same_log_in_any_form_gives_the_same_arrays(tmp_path: Path, form) -> None:  # type: ignore[no-untyped-def]
    expected = read(SmallShop(tmp_path))
    other = SmallShop(tmp_path)
    other.head = other.head.replace('"log.csv"', f'"{form(tmp_path)}"')
    log = read(other)
    for name in ("offsets", "item", "type", "time", "value", "basket"):
        np.testing.assert_array_equal(getattr(log, name), getattr(expected, name), err_msg=name)
    assert log.items.ids == expected.items.ids


def test_columns_go_by_any_name(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    expected = read(shop)
    shop.log = [{"customer": row["user"], "sku": row["item"], "when": row["time"]} for row in shop.log]
    shop.head = shop.head.replace(
        'type = "type"\ntime = "time"\nvalue = "value"\nbasket = "basket"\nquantity = "quantity"',
        'user = "customer"\nitem = "sku"\ntime = "when"',
    )
    log = read(shop)
    np.testing.assert_array_equal(log.item, expected.item)
    assert set(log.value) == {0}


@pytest.mark.parametrize(
    ("unit", "write"),
    [
        ("seconds", lambda second: str(second)),
        ("milliseconds", lambda second: str(second * 1000)),
        ("microseconds", lambda second: str(second * 1_000_000)),
        ("text", lambda second: np.datetime_as_string(np.datetime64(second, "s")) + "+00:00"),
        ("text", lambda second: np.datetime_as_string(np.datetime64(second + 7200, "s")) + "+02:00"),
        ("text", lambda second: np.datetime_as_string(np.datetime64(second, "s")).replace("T", " ")),
    ],
)
def test_a_time_in_any_unit_or_zone_is_the_same_second(tmp_path: Path, unit: str, write) -> None:  # type: ignore[no-untyped-def]
    shop = SmallShop(tmp_path)
    expected = read(shop)
    seconds = [int(np.datetime64(row["time"].removesuffix("Z"), "s").astype(int)) for row in shop.log]
    shop.log = [{**row, "time": write(second)} for row, second in zip(shop.log, seconds, strict=True)]
    shop.head = shop.head.replace('time = "time"', f'time = "time"\ntime_unit = "{unit}"')
    np.testing.assert_array_equal(read(shop).time, expected.time)


def test_a_time_in_its_own_format_is_read(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    expected = read(shop)
    shop.log = [
        {**row, "time": f"{row['time'][8:10]}/{row['time'][5:7]}/{row['time'][:4]} 10:00"} for row in shop.log
    ]
    shop.head = shop.head.replace('time = "time"', 'time = "time"\ntime_format = "%d/%m/%Y %H:%M"')
    np.testing.assert_array_equal(read(shop).time, expected.time)


def test_sequences_keep_their_order_without_any_time(tmp_path: Path) -> None:
    (tmp_path / "sequences.txt").write_text("a 3 1 2 1\nb 2 3\n\nc 1 2 3\n")
    shop = SmallShop(tmp_path)
    shop.head = (
        '[source]\nkind = "files"\n[[source.interactions]]\npath = "sequences.txt"\nlayout = "sequences"\n'
    )
    shop.clean = 'duplicates = "keep"'
    shop.tail = shop.tail.replace('kind = "time"\ncut = 2024-03-01\ndays = [7]', 'kind = "leave-one-out"')
    log = read(shop)
    ids = np.array(log.items.ids)
    assert not log.has_time
    assert [ids[log.item[log.offsets[user] : log.offsets[user + 1]]].tolist() for user in range(3)] == [
        ["3", "1", "2", "1"],
        ["2", "3"],
        ["1", "2", "3"],
    ]
    assert log.time.tolist() == [0, 1, 2, 3, 0, 1, 0, 1, 2]
    assert log.items.titles == log.items.ids


def test_a_log_without_any_order_says_so_and_is_not_ordered_by_id(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.log = [{"user": f"u{user}", "item": f"i{item}"} for user in range(20) for item in range(8)]
    shop.head = shop.head.replace(
        'type = "type"\ntime = "time"\nvalue = "value"\nbasket = "basket"\nquantity = "quantity"', ""
    )
    log, report = load(read_config(shop.write()))
    last = {log.items.ids[log.item[end - 1]] for end in log.offsets[1:]}
    assert len(last) > 3
    assert any("neither times nor an order" in note for note in report.notes)


def test_event_types_are_renamed(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.log = [
        {**row, "type": "item_viewed" if number % 2 else "BOUGHT"} for number, row in enumerate(shop.log)
    ]
    shop.head = shop.head.replace(
        'type = "type"', 'type = "type"\ntypes = { item_viewed = "view", BOUGHT = "purchase" }'
    )
    log = read(shop)
    assert log.event_types == ["purchase", "view"]
    assert np.bincount(log.type).tolist() == [36, 36]


def test_value_is_price_times_quantity_and_price_comes_from_sales(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.log = [{**row, "value": "2.50", "quantity": "4"} for row in shop.log]
    shop.head = shop.head.replace('value = "value"', 'price = "value"').replace(
        'kind = "files"', 'kind = "files"\nprice_from_sales = true'
    )
    log = read(shop)
    assert set(log.value) == {10}
    assert set(log.items.price) == {2.5}


def test_profiles_follow_their_users(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    write_csv(
        tmp_path / "people.csv",
        [{"user": "u3", "age": "30"}, {"user": "u1", "age": "50"}, {"user": "stranger", "age": "9"}],
    )
    shop.head += '\n[source.users]\npath = "people.csv"\nprofile = ["age"]\n'
    assert read(shop).profiles == {"age": [None, "50", None, "30", None, None]}


def test_a_second_catalogue_adds_its_columns_and_the_first_of_several_genres_is_the_category(
    tmp_path: Path,
) -> None:
    shop = SmallShop(tmp_path)
    write_csv(
        tmp_path / "genres.csv",
        [{"item": f"i{number}", "genre": "Sweet|Sour" if number else ""} for number in range(8)],
    )
    shop.head = shop.head.replace('categories = ["department", "category"]\n', "")
    shop.head += '\n[[source.items]]\npath = "genres.csv"\ncategories = ["genre"]\nseparator = "|"\n'
    items = read(shop).items
    assert {items.ids[row]: items.categories[leaf].name for row, leaf in enumerate(items.leaf)} == {
        "i0": "Other"
    } | {f"i{n}": "Sweet" for n in range(1, 8)}
    assert items.attributes["genre"][items.ids.index("i3")] == "Sweet|Sour"


def test_attributes_in_one_json_object_are_read(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    (tmp_path / "attributes.json").write_text(json.dumps({f"i{number}": [number, 7] for number in range(8)}))
    shop.head = (
        shop.head[: shop.head.index("[[source.items]]")]
        + '[[source.items]]\npath = "attributes.json"\nlayout = "object"\n'
    )
    items = read(shop).items
    assert items.attributes["attributes"][items.ids.index("i5")] == "5|7"


def test_whole_numbers_kept_as_floats_are_whole_ids(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.write()
    table = pyarrow.csv.read_csv(tmp_path / "log.csv")
    users = pyarrow.array([float(user.as_py()[1:]) for user in table["user"]])
    pyarrow.parquet.write_table(table.set_column(0, "user", users), tmp_path / "log.parquet")
    shop.head = shop.head.replace("log.csv", "log.parquet")
    assert read(shop).users == ["0", "1", "2", "3", "4", "5"]


def test_the_most_frequent_title_of_an_item_wins(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    first = shop.items[0]
    shop.items = [{**first, "title": "Aaa"}, *shop.items, first]
    items = read(shop).items
    assert items.titles[items.ids.index("i0")] == "Thing 0"


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    (tmp_path / "nothing").mkdir()
    shop.head = shop.head.replace("log.csv", "nothing")
    with pytest.raises(ProblemError, match="nothing: is an empty folder"):
        read(shop)


def test_files_of_two_kinds_in_one_section_are_refused(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.write()
    as_parquet(tmp_path)
    shop.head = shop.head.replace('"log.csv"', '["log.csv", "log.parquet"]')
    with pytest.raises(ProblemError, match="several kinds"):
        read(shop)
