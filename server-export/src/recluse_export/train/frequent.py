"""A smaller log of the same kind, to search on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recluse_export.evaluate.split import select
from recluse_export.shapes import Items, Log


def with_frequent_items(log: Log, most: int) -> Log:
    """Only the events with the ``most`` most frequent items; a log without times is numbered anew."""
    items = len(log.items)
    if items <= most:
        return log
    count = np.bincount(log.item, minlength=items)
    kept = np.sort(np.argsort(-count, kind="stable")[:most])
    place = np.full(items, -1, np.int32)
    place[kept] = np.arange(most, dtype=np.int32)
    fewer = select(log, place[log.item] >= 0)
    fewer = replace(fewer, item=place[fewer.item], items=taken(log.items, kept))
    if not log.has_time:
        position = np.arange(len(fewer.item)) - fewer.offsets[:-1][fewer.user]
        fewer = replace(fewer, time=position.astype(np.int64))
    return fewer


def taken(items: Items, rows: np.ndarray) -> Items:
    """The items of these rows, in their order."""
    return replace(
        items,
        ids=[items.ids[row] for row in rows],
        titles=[items.titles[row] for row in rows],
        leaf=items.leaf[rows],
        price=items.price[rows],
        brand=[items.brand[row] for row in rows],
        attributes={name: [values[row] for row in rows] for name, values in items.attributes.items()},
        created=None if items.created is None else items.created[rows],
    )
