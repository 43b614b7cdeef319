"""Display names for the Complete Journey: what a shopper reads on a shelf instead of a wholesaler's codes.

The names are data (``grocery_names.toml``); this file says in which order they are looked up, how codes
without a name are spelled out, and how titles are told apart.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _names() -> dict[str, Any]:
    return tomllib.loads((files("recluse_export.read") / "grocery_names.toml").read_text(encoding="utf-8"))


def aisle_of(department: str, category: str) -> str:
    """The shopper's aisle, the first level of the category tree."""
    aisles = _names()["aisles"]
    for key in (f"{department} > {category}", category, department):
        if key in aisles:
            return aisles[key]
    return spell_out(department)


def category_name(department: str, category: str) -> str:
    """The second level: "Frozen meat and dinners" for "FRZN MEAT/MEAT DINNERS"."""
    names = _names()["categories"]
    return names.get(f"{department} > {category}") or names.get(category) or spell_out(category)


def type_name(department: str, category: str, kind: str) -> str:
    """The third level, and the title without its size: "Bread, Italian/French" for "BREAD:ITALIAN/FRENCH"."""
    names = _names()["types"]
    return (
        names.get(f"{category} > {kind}")
        or names.get(f"{department} > {kind}")
        or names.get(kind)
        or spell_out(kind)
    )


def spell_out(code: str) -> str:
    """A code without a name of its own, with its abbreviations written out.

    >>> spell_out("REFRGRATD JUICES/DRNKS")
    'Refrigerated juices/drinks'
    >>> spell_out("CHEESE CRACKERS (CHEEZ-ITS/GOL")
    'Cheese crackers'
    """
    written = _names()["words"]
    proper = {word.lower(): word for word in _names()["proper"]["words"]}
    text = re.sub(r"\(.*", "", code)
    text = re.sub(r"\s*(?::|;| - |-$)\s*", ", ", text).replace("&", " and ")
    text = re.sub(r"\b[WN]/(?=\w)", "with ", text)

    def word(match: re.Match[str]) -> str:
        known = written.get(match[0].upper(), match[0].lower())
        return proper.get(known.lower(), known)

    text = re.sub(r"[A-Za-z][A-Za-z'-]*", word, text)
    text = re.sub(r"\s+", " ", text).strip(" ,.-/")
    text = re.sub(r"\s+,", ",", text)
    return text[:1].upper() + text[1:] if text else "Other"


def distinct_titles(
    names: Sequence[str],
    sizes: Sequence[str | None],
    own_brand: Sequence[bool],
    categories: Sequence[str],
) -> list[str]:
    """A title for each item, no two alike: name and size, and only where that is not enough also "own
    brand", then the category.

    What still can't be told apart (the data knows no difference that a shopper could see) is numbered.
    """
    titles = [_with_size(name, size) for name, size in zip(names, sizes, strict=True)]
    titles = _add_where_double(titles, lambda place: ", own brand" if own_brand[place] else "")
    titles = _add_where_double(titles, lambda place: f" ({categories[place].lower()})")
    counts: Counter[str] = Counter()
    doubles = {title for title, count in Counter(titles).items() if count > 1}
    for place, title in enumerate(titles):
        if title in doubles:
            counts[title] += 1
            titles[place] = f"{title}, no. {counts[title]}"
    return titles


def _with_size(name: str, size: str | None) -> str:
    """ "Soda, 12 pack of cans" says its size already."""
    return name if size is None or f" {size} " in f" {name} " else f"{name}, {size}"


def _add_where_double(titles: list[str], addition: Callable[[int], str]) -> list[str]:
    """Add to titles that several items share, where the addition tells at least some of those items apart."""
    sharing: dict[str, list[int]] = {}
    for place, title in enumerate(titles):
        sharing.setdefault(title, []).append(place)
    added = list(titles)
    for title, places in sharing.items():
        additions = {place: addition(place) for place in places}
        if len(set(additions.values())) > 1:
            for place in places:
                added[place] = title + additions[place]
    return added
