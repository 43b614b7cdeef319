"""Package sizes fit to show: "14 oz", not "14.00 OZ"; "6 x 9 oz", not "6 PK/9 OZ"; nothing for a
wholesaler's carton number."""

from __future__ import annotations

import re

UNITS = {
    "OZ": "oz",
    "O": "oz",
    "FL OZ": "fl oz",
    "LB": "lb",
    "LBS": "lb",
    "GA": "gal",
    "GAL": "gal",
    "PT": "pt",
    "QT": "qt",
    "CT": "ct",
    "PC": "pieces",
    "PK": "pack",
    "PKS": "pack",
    "DZ": "dozen",
    "DOZ": "dozen",
    "L": "L",
    "LT": "L",
    "LTR": "L",
    "ML": "ml",
    "FT": "ft",
    "SQ FT": "sq ft",
    "IN": "in",
    "LOADS": "loads",
    "LOAD": "loads",
    "LD": "loads",
    "STEM": "stems",
    "STEMS": "stems",
    "ROLL": "rolls",
    "ROLLS": "rolls",
}
ALONE = {
    "HALF GAL": "1/2 gal",
    "DOZ": "1 dozen",
    "GAL": "1 gal",
    "GA": "1 gal",
    "PT": "1 pt",
    "QT": "1 qt",
    "DZ": "1 dozen",
}
COUNTED = ("ct", "pack", "pieces", "dozen", "rolls")

NUMBER = r"(?:\d+ \d/\d|[13]/[248]|\d*\.?\d+)"
UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
AMOUNT = re.compile(rf"({NUMBER})[ -]?({UNIT})\b")
SEVERAL = re.compile(rf"^(\d+) ?(?:/|-| - ) ?({NUMBER}) ?({UNIT})\b")
RANGE = re.compile(r"^(\d+)-(\d+) ?CT\b")

FRESH = {"PRODUCE", "TRAVEL & LEISURE", "MEAT", "DELI", "SEAFOOD", "SALAD BAR", "FLORAL", "RESTAURANT"}
LARGEST_BAG_IN_POUNDS = {"POTATOES": 10, "ONIONS": 10}
"""By category; elsewhere :data:`LARGEST_PIECE_IN_POUNDS`."""
LARGEST_PIECE_IN_POUNDS = 8
BOTTLE_IN_OUNCES = 16.9
"""Half a liter: some packs of water give only the sum."""


def display_size(size: str | None, department: str = "", category: str = "") -> str | None:
    """What a shopper should read, or None where the size says nothing to one.

    Fresh departments note the carton that the shop receives (bananas by 40 pounds): cartons are left out.

    >>> display_size("6 PK/9 OZ"), display_size("10 3/4 OZ"), display_size("974238  PK")
    ('6 x 9 oz', '10.75 oz', None)
    >>> display_size("40 LB", "PRODUCE", "TROPICAL FRUIT")
    """
    text = re.sub(r"\s+", " ", (size or "").upper()).strip()
    text = re.sub(r"^(?:[A-Z] |\(\d+\) )", "", text)
    if text in ALONE:
        return None if department in FRESH else ALONE[text]
    between = RANGE.match(text)
    if between:
        return None if department in FRESH else f"{between[1]} to {between[2]} ct"
    several = SEVERAL.match(text)
    if several and not _is_fraction(text):
        return f"{several[1]} x {_number(several[2])} {UNITS[several[3]]}"
    amounts = [(_number(number), UNITS[unit]) for number, unit in AMOUNT.findall(text)]
    amounts = [amount for amount in amounts if len(amount[0].partition(".")[0]) < 5]  # else an order number
    if not amounts:
        return None
    if department in FRESH and _is_carton(*amounts[0], category):
        return None
    packs = [number for number, unit in amounts if unit == "pack"]
    contents = [f"{number} {unit}" for number, unit in amounts if unit not in COUNTED]
    if packs and contents:
        return _pack_of(packs[0], contents[0])
    number, unit = amounts[0]
    bottles = float(number) / BOTTLE_IN_OUNCES if unit == "oz" and "/" not in number else 0
    if bottles >= 6 and abs(bottles - round(bottles)) < 1e-6:
        return f"{round(bottles)} x {BOTTLE_IN_OUNCES} oz"
    if unit == "pack":
        return f"{number} pack" if number != "1" else None
    counted = next((f"{number} {unit}" for number, unit in amounts if unit in COUNTED), None)
    return ", ".join(filter(None, [counted, *contents[:1]]))


def _pack_of(pieces: str, content: str) -> str:
    """ "4 x 12 oz"; a hundred ounces and more are the sum of the pieces."""
    amount, unit = content.split(" ", 1)
    if unit == "oz" and "/" not in amount and float(amount) >= 100:
        content = f"{_number(str(float(amount) / float(pieces)))} {unit}"
    return content if pieces == "1" else f"{pieces} x {content}"


def _is_fraction(text: str) -> bool:
    return re.match(rf"^[13]/[248] ?({UNIT})\b", text) is not None and not re.match(
        r"^[13]/[248] ?OZ\b", text
    )


def _number(text: str) -> str:
    """Without leading or trailing zeros; "10 3/4" as 10.75, but "1/2" as it is."""
    whole = re.match(r"^(\d+) (\d)/(\d)$", text)
    if whole:
        return _number(str(int(whole[1]) + int(whole[2]) / int(whole[3])))
    if "/" in text:
        return text
    return f"{float(text):.3f}".rstrip("0").rstrip(".")


def _is_carton(number: str, unit: str, category: str) -> bool:
    if unit == "lb" and "/" not in number:
        return float(number) > LARGEST_BAG_IN_POUNDS.get(category, LARGEST_PIECE_IN_POUNDS)
    return unit in ("ct", "pack", "dozen", "gal", "qt")
