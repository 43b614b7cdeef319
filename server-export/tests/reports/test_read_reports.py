"""What a server receives is read, counted once, and believed only where it can be right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from recluse_export import cli
from recluse_export.errors import ProblemError
from recluse_export.reports.read import Report, read_reports, report_of

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text())
RIGHT: dict[str, Any] = {
    "format": "recluse-report",
    "version": 1,
    "id": "a-1",
    "question": "aisle",
    "answers": ["Coffee", "other", "none"],
    "epsilon": 1,
    "day": "2026-11-25",
    "bits": "010",
}
FROM_DEVICES = Path(__file__).parents[3] / "test" / "golden" / "reports.json"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["reports", *(str(argument) for argument in arguments)])


def test_a_report_is_read_as_the_schema_has_it() -> None:
    jsonschema.validate(RIGHT, SCHEMA)
    assert report_of(RIGHT) == Report("a-1", "aisle", ("Coffee", "other", "none"), 1.0, "2026-11-25", "010")


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "other"},
        {"version": 2},
        {"version": True},
        {"id": ""},
        {"id": 3},
        {"question": "q" * 101},
        {"answers": ["Coffee"]},
        {"answers": ["Coffee", "Coffee", "none"]},
        {"answers": "Cof"},
        {"answers": [str(n) for n in range(33)], "bits": "0" * 33},
        {"epsilon": 0},
        {"epsilon": -1},
        {"epsilon": 11},
        {"epsilon": float("nan")},
        {"epsilon": "1"},
        {"epsilon": True},
        {"day": "2026-13-01"},
        {"day": "25.11.2026"},
        {"day": "\uff12\uff10\uff12\uff16-11-25"},
        {"bits": "01"},
        {"bits": "012"},
        {"bits": None},
        {"device": "mine"},
    ],
)
def test_what_is_no_report_is_left_out_with_a_reason(wrong: dict[str, Any]) -> None:
    assert isinstance(report_of({**RIGHT, **wrong}), str)


@given(
    st.one_of(
        st.fixed_dictionaries(
            {
                name: st.one_of(
                    st.just(value), st.none(), st.text(max_size=3), st.floats(), st.lists(st.text(max_size=2))
                )
                for name, value in RIGHT.items()
            }
        ),
        st.recursive(
            st.none() | st.text() | st.floats(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_what_is_read_as_a_report_is_one_by_the_schema_too(value: Any) -> None:
    if isinstance(report_of(value), Report):
        jsonschema.validate(value, SCHEMA)


def test_files_hold_one_report_a_list_or_lines_and_one_that_comes_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "2026").mkdir()
    (tmp_path / "one.json").write_text(json.dumps(RIGHT))
    (tmp_path / "list.json").write_text(json.dumps([{**RIGHT, "id": "a-2"}, RIGHT, 3]))
    lines = [json.dumps({**RIGHT, "id": f"b-{n}"}) for n in range(3)]
    (tmp_path / "2026" / "lines.jsonl").write_text("\n".join([*lines, "", "{half", "[" * 100_000]))
    (tmp_path / "binary.json").write_bytes(bytes(range(256)))
    (tmp_path / "notes.txt").write_text("nothing to do with it")
    reading = read_reports(tmp_path)
    assert sorted(report.id for report in reading.reports) == ["a-1", "a-2", "b-0", "b-1", "b-2"]
    assert reading.repeated == 1
    assert reading.files == 4
    assert reading.refused["not a report"] == 1
    assert reading.refused["not JSON"] >= 3


def test_a_folder_without_reports_is_a_problem_that_its_owner_can_mend(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="no file"):
        read_reports(tmp_path)
    with pytest.raises(ProblemError, match="no folder"):
        read_reports(tmp_path / "absent")
    result = run(tmp_path / "absent")
    assert result.exit_code == 2


def test_reports_that_browsers_made_say_here_what_they_said_there(tmp_path: Path) -> None:
    """The TypeScript that ships made the reports; the shares are those of its devices."""
    golden = json.loads(FROM_DEVICES.read_text())
    for report in golden["reports"]:
        jsonschema.validate(report, SCHEMA)
    (tmp_path / "reports.json").write_text(json.dumps(golden["reports"]))
    file = tmp_path / "figures.json"
    result = run(tmp_path, "--confidence", "0.999", "--json", file)
    assert result.exit_code == 0, result.output
    figures = json.loads(file.read_text())
    assert figures["refused"] == {}
    found = {one["question"]: one for one in figures["questions"]}
    for question, counts in golden["truth"].items():
        one = found[question]
        assert one["devices"] == sum(counts.values())
        assert [answer["answer"] for answer in one["answers"]] == list(counts)
        for answer in one["answers"]:
            assert answer["low"] <= counts[answer["answer"]] / one["devices"] <= answer["high"]
    assert "devices, about" in result.output


def test_the_command_says_what_it_knows_and_what_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text(
        "\n".join(json.dumps({**RIGHT, "id": f"[b]{n}", "question": "[red]aisle"}) for n in range(9))
        + "\nnonsense"
    )
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "[red]aisle" in result.output
    assert "1 entries left out: not JSON (1)" in result.output
    missing = run(tmp_path, "--question", "other")
    assert missing.exit_code == 2
    help_text = run("--help")
    assert "FOLDER" in help_text.output
    assert "Examples" in help_text.output
