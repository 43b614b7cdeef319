"""The report as JSON and as a page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from recluse_export.evaluate.cold_start import ColdStartFigure
from recluse_export.evaluate.comparison import Comparison
from recluse_export.evaluate.groups import GroupFigure
from recluse_export.evaluate.new_items import NewItemFigure
from recluse_export.evaluate.page import page_of, write_page
from recluse_export.evaluate.report import Report, over_seeds, write_report
from recluse_export.evaluate.runtimes import RuntimeFigure
from recluse_export.evaluate.tables import flagged, report_tables
from recluse_export.shapes import Figure, ReliabilityBin

SPLIT = "next 7 days"
MODELS = ("popular <b>", "model")


def report(seed: int = 1, ndcg: float = 0.3) -> Report:
    """Something in every part."""
    popular, model = MODELS
    return Report(
        configuration="shop",
        split="history before 2024-03-01 UTC, targets after it",
        seed=seed,
        data={"users": 1200.0},
        reference=model,
        popularity=popular,
        figures=[
            Figure(SPLIT, name, metric, value, "all", value - 0.01, value + 0.01, 60)
            for name, value in ((popular, 0.1), (model, ndcg))
            for metric in ("recall@10", "ndcg@10")
        ],
        comparisons=[
            Comparison(SPLIT, "all", metric, popular, model, 0.2, 0.1, 0.3, 0.0001, 0.0002, 60)
            for metric in ("recall@10", "ndcg@10")
        ],
        beyond=[
            Figure(SPLIT, name, metric, 0.5, users=60)
            for name in MODELS
            for metric in ("coverage@10", "intra-list distance@10")
        ],
        groups=[
            GroupFigure(SPLIT, "history length", group, name, metric, 0.1, 0.2, worse, 0.01, 30)
            for name, worse in ((popular, False), (model, True))
            for group in ("1 to 4", "5 to 9")
            for metric in ("ndcg@10", "recall@10")
        ],
        cold_start=[
            ColdStartFigure(SPLIT, events, name, "recall@10", 0.1 * events, 0.0, 0.5, 40)
            for events in (0, 1)
            for name in MODELS
        ],
        new_items=[
            NewItemFigure(SPLIT, name, "all items", "recall@10", 0.1, None, None, 20, 7)
            for name in (model, "random")
        ],
        runtimes=[
            RuntimeFigure(SPLIT, "all", "pytorch", ndcg, 0.4, 0.0, 1.0, 1.0, 1.0, 2.0, 60),
            RuntimeFigure(SPLIT, "all", "browser", ndcg - 0.01, 0.4, 0.03, 0.99, 0.999, 0.995, 9.0, 60),
        ],
        reliability=[ReliabilityBin(0.1, 0.12, 0.5), ReliabilityBin(0.4, float("nan"), 0.5)],
        training=[0.2, 0.25],
        notes=["Something <odd>."],
    )


class Outside(HTMLParser):
    """Everything that a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe"):
            self.found.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and value and not value.startswith("#"):
                self.found.append(value)


def test_the_json_file_holds_every_part_and_no_number_that_is_none(tmp_path):
    file = tmp_path / "new" / "figures.json"
    write_report([report(), report(2, 0.4)], file)
    document = json.loads(file.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert document["format"] == 1
    first = document["reports"][0]
    for part in ("figures", "comparisons", "beyond", "groups", "cold_start", "new_items", "runtimes"):
        assert first[part], part
    assert first["reliability"][1]["observed"] is None
    (seeds,) = [one for one in document["seeds"] if (one["model"], one["metric"]) == ("model", "ndcg@10")]
    assert (seeds["mean"], seeds["seeds"]) == (pytest.approx(0.35), 2)
    assert seeds["spread"] == pytest.approx(0.0707, abs=1e-4)
    assert [path.name for path in file.parent.iterdir()] == ["figures.json"]


def test_the_summary_over_seeds_shows_the_other_runtimes_too():
    found = {(one.model, one.metric): one.mean for one in over_seeds([report(), report(2, 0.4)])}
    assert found["model (browser)", "ndcg@10"] == pytest.approx(0.34)
    assert ("model (pytorch)", "ndcg@10") not in found


def test_the_page_needs_nothing_from_anywhere(tmp_path: Path):
    page = write_page([report(), report(2)], tmp_path / "page").read_text()
    outside = Outside()
    outside.feed(page)
    assert outside.found == []
    assert not re.search(r"url\((?!#)", page)
    assert page.count("<svg") == 5
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "Something &lt;odd&gt;." in page


def test_the_same_report_gives_the_same_page():
    assert page_of([report()]) == page_of([report()])


def test_ids_of_pictures_do_not_meet_on_the_page():
    ids = re.findall(r"<svg.*?</svg>", page_of([report()]), flags=re.DOTALL)
    clips = [set(re.findall(r'<clipPath id="([^"]+)"', svg)) for svg in ids]
    assert sum(map(len, clips)) == len(set().union(*clips)) > 0


def test_a_report_without_some_parts_still_makes_tables_and_a_page():
    bare = Report("shop", "a split", 1, {}, reference="model", figures=report().figures)
    assert [str(table.title) for table in report_tables(bare)] == ["next 7 days, all targets, 60 users"]
    assert "<svg" not in page_of([bare])


def test_groups_that_are_served_worse_than_by_popularity_are_told_in_sentences():
    sentences = flagged(report())
    assert len(sentences) == 4  # two groups by two metrics
    assert "for history length 1 to 4 (30 users) model is worse than popularity" in sentences[0]
