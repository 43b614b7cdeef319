"""The three tables that every source is brought into before cleaning."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend
from ibis.util import gen_name

CONTEXT = "context "
"""How columns of the log begin that say something of the moment."""


@dataclass(frozen=True)
class Tables:
    """Expressions on the engine; nothing is in Python's memory yet.

    ``interactions`` has the columns ``user, item, type: string``, ``time: int64`` (seconds since 1970, null
    where it can't be read), ``time_text: string`` (what the source says where it can't be read, for
    messages), ``order: float64``, ``value: float64``, ``quantity: float64``, ``basket: string`` (the last
    four null where absent). ``items`` has ``item: string`` and whatever else the catalogue has; ``users``
    has ``user: string`` and the profile. ``interactions`` also has ``CONTEXT`` and the name for each of
    ``context: string``.
    """

    engine: Backend
    interactions: ir.Table
    items: ir.Table
    users: ir.Table | None
    has_time: bool
    has_order: bool
    """Whether time or ``order`` says which event came first."""
    context: tuple[str, ...] = ()
    """Names of the contexts that single interactions have."""

    def with_interactions(self, interactions: ir.Table) -> Tables:
        """The same with another log."""
        return replace(self, interactions=interactions)

    def with_items(self, items: ir.Table) -> Tables:
        """The same with another catalogue."""
        return replace(self, items=items)


def start_engine() -> Backend:
    """An in-memory DuckDB that answers the same on every machine: no local time zone, no progress bar of its
    own."""
    engine = ibis.duckdb.connect()
    engine.raw_sql("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return engine


def settle(engine: Backend, table: ir.Table) -> ir.Table:
    """Compute a table now and keep it, so that later steps don't compute it again."""
    return engine.create_table(gen_name("settled"), table)
