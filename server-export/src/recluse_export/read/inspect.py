"""What is in a log, in numbers that tell whether it can be learned from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from rich.markup import escape
from rich.table import Table

from recluse_export.shapes import Log


@dataclass(frozen=True)
class Inspection:
    """Facts by name, and what may be wrong."""

    facts: dict[str, str]
    common: list[tuple[str, str, int]]
    """The most frequent items: id, title, events."""
    problems: list[str]

    def tables(self) -> list[Table]:
        """For the terminal."""
        facts = Table(title="What is in this data", title_justify="left", show_header=False)
        for name, value in self.facts.items():
            facts.add_row(name, escape(value))
        common = Table(title="Most frequent items", title_justify="left")
        for name in ("item", "title", "events"):
            common.add_column(name, justify="right" if name == "events" else "left")
        for identity, title, events in self.common:
            common.add_row(escape(identity), escape(title), f"{events:,}")
        return [facts, common]


def inspect_log(log: Log) -> Inspection:
    """Count everything worth knowing before training on a log."""
    events, users, items = len(log.item), log.user_count, len(log.items)
    lengths, support = np.diff(log.offsets), np.bincount(log.item, minlength=items)
    baskets = len(np.unique(log.basket))
    pairs = np.unique(log.user.astype(np.int64) * items + log.item)
    repeats = 1 - len(pairs) / events
    types = np.bincount(log.type, minlength=len(log.event_types))
    facts = {
        "users": f"{users:,}",
        "items": f"{items:,}",
        "interactions": f"{events:,}",
        "types": ", ".join(
            f"{name} {count:,}" for name, count in zip(log.event_types, types, strict=True) if count
        ),
        "baskets": f"{baskets:,} ({events / baskets:.1f} interactions each)",
        "time span": _span(log),
        "interactions a user": _quantiles(lengths),
        "interactions an item": _quantiles(support),
        "sparsity": f"{1 - len(pairs) / (users * items):.2%} of all pairs of user and item never met",
        "repeats": f"{repeats:.1%} of interactions are with an item that the user had before",
        "concentration": f"the 1 % most frequent items have {_share_of_top(support):.1%} of all interactions",
        "categories": (
            f"{len(log.items.categories):,} in "
            f"{sum(c.parent == -1 for c in log.items.categories):,} at the top"
        ),
        "profile": ", ".join(f"{name} for {_known(values):.0%}" for name, values in log.profiles.items())
        or "none",
        "context": ", ".join(
            f"{name}: {len(column.values):,} values, for {np.mean(column.code >= 0):.0%} of interactions"
            for name, column in log.context.items()
        )
        or "none",
    }
    order = np.argsort(-support, kind="stable")[:10]
    common = [(log.items.ids[row], log.items.titles[row], int(support[row])) for row in order]
    return Inspection(facts, common, _problems(log, lengths, support))


def _span(log: Log) -> str:
    if not log.has_time:
        return "the log has no times, only an order"
    first, last = (datetime.fromtimestamp(int(time), UTC) for time in (log.time.min(), log.time.max()))
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC ({(last - first).days:,} days)"


def _quantiles(counts: np.ndarray) -> str:
    low, middle, high = np.quantile(counts, [0.1, 0.5, 0.9])
    return (
        f"{counts.min():,} at least, {low:,.0f} / {middle:,.0f} / {high:,.0f} (10 % / median / 90 %), "
        f"{counts.max():,} at most"
    )


def _share_of_top(support: np.ndarray) -> float:
    count = max(1, len(support) // 100)
    return float(np.sort(support)[-count:].sum() / support.sum())


def _known(values: list[str | None]) -> float:
    return sum(value is not None for value in values) / len(values)


def _problems(log: Log, lengths: np.ndarray, support: np.ndarray) -> list[str]:
    problems = []
    items = log.items
    titles = Counter(items.titles)
    doubles = [title for title, count in titles.items() if count > 1]
    if doubles:
        problems.append(
            f"{sum(titles[t] for t in doubles):,} items share their title with another, for example "
            f"{doubles[0]!r}."
        )
    if items.titles == items.ids:
        problems.append("Items have no titles: their ids stand in. Set title under [[source.items]].")
    priceless = int(np.isnan(items.price).sum())
    if 0 < priceless < len(items):
        problems.append(f"{priceless:,} of {len(items):,} items have no price.")
    if (support < 5).sum() > len(items) / 2:
        problems.append(
            "More than half of the items have fewer than 5 interactions. Raise clean.min_item_events."
        )
    if np.median(lengths) < 5:
        problems.append("Half of the users have fewer than 5 interactions. Raise clean.min_user_events.")
    if log.has_time:
        moments = np.unique(log.time)
        if (moments % 86_400 == 0).all():
            problems.append("Times are whole days: hour of the day says nothing. Set context.hour = false.")
    return problems
