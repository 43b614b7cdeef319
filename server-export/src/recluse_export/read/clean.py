"""What is dropped before anything is learned: each rule a small function from tables to tables;
:func:`clean` counts what it took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir

from recluse_export.config import CleanSettings, DropRule
from recluse_export.errors import ProblemError
from recluse_export.read.merge import merge_duplicates, merge_identical_items
from recluse_export.read.report import CleaningReport, Counts, Dropped
from recluse_export.read.tables import Tables, settle

DAY = 86_400


@dataclass(frozen=True)
class Rule:
    """One rule of cleaning, ready to be applied."""

    name: str
    why: str
    apply: Callable[[Tables], Tables]
    example: Callable[[Tables], str] = lambda tables: ""
    """Asked before the rule is applied, and only shown if it took something."""
    rewrites: bool = False
    """Whether it changes rows that it keeps; other rules only take rows away."""


def clean(
    tables: Tables, settings: CleanSettings, now: datetime | None = None
) -> tuple[Tables, CleaningReport]:
    """Apply every rule in its order.

    Parameters
    ----------
    now
        The future begins a day after it. Default: the clock.

    Raises
    ------
    ProblemError
        The log has something that the settings refuse, or nothing is left.
    """
    until = int((now or datetime.now(UTC)).timestamp()) + DAY
    tables = _settled(tables)
    report = CleaningReport(before=count_log(tables.interactions), after=count_log(tables.interactions))
    for rule in _rules(tables, settings, until):
        changed = rule.apply(tables)
        if not rule.rewrites and _size(changed) == _size(tables):
            report.dropped.append(Dropped(rule.name, rule.why))
            continue
        changed = _settled(changed, before=tables)
        counts = count_log(changed.interactions)
        taken = Dropped(
            rule.name,
            rule.why,
            interactions=report.after.interactions - counts.interactions,
            items=report.after.items - counts.items,
            users=report.after.users - counts.users,
        )
        if taken.interactions or taken.items:
            taken = Dropped(
                taken.rule, taken.why, taken.interactions, taken.items, taken.users, rule.example(tables)
            )
        report.dropped.append(taken)
        report.after = counts
        _let_go(tables, changed)
        tables = changed
        if counts.interactions == 0:
            raise ProblemError(_nothing_left(report))
    return tables, report


def count_log(log: ir.Table) -> Counts:
    """Rows, items, users and baskets of a log."""
    row = (
        log.aggregate(interactions=log.count(), items=log.item.nunique(), users=log.user.nunique())
        .to_pyarrow()
        .to_pylist()[0]
    )
    baskets = log.select("user", basket=_basket_or_moment(log)).distinct().count().to_pyarrow().as_py()
    return Counts(row["interactions"], row["items"], row["users"], baskets)


def _basket_or_moment(log: ir.Table) -> ir.StringValue:
    """The basket; where the log has none, events of one moment are one basket."""
    return ibis.coalesce(log.basket, log.time.cast("string"), log.item)


def _size(tables: Tables) -> tuple[int, int]:
    return tables.interactions.count().to_pyarrow().as_py(), tables.items.count().to_pyarrow().as_py()


def _settled(tables: Tables, before: Tables | None = None) -> Tables:
    if before is None or tables.interactions is not before.interactions:
        tables = tables.with_interactions(settle(tables.engine, tables.interactions))
    if before is None or tables.items is not before.items:
        tables = tables.with_items(settle(tables.engine, tables.items))
    return tables


def _let_go(before: Tables, after: Tables) -> None:
    """Free the memory of tables that a later one has replaced."""
    for old, new in ((before.interactions, after.interactions), (before.items, after.items)):
        if old is not new:
            before.engine.drop_table(old.op().name)


def _nothing_left(report: CleaningReport) -> str:
    if report.before.interactions == 0:
        return "The log has no interactions at all. Check the paths under [source]."
    last = report.dropped[-1]
    return (
        f"Nothing is left of {report.before.interactions:,} interactions after cleaning: the rule "
        f"{last.rule!r} took the last "
        f"{last.interactions:,} ({last.why}). Loosen it under [clean]."
    )


def _rules(tables: Tables, settings: CleanSettings, until: int) -> list[Rule]:
    """The rules that the settings ask for, in their order."""
    rules = [without_ids()]
    if tables.has_time:
        rules += [unreadable_times(settings), impossible_times(settings, until)]
    if settings.drop_types:
        rules.append(types(settings.drop_types))
    if settings.cancelled:
        rules.append(cancelled(settings))
    if settings.positive_quantity:
        rules.append(without_quantity())
    rules.append(unknown_items(settings))
    rules += [by_attribute(rule) for rule in settings.drop]
    if settings.merge_identical:
        rules.append(
            Rule(
                "identical items",
                "differ in nothing but their id: the most bought stands for all",
                merge_identical_items,
                rewrites=True,
            )
        )
    if settings.duplicates != "keep":
        rules.append(
            Rule(
                "duplicates",
                f"same user, {settings.duplicates}, item and type: one event, "
                + ("values added" if settings.duplicate_values == "add" else "the largest value"),
                lambda tables: _without_duplicates(tables, settings),
                rewrites=True,
            )
        )
    rules += supports(settings)
    if settings.max_items:
        rules.append(most_bought(settings.max_items))
        rules += supports(settings, again=True)
    return rules


def _without_duplicates(tables: Tables, settings: CleanSettings) -> Tables:
    return (
        tables
        if settings.duplicates == "keep"
        else merge_duplicates(tables, settings.duplicates, settings.duplicate_values)
    )


def _filtered(tables: Tables, keep: Callable[[ir.Table], ir.BooleanValue]) -> Tables:
    """Keep the interactions for which the condition is true (not false, not null)."""
    log = tables.interactions
    return tables.with_interactions(log.filter(keep(log).fill_null(False)))


def _first(tables: Tables, gone: Callable[[ir.Table], ir.BooleanValue], *columns: str) -> str:
    """The first row, in a fixed order, for which the condition is true, as text."""
    log = tables.interactions
    rows = (
        log.filter(gone(log).fill_null(False))
        .order_by("user", "time", "item")
        .limit(1)
        .select(*columns)
        .to_pyarrow()
        .to_pylist()
    )
    return ", ".join(f"{name} {value}" for name, value in rows[0].items()) if rows else ""


def without_ids() -> Rule:
    """Rows that say nobody or nothing."""
    return Rule(
        "no user or item",
        "nobody to learn from",
        lambda tables: _filtered(tables, lambda log: ~_nameless(log)),
        lambda tables: _first(tables, _nameless, "user", "item", "time"),
    )


def _nameless(log: ir.Table) -> ir.BooleanValue:
    return (log.user.fill_null("") == "") | (log.item.fill_null("") == "")


def unreadable_times(settings: CleanSettings) -> Rule:
    """Rows whose time is no time."""

    def gone(log: ir.Table) -> ir.BooleanValue:
        return log.time.isnull()

    def apply(tables: Tables) -> Tables:
        bad = _count(tables, gone)
        every = bad > 0 and bad == tables.interactions.count().to_pyarrow().as_py()
        if every or (bad and settings.unreadable_times == "refuse"):
            example = _first(tables, gone, "time_text", "user", "item")
            raise ProblemError(
                f"The log has {bad:,} interactions whose time can't be "
                f"read{' (all of them)' if every else ''}, for example {example}. "
                "Set time_unit or time_format under [[source.interactions]]"
                + ("." if every else ', or clean.unreadable_times = "drop".')
            )
        return _filtered(tables, lambda log: log.time.notnull())

    return Rule(
        "unreadable time",
        "the text is no time",
        apply,
        lambda tables: _first(tables, gone, "time_text", "user"),
    )


def impossible_times(settings: CleanSettings, until: int) -> Rule:
    """Rows from before 1970 or from the future."""

    def gone(log: ir.Table) -> ir.BooleanValue:
        return (log.time < 0) | (log.time > until)

    def apply(tables: Tables) -> Tables:
        if settings.impossible_times == "refuse":
            negative, future = (
                _count(tables, lambda log: log.time < 0),
                _count(tables, lambda log: log.time > until),
            )
            if negative or future:
                example = _first(tables, gone, "time", "user", "item")
                raise ProblemError(
                    f"The log has {negative:,} negative times and {future:,} in the future, for example "
                    f"{example}. "
                    "Check time_unit of the source (seconds, milliseconds, ...), or set "
                    'clean.impossible_times = "drop".'
                )
        return _filtered(tables, lambda log: (log.time >= 0) & (log.time <= until))

    return Rule(
        "impossible time",
        "before 1970 or in the future",
        apply,
        lambda tables: _first(tables, gone, "time", "user"),
    )


def types(names: list[str]) -> Rule:
    """Event types that are not to be learned from."""
    return Rule(
        "event types",
        f"drop_types: {', '.join(names)}",
        lambda tables: _filtered(tables, lambda log: log.type.notin(names)),
        lambda tables: _first(tables, lambda log: log.type.isin(names), "type", "item", "user"),
    )


def cancelled(settings: CleanSettings) -> Rule:
    """Cancellations, and for each the newest earlier purchase of the same user, item and quantity: what it
    takes back."""
    assert settings.cancelled is not None
    column, prefix = settings.cancelled.column, settings.cancelled.prefix

    def is_cancellation(log: ir.Table) -> ir.BooleanValue:
        return log[column].startswith(prefix)

    def apply(tables: Tables) -> Tables:
        # Seen backwards in time, a purchase is taken back if more cancellations than purchases lie behind
        # it: the running balance, newest first, of +1 a cancellation and -1 a purchase, never below zero, is
        # positive. The floor is the running minimum.
        log = tables.interactions
        step = ibis.ifelse(is_cancellation(log).fill_null(False), 1, -1)
        newest_first = [ibis.desc("time"), ibis.desc("order"), ibis.desc("basket"), ibis.desc("value")]
        same = ["user", "item", "pieces"]
        running = ibis.window(group_by=same, order_by=newest_first, rows=(None, 0))
        before = ibis.window(group_by=same, order_by=newest_first, rows=(None, -1))
        log = log.mutate(step=step, pieces=log.quantity.abs().fill_null(1))
        log = log.mutate(balance=log.step.sum().over(running))
        log = log.mutate(floor=ibis.least(log.balance.min().over(before).fill_null(0), 0))
        # Open cancellations before this row: balance without it, above the lowest balance so far.
        taken_back = (log.step == -1) & (log.balance - log.step - log.floor > 0)
        return tables.with_interactions(
            log.filter((log.step == -1) & ~taken_back).drop("step", "pieces", "balance", "floor")
        )

    return Rule(
        "cancelled",
        f"{column} begins with {prefix}, and what it takes back",
        apply,
        lambda tables: _first(tables, is_cancellation, column, "item", "user"),
    )


def without_quantity() -> Rule:
    """Rows of nothing bought."""
    return Rule(
        "no quantity",
        "quantity of 0 or less",
        lambda tables: _filtered(tables, lambda log: log.quantity.isnull() | (log.quantity > 0)),
        lambda tables: _first(tables, lambda log: log.quantity <= 0, "item", "quantity", "basket"),
    )


def unknown_items(settings: CleanSettings) -> Rule:
    """Rows whose item the catalogue lacks."""

    def apply(tables: Tables) -> Tables:
        log, items = tables.interactions, tables.items
        if settings.unknown_items == "refuse":
            unknown = log.anti_join(items, "item")
            counts = (
                unknown.aggregate(
                    rows=unknown.count(), items=unknown.item.nunique(), first=unknown.item.min()
                )
                .to_pyarrow()
                .to_pylist()[0]
            )
            if counts["rows"]:
                raise ProblemError(
                    f"The log has {counts['items']:,} items ({counts['rows']:,} interactions) that the "
                    "catalogue lacks, for example item "
                    f'{counts["first"]!r}. Add them to the catalogue, or set clean.unknown_items = "drop".'
                )
        return tables.with_interactions(log.semi_join(items, "item"))

    def example(tables: Tables) -> str:
        unknown = tables.interactions.anti_join(tables.items, "item")
        return f"item {unknown.item.min().to_pyarrow().as_py()}"

    return Rule("unknown items", "not in the catalogue", apply, example)


def by_attribute(rule: DropRule) -> Rule:
    """What a column of the catalogue, or of the log, says is none of the recommender's business."""

    def gone(table: ir.Table) -> ir.BooleanValue:
        if rule.column not in table.columns:
            raise ProblemError(
                f"clean.drop: the {'log' if rule.table == 'interactions' else 'catalogue'} has no column "
                f"{rule.column!r}. "
                f"Its columns: {', '.join(table.columns)}."
            )
        column = table[rule.column].cast("string")
        conditions = [column.isin(rule.values)] if rule.values else []
        conditions += [column.re_search(pattern) for pattern in rule.matching]
        conditions = [condition.fill_null(False) for condition in conditions]
        if rule.missing:
            conditions.append(column.isnull())
        return ibis.or_(*conditions) if conditions else ibis.literal(False)

    def apply(tables: Tables) -> Tables:
        if rule.table == "interactions":
            return tables.with_interactions(tables.interactions.filter(~gone(tables.interactions)))
        items = tables.items.filter(~gone(tables.items))
        return tables.with_items(items).with_interactions(tables.interactions.semi_join(items, "item"))

    def example(tables: Tables) -> str:
        if rule.table == "interactions":
            return _first(tables, gone, rule.column, "item", "user")
        items = tables.items.filter(gone(tables.items))
        sold = items.semi_join(tables.interactions, "item").order_by("item").limit(1).to_pyarrow().to_pylist()
        return (
            ", ".join(f"{name} {sold[0][name]}" for name in dict.fromkeys(("item", rule.column)))
            if sold
            else ""
        )

    return Rule(f"by {rule.column}", rule.why, apply, example)


