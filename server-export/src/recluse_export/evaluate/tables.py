"""A report as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from recluse_export.evaluate.comparison import COMPARED
from recluse_export.evaluate.report import Report, SeedFigure
from recluse_export.evaluate.runtimes import REFERENCE
from recluse_export.shapes import Figure

GROUPED = "ndcg@10"
"""The metric of groups that the terminal shows; the others are in the JSON file."""


def report_tables(report: Report) -> list[Table]:
    """Everything, in the order in which one asks."""
    tables = [
        *figures_tables(report.figures),
        *comparison_tables(report),
        *runtime_tables(report),
        *rating_runtime_tables(report),
        *beyond_tables(report),
        *cold_start_tables(report),
        *new_item_tables(report),
        *group_tables(report),
    ]
    return [table for table in tables if table.row_count]


def figures_tables(figures: Sequence[Figure]) -> list[Table]:
    """Models against each other: a table a split and kind of target, a row a model, a column a metric."""
    tables = []
    for split, targets in dict.fromkeys((figure.split, figure.targets) for figure in figures):
        chosen = [figure for figure in figures if (figure.split, figure.targets) == (split, targets)]
        table = _table(_title(split, targets, chosen), "model")
        metrics = list(dict.fromkeys(figure.metric for figure in chosen))
        for metric in metrics:
            table.add_column(metric, justify="right")
        values = {(figure.model, figure.metric): _with_interval(figure) for figure in chosen}
        for model in dict.fromkeys(figure.model for figure in chosen):
            table.add_row(model, *(values.get((model, metric), "") for metric in metrics))
        tables.append(table)
    return tables


def comparison_tables(report: Report) -> Iterable[Table]:
    """How far the reference is ahead of each model, and whether that could be chance: p-values after Holm."""
    for split, targets in dict.fromkeys((one.split, one.targets) for one in report.comparisons):
        chosen = {
            (one.model, one.metric): one
            for one in report.comparisons
            if (one.split, one.targets) == (split, targets)
        }
        table = _table(f"How far ahead {report.reference} is, {split}, {targets} targets", "model")
        for metric in COMPARED:
            table.add_column(metric, justify="right")
            table.add_column("p (Holm)", justify="right")
        for model in dict.fromkeys(model for model, _ in chosen):
            cells = []
            for metric in COMPARED:
                one = chosen[model, metric]
                cells += [_bounded(one.difference, one.low, one.high), _p(one.p_holm)]
            table.add_row(model, *cells)
        yield table


def beyond_tables(report: Report) -> Iterable[Table]:
    """What is beyond accuracy: a row a metric, a column a model."""
    for split in dict.fromkeys(figure.split for figure in report.beyond):
        chosen = [figure for figure in report.beyond if figure.split == split]
        table = _table(f"Beyond accuracy, {split}", "metric")
        models = list(dict.fromkeys(figure.model for figure in chosen))
        for model in models:
            table.add_column(model, justify="right")
        values = {(figure.model, figure.metric): figure.value for figure in chosen}
        for metric in dict.fromkeys(figure.metric for figure in chosen):
            table.add_row(metric, *(_number(values.get((model, metric))) for model in models))
        yield table


def runtime_tables(report: Report) -> Iterable[Table]:
    """Runtimes side by side."""
    for split, targets in dict.fromkeys((one.split, one.targets) for one in report.runtimes):
        table = _table(f"The tier model by runtime, {split}, {targets} targets", "runtime")
        for name in (
            "ndcg@10",
            "recall@10",
            f"NDCG lost to {REFERENCE}",
            "same ten items",
            "in the same order",
            "items shared",
            "seconds",
        ):
            table.add_column(name, justify="right")
        for one in report.runtimes:
            if (one.split, one.targets) == (split, targets):
                table.add_row(
                    one.runtime,
                    f"{one.ndcg:.4f}",
                    f"{one.recall:.4f}",
                    _share(one.ndcg_lost, 2),
                    _share(one.same_set),
                    _share(one.same_top_10),
                    _share(one.same_items),
                    f"{one.seconds:.1f}",
                )
        yield table


def rating_runtime_tables(report: Report) -> Iterable[Table]:
    """Expected ratings by runtime, and how far these are apart; the items' means below."""
    if not report.rating_runtimes:
        return
    one = report.rating_runtimes[0]
    table = _table(
        f"Expected ratings by runtime, {one.ratings:,} held-back ratings, {one.users:,} users", "runtime"
    )
    table.add_column("rmse", justify="right")
    others = [figure.runtime for figure in report.rating_runtimes[:-1]]
    for name in others:
        table.add_column(f"stars from {name}:\nmean, largest", justify="right")
    for figure in report.rating_runtimes:
        apart = {other.runtime: f"{other.mean:.6f}, {other.largest:.6f}" for other in figure.apart}
        table.add_row(figure.runtime, f"{figure.rmse:.4f}", *(apart.get(name, "") for name in others))
    table.add_row("items' mean", f"{one.mean_rmse:.4f}", *("" for _ in others))
    yield table


