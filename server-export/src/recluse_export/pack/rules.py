"""Rules that a shop ships with its pack: checked as the worker checks them, and against the catalogue.

What each rule means is in ``src/contract.ts``, its shape in ``docs/pack.schema.json`` under ``$defs``.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal

import jsonschema

from recluse_export.errors import ProblemError
from recluse_export.pack.schema import schema_path

Rule = dict[str, Any]
Kind = Literal["text", "number"]

DEEPEST = 8
"""Conditions inside one another."""
MOST_PARTS = 1000
"""Conditions and attributes in all of one ``where``."""
BOUNDS = ("lt", "lte", "gt", "gte")


def rules_from_toml(rules: Sequence[Mapping[str, Any]]) -> list[Rule]:
    """Rules as TOML has them, its dates as text: ``from = 2026-12-01``."""
    return [{name: _plain(value) for name, value in rule.items()} for rule in rules]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.isoformat(timespec="milliseconds")
    return value.isoformat() if isinstance(value, date) else value


def check_rules(rules: Any, columns: Mapping[str, Kind] | None = None) -> None:
    """Check rules by the schema, and their attributes by the catalogue.

    Parameters
    ----------
    rules
        As they stand in the pack's file.
    columns
        What each attribute of the catalogue is, see :func:`columns_of_json`; None checks shapes alone.

    Raises
    ------
    ProblemError
        Naming the first thing that is wrong, as ``rules[2].where.price.lt``.
    """
    broken = jsonschema.exceptions.best_match(_validator().iter_errors({"rules": rules}))
    if broken is not None:
        raise ProblemError(f"{_place(broken.absolute_path)}: {broken.message}. Mend that rule.")
    for place, rule in enumerate(rules):
        field = f"rules[{place}]"
        _check_dates(rule, field)
        if "where" in rule:
            parts = sum(1 for _ in _parts(rule["where"], f"{field}.where", 1))
            if parts > MOST_PARTS:
                raise ProblemError(f"{field}.where: has {parts:,} conditions, not at most {MOST_PARTS:,}.")
        if columns is not None:
            _check_attributes(rule, field, columns)


def columns_of_json(catalogue: Mapping[str, Any]) -> dict[str, Kind]:
    """What each attribute is in the pack's catalogue: ``number`` where all its values are numbers."""
    columns: dict[str, Kind] = {"id": "text", "category": "text"}
    named = {name: catalogue[name] for name in ("title", "brand", "price") if name in catalogue}
    for name, values in {**catalogue.get("attributes", {}), **named}.items():
        numbers = all(value is None or isinstance(value, int | float) for value in values)
        columns[name] = "number" if numbers else "text"
    return columns


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(schema_path().read_bytes())
    return jsonschema.Draft202012Validator({"$ref": "#/$defs/rules", "$defs": schema["$defs"]})


def _place(path: Sequence[Any]) -> str:
    return re.sub(r"\.?\[", "[", ".".join(f"[{part}]" if isinstance(part, int) else part for part in path))


def _moment(value: str | float, field: str) -> float:
    """Seconds since 1970."""
    if not isinstance(value, str):
        return value / 1000
    year, month, day = (int(part) for part in value[:10].split("-"))
    try:
        if day <= monthrange(year, month)[1]:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        pass
    raise ProblemError(f"{field}: {value!r} is no date. Write it as 2026-12-24 or 2026-12-24T18:00Z.")


def _check_dates(rule: Rule, field: str) -> None:
    moments = {name: _moment(rule[name], f"{field}.{name}") for name in ("from", "until") if name in rule}
    if len(moments) == 2 and moments["from"] >= moments["until"]:
        raise ProblemError(f"{field}.until: is not later than from.")


def _parts(condition: Mapping[str, Any], field: str, depth: int) -> Iterator[tuple[str, str, Any]]:
    """Every attribute that a condition asks for, however deep: name, place, what is asked."""
    if depth > DEEPEST:
        raise ProblemError(f"{field}: more than {DEEPEST} conditions inside one another.")
    for name, asked in condition.items():
        at = f"{field}.{name}"
        if name == "not":
            yield from _parts(asked, at, depth + 1)
        elif name in ("any", "all"):
            for place, inner in enumerate(asked):
                yield from _parts(inner, f"{at}[{place}]", depth + 1)
        else:
            yield name, at, asked


def _check_attributes(rule: Rule, field: str, columns: Mapping[str, Kind]) -> None:
    def kind_of(name: str, at: str) -> Kind:
        if name not in columns:
            raise ProblemError(f"{at}: the catalogue has no {name}; it has {', '.join(columns)}.")
        return columns[name]

    if "attribute" in rule:
        kind_of(rule["attribute"], f"{field}.attribute")
    for name, at, asked in _parts(rule.get("where", {}), f"{field}.where", 1):
        kind = kind_of(name, at)
        tests = (
            asked if isinstance(asked, dict) else {"in": asked} if isinstance(asked, list) else {"eq": asked}
        )
        for operator, value in tests.items():
            values = value if isinstance(value, list) else [value]
            if kind == "text" and operator in BOUNDS:
                raise ProblemError(f"{at}.{operator}: asks for a number, and {name} is text.")
            if kind == "number" and operator == "contains":
                raise ProblemError(f"{at}.contains: asks for a text, and {name} is a number.")
            if kind == "number" and operator != "exists" and not all(_reads_as_number(one) for one in values):
                raise ProblemError(f"{at}.{operator}: is a text, and {name} is a number.")


def _reads_as_number(value: Any) -> bool:
    try:
        return float(value) == float(value)
    except ValueError:
        return False
