"""From cleaned tables to the arrays that models take."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import numpy as np
import pyarrow as pa

from recluse_export.read.tables import CONTEXT, Tables
from recluse_export.shapes import Column, Items, Log

Describe = Callable[[pa.Table], Items]
"""Makes the catalogue from the cleaned table of items, whose row order is the order of rows."""


def assemble(
    tables: Tables,
    describe: Describe,
    event_types: list[str],
    utc_offset_hours: float,
    price_from_sales: bool,
) -> Log:
    """Sort, number and load: the engine gives one long table sorted by user, time and a full tie-breaker,
    Python cuts it into arrays.

    Items are numbered by how often they occur, most first, equal counts by id: so a tie in a ranking, which
    falls to the lower row, falls to the more popular item. Users are numbered by id. Events of one user are
    in the order of time, then the log's own order column, then basket, then item id, then type.
    """
    log = tables.interactions
    support = log.group_by("item").aggregate(events=log.count())
    items = tables.items.inner_join(support, "item").order_by(ibis.desc("events"), "item")
    catalogue = describe(_with_prices(items, tables, price_from_sales).to_pyarrow())
    users = log.select("user").distinct().order_by("user").to_pyarrow()["user"]

    told = [CONTEXT + name for name in tables.context]
    rows = (
        log.order_by(*_order(tables), *told)
        .select("user", "item", "type", "time", "value", "basket", *told)
        .to_pyarrow()
    )
    user = _positions(rows["user"], users)
    offsets = np.searchsorted(user, np.arange(len(users) + 1), side="left").astype(np.int64)
    time = (
        _numbers(rows["time"], np.int64)
        if tables.has_time
        else np.arange(len(user), dtype=np.int64) - offsets[user]
    )
    return Log(
        offsets=offsets,
        item=_positions(rows["item"], pa.array(catalogue.ids)),
        type=_positions(rows["type"], pa.array(event_types)),
        time=time,
        value=_numbers(rows["value"], np.float32),
        basket=_baskets(user, time, rows["basket"]),
        event_types=event_types,
        users=users.to_pylist(),
        items=catalogue,
        profiles=_profiles(tables, users.to_pylist()),
        context={name: _column(rows[CONTEXT + name]) for name in tables.context},
        has_time=tables.has_time,
        utc_offset_hours=utc_offset_hours,
    )


def _order(tables: Tables) -> list:
    tie_breaker = ["order", "basket", "item", "type", "value"]
    return ["user", "time", *tie_breaker] if tables.has_order else ["user", _scrambled(tables), *tie_breaker]


def _scrambled(tables: Tables):
    """A log that does not know what came first must not look as if it did: a fixed order that has nothing to
    do with the ids."""
    log = tables.interactions
    return (log.user.concat("/", log.item)).hexdigest("md5")


def _with_prices(items, tables: Tables, price_from_sales: bool):
    if not price_from_sales:
        return items
    log = tables.interactions
    sold = log.filter((log.value > 0) & (log.quantity > 0))
    prices = sold.group_by("item").aggregate(price=(sold.value / sold.quantity).median().round(2))
    return (
        items.drop(*({"price"} & set(items.columns)))
        .left_join(prices, "item")
        .drop("item_right")
        .order_by(ibis.desc("events"), "item")
    )


def _positions(values: pa.ChunkedArray, known: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Place of each value in ``known``."""
    if isinstance(known, pa.ChunkedArray):
        known = known.combine_chunks()
    places = pa.compute.index_in(values, value_set=known.cast(values.type))
    if places.null_count:
        stranger = values.filter(places.is_null())[0].as_py()
        raise AssertionError(f"{stranger!r} is not among the known values")
    return places.to_numpy().astype(np.int32)


def _numbers(values: pa.ChunkedArray, dtype: type) -> np.ndarray:
    return values.fill_null(0).to_numpy().astype(dtype)


def _baskets(user: np.ndarray, time: np.ndarray, basket: pa.ChunkedArray) -> np.ndarray:
    """Number baskets as they come; where the log has none, events of one moment of one user are one
    basket."""
    if not len(user):
        return np.zeros(0, dtype=np.int64)
    name = basket.combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    begins = np.ones(len(user), dtype=bool)
    same_moment = time[1:] == time[:-1]
    begins[1:] = (user[1:] != user[:-1]) | (name[1:] != name[:-1]) | ((name[1:] == -1) & ~same_moment)
    return np.cumsum(begins) - 1


def _column(values: pa.ChunkedArray) -> Column:
    known = values.drop_null().unique().sort()
    places = pa.compute.index_in(values, value_set=known).fill_null(-1)
    return Column(places.to_numpy().astype(np.int32), known.to_pylist())


def _profiles(tables: Tables, users: list[str]) -> dict[str, list[str | None]]:
    if tables.users is None:
        return {}
    rows = {row["user"]: row for row in tables.users.to_pyarrow().to_pylist()}
    columns = [name for name in tables.users.columns if name != "user"]
    return {name: [rows[user][name] if user in rows else None for user in users] for name in columns}
