"""The command ``reports``: what do private reports say together?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from recluse_export.errors import ProblemError
from recluse_export.reports import Estimate, Reading, estimates, read_reports


def reports(
    folder: Annotated[
        Path, typer.Argument(help="Folder with the reports that your server received.", metavar="FOLDER")
    ],
    question: Annotated[
        str | None, typer.Option("--question", help="Only this question.", metavar="NAME")
    ] = None,
    confidence: Annotated[
        float, typer.Option("--confidence", help="Of the intervals, between 0 and 1.", min=0.5, max=0.9999)
    ] = 0.95,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures to this file, too.", metavar="FILE")
    ] = None,
) -> None:
    """Estimate from private reports how many devices gave which answer, with intervals.

    Each file below FOLDER (.json, .jsonl, .ndjson) holds one report, a list of them, or one a line. A report
    that comes twice counts once; what is no report is counted and left out.

    Examples:
    [bold]recluse-export reports received/[/bold]
    [bold]recluse-export reports received/ --question home --confidence 0.9 --json figures.json[/bold]
    """
    console = Console()
    reading = read_reports(folder)
    found = estimates(reading.reports, confidence)
    if question is not None:
        known = sorted({one.question for one in found})
        found = [one for one in found if one.question == question]
        if not found:
            raise ProblemError(f"No report answers {question!r}. Known: {', '.join(known) or 'none'}.")
    for one in found:
        console.print(*tables(one, confidence), sep="\n")
    console.print(summary(reading), markup=False, highlight=False, soft_wrap=True)
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        figures = {
            "confidence": confidence,
            "reports": len(reading.reports),
            "repeated": reading.repeated,
            "refused": dict(reading.refused),
            "questions": [asdict(one) for one in found],
        }
        json_file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def tables(one: Estimate, confidence: float) -> list[Table]:
    """One question on one day, to read."""
    title = f"{escape(one.question)}, {one.day}: {one.devices:,} devices, epsilon {one.epsilon:g}"
    answers = Table("answer", title=title, title_justify="left")
    for name in ("share", f"{confidence:.4g} interval", "devices, about"):
        answers.add_column(name, justify="right")
    for answer in one.answers:
        answers.add_row(
            escape(answer.answer),
            f"{answer.share:.1%}",
            f"{answer.low:.1%} to {answer.high:.1%}",
            f"{answer.share * one.devices:,.0f}",
        )
    if not one.clicked:
        return [answers]
    clicked = Table("variant", "of its devices, with a click", f"{confidence:.4g} interval")
    for rate in one.clicked:
        if rate.share is None:
            clicked.add_row(escape(rate.variant), "too few reports", "")
        else:
            clicked.add_row(escape(rate.variant), f"{rate.share:.1%}", f"{rate.low:.1%} to {rate.high:.1%}")
    return [answers, clicked]


def summary(reading: Reading) -> str:
    """What was read and what was left out."""
    text = f"{len(reading.reports):,} reports in {reading.files:,} files."
    if reading.repeated:
        text += f" {reading.repeated:,} came again and count once."
    if reading.refused:
        reasons = ", ".join(f"{reason} ({count:,})" for reason, count in reading.refused.most_common())
        text += f" {reading.refused.total():,} entries left out: {reasons}."
    return text
