"""Runtimes side by side."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from recluse_export.errors import ProblemError
from recluse_export.evaluate import product
from recluse_export.evaluate.lists import Measured, measured
from recluse_export.evaluate.report import Report
from recluse_export.evaluate.runtimes import runtime_figures, runtimes_of, shared_items
from recluse_export.evaluate.split import Targets
from recluse_export.progress import SilentProgress

TARGETS = Targets(
    users=np.array([0, 1], np.int32),
    now=np.zeros(2, np.int64),
    offsets=np.array([0, 1, 2]),
    item=np.array([0, 20], np.int32),
    repeat=np.zeros(2, bool),
)
LISTS = np.stack([np.arange(20), np.arange(20, 40)]).astype(np.int32)


def answer(name: str, lists: np.ndarray) -> Measured:
    return measured(name, {"all": lists}, TARGETS)


def test_equal_lists_lose_nothing_and_swapped_places_are_seen():
    swapped = LISTS.copy()
    swapped[0, [0, 1]] = [1, 0]
    swapped[1, [9, 10]] = swapped[1, [10, 9]]
    figures = runtime_figures(
        "next 7 days",
        [("pytorch", answer("model", LISTS), 2.0), ("onnxruntime", answer("model", swapped), 3.0)],
    )
    base, pack = figures
    assert (base.ndcg, base.ndcg_lost, base.same_top_10, base.same_items) == (1.0, 0.0, 1.0, 1.0)
    # The first user's target is one place lower; the second user's list has another tenth item.
    assert pack.ndcg == pytest.approx((1 + 1 / np.log2(3)) / 2)
    assert pack.ndcg_lost == pytest.approx(1 - pack.ndcg)
    assert pack.same_top_10 == 0
    assert pack.same_items == pytest.approx((10 + 9) / 20)
    assert (base.same_set, pack.same_set) == (1.0, 0.5)
    assert pack.seconds == 3.0


def test_a_runtime_without_pytorch_beside_it_has_figures_but_no_loss():
    (figure,) = runtime_figures("next 7 days", [("browser", answer("model", LISTS), 1.0)])
    assert figure.ndcg == 1.0
    assert figure.ndcg_lost is figure.same_top_10 is None


def test_runtimes_are_named_with_commas_in_any_order():
    assert runtimes_of("browser, pytorch") == ["pytorch", "browser"]
    with pytest.raises(
        ProblemError, match=r"'firefox' is not known\. Choose from pytorch, onnxruntime, browser"
    ):
        runtimes_of("firefox")


def test_shared_items_do_not_mind_the_order():
    assert shared_items(LISTS[:, :10], LISTS[:, 9::-1]) == 1.0
    assert shared_items(LISTS[:, :10], LISTS[:, 10:]) == 0.0


def test_a_browser_that_is_not_there_costs_none_of_the_other_figures(monkeypatch):
    def lists_by(runtime, pack, asked, progress):
        if runtime == "browser":
            raise ProblemError("There is no Chromium. Install one.")
        return {"all": LISTS}

    monkeypatch.setattr(product, "lists_by", lists_by)
    monkeypatch.setattr(product, "read_pack", lambda pack: SimpleNamespace(reliability=[]))
    report = Report("shop", "a split", 1, {}, seconds={"rank model": 2.0})
    product.measure_runtimes(
        SimpleNamespace(window="next 7 days", targets=TARGETS),
        [answer("model", LISTS)],
        None,
        SimpleNamespace(pack=lambda trained, figures: Path("pack")),
        report,
        product.Request(runtimes=("pytorch", "onnxruntime", "browser")),
        SilentProgress(),
    )
    assert [one.runtime for one in report.runtimes] == ["pytorch", "onnxruntime"]
    assert report.failures == ["--runtime browser: There is no Chromium. Install one."]
