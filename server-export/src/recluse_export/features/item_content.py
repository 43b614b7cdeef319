"""What the catalogue says of an item, as a row of numbers for linear models."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping

import numpy as np

from recluse_export.config import ItemsSource
from recluse_export.shapes import Float, Items

YEAR_IN_TITLE = re.compile(r"\((\d{4})\)\s*$")
"""Films and books are often told apart by their year: ``Heat (1995)``."""


def separators(sources: list[ItemsSource]) -> dict[str, str]:
    """The separator of every column that holds several values at once, by the column's name."""
    return {name: source.separator for source in sources if source.separator for name in source.categories}


def item_content(
    items: Items, separator: Mapping[str, str] | None = None, least: int = 5, most: int = 256
) -> Float:
    """``[items, features]``: 1 where an item has an attribute, and numbers in standard deviations.

    Categories from the leaf up, brands and the values of attributes count each for themselves; columns in
    ``separator`` hold several values at once. Attributes that hold nothing but numbers, the price (its
    logarithm) and a year in brackets at the end of the title are numbers; unknown numbers are 0, the mean.

    Parameters
    ----------
    separator
        See :func:`separators`.
    least
        Attributes of fewer items are left out.
    most
        At most so many attributes are kept, the most frequent.
    """
    words = [_words(items, row, separator or {}) for row in range(len(items))]
    count = Counter(word for one in words for word in one)
    frequent = [word for word, times in count.items() if least <= times < len(items)]
    kept = sorted(frequent, key=lambda word: (-count[word], word))[:most]
    place = {word: column for column, word in enumerate(kept)}
    marks = np.zeros((len(items), len(kept)), np.float32)
    for row, one in enumerate(words):
        marks[row, [place[word] for word in one if word in place]] = 1
    return np.concatenate([marks, *(_standardised(column) for column in _numbers(items))], axis=1)


def _words(items: Items, row: int, separator: Mapping[str, str]) -> set[str]:
    words = set()
    node = int(items.leaf[row])
    while node >= 0:
        words.add(f"category {items.categories[node].name}")
        node = items.categories[node].parent
    if items.brand[row]:
        words.add(f"brand {items.brand[row]}")
    for name, column in items.attributes.items():
        value = column[row]
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            continue
        if isinstance(value, list):
            words |= {f"{name} {one}" for one in value}
        elif name in separator:
            words |= {f"{name} {one.strip()}" for one in str(value).split(separator[name]) if one.strip()}
        elif _number(value) is None:
            words.add(f"{name} {value}")
    return words


def _numbers(items: Items) -> list[np.ndarray]:
    """``[items]`` each, NaN where unknown."""
    years = [YEAR_IN_TITLE.search(title) for title in items.titles]
    columns = [
        np.log(np.where(items.price > 0, items.price, np.nan)),
        np.array([float(year[1]) if year else np.nan for year in years]),
    ]
    for column in items.attributes.values():
        numbers = [_number(value) for value in column]
        columns.append(np.array([np.nan if number is None else number for number in numbers]))
    return [column for column in columns if np.isfinite(column).sum() > len(items) / 2]


def _number(value: object) -> float | None:
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _standardised(column: np.ndarray) -> Float:
    """``[items, 1]``, held within four standard deviations."""
    known = column[np.isfinite(column)]
    spread = known.std() or 1.0
    standard = np.clip((column - known.mean()) / spread, -4, 4)
    return np.nan_to_num(standard).astype(np.float32)[:, None]