def supports(settings: CleanSettings, again: bool = False) -> list[Rule]:
    """Items with too few events, and users with too few events or baskets."""
    if (settings.min_item_events, settings.min_user_events, settings.min_user_baskets) == (1, 1, 1):
        return []
    if settings.repeat:
        return [
            Rule(
                "short and rare" + (" again" if again else ""),
                _bounds(settings),
                lambda tables: _until_stable(tables, settings),
            )
        ]
    suffix = ", again" if again else ""
    rules = []
    if settings.min_item_events > 1:
        rules.append(
            Rule(
                f"rare items{suffix}",
                f"fewer than {settings.min_item_events} events",
                lambda tables: _common_items(tables, settings),
                lambda tables: _rarest(tables, "item"),
            )
        )
    if settings.min_user_events > 1 or settings.min_user_baskets > 1:
        rules.append(
            Rule(
                f"short users{suffix}",
                f"fewer than {settings.min_user_events} events or {settings.min_user_baskets} baskets",
                lambda tables: _long_users(tables, settings),
                lambda tables: _rarest(tables, "user"),
            )
        )
    return rules


def _bounds(settings: CleanSettings) -> str:
    bounds = {
        f"items under {settings.min_item_events} events": settings.min_item_events,
        f"users under {settings.min_user_events} events": settings.min_user_events,
        f"users under {settings.min_user_baskets} baskets": settings.min_user_baskets,
    }
    return ", ".join(text for text, bound in bounds.items() if bound > 1) + ", until nothing changes"


