"""Evaluation protocols: what training may see of a log, and what each user is asked about afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recluse_export.errors import ProblemError
from recluse_export.evaluate.split import (
    Targets,
    before,
    last_basket,
    last_event,
    of_users,
    select,
    targets_after,
    with_enough,
    without_users,
)
from recluse_export.read.holdout import held_out
from recluse_export.shapes import Int, Log

if TYPE_CHECKING:
    from recluse_export.config import Config, SplitSettings

NEVER_SEEN = "users never seen"
"""Ends the name of a window whose users training never saw."""


def held_out_users(log: Log, split: SplitSettings) -> Int:
    """Indices of the users whom training never sees, ascending."""
    count = split.holdout_users
    if count == 0 and split.kind == "user-disjoint":
        count = max(1, log.user_count // 10)
    return np.flatnonzero(held_out(log.users, count)).astype(np.int32)


def cut_of(log: Log, split: SplitSettings) -> int | None:
    """The global moment at which training ends, in seconds since 1970; None where each user has their own."""
    if not log.has_time or split.cut is None or split.kind in ("leave-one-out", "last-basket"):
        return None
    return split.cut_seconds


def training_part(log: Log, split: SplitSettings) -> tuple[Log, int]:
    """What training may see, and the moment at which that ends (in the unit of ``log.time``)."""
    cut = cut_of(log, split)
    held = held_out_users(log, split)
    if cut is not None:
        return without_users(before(log, cut), held), cut
    past = without_users(select(log, _before_targets(log, split)), held)
    if not log.has_time:
        return past, int(np.diff(log.offsets).max(initial=0))
    return past, int(past.time.max(initial=0)) + 1


def known_before(log: Log, split: SplitSettings) -> NDArray[np.bool_]:
    """``[events]`` whether it was before the cut, else before its user's target; of held-out users, too."""
    cut = cut_of(log, split)
    return _before_targets(log, split) if cut is None else log.time < cut


def target_windows(log: Log, split: SplitSettings, least_targets: int = 1) -> dict[str, Targets]:
    """What each user with so many targets in a window is asked about, by the name that figures carry.

    Users whom training never saw are in the first window, and once more in one of their own.

    Raises
    ------
    ProblemError
        Nobody has both a history and a target, or nobody so many.
    """
    cut = cut_of(log, split)
    held = held_out_users(log, split)
    windows: dict[str, Targets] = {}
    if split.kind == "last-basket-after-cut" and cut is not None:
        windows["last basket after the cut"] = last_basket(log, cut)
    elif cut is not None:
        windows = {f"next {days} days": targets_after(log, cut, days) for days in split.days}
    elif _by_basket(split):
        windows["last basket"] = last_basket(log)
    else:
        windows["last event"] = last_event(log)
    if split.kind == "user-disjoint":
        windows = {f"{name}, {NEVER_SEEN}": of_users(one, held) for name, one in windows.items()}
    elif len(held):
        first = next(iter(windows))
        windows[f"{first}, {NEVER_SEEN}"] = of_users(windows[first], held)
    windows = {name: targets for name, targets in windows.items() if len(targets)}
    if not windows:
        raise ProblemError(
            f"Nobody has both a history and a target (split {split.kind!r}). Choose an earlier split.cut, "
            "longer split.days or another split.kind."
        )
    enough = with_enough(windows, least_targets)
    if not enough:
        raise ProblemError(
            f"Nobody has {least_targets} targets in one window. Choose fewer in evaluate.least_targets "
            "or --least-targets."
        )
    return enough


def for_training(log: Log, config: Config) -> tuple[Log, Config]:
    """A log and a configuration with which ``train.pipeline`` sees exactly :func:`training_part`.

    The pipeline knows two splits, by a cut for logs with times and by each user's last event for logs
    without; every other split is one of these on a shortened log.
    """
    split = config.split
    held = len(held_out_users(log, split))
    if cut_of(log, split) is not None:
        return log, _with_split(config, kind="time", holdout_users=held)
    if not log.has_time:
        # The pipeline leaves out each user's last event, so one event of the last basket has to be there.
        past = select(log, _before_targets(log, split) | _first_of_targets(log, split))
        return past, _with_split(config, kind="leave-one-out", cut=None, holdout_users=held)
    past, until = training_part(log, split)
    return past, _with_split(config, kind="time", cut=datetime.fromtimestamp(until, UTC), holdout_users=0)


def describe(log: Log, split: SplitSettings, least_targets: int = 1) -> str:
    """The split in a sentence."""
    cut, held = cut_of(log, split), len(held_out_users(log, split))
    besides = f"; {held:,} users never seen in training" if held else ""
    if least_targets > 1:
        besides += f"; only users with at least {least_targets} targets in a window"
    if cut is not None:
        day = datetime.fromtimestamp(cut, UTC).strftime("%Y-%m-%d")
        asked = "the last baskets" if split.kind == "last-basket-after-cut" else "targets"
        return f"history before {day} UTC, {asked} after it{besides}"
    target = "last basket" if _by_basket(split) else "last event"
    return f"each user's {target} is the target, everything before it the history{besides}"


def _with_split(config: Config, **changes: object) -> Config:
    return config.model_copy(update={"split": config.split.model_copy(update=changes)})


def _by_basket(split: SplitSettings) -> bool:
    return split.kind in ("last-basket", "last-basket-after-cut", "user-disjoint")


def _first_of_targets(log: Log, split: SplitSettings) -> NDArray[np.bool_]:
    """``[events]`` whether it is the first event of its user's last basket, or their last event."""
    first = np.zeros(len(log.item), bool)
    begins = np.ones(len(log.item), bool)
    if _by_basket(split):
        begins[1:] = (np.diff(log.basket) != 0) | (np.diff(log.user) != 0)
    starts = np.flatnonzero(begins)
    ends = log.offsets[1:][np.diff(log.offsets) > 0]
    first[starts[np.searchsorted(starts, ends, side="left") - 1]] = True
    return first


def _before_targets(log: Log, split: SplitSettings) -> NDArray[np.bool_]:
    """``[events]`` whether it is strictly before its user's target."""
    first = np.flatnonzero(_first_of_targets(log, split))
    now = np.zeros(log.user_count, np.int64)
    now[log.user[first]] = log.time[first]
    return log.time < now[log.user]
