"""A folder of private reports, as a shop's server has received them: nothing in it can be trusted."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from recluse_export.errors import ProblemError

MOST_ANSWERS = 32
MOST_EPSILON = 10
LONGEST_NAME = 100
LONGEST_ANSWER = 120
VERSION = 1
SUFFIXES = (".json", ".jsonl", ".ndjson")
FIELDS = {"format", "version", "id", "question", "answers", "epsilon", "day", "bits"}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BITS = re.compile(r"[01]+")


@dataclass(frozen=True, slots=True)
class Report:
    """One device's disguised answer to one question for one day; ``docs/report.schema.json``."""

    id: str
    question: str
    answers: tuple[str, ...]
    epsilon: float
    day: str
    bits: str


@dataclass(frozen=True)
class Reading:
    """What a folder holds."""

    reports: list[Report]
    """Each id once."""
    refused: Counter[str]
    """How many entries could not be used, by the reason."""
    repeated: int
    """Reports that came more than once: a device that does not know whether one arrived sends it again."""
    files: int


def read_reports(folder: Path) -> Reading:
    """Read all ``.json``, ``.jsonl`` and ``.ndjson`` files below a folder: one report, a list, or one a line.

    What is no report is counted, not used: anybody can send anything to a server.

    Raises
    ------
    ProblemError
        There is no such folder, or nothing in it to read.
    """
    if not folder.is_dir():
        raise ProblemError(f"{folder} is no folder. Name the one with the reports that your server received.")
    files = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    if not files:
        raise ProblemError(f"{folder} has no file that ends with {', '.join(SUFFIXES)}.")
    reports: dict[str, Report] = {}
    refused: Counter[str] = Counter()
    repeated = 0
    for file in files:
        for value in _values(file):
            report = report_of(value)
            if isinstance(report, str):
                refused[report] += 1
            elif report.id in reports:
                repeated += 1
            else:
                reports[report.id] = report
    return Reading(list(reports.values()), refused, repeated, len(files))


class _NotJson:
    pass


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NotJson()


def _values(file: Path) -> Iterator[Any]:
    text = file.read_bytes().decode("utf-8", errors="replace").lstrip("\ufeff")
    whole = _NotJson() if file.suffix != ".json" else _parsed(text)
    if isinstance(whole, list):
        yield from whole
    elif not isinstance(whole, _NotJson):
        yield whole
    else:
        yield from (_parsed(line) for line in text.splitlines() if line.strip())


def report_of(value: Any) -> Report | str:
    """A report from parsed JSON, or why it is none, in a few words."""
    if isinstance(value, _NotJson):
        return "not JSON"
    if not isinstance(value, dict) or value.get("format") != "recluse-report":
        return "not a report"
    version = value.get("version")
    if not _is_number(version) or version != VERSION:
        return "a version that this program does not know"
    if set(value) != FIELDS:
        return "fields missing or unknown"
    answers, epsilon, bits = value["answers"], value["epsilon"], value["bits"]
    if not (_is_text(value["id"], LONGEST_NAME) and _is_text(value["question"], LONGEST_NAME)):
        return "a wrong id or question"
    if not (
        isinstance(answers, list)
        and 2 <= len(answers) <= MOST_ANSWERS
        and all(_is_text(answer, LONGEST_ANSWER) for answer in answers)
        and len(set(answers)) == len(answers)
    ):
        return "wrong answers"
    if not (_is_number(epsilon) and 0 < epsilon <= MOST_EPSILON):
        return "a wrong epsilon"
    if not _is_day(value["day"]):
        return "a wrong day"
    if not (isinstance(bits, str) and _BITS.fullmatch(bits) and len(bits) == len(answers)):
        return "wrong bits"
    return Report(value["id"], value["question"], tuple(answers), float(epsilon), value["day"], bits)


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_day(value: Any) -> bool:
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