def cold_start_tables(report: Report) -> Iterable[Table]:
    """A table a metric: a row a model, a column a number of events."""
    for metric in dict.fromkeys(one.metric for one in report.cold_start):
        chosen = [one for one in report.cold_start if one.metric == metric]
        users = chosen[0].users
        table = _table(f"New visitors, {metric} by events of history, {users:,} users", "model")
        lengths = list(dict.fromkeys(one.events for one in chosen))
        for events in lengths:
            table.add_column(str(events), justify="right")
        values = {(one.model, one.events): one.value for one in chosen}
        for model in dict.fromkeys(one.model for one in chosen):
            table.add_row(model, *(f"{values[model, events]:.4f}" for events in lengths))
        yield table


def new_item_tables(report: Report) -> Iterable[Table]:
    """A row a model, a column a choice of candidates."""
    if report.new_items:
        one = report.new_items[0]
        table = _table(
            f"New items ({one.items:,} that training never saw), {one.metric} of their interactions, "
            f"{one.users:,} users",
            "model",
        )
        among = list(dict.fromkeys(figure.among for figure in report.new_items))
        for name in among:
            table.add_column(f"among {name}", justify="right")
        values = {(figure.model, figure.among): figure for figure in report.new_items}
        for model in dict.fromkeys(figure.model for figure in report.new_items):
            found = [values[model, name] for name in among]
            table.add_row(model, *(_bounded(one.value, one.low, one.high) for one in found))
        yield table


def group_tables(report: Report) -> Iterable[Table]:
    """The reference in every group beside popularity; a group that is served worse is marked."""
    for split in dict.fromkeys(one.split for one in report.groups):
        chosen = [
            one
            for one in report.groups
            if (one.split, one.model, one.metric) == (split, report.reference, GROUPED)
        ]
        table = _table(f"By group, {split}, {GROUPED}", "of users")
        table.add_column("group")
        for name in ("users", report.reference, report.popularity):
            table.add_column(name, justify="right")
        table.add_column("")
        for one in chosen:
            mark = (
                "[red]worse than popularity[/red]"
                if one.flagged
                else "below, by chance?"
                if one.worse
                else ""
            )
            cells = (f"{one.users:,}", f"{one.value:.4f}", f"{one.popularity:.4f}", mark)
            table.add_row(one.attribute, one.group, *cells)
        yield table


def seeds_tables(figures: Sequence[SeedFigure]) -> list[Table]:
    """Mean and spread over the seeds."""
    tables = []
    for split, targets in dict.fromkeys((one.split, one.targets) for one in figures):
        chosen = [one for one in figures if (one.split, one.targets) == (split, targets)]
        seeds = max(one.seeds for one in chosen)
        table = _table(f"{split}, {targets} targets, mean and standard deviation over {seeds} seeds", "model")
        metrics = list(dict.fromkeys(one.metric for one in chosen))
        for metric in metrics:
            table.add_column(metric, justify="right")
        values = {(one.model, one.metric): f"{one.mean:.4f} ± {one.spread:.4f}" for one in chosen}
        for model in dict.fromkeys(one.model for one in chosen):
            table.add_row(model, *(values.get((model, metric), "") for metric in metrics))
        tables.append(table)
    return tables


def flagged(report: Report) -> list[str]:
    """A sentence for each group that the reference serves worse than popularity does."""
    return [
        f"{one.split}: for {one.attribute} {one.group} ({one.users} users) {one.model} is worse than "
        f"popularity, {one.metric} {one.value:.4f} against {one.popularity:.4f} (p {_p(one.p)})."
        for one in report.groups
        if one.flagged and one.model == report.reference
    ]


def _table(title: str, first: str) -> Table:
    return Table(first, title=title, title_justify="left")


def _title(split: str, targets: str, figures: Sequence[Figure]) -> str:
    users = max((figure.users or 0 for figure in figures), default=0)
    return f"{split}, {targets} targets" + (f", {users:,} users" if users else "")


def _with_interval(figure: Figure) -> str:
    return _bounded(figure.value, figure.low, figure.high)


def _bounded(value: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{value:.4f}"
    return f"{value:.4f}\n{low:.4f} to {high:.4f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}"


def _share(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}%}"


def _p(value: float | None) -> str:
    if value is None:
        return ""
    return "< .001" if value < 0.001 else f"{value:.3f}"
