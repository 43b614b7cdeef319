"""From sources to a clean :class:`~recluse_export.shapes.Log`."""

from __future__ import annotations

from datetime import datetime

import duckdb

from recluse_export.config import Config
from recluse_export.errors import ProblemError
from recluse_export.read import completejourney, files
from recluse_export.read.assemble import assemble
from recluse_export.read.catalogue import describe_items
from recluse_export.read.clean import clean
from recluse_export.read.report import CleaningReport
from recluse_export.read.tables import Tables
from recluse_export.shapes import Items, Log

__all__ = ["CleaningReport", "load"]


def load(config: Config, now: datetime | None = None) -> tuple[Log, CleaningReport]:
    """Read, clean and number the data of a configuration.

    Parameters
    ----------
    now
        Times a day after it are in the future. Default: the clock.

    Raises
    ------
    ProblemError
        A file, column, row or setting that its owner must mend.
    """
    source = config.source
    built_in = source.kind == "completejourney"
    try:
        tables = completejourney.read_tables() if built_in else files.read_tables(source, config.folder)
        tables, report = clean(tables, config.clean, now)
        event_types = [event.name for event in config.events]
        _refuse_undeclared_types(tables, event_types)

        def describe(rows) -> Items:
            return completejourney.describe(rows) if built_in else describe_items(rows, source.items)

        log = assemble(tables, describe, event_types, source.utc_offset_hours, source.price_from_sales)
    except duckdb.Error as error:
        # What the files hold is read only when it is counted, so the engine's own complaint about a file may
        # come as late as here.
        raise ProblemError(
            f"The data can't be read: {str(error).splitlines()[0]} Mend the file, or its settings under "
            "[source]."
        ) from None
    if not log.has_time and not tables.has_order:
        report.notes.append(
            "The log has neither times nor an order: each user's events are in a made-up, fixed order."
        )
    return log, report


def _refuse_undeclared_types(tables: Tables, declared: list[str]) -> None:
    log = tables.interactions
    stray = log.filter(log.type.notin(declared) | log.type.isnull())
    counts = stray.group_by("type").aggregate(events=stray.count())
    rows = counts.order_by("type").to_pyarrow().to_pylist()
    if rows:
        found = ", ".join(f"{row['type']!r} ({row['events']:,})" for row in rows[:8])
        raise ProblemError(
            f"The log has event types that [[events]] does not declare: {found}. Declare them with a "
            "weight, rename them by types under "
            "[[source.interactions]], or list them under clean.drop_types."
        )
