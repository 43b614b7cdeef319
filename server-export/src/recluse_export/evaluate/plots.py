"""Pictures of a report, as SVG without any file or font from elsewhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recluse_export.errors import ProblemError
from recluse_export.evaluate.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb", "#000000")
"""Paul Tol's bright palette: told apart by colour-blind readers, too."""
MARKERS = "osD^v<>P*X"
"""A second way to tell models apart."""
SIZE = (7.5, 4.0)
"""Inches."""


@dataclass
class Drawing:
    """One picture."""

    title: str
    about: str
    """What a stranger has to know to read it"""
    svg: str = field(default="", repr=False)


def drawings(report: Report) -> list[Drawing]:
    """Every picture that the report has data for.

    Raises
    ------
    ProblemError
        matplotlib is not installed.
    """
    made = [
        by_history_length(report),
        cold_start_curve(report),
        diversity_against_accuracy(report),
        reliability(report),
        training_curve(report),
    ]
    return [one for one in made if one is not None]


def by_history_length(report: Report) -> Drawing | None:
    """Quality by how long users' histories are."""
    chosen = [one for one in report.groups if (one.attribute, one.metric) == ("history length", "recall@10")]
    if not chosen:
        return None
    drawing = Drawing(
        f"{chosen[0].metric} by history length",
        f"{chosen[0].split}. Users in groups by the number of events that a device knows of them; groups too "
        "small to say anything are left out.",
    )
    groups = list(dict.fromkeys(one.group for one in chosen))
    with _axes(drawing) as axes:
        for place, model in enumerate(dict.fromkeys(one.model for one in chosen)):
            values = {one.group: one.value for one in chosen if one.model == model}
            axes.plot(groups, [values[group] for group in groups], **_style(place, model))
        axes.set_xlabel("events of history")
        axes.set_ylabel(chosen[0].metric)
        _legend(axes)
    return drawing


def cold_start_curve(report: Report, metric: str = "recall@10") -> Drawing | None:
    """How soon a new visitor is served better than by popularity."""
    chosen = [one for one in report.cold_start if one.metric == metric]
    if not chosen:
        return None
    drawing = Drawing(
        f"New visitors: {metric} by events of history",
        f"{chosen[0].split}. {chosen[0].users:,} users of whom only the newest events are known, without "
        "profile; bands are 95 % intervals.",
    )
    lengths = list(dict.fromkeys(one.events for one in chosen))
    places = range(len(lengths))
    with _axes(drawing) as axes:
        for place, model in enumerate(dict.fromkeys(one.model for one in chosen)):
            found = {one.events: one for one in chosen if one.model == model}
            style = _style(place, model)
            axes.plot(places, [found[events].value for events in lengths], **style)
            ends = [(found[events].low, found[events].high) for events in lengths]
            if all(low is not None and high is not None for low, high in ends):
                axes.fill_between(
                    places,
                    [low for low, _ in ends],
                    [high for _, high in ends],
                    color=style["color"],
                    alpha=0.12,
                )
        axes.set_xticks(places, [str(events) for events in lengths])
        axes.set_xlabel("events of history")
        axes.set_ylabel(metric)
        _legend(axes)
    return drawing


def diversity_against_accuracy(report: Report) -> Drawing | None:
    """Whether accuracy is bought with sameness: a point a model."""
    split = report.beyond[0].split if report.beyond else ""
    across = "intra-list distance@10"
    found = {one.model: one.value for one in report.beyond if (one.split, one.metric) == (split, across)}
    if not found:
        across = "coverage@10"
        found = {one.model: one.value for one in report.beyond if (one.split, one.metric) == (split, across)}
    accuracy = {
        one.model: one.value
        for one in report.figures
        if (one.split, one.targets, one.metric) == (split, "all", "ndcg@10")
    }
    models = [model for model in found if model in accuracy]
    if not models:
        return None
    drawing = Drawing(
        "Diversity against accuracy", f"{split}. Up is more accurate, right is more varied ({across})."
    )
    with _axes(drawing) as axes:
        for place, model in enumerate(models):
            style = _style(place, model)
            axes.plot(found[model], accuracy[model], **{**style, "linestyle": "none", "markersize": 8})
            axes.annotate(
                model, (found[model], accuracy[model]), xytext=(6, 4), textcoords="offset points", fontsize=8
            )
        axes.set_xlabel(across)
        axes.set_ylabel("ndcg@10")
        axes.margins(x=0.2, y=0.15)
    return drawing


def reliability(report: Report) -> Drawing | None:
    """Whether probabilities come true as often as they say."""
    if not report.reliability:
        return None
    drawing = Drawing(
        "Reliability of the probabilities",
        "Predictions in groups of equal size; on the line, what was given 20 % came true in 20 % of the "
        "cases.",
    )
    with _axes(drawing) as axes:
        points = [(one.predicted, one.observed) for one in report.reliability]
        most = max(max(point) for point in points) * 1.05 or 1.0
        axes.plot([0, most], [0, most], color="#999999", linewidth=1)
        axes.plot([x for x, _ in points], [y for _, y in points], **_style(0, "model"))
        axes.set_xlabel("predicted probability")
        axes.set_ylabel("share that came true")
    return drawing


def training_curve(report: Report) -> Drawing | None:
    """How validation went, pass by pass."""
    if not report.training:
        return None
    drawing = Drawing("Training", "NDCG@10 + recall@10 on validation after each pass over the training data.")
    with _axes(drawing) as axes:
        axes.plot(range(1, len(report.training) + 1), report.training, **_style(0, "validation"))
        axes.set_xlabel("pass")
        axes.set_ylabel("NDCG@10 + recall@10")
    return drawing


def _style(place: int, label: str) -> dict[str, str]:
    return {
        "color": COLOURS[place % len(COLOURS)],
        "marker": MARKERS[place % len(MARKERS)],
        "label": label,
    }


def _legend(axes: Axes) -> None:
    axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))


@contextmanager
def _axes(drawing: Drawing) -> Iterator[Axes]:
    """Axes to draw on; the picture's SVG is in ``drawing`` afterwards: the same bytes for the same data."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure as Canvas
    except ImportError:
        raise ProblemError(
            "The page needs matplotlib, which is not installed. Run: pip install matplotlib"
        ) from None
    # Ids of parts of a picture are unique within the page, since each picture salts them with its title.
    with mpl.rc_context({"svg.hashsalt": drawing.title, "svg.fonttype": "none", "font.family": "sans-serif"}):
        canvas = Canvas(figsize=SIZE, layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        text = io.StringIO()
        canvas.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Title": drawing.title})
    drawing.svg = _inline(text.getvalue())


def _inline(svg: str) -> str:
    """The picture without what only a file of its own needs."""
    return svg[svg.index("<svg") :].strip()
