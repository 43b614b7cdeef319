"""A shop of a few people and things, as files on disk, that tests bend and break."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]

HEAD = """
[source]
kind = "files"

[[source.interactions]]
path = "log.csv"
type = "type"
time = "time"
value = "value"
basket = "basket"
quantity = "quantity"

[[source.items]]
path = "items.csv"
title = "title"
categories = ["department", "category"]
price = "price"
brand = "brand"
"""

TAIL = """
[[events]]
name = "purchase"
weight = 1.0
habit = true
token = 1

[[events]]
name = "view"
weight = 0.1
token = 0

[split]
kind = "time"
cut = 2024-03-01
days = [7]

[pack]
name = "small-shop"
licence = "CC0-1.0"
source = "made up for a test"
"""


def purchases() -> list[Row]:
    """Six people who each buy three things in each of four weeks."""
    rows = []
    for user in range(6):
        for week in range(4):
            for place in range(3):
                rows.append(
                    {
                        "user": f"u{user}",
                        "item": f"i{(user + place * 2 + week) % 8}",
                        "type": "purchase",
                        "time": f"2024-01-{1 + 7 * week + user % 3:02d}T10:00:00Z",
                        "value": f"{1.5 * (place + 1):.2f}",
                        "basket": f"b{user}-{week}",
                        "quantity": "1",
                    }
                )
    return rows


def things() -> list[Row]:
    """Eight things in two departments."""
    return [
        {
            "item": f"i{number}",
            "title": f"Thing {number}",
            "department": "Food" if number < 5 else "Drinks",
            "category": f"Kind {number % 3}",
            "price": f"{number + 0.99}",
            "brand": "Ours" if number % 2 else "",
        }
        for number in range(8)
    ]


@dataclass
class SmallShop:
    """Write it with :meth:`write`; change its rows and settings before."""

    folder: Path
    log: list[Row] = field(default_factory=purchases)
    items: list[Row] = field(default_factory=things)
    head: str = HEAD
    clean: str = ""
    tail: str = TAIL

    def write(self) -> Path:
        """Write log, catalogue and configuration; returns the configuration's path."""
        write_csv(self.folder / "log.csv", self.log)
        write_csv(self.folder / "items.csv", self.items)
        config = self.folder / "shop.toml"
        config.write_text(f"{self.head}\n[clean]\n{self.clean}\n{self.tail}", encoding="utf-8")
        return config


def write_csv(path: Path, rows: list[Row], delimiter: str = ",") -> None:
    """Rows of one shape as a file with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["user", "item"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
