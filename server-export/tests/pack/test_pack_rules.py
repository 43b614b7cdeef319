"""Rules that a shop ships with its pack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pack.sample_pack import sample_contents
from recluse_export.errors import ProblemError
from recluse_export.pack import read_pack, verify_pack, write_pack
from recluse_export.pack.rules import check_rules, rules_from_toml

COLUMNS = {"id": "text", "category": "text", "title": "text", "brand": "text", "price": "number"}
RULES: list[dict[str, Any]] = [
    {"kind": "filter", "where": {"not": {"category": "Tea"}}, "name": "no tea", "priority": 2},
    {"kind": "boost", "where": {"id": ["a", "b"]}, "by": 0.5, "from": "2026-12-01", "until": 1.8e12},
    {"kind": "bury", "where": {"any": [{"title": {"contains": "x"}}, {"category": {"notIn": ["Food"]}}]}},
    {"kind": "pin", "position": 0, "items": ["a"], "always": True, "placements": ["home"]},
    {"kind": "pin", "position": 2, "where": {"category": "Food"}},
    {"kind": "cap", "attribute": "category", "level": 0, "most": 2},
    {"kind": "share", "attribute": "category", "most": 0.3},
    {"kind": "share", "where": {"category": "Food"}, "least": 0.1},
    {"kind": "require", "where": {"category": "Food"}, "least": 1},
]


def test_rules_come_out_of_the_pack_as_they_went_in(tmp_path: Path) -> None:
    contents = replace(sample_contents(), rules=RULES)
    write_pack(contents, tmp_path / "pack")
    verify_pack(tmp_path / "pack")
    assert read_pack(tmp_path / "pack").rules == RULES
    assert any((tmp_path / "pack").glob("rules-*.json"))


def test_a_pack_without_rules_has_no_file_for_them(tmp_path: Path) -> None:
    write_pack(sample_contents(), tmp_path / "pack")
    assert not list((tmp_path / "pack").glob("rules-*.json"))
    assert read_pack(tmp_path / "pack").rules == []


def test_a_rule_on_an_attribute_that_the_catalogue_lacks_is_refused_when_the_pack_is_written(
    tmp_path: Path,
) -> None:
    wrong = {"kind": "bury", "where": {"colour": "red"}}
    with pytest.raises(ProblemError, match=r"rules\[1\].where.colour: the catalogue has no colour"):
        write_pack(replace(sample_contents(), rules=[RULES[0], wrong]), tmp_path / "pack")


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"kind": "hide", "where": {}}, r"rules\[0\]"),
        ({"kind": "filter"}, r"rules\[0\]"),
        ({"kind": "bury", "where": {}, "by": 1}, r"rules\[0\]"),
        ({"kind": "boost", "where": {}, "by": 11}, r"rules\[0\]"),
        ({"kind": "pin", "position": 0}, r"rules\[0\]"),
        ({"kind": "pin", "position": 0, "items": ["a"], "where": {}}, r"rules\[0\]"),
        ({"kind": "share", "attribute": "brand", "least": 0.5}, r"rules\[0\]"),
        ({"kind": "bury", "where": {"price": {"between": [1, 2]}}}, r"rules\[0\].where.price"),
        ({"kind": "bury", "where": {"price": {"contains": "9"}}}, r"rules\[0\].where.price.contains"),
        ({"kind": "bury", "where": {"brand": {"lt": 9}}}, r"rules\[0\].where.brand.lt"),
        ({"kind": "bury", "where": {"all": [{"price": ["cheap"]}]}}, r"rules\[0\].where.all\[0\].price"),
        ({"kind": "bury", "where": {}, "from": "tomorrow"}, r"rules\[0\]"),
        ({"kind": "bury", "where": {}, "from": "2026-02-30"}, r"rules\[0\].from"),
        ({"kind": "bury", "where": {}, "from": "2026-12-24T25:00"}, r"rules\[0\].from"),
        ({"kind": "bury", "where": {}, "from": "2026-12-24", "until": "2026-12-24"}, r"rules\[0\].until"),
        ({"kind": "cap", "attribute": "colour", "most": 1}, r"rules\[0\].attribute"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(rule: dict[str, Any], place: str) -> None:
    with pytest.raises(ProblemError, match=place):
        check_rules([rule], COLUMNS)  # type: ignore[arg-type]


def test_a_condition_that_is_too_deep_or_too_large_is_refused() -> None:
    deep: dict[str, Any] = {"brand": "x"}
    for _ in range(8):
        deep = {"not": deep}
    with pytest.raises(ProblemError, match="more than 8"):
        check_rules([{"kind": "bury", "where": deep}])
    large = {"any": [{"brand": "x", "price": 1} for _ in range(600)]}
    with pytest.raises(ProblemError, match="1,200 conditions"):
        check_rules([{"kind": "bury", "where": large}])


def test_dates_of_toml_become_text() -> None:
    import tomllib

    rules = tomllib.loads("[[rules]]\nkind = 'bury'\nfrom = 2026-12-01\nuntil = 2026-12-24T18:00:00+01:00")
    (rule,) = rules_from_toml(rules["rules"])
    assert rule["from"] == "2026-12-01"
    assert rule["until"] == "2026-12-24T18:00:00.000+01:00"
