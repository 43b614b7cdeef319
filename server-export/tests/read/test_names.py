from __future__ import annotations

import doctest
import json
import re
from importlib.resources import files
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recluse_export.read import names as names_module
from recluse_export.read import sizes as sizes_module
from recluse_export.read.completejourney import _folder
from recluse_export.read.names import aisle_of, category_name, distinct_titles, spell_out, type_name
from recluse_export.read.sizes import display_size

PACK = Path(__file__).parents[3] / "demo" / "pack"


@pytest.fixture(scope="module")
def codes() -> list[tuple[str, str, str]]:
    products = pyarrow.parquet.read_table(_folder() / "products.parquet").to_pydict()
    columns = zip(products["department"], products["product_category"], products["product_type"], strict=True)
    return sorted({code for code in columns if all(code)})


def test_every_code_of_the_data_has_a_name_without_shouting(codes: list[tuple[str, str, str]]) -> None:
    for code in codes:
        for name in (aisle_of(*code[:2]), category_name(*code[:2]), type_name(*code)):
            assert name
            assert name == name.strip(" ,-/")
            assert name[0].isupper() or not name[0].isalpha()
            assert not re.search(r"\b(?!BBQ|DVD|TV|SPF)[A-Z]{3,}\b", name), (code, name)


def test_every_name_in_the_dictionary_is_of_a_code_that_exists(codes: list[tuple[str, str, str]]) -> None:
    import tomllib

    names = tomllib.loads((files("recluse_export.read") / "grocery_names.toml").read_text(encoding="utf-8"))
    keys = {
        key
        for department, category, kind in codes
        for key in (kind, f"{category} > {kind}", f"{department} > {kind}")
    }
    assert not names["types"].keys() - keys


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (("PASTRY", "BREAD", "BREAD:ITALIAN/FRENCH"), "Bread, Italian/French"),
        (("GROCERY", "FROZEN PIZZA", "PIZZA/PREMIUM"), "Frozen pizza, premium"),
        (("PRODUCE", "TROPICAL FRUIT", "BANANAS"), "Bananas"),
        (("MEAT-PCKGD", "BACON", "PREMIUM"), "Bacon, premium"),
        (("GROCERY", "PASTA SAUCE", "PREMIUM"), "Pasta sauce, premium"),
    ],
)
def test_products_read_as_on_a_shelf(code: tuple[str, str, str], name: str) -> None:
    assert type_name(*code) == name


def test_categories_read_as_on_a_sign() -> None:
    assert category_name("GROCERY", "FRZN MEAT/MEAT DINNERS") == "Frozen meat and dinners"
    assert aisle_of("TRAVEL & LEISURE", "APPLES") == "Fruit & vegetables"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("REFRGRATD JUICES/DRNKS", "Refrigerated juices/drinks"),
        ("CHEESE CRACKERS (CHEEZ-ITS/GOL", "Cheese crackers"),
        ("SALD DRSNG/SNDWCH SPRD", "Salad dressing/sandwich spread"),
        ("MISC. DAIRY", "Other dairy"),
    ],
)
def test_a_code_without_a_name_is_spelled_out(code: str, text: str) -> None:
    assert spell_out(code).replace(".", "") == text


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ("16 OZ", "16 oz"),
        ("16.00 OZ", "16 oz"),
        (".13 OZ", "0.13 oz"),
        ("10 3/4 OZ", "10.75 oz"),
        ("1/2 GAL", "1/2 gal"),
        ("6 PK/9 OZ", "6 x 9 oz"),
        ("12 OZ/4 PK", "4 x 12 oz"),
        ("24/16.9 OZ", "24 x 16.9 oz"),
        ("4-4 OZ", "4 x 4 oz"),
        ("405.6 OZ", "24 x 16.9 oz"),
        ("144 OZ/12 PK", "12 x 12 oz"),
        ("12 3/8 OZ", "12.375 oz"),
        ("5-LB BAG", "5 lb"),
        ("HALF GAL", "1/2 gal"),
        ("18 OZ/30 CT", "30 ct, 18 oz"),
        ("48-54 CT", "48 to 54 ct"),
        ("L  7.75 OZ", "7.75 oz"),
        ("GAL", "1 gal"),
        ("52 LD", "52 loads"),
        ("974238  PK", None),
        ("522771 CTN", None),
        ("", None),
        (None, None),
    ],
)
def test_sizes_read_as_on_a_label(size: str | None, shown: str | None) -> None:
    assert display_size(size) == shown


def test_a_carton_is_not_the_size_of_a_banana() -> None:
    assert display_size("40 LB", "PRODUCE", "TROPICAL FRUIT") is None
    assert display_size("10 LB", "PRODUCE", "POTATOES") == "10 lb"
    assert display_size("40 LB", "GROCERY", "DOG FOODS") == "40 lb"


@given(st.text(alphabet="0123456789 ./-OZLBCTPKGA", max_size=14))
def test_any_size_gives_something_short_or_nothing(size: str) -> None:
    shown = display_size(size)
    assert shown is None or (0 < len(shown) < 30 and shown == shown.strip())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Milk", "Bread"]),
            st.sampled_from([None, "1 gal"]),
            st.booleans(),
            st.sampled_from(["Dairy", "Bakery"]),
        ),
        max_size=12,
    )
)
def test_no_two_items_share_a_title(rows: list[tuple[str, str | None, bool, str]]) -> None:
    names, sizes, own, categories = ([row[column] for row in rows] for column in range(4))
    titles = distinct_titles(names, sizes, own, categories)
    assert len(set(titles)) == len(rows)
    assert all(title.startswith(name) for title, name in zip(titles, names, strict=True))


def test_no_two_products_of_the_shipped_pack_share_a_title() -> None:
    catalogues = list(PACK.glob("catalogue-*.json"))
    if not catalogues:
        pytest.skip("demo/pack is not there: run npm run pack")
    titles = json.loads(catalogues[0].read_text(encoding="utf-8"))["title"]
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if re.search(r"no\. \d|\(", title)]


@pytest.mark.parametrize("module", [names_module, sizes_module], ids=["names", "sizes"])
def test_the_examples_in_the_documentation_are_true(module) -> None:  # type: ignore[no-untyped-def]
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
