"""A report as one web page that needs nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from rich.table import Table
from rich.text import Text

from recluse_export.evaluate.beyond import MEANINGS
from recluse_export.evaluate.plots import Drawing, drawings
from recluse_export.evaluate.report import Report, over_seeds
from recluse_export.evaluate.tables import flagged, report_tables, seeds_tables
from recluse_export.files import write_text

PAGE = "index.html"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The page asks nobody for anything, and its browser holds it to that."""
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #222; }
body { margin: 2rem auto; max-width: 68rem; padding: 0 1rem; }
h1, h2 { line-height: 1.2; }
figure { margin: 2rem 0; }
figure svg { max-width: 100%; height: auto; }
figcaption, .about { color: #555; max-width: 44rem; }
.table { overflow-x: auto; margin: 1.5rem 0; }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid #ddd; text-align: right; white-space: pre-line; }
th:first-child, td:first-child { text-align: left; }
thead th { vertical-align: bottom; border-bottom: 2px solid #888; }
.flag { background: #fde8e8; border-left: 4px solid #b00020; padding: .5rem 1rem; }
"""


def write_page(reports: Sequence[Report], folder: Path) -> Path:
    """Write ``index.html`` with tables and pictures into the folder, whole or not at all; returns its path.

    Pictures are of the first report; where there are several, a table holds their mean and spread.

    Raises
    ------
    ProblemError
        matplotlib is not installed.
    """
    page = folder / PAGE
    write_text(page, page_of(reports))
    return page


def page_of(reports: Sequence[Report]) -> str:
    """The page's HTML: styles, tables and pictures inline, no script, nothing to load."""
    report = reports[0]
    title = f"{report.configuration}: evaluation"
    counts = ", ".join(f"{value:,.0f} {name}" for name, value in report.data.items())
    over = seeds_tables(over_seeds(reports)) if len(reports) > 1 else []
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="about">{escape(report.split)}. Trained on {escape(counts)}. Seed {report.seed}. All '
        "items are ranked for everybody, none is sampled; intervals are 95 % bootstrap over users; p-values "
        f"are of paired permutation tests against {escape(report.reference)}, after Holm.</p>",
        *(f'<p class="flag">{escape(sentence)}</p>' for sentence in flagged(report)),
        *(f"<p>{escape(note)}</p>" for note in report.notes),
        *_section("Over seeds", map(_table, over)),
        *_section("Pictures", map(_figure, drawings(report))),
        *_section("Tables", map(_table, report_tables(report))),
        *_section("What the columns say", [_meanings(report)]),
        *_section("Seconds", [_seconds(report)]),
    ]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _section(title: str, parts: Iterable[str]) -> list[str]:
    found = list(parts)
    return [f"<h2>{escape(title)}</h2>", *found] if found else []


def _figure(drawing: Drawing) -> str:
    about = f"<figcaption>{escape(drawing.about)}</figcaption>"
    return f"<figure><h3>{escape(drawing.title)}</h3>{drawing.svg}{about}</figure>"


def _table(table: Table) -> str:
    """The terminal's table in HTML."""
    columns = [list(column.cells) for column in table.columns]
    head = "".join(f'<th scope="col">{_plain(column.header)}</th>' for column in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_plain(column[row])}</td>" for column in columns) + "</tr>"
        for row in range(table.row_count)
    )
    return (
        f'<div class="table"><table><caption>{_plain(table.title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _plain(cell: object) -> str:
    return escape(Text.from_markup(str(cell)).plain)


def _meanings(report: Report) -> str:
    shown = {figure.metric for figure in report.beyond}
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>"
        for name, meaning in MEANINGS.items()
        if name in shown
    )
    return f"<dl>{lines}</dl>"


def _seconds(report: Report) -> str:
    lines = "".join(
        f"<tr><td>{escape(part)}</td><td>{seconds:.1f}</td></tr>" for part, seconds in report.seconds.items()
    )
    return f'<div class="table"><table><tbody>{lines}</tbody></table></div>'
