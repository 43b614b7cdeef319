"""Which items stand for one that nobody has had yet, by what the catalogue says; see "New items" in
``docs/model.md``. The browser's ``worker/shop/content.ts`` does the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from recluse_export.features.item import categories
from recluse_export.shapes import Float, Int, Items

MOST = 20
"""Items that stand for a new one, at most."""
FEWEST = 5
"""A category with fewer items says too little: its parent is looked at."""
BRAND_COUNTS = 1.0
WORDS_COUNT = 2.0
"""What the same brand, and what equal titles, count beside the same leaf category, which counts 1."""
ELSEWHERE = 0.5
"""What another leaf category counts."""
SHARPNESS = 4
"""The power to which likeness is raised: the nearest count most."""
AT_ONCE = 20_000_000
"""Pairs of items that are compared at once."""

WORD = re.compile(r"[^\W_]+")


def words_of(title: str) -> set[str]:
    """Its letters and digits, lower case, whatever stands between them."""
    return set(WORD.findall(title.lower()))


def standing_for(items: Items, new: Int, known: Int) -> sparse.csr_matrix:
    """``[new, items]`` shares of the items that stand for each of ``new``; those of one item add up to 1.

    Parameters
    ----------
    items
        The catalogue of all of them.
    new
        Rows whose numbers nobody knows.
    known
        Rows that may stand for them, ascending.
    """
    words, own = _rare_words([items.titles[row] for row in known], [items.titles[row] for row in new])
    brand = np.array([name or "" for name in items.brand], dtype=object)
    places, rows, shares = [], [], []
    for asked, near in _by_category(items, new, known):
        step = max(1, AT_ONCE // len(near))
        for some in (asked[start : start + step] for start in range(0, len(asked), step)):
            likeness = WORDS_COUNT * np.asarray((own[some] @ words[near].T).todense(), np.float64)
            one, other = new[some][:, None], known[near][None, :]
            likeness += np.where(items.leaf[one] == items.leaf[other], 1.0, ELSEWHERE)
            likeness += BRAND_COUNTS * ((brand[one] == brand[other]) & (brand[one] != ""))
            nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :MOST]
            weight = np.take_along_axis(likeness, nearest, axis=1) ** SHARPNESS
            places.append(np.repeat(some, nearest.shape[1]))
            rows.append(known[near][nearest].ravel())
            shares.append((weight / weight.sum(axis=1, keepdims=True)).ravel())
    shape = (len(new), len(items))
    if not places:
        return sparse.csr_matrix(shape)
    at = (np.concatenate(places), np.concatenate(rows))
    return sparse.csr_matrix((np.concatenate(shares), at), shape)


def _rare_words(known: Sequence[str], new: Sequence[str]) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """``[known, words]`` and ``[new, words]`` titles of length 1, or 0 where there is no word; each word
    weighs the logarithm of (1 + known titles) over those that have it, or over 1 where none has."""
    taken = [words_of(title) for title in known]
    asked = [words_of(title) for title in new]
    counts = Counter(word for words in taken for word in words)
    column = {word: place for place, word in enumerate(dict.fromkeys(w for s in (*taken, *asked) for w in s))}
    rarity = np.array([np.log((1 + len(known)) / max(1, counts[word])) for word in column], np.float64)

    def rows(titles: list[set[str]]) -> sparse.csr_matrix:
        at = np.array([column[word] for words in titles for word in words], np.int64)
        offset = np.cumsum([0, *map(len, titles)])
        found = sparse.csr_matrix((rarity[at], at, offset), (len(titles), len(column)))
        length = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
        return sparse.diags_array(1 / np.where(length > 0, length, 1)).tocsr() @ found

    return rows(taken), rows(asked)


def _by_category(items: Items, new: Int, known: Int) -> Iterator[tuple[Int, Int]]:
    """Places in ``new``, and in ``known`` those that they are compared with: the items of the narrowest
    category around with ``FEWEST`` of them; all where none has."""
    members: dict[int, list[int]] = {}
    for place, row in enumerate(known):
        for category in categories(row, items):
            members.setdefault(category, []).append(place)
    asked: dict[int, list[int]] = {}
    for place, row in enumerate(new):
        narrowest = (
            category
            for category in reversed(categories(row, items))
            if len(members.get(category, ())) >= FEWEST
        )
        asked.setdefault(next(narrowest, -1), []).append(place)
    for category, places in asked.items():
        near = np.arange(len(known)) if category == -1 else np.array(members[category])
        if len(near):
            yield np.array(places), near


def mean_of(values: Float, shares: sparse.csr_matrix) -> Float:
    """``[new, ...]`` the mean by shares of ``values`` [items, ...], float32."""
    return np.asarray(shares @ values.astype(np.float64), np.float32)
