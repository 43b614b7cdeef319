"""The pack in this repository, ranked by the browser's own code from Python."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from recluse_export.errors import ProblemError
from recluse_export.evaluate.browser import MOMENT, REPOSITORY, BrowserRanker, _facts, _filled, _lines
from recluse_export.export.reference import PackRanker
from recluse_export.export.visitor import history_of
from recluse_export.features.context import context_indices
from recluse_export.features.history import Histories
from recluse_export.models.base import recommend
from recluse_export.pack import read_pack
from recluse_export.shapes import Int, PackContents

PACK = REPOSITORY / "demo" / "pack"
HOUSEHOLDS = REPOSITORY / "test" / "golden" / "households.json"


@pytest.fixture(scope="module")
def contents() -> PackContents:
    return read_pack(PACK)


@pytest.fixture(scope="module")
def households(contents: PackContents) -> tuple[Histories, Int]:
    """Histories and contexts of 200 households that training never saw."""
    visitors = json.loads(HOUSEHOLDS.read_text(encoding="utf-8"))
    row_of = {item: row for row, item in enumerate(contents.items.ids)}
    histories = history_of(visitors, row_of, contents.event_types, contents.history_events)
    context = np.stack([context_indices(contents.context, visitor["context"]) for visitor in visitors])
    return histories, context


@pytest.fixture(scope="module")
def browser() -> BrowserRanker:
    """Skips where this machine has no browser: Python's tests run without Node, too."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if not chromium and not list(Path.home().glob(".cache/ms-playwright/chromium-*")):
        pytest.skip("no Chromium here; `node scripts/chromium.mjs` installs one")
    if not (REPOSITORY / "node_modules" / "playwright").exists():
        pytest.skip("no node_modules here; `npm ci` installs them")
    return BrowserRanker(PACK)


def test_the_browser_and_onnxruntime_give_the_same_first_ten_in_99_of_100_lists(
    contents, households, browser
):
    histories, context = households
    expected = recommend(PackRanker(contents), histories, 10, context=context)
    ranked = browser.rankings(histories, 10, context=context)
    same = np.mean((ranked == expected).all(axis=1))
    print(f"the same first ten in {same:.2%} of {len(histories)} lists")
    assert same >= 0.99


def test_discover_leaves_out_the_history_and_repeat_begins_with_it(households, browser):
    histories = households[0].visitors(0, 6)
    known = [set(histories.row[histories.visitor == visitor].tolist()) for visitor in range(6)]
    discovered = browser.rankings(histories, 10, "discover")
    assert not any(known[visitor] & set(discovered[visitor].tolist()) for visitor in range(6))
    repeated = browser.rankings(histories, 10, "repeat")
    for visitor in range(6):
        bought = min(10, len(known[visitor]))
        assert set(repeated[visitor, :bought].tolist()) <= known[visitor]
        assert len(set(repeated[visitor].tolist())) == 10


def test_what_was_only_viewed_occurs_in_the_history_too(contents, households, browser):
    histories, context = households
    some, known = histories.visitors(0, 20), context[:20]
    kind = some.type.copy()
    kind[::2] = [event_type.name for event_type in contents.event_types].index("view")
    viewed = dataclasses.replace(some, type=kind)
    for mode in ("repeat", "discover"):
        expected = recommend(PackRanker(contents), viewed, 10, mode=mode, context=known)
        ranked = browser.rankings(viewed, 10, mode, context=known)
        assert (ranked == expected).all(axis=1).mean() >= 0.95


def test_nobody_to_rank_gives_no_lists(households):
    ranker = BrowserRanker.__new__(BrowserRanker)
    ranker.contents, ranker.source = read_pack(PACK), "model"
    assert ranker.rankings(households[0].visitors(0, 0), 10).shape == (0, 10)


def test_ages_reach_the_browser_as_python_has_them(contents):
    # Positions as seconds: what a log without times has for ages.
    histories = Histories(
        np.array([0, 2, 3]),
        np.array([4, 2, 4]),
        np.array([0, 5, 0]),
        np.array([2.0, 1.0, 0.25]),
        np.array([0.0, 3.5, 0.0]),
    )
    first, second = (json.loads(line) for line in _lines(contents, histories, 5, "discover", None, "model"))
    ids = contents.items.ids
    assert [(first["now"] - one["time"]) / 1000 for one in first["interactions"]] == [2.0, 1.0]
    assert (second["now"] - second["interactions"][0]["time"]) / 1000 == 0.25
    assert [one.get("value") for one in first["interactions"]] == [None, 3.5]
    assert [one["type"] for one in first["interactions"]] == ["purchase", "rating"]
    assert first["exclude"] == [ids[4], ids[2]]
    assert first["context"] == {}
    assert first["now"] == MOMENT


def test_what_the_app_would_say_gives_the_same_context_again(contents):
    for indices in ([len(field.values or range(7)) for field in contents.context], [1, 1, 1, 1, 1]):
        given = np.array(indices[: len(contents.context)], np.int32)
        assert context_indices(contents.context, _facts(contents, given)).tolist() == given.tolist()
    assert _facts(contents, np.zeros(len(contents.context), np.int32)) == {}


def test_a_list_that_is_too_short_ends_with_what_was_excluded():
    assert _filled([5, 1], 4, 6) == [5, 1, 0, 2]
    assert _filled([5, 1, 3], 2, 6) == [5, 1]


def test_a_machine_without_node_is_told_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProblemError, match="needs Node"):
        BrowserRanker(PACK)


def test_a_browser_that_is_not_there_is_named(households, browser, monkeypatch):
    monkeypatch.setenv("RECLUSE_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(ProblemError, match="RECLUSE_CHROMIUM names /nowhere/chromium"):
        browser.rankings(households[0].visitors(0, 1), 10)
