"""What lists are like besides being right: how much of the catalogue they show, how new, how varied, how much
like their reader, how fixed on what everybody buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recluse_export.evaluate.lists import Question
from recluse_export.shapes import Int, Items, Log

Double = NDArray[np.float64]

SHOWN = 10
"""Places of each list that count."""
HEAD = 0.8
"""Share of the training's interactions that the most popular items, the head, draw together; all other items
are the long tail."""
SMOOTHING = 0.01
"""Steck's alpha: how much of the history's mix is added to the list's, so that a missing category has a
finite divergence."""
USERS_AT_ONCE = 4096
"""Lists whose attributes are held at a time."""

MEANINGS = {
    "coverage@10": "share of the catalogue that is in at least one list",
    "novelty@10": "mean self-information in bits: minus log2 of the share of training users who had the item",
    "gini@10": "Gini index of how often each item of the catalogue is shown: 0 all alike, 1 always the same",
    "intra-list distance@10": "mean of 1 minus the cosine of the attributes of two items of a list",
    "miscalibration@10": "Kullback-Leibler divergence of the list's categories from the history's",
    "long tail@10": "share of places with items outside the head that draws 80 % of the interactions",
    "popularity shown@10": "mean share of training users who had the shown item",
    "popularity consumed": "the same of the items in the histories",
    "popularity lift@10": "popularity shown over popularity consumed, minus 1: above 0 is popularity bias",
}
"""What each metric says, for tables and pages."""


@dataclass(frozen=True)
class Exposure:
    """What the catalogue and the training say of each item, for every list of a split."""

    share: Double
    """``[items]`` share of training users who had the item, 0 to 1"""
    users: int
    """Training users"""
    tail: NDArray[np.bool_]
    """``[items]`` whether the item is in the long tail"""
    marks: sparse.csr_matrix
    """``[items, attributes]`` of length 1 each; without columns where the catalogue tells items apart by
    nothing"""
    category: Int
    """``[items]`` broad category"""

    @staticmethod
    def of(past: Log) -> Exposure:
        """From what training saw."""
        items = len(past.items)
        pairs = np.unique(past.user.astype(np.int64) * items + past.item)
        users = max(1, int(np.count_nonzero(np.diff(past.offsets))))
        events = np.bincount(past.item, minlength=items)
        order = np.argsort(-events, kind="stable")
        reached = np.cumsum(events[order]) - events[order]
        tail = np.ones(items, bool)
        tail[order[reached < HEAD * events.sum()]] = False
        return Exposure(
            np.bincount(pairs % items, minlength=items) / users,
            users,
            tail,
            attribute_marks(past.items),
            broad_categories(past.items),
        )


def beyond_accuracy(lists: Int, asked: Question, exposure: Exposure) -> dict[str, float]:
    """The metrics of ``MEANINGS`` for the first ten places of ``lists`` (``[users, at least 10]`` rows).

    Sources: coverage (Ge et al., RecSys 2010), novelty (Vargas and Castells, RecSys 2011), Gini (Adomavicius
    and Kwon, 2012), intra-list distance (Ziegler et al., WWW 2005), miscalibration (Steck, RecSys 2018), long
    tail and popularity lift (Abdollahpouri et al., RMSE 2019). Metrics that the catalogue does not support
    (no attributes, a single category) are left out.
    """
    shown = lists[:, :SHOWN]
    rows, items = shown.ravel(), len(exposure.share)
    # As if one user more had every item: what nobody had is very new, not infinitely.
    information = -np.log2((exposure.share * exposure.users + 1) / (exposure.users + 1))
    seen = float(exposure.share[rows].mean())
    consumed = float(exposure.share[asked.histories.row].mean()) if len(asked.histories.row) else 0.0
    metrics = {
        "coverage@10": len(np.unique(rows)) / items,
        "novelty@10": float(information[rows].mean()),
        "gini@10": gini(np.bincount(rows, minlength=items)),
    }
    if exposure.marks.shape[1]:
        metrics["intra-list distance@10"] = float(intra_list_distance(shown, exposure.marks).mean())
    if exposure.category.max(initial=0) > 0:
        known = np.diff(asked.histories.offsets) > 0
        if known.any():
            divergence = miscalibration(shown, asked, exposure.category)
            metrics["miscalibration@10"] = float(divergence[known].mean())
    metrics["long tail@10"] = float(exposure.tail[rows].mean())
    metrics["popularity shown@10"] = seen
    if consumed > 0:
        metrics["popularity consumed"] = consumed
        metrics["popularity lift@10"] = seen / consumed - 1
    return metrics


def gini(counts: NDArray[np.integer]) -> float:
    """Gini index of non-negative counts, 0 (all alike) to almost 1 (one has everything); 0 without any."""
    ordered = np.sort(counts).astype(np.float64)
    total, size = ordered.sum(), len(ordered)
    if total == 0:
        return 0.0
    return float(((2 * np.arange(1, size + 1) - size - 1) * ordered).sum() / (size * total))


def intra_list_distance(lists: Int, marks: sparse.csr_matrix) -> Double:
    """``[users]`` mean of 1 minus the cosine over all pairs of each list; 0 for lists of one item."""
    users, length = lists.shape
    if length < 2:
        return np.zeros(users)
    alike = np.empty(users)
    bare = np.asarray(marks.multiply(marks).sum(axis=1)).ravel()
    for start in range(0, users, USERS_AT_ONCE):
        chunk = lists[start : start + USERS_AT_ONCE]
        member = sparse.csr_matrix(
            (np.ones(chunk.size), chunk.ravel(), np.arange(len(chunk) + 1) * length),
            shape=(len(chunk), marks.shape[0]),
        )
        together = member @ marks
        # The square of a sum is the sum over all pairs, each item with itself included.
        squared = np.asarray(together.multiply(together).sum(axis=1)).ravel()
        alike[start : start + len(chunk)] = squared - bare[chunk].sum(axis=1)
    return 1 - alike / (length * (length - 1))


def miscalibration(lists: Int, asked: Question, category: Int) -> Double:
    """``[users]`` divergence of the list's mix of categories from the history's, in nats: 0 where they are
    the same; 0 for a user without a history."""
    size = int(category.max()) + 1
    divergence = np.empty(len(lists))
    histories = asked.histories
    for start in range(0, len(lists), USERS_AT_ONCE):
        stop = min(start + USERS_AT_ONCE, len(lists))
        one = histories.visitors(start, stop)
        had = _mix(one.visitor, category[one.row], stop - start, size)
        place = np.repeat(np.arange(stop - start), lists.shape[1])
        shown = _mix(place, category[lists[start:stop].ravel()], stop - start, size)
        smooth = (1 - SMOOTHING) * shown + SMOOTHING * had
        ratio = np.divide(had, smooth, out=np.ones_like(had), where=had > 0)
        divergence[start:stop] = (had * np.log(ratio)).sum(axis=1)
    return divergence


def attribute_marks(items: Items) -> sparse.csr_matrix:
    """``[items, attributes]``: every category on the way to the leaf, the brand and every further attribute
    of an item, each line of length 1. Attributes that all items share tell nothing and are left out."""
    place: dict[str, int] = {}
    rows, columns = [], []
    for row in range(len(items)):
        for word in _words(items, row):
            rows.append(row)
            columns.append(place.setdefault(word, len(place)))
    marks = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(items), len(place)))
    marks = marks[:, np.asarray(marks.sum(axis=0)).ravel() < len(items)].tocsr()
    length = np.sqrt(np.asarray(marks.multiply(marks).sum(axis=1)).ravel())
    return (
        sparse.diags_array(np.divide(1, length, out=np.zeros_like(length), where=length > 0)).tocsr() @ marks
    )


def broad_categories(items: Items) -> Int:
    """``[items]`` the broadest category that tells items apart: the top of the tree, or the level below where
    there is only one top."""
    paths = []
    for leaf in items.leaf.tolist():
        path = [leaf]
        while items.categories[path[-1]].parent >= 0:
            path.append(items.categories[path[-1]].parent)
        paths.append(path[::-1])
    for level in range(max((len(path) for path in paths), default=0)):
        found = [path[min(level, len(path) - 1)] for path in paths]
        if len(set(found)) > 1:
            return np.unique(found, return_inverse=True)[1].astype(np.int32)
    return np.zeros(len(paths), np.int32)


def _words(items: Items, row: int) -> set[str]:
    words = set()
    node = int(items.leaf[row])
    while node >= 0:
        words.add(f"category {node}")
        node = items.categories[node].parent
    if items.brand[row]:
        words.add(f"brand {items.brand[row]}")
    for name, column in items.attributes.items():
        value = column[row]
        if value is not None:
            many = value if isinstance(value, list) else [value]
            words |= {f"{name} {one}" for one in many}
    return words


def _mix(line: NDArray[np.integer], category: Int, lines: int, size: int) -> Double:
    """``[lines, categories]`` shares that add up to 1, or 0 everywhere for an empty line."""
    counts = np.bincount(line * size + category, minlength=lines * size).reshape(lines, size)
    return counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
