"""What cleaning did, rule by rule, for people to check."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.markup import escape
from rich.table import Table


@dataclass(frozen=True)
class Counts:
    """Size of a log."""

    interactions: int
    items: int
    users: int
    baskets: int


@dataclass(frozen=True)
class Dropped:
    """What one rule took away: interactions, and the items and users that are in no interaction any more."""

    rule: str
    why: str
    interactions: int = 0
    items: int = 0
    users: int = 0
    example: str = ""


@dataclass
class CleaningReport:
    """Every rule in its order, and the log's size before and after.

    Rules that took nothing are listed, too: a reader should see that they were asked.
    """

    before: Counts = Counts(0, 0, 0, 0)
    after: Counts = Counts(0, 0, 0, 0)
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What changed the data without dropping anything: merged items, prices from sales, an order made up."""

    def table(self) -> Table:
        """The report for the terminal."""
        table = Table(title="Cleaning", title_justify="left")
        table.add_column("rule")
        for name in ("interactions", "items", "users"):
            table.add_column(name, justify="right")
        table.add_column("why, and for example")
        table.add_row("as read", *_numbers(self.before), f"{self.before.baskets:,} baskets", style="bold")
        for rule in self.dropped:
            taken = (f"-{count:,}" if count else "0" for count in (rule.interactions, rule.items, rule.users))
            reason = f"{rule.why}; {rule.example}" if rule.example else rule.why
            table.add_row(escape(rule.rule), *taken, escape(reason))
        table.add_row("kept", *_numbers(self.after), f"{self.after.baskets:,} baskets", style="bold")
        return table


def _numbers(counts: Counts) -> tuple[str, str, str]:
    return f"{counts.interactions:,}", f"{counts.items:,}", f"{counts.users:,}"
