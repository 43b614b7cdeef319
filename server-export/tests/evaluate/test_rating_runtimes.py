"""Expected ratings in float, by the exported pack in onnxruntime, and by the worker in a browser."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from models.test_expected_rating import low_rank
from recluse_export.errors import ProblemError
from recluse_export.evaluate import product
from recluse_export.evaluate.browser import REPOSITORY
from recluse_export.evaluate.rating_runtimes import (
    RatingQuestion,
    expected_by,
    rating_figures,
    rating_question,
)
from recluse_export.evaluate.ratings import random_folds
from recluse_export.evaluate.report import Report
from recluse_export.evaluate.tables import report_tables
from recluse_export.export.rating import rating_model
from recluse_export.models.expected_rating import ExpectedRating, LearnedRatings
from recluse_export.models.rating_settings import RatingSettings
from recluse_export.pack import read_pack, write_pack
from recluse_export.progress import SilentProgress

PACK = REPOSITORY / "demo" / "pack"
ROUNDING = 1e-5
"""Stars: both runtimes compute in float32; the largest difference measured here is 1.4e-6."""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[LearnedRatings, Path, RatingQuestion]:
    """The pack of the demo, of whose items the first 80 have ratings of people with three tastes."""
    contents = read_pack(PACK)
    ratings, content = low_rank()
    items = len(contents.items.ids)
    content = np.concatenate([content, np.zeros((items - len(content), 1), np.float32)])
    fold = next(random_folds(replace(ratings, items=items), 5, seed=3))
    learned = (
        ExpectedRating(content, RatingSettings(factors=6, iterations=12), seed=1).fit(fold.train).learned
    )
    rating_types = [replace(contents.event_types[0], name="rating")]
    missing = [] if any(one.name == "rating" for one in contents.event_types) else rating_types
    contents = replace(
        contents, rating=rating_model(learned, 60), event_types=[*contents.event_types, *missing]
    )
    pack = write_pack(contents, tmp_path_factory.mktemp("rated") / "pack")
    return learned, Path(pack), rating_question(fold.histories, fold.test, seed=1)


@pytest.fixture
def browser() -> None:
    """Skips where this machine has no browser: Python's tests run without Node, too."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if not chromium and not list(Path.home().glob(".cache/ms-playwright/chromium-*")):
        pytest.skip("no Chromium here; `node scripts/chromium.mjs` installs one")
    if not (REPOSITORY / "node_modules" / "playwright").exists():
        pytest.skip("no node_modules here; `npm ci` installs them")


def test_predict_in_the_browser_expects_what_onnxruntime_expects_and_errs_no_more_than_float(made, browser):
    learned, pack, question = made
    runtimes = ("pytorch", "onnxruntime", "browser")
    figures = rating_figures(
        question, [(one, expected_by(one, learned, pack, question, SilentProgress())) for one in runtimes]
    )
    in_float, _, in_browser = figures
    assert in_browser.ratings == len(question.asked) > 500
    from_float, from_onnxruntime = in_browser.apart
    print(f"{from_onnxruntime}, {from_float}, {in_browser.rmse:.5f} and {in_float.rmse:.5f} in float")
    assert from_onnxruntime.largest < ROUNDING
    assert from_float.mean < 0.02
    assert in_browser.rmse < in_float.rmse + 0.005
    assert in_browser.rmse < 0.75 * in_browser.mean_rmse


def test_differences_are_counted_from_every_runtime_above(made):
    _, _, question = made
    stars = question.asked.value
    figures = rating_figures(
        question,
        [("pytorch", stars), ("onnxruntime", stars + 0.5), ("browser", stars + np.eye(1, len(stars))[0])],
    )
    assert [one.rmse for one in figures[:2]] == [0, pytest.approx(0.5)]
    assert figures[0].apart == []
    assert [(one.runtime, one.largest) for one in figures[2].apart] == [("pytorch", 1), ("onnxruntime", 0.5)]
    assert figures[2].apart[0].mean == pytest.approx(1 / len(stars))
    report = Report("stars", "a split", 1, {}, rating_runtimes=figures)
    (table,) = report_tables(report)
    assert [column.header for column in table.columns][:2] == ["runtime", "rmse"]
    assert list(table.columns[0].cells) == ["pytorch", "onnxruntime", "browser", "items' mean"]
    assert f"{len(stars):,} held-back ratings" in str(table.title)


def test_a_pack_without_expected_ratings_is_told_in_one_line(made):
    report = Report("shop", "a split", 1, {})
    product.measure_rating_runtimes(
        SimpleNamespace(), SimpleNamespace(ratings=None), PACK, report, product.Request()
    )
    assert report.rating_runtimes == []
    assert report.notes == ["No expected ratings by runtime: the pack has no rating part."]
    learned, _, question = made
    with pytest.raises(ProblemError, match="has no expected ratings"):
        expected_by("onnxruntime", learned, PACK, question, SilentProgress())
