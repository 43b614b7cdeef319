"""Histories of users whom training never saw, for a demo that shows what the model makes of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recluse_export.config import Config
from recluse_export.errors import ProblemError
from recluse_export.read.holdout import held_out
from recluse_export.shapes import Items, Log

NEWEST_EVENTS = 350
"""Enough to show a person's habits, small enough to travel with a page."""
FEWEST_EVENTS = 150
"""Below that a user is no good sample."""


@dataclass(frozen=True)
class Candidate:
    """A held-out user, and the categories that stand out in what they did."""

    user: str
    events: int
    baskets: int
    categories: list[tuple[str, int, float]]
    """Name, events, and how many times the share of all users that is."""


def sample_shoppers(log: Log, config: Config) -> list[dict[str, Any]]:
    """The newest events before the split's cut of the users that the configuration names under
    ``[[samples]]``.

    Returns
    -------
    list of ``{name, about, interactions}``, interactions oldest first with ``type, item, time``
    (milliseconds since 1970), ``value`` and ``basket``.

    Raises
    ------
    ProblemError
        A sample is not in the data, or not held out: training has seen it.
    """
    if not config.samples:
        raise ProblemError(
            f"{config.path}: has no [[samples]]. Name users there; --suggest shows candidates."
        )
    mask = held_out(log.users, config.split.holdout_users)
    place = {user: index for index, user in enumerate(log.users)}
    shoppers = []
    for sample in config.samples:
        user = place.get(sample.user)
        if user is None:
            raise ProblemError(
                f"{config.path}: samples: user {sample.user!r} is not in the cleaned data. --suggest "
                "shows candidates."
            )
        if not mask[user]:
            raise ProblemError(
                f"{config.path}: samples: user {sample.user!r} is not held out, training sees it. "
                "--suggest shows candidates."
            )
        events = _events_before_cut(log, config, user)[-NEWEST_EVENTS:]
        interactions = [_interaction(log, event) for event in events]
        shoppers.append({"name": sample.name, "about": sample.about, "interactions": interactions})
    return shoppers


def suggest_samples(log: Log, config: Config, count: int = 40) -> list[Candidate]:
    """Held-out users with the most distinct tastes, most distinct first."""
    names, category = shelf_categories(log.items)
    usual = np.bincount(category[log.item], minlength=len(names)) / len(log.item)
    candidates = []
    for user in np.flatnonzero(held_out(log.users, config.split.holdout_users)):
        events = _events_before_cut(log, config, int(user))
        if len(events) < FEWEST_EVENTS:
            continue
        newest = events[-NEWEST_EVENTS:]
        counts = np.bincount(category[log.item[newest]], minlength=len(names))
        known = np.flatnonzero(counts >= 4)
        lift = counts[known] / len(newest) / usual[known]
        distinct = counts[known] / len(newest) * np.log(lift)
        best = np.argsort(-distinct, kind="stable")[:6]
        top = [(names[known[place]], int(counts[known[place]]), float(lift[place])) for place in best]
        baskets = len(np.unique(log.basket[events]))
        candidates.append(
            (float(distinct[best].sum()), Candidate(log.users[user], len(events), baskets, top))
        )
    candidates.sort(key=lambda pair: -pair[0])
    return [candidate for _, candidate in candidates[:count]]


def shelf_categories(items: Items) -> tuple[list[str], NDArray[np.int64]]:
    """The second level of the category tree (the first where there is no second): its names, and ``[items]``
    each item's."""
    parents = [category.parent for category in items.categories]

    def second(leaf: int) -> int:
        path = [leaf]
        while parents[path[-1]] >= 0:
            path.append(parents[path[-1]])
        return path[-2] if len(path) > 1 else leaf

    return [category.name for category in items.categories], np.array(
        [second(int(leaf)) for leaf in items.leaf]
    )


def _events_before_cut(log: Log, config: Config, user: int) -> NDArray[np.int64]:
    events = np.arange(log.offsets[user], log.offsets[user + 1])
    return events[log.time[events] < config.split.cut_seconds] if config.split.kind == "time" else events[:-1]


def _interaction(log: Log, event: int) -> dict[str, Any]:
    interaction: dict[str, Any] = {
        "type": log.event_types[log.type[event]],
        "item": log.items.ids[log.item[event]],
        "time": int(log.time[event]) * 1000,
    }
    if log.value[event]:
        interaction["value"] = float(str(log.value[event]))
    return {**interaction, "basket": str(log.basket[event])}
