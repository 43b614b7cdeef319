"""From sources to a clean :class:`~recluse_export.shapes.Log`."""

from __future__ import annotations

from datetime import datetime

from recluse_export.config import Config
from recluse_export.read import completejourney
from recluse_export.read.assemble import assemble
from recluse_export.read.clean import clean
from recluse_export.read.report import CleaningReport
from recluse_export.shapes import Log

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
    tables = completejourney.read_tables()
    tables, report = clean(tables, config.clean, now)
    source = config.source
    event_types = [event.name for event in config.events]
    log = assemble(tables, completejourney.describe, event_types, source.utc_offset_hours, source.price_from_sales)
    return log, report
