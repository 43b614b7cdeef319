"""Whether a blend ranks, and how much of the linear tier beside it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from recluse_export.evaluate.split import Targets
from recluse_export.features.history import Histories
from recluse_export.train import blender
from recluse_export.train.blender import choose_steadiness

ITEMS = 60
USERS = 40
HAD = 20


@pytest.fixture
def asked() -> tuple[Histories, Targets]:
    """Everybody had the same twenty items, turns to one of them again, and to one that is new."""
    rows = np.tile(np.arange(HAD, dtype=np.int32), USERS)
    nothing = np.zeros(len(rows))
    histories = Histories(
        np.arange(USERS + 1) * HAD, rows, np.zeros(len(rows), np.int32), np.ones(len(rows)), nothing
    )
    targets = Targets(
        np.arange(USERS, dtype=np.int32),
        np.full(USERS, 9),
        np.arange(USERS + 1) * 2,
        np.tile(np.array([3, 40], np.int32), USERS),
        np.tile(np.array([True, False]), USERS),
    )
    return histories, targets


def models(monkeypatch, linear: list[int], blend: list[int]) -> SimpleNamespace:
    """A linear tier and a blend that put these items first, for everybody."""

    def ranking(first: list[int], weight: float):
        scores = np.zeros(ITEMS, np.float32)
        scores[first] = weight * np.arange(len(first), 0, -1)
        return lambda histories: np.tile(scores, (len(histories), 1))

    monkeypatch.setattr(blender, "LinearTier", lambda counting: SimpleNamespace(scores=ranking(linear, 1e-3)))
    return SimpleNamespace(counting=None, scores=ranking(blend, 1.0))


RETURNS_FIRST = [3, *range(4, HAD), *range(3), 50, 51, 52]
RETURNS_SECOND = [4, 3, *range(5, HAD), *range(3), 40]


def test_a_blend_that_finds_what_is_new_ranks_though_the_linear_tier_knows_returns_better(monkeypatch, asked):
    hybrid = models(monkeypatch, RETURNS_FIRST, RETURNS_SECOND)
    steadiness, tried = choose_steadiness(hybrid, *asked, repeats=True)
    assert steadiness == max(blender.STEADINESS)
    of_new = {one.what: one.worth for one in tried if one.what.endswith("of what is new")}
    assert of_new["linear tier alone, of what is new"] < of_new["blend + 0 x linear tier, of what is new"]


def test_where_nobody_turned_to_anything_new_lists_of_all_decide(monkeypatch, asked):
    histories, targets = asked
    hybrid = models(monkeypatch, RETURNS_FIRST, RETURNS_SECOND)
    returns = targets.among(np.arange(HAD, dtype=np.int32))
    assert choose_steadiness(hybrid, histories, returns, repeats=True)[0] is None


def test_a_blend_that_is_worse_in_both_does_not_rank(monkeypatch, asked):
    hybrid = models(monkeypatch, [3, *range(4, HAD), *range(3), 40], [*range(50, 60)])
    assert choose_steadiness(hybrid, *asked, repeats=True)[0] is None