def _rarest(tables: Tables, column: str) -> str:
    log = tables.interactions
    row = (
        log.group_by(column)
        .aggregate(events=log.count())
        .order_by("events", column)
        .limit(1)
        .to_pyarrow()
        .to_pylist()[0]
    )
    return f"{column} {row[column]}: {row['events']} events"


def _common_items(tables: Tables, settings: CleanSettings) -> Tables:
    log = tables.interactions
    support = log.group_by("item").aggregate(events=log.count())
    return tables.with_interactions(
        log.semi_join(support.filter(support.events >= settings.min_item_events), "item")
    )


def _long_users(tables: Tables, settings: CleanSettings) -> Tables:
    log = tables.interactions
    length = log.group_by("user").aggregate(events=log.count(), baskets=_basket_or_moment(log).nunique())
    long = length.filter(
        (length.events >= settings.min_user_events) & (length.baskets >= settings.min_user_baskets)
    )
    return tables.with_interactions(log.semi_join(long, "user"))


def _until_stable(tables: Tables, settings: CleanSettings) -> Tables:
    """Dropping items shortens users and dropping users makes items rarer: go on until neither happens."""
    rows = tables.interactions.count().to_pyarrow().as_py()
    while True:
        tables = _long_users(_common_items(tables, settings), settings)
        tables = tables.with_interactions(settle(tables.engine, tables.interactions))
        left = tables.interactions.count().to_pyarrow().as_py()
        if left == rows:
            return tables
        rows = left


def most_bought(limit: int) -> Rule:
    """The items with the most events; equal counts by id."""

    def apply(tables: Tables) -> Tables:
        log = tables.interactions
        support = log.group_by("item").aggregate(events=log.count())
        best = support.order_by(ibis.desc("events"), "item").limit(limit)
        return tables.with_interactions(log.semi_join(best, "item"))

    return Rule(
        "most bought",
        f"the catalogue is cut to {limit:,} items",
        apply,
        lambda tables: _rarest(tables, "item"),
    )


def _count(tables: Tables, condition: Callable[[ir.Table], ir.BooleanValue]) -> int:
    log = tables.interactions
    return int(log.filter(condition(log).fill_null(False)).count().to_pyarrow().as_py())
