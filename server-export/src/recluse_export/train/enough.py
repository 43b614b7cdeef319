"""Whether there is anything to learn from, asked before time is spent."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.evaluate.split import Targets, validation
from recluse_export.models.settings import ModelSettings
from recluse_export.shapes import Log

BYTES_A_PAIR = 8
"""Of memory for each pair of items, at the very least: two solutions in float32."""
SEARCH_WEEKS = 2
"""Weeks before the cut on which the linear tier is chosen."""


def check_enough(past: Log, until: int, settings: ModelSettings) -> None:
    """Refuse what training may see of a log if nothing can be learned, or nothing be chosen, from it.

    Raises
    ------
    ProblemError
        It has no events, fewer than two items, more than the machine's memory can take, or nobody by whose
        behaviour models could be compared.
    """
    if len(past.item) == 0:
        raise ProblemError(
            "Training sees no events: none is before split.cut, or none is left without each user's target. "
            "Choose a later split.cut, or another split.kind."
        )
    if len(past.items) < 2:
        raise ProblemError(
            "The log has one item, so there is nothing to recommend instead of it. Loosen [clean], or give "
            "more data."
        )
    here = memory()
    if BYTES_A_PAIR * len(past.items) ** 2 > here:
        most = int(math.sqrt(here / BYTES_A_PAIR / 4))
        raise ProblemError(
            f"The log has {len(past.items):,} items; their item-to-item matrices take "
            f"{BYTES_A_PAIR * len(past.items) ** 2 / 2**30:,.0f} GiB, and this machine has "
            f"{here / 2**30:,.0f} GiB of memory. Set clean.max_items (the most frequent stay; {most} fit "
            "well) or raise clean.min_item_events."
        )
    if not past.has_time:
        if len(validation(past, 0, 1).weeks[0]) == 0:
            longest = int(np.diff(past.offsets).max(initial=0))
            raise ProblemError(
                "Models are chosen by the last event of users who have at least three before their target. "
                f"Here is none, the longest history has {longest}. Give more data."
            )
        return
    last = _day(int(past.time.max()))
    asked = {"item-to-item matrix": (SEARCH_WEEKS, slice(None))}
    if settings.full:
        weeks = settings.blender.cutoffs + 1
        asked |= {"blend": (weeks, slice(weeks - 1)), "blend's worth": (weeks, slice(weeks - 1, None))}
    for part, (weeks, which) in asked.items():
        if not any(len(week) for week in validation(past, until, weeks).weeks[which]):
            raise ProblemError(
                f"The {part} is chosen by what users with a history did in the {weeks} weeks before "
                f"split.cut ({_day(until)}). Nobody did anything there, the last event before that is of "
                f"{last}. Choose a split.cut shortly after a time with events, or give more data."
            )


def check_measurable(asked: Mapping[str, Targets]) -> None:
    """Refuse a log in which nobody is left on whom the finished model could be measured.

    Raises
    ------
    ProblemError
        No window has a target.
    """
    if not any(len(targets) for targets in asked.values()):
        raise ProblemError(
            "Nobody has both a history before split.cut and a target after it, so the model could not be "
            "measured. Choose another split.cut, more split.days, or give more data."
        )


def memory() -> int:
    """Bytes of this machine's memory."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
