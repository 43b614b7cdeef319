"""A model of the zoo as a pack: it passes every check, and ranks as the model does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recluse_export.errors import ProblemError
from recluse_export.evaluate.runtimes import shared_items
from recluse_export.evaluate.split import before, targets_after
from recluse_export.export.single_model import About, Shipped, pack_of, ranker_of
from recluse_export.export.sparse_int8 import strongest_int8
from recluse_export.features.history import histories_at
from recluse_export.features.together import weights
from recluse_export.models import zoo
from recluse_export.models.base import Environment, recommend
from recluse_export.pack import read_pack, write_pack
from recluse_export.shapes import ContextField, EventType

CUT = 1_512_086_400
TYPES = [EventType(name, 1.0, True, 1) for name in ("purchase", "cart", "rating")] + [
    EventType("view", 0.1, False, 0),
    EventType("dislike", -1.0, False, 0),
    EventType("impression", 0.0, False, 0),
]
ABOUT = About("one-model", "a test", "CC0-1.0", "history before the cut")
SETTINGS = {"als": {"factors": 10, "events": 40}, "slim": {"neighbours": 40}, "text": {"encoder": "topics"}}
EXACT = ["popularity", "popularity-decayed", "popularity-lately", "frequency", "frequency-intervals"]
MATRICES = ["item-to-item", "bm25", "ease", "edlae", "slim", "slit", "slist", "content", "text"]
ELSEWHERE = ["neumf", "sasrec", "esasrec"]
"""Models whose packs have tests of their own."""
SERVER_ONLY = ["tifu-knn", "up-cf", "taiw", "popularity-by-segment"]


def test_every_model_of_the_zoo_is_tested_here():
    here = {"als", *EXACT, *MATRICES, *SERVER_ONLY}
    assert here == {name for name in zoo.ZOO if name not in ELSEWHERE}


@pytest.fixture(scope="module")
def histories(small_log):
    targets = targets_after(small_log, CUT, 7)
    return histories_at(small_log, targets.users[:40], targets.now[:40], TYPES, 1000)


def packed(name, small_log, tmp_path, types=TYPES, **shipped):
    log = before(small_log, CUT)
    environment = Environment(types, 1000, [ContextField("hour", [])])
    model = zoo.create(name, SETTINGS.get(name), event_types=types, context=environment.context).fit(log, CUT)
    contents = pack_of(model, Shipped(log, CUT, environment, **shipped), ABOUT)
    # Writing verifies: schema, sizes, hashes, arrays, graphs.
    return model, read_pack(write_pack(contents, tmp_path / "pack"))


@pytest.mark.parametrize("name", EXACT)
def test_a_pack_that_counts_ranks_exactly_as_its_model(name, small_log, histories, tmp_path):
    model, contents = packed(name, small_log, tmp_path)
    ours, theirs = recommend(model, histories, 10), recommend(ranker_of(contents), histories, 10)
    assert shared_items(ours, theirs) > 0.99
    # The model adds in float32, the pack in double: what differs in the seventh digit may change places.
    assert (ours == theirs).mean() > 0.98


def test_counts_of_events_that_are_no_habit_are_in_the_pack_too(small_log, histories, tmp_path):
    types = [replace(TYPES[0], habit=False), *TYPES[1:]]
    model, contents = packed("frequency", small_log, tmp_path, types)
    assert (recommend(model, histories, 10) == recommend(ranker_of(contents), histories, 10)).mean() > 0.98


@pytest.mark.parametrize("name", MATRICES)
def test_a_pack_with_every_weight_ranks_as_its_model_but_for_int8(name, small_log, histories, tmp_path):
    model, contents = packed(name, small_log, tmp_path, strongest=400)
    ranker = ranker_of(contents)
    assert shared_items(recommend(model, histories, 10), recommend(ranker, histories, 10)) > 0.95


@pytest.mark.parametrize("cut", ["target", "source"])
def test_a_pack_with_the_strongest_weights_keeps_most_of_the_list(cut, small_log, histories, tmp_path):
    model, contents = packed("ease", small_log, tmp_path, strongest=32, cut=cut)
    assert len(contents.linear.weight) <= 33 * 400
    assert shared_items(recommend(model, histories, 10), recommend(ranker_of(contents), histories, 10)) > 0.8


def test_a_visitor_is_folded_into_the_factors_inside_the_graph(small_log, histories, tmp_path):
    model, contents = packed("als", small_log, tmp_path)
    assert contents.model.size == 12
    lists = recommend(ranker_of(contents), histories, 10)
    assert shared_items(recommend(model, histories, 10), lists) > 0.95
    scores, exact = ranker_of(contents).scores(histories), model.scores(histories)
    assert np.corrcoef(scores.ravel(), exact.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("name", SERVER_ONLY)
def test_a_model_that_needs_other_users_is_refused_with_what_to_export_instead(name, small_log, tmp_path):
    with pytest.raises(ProblemError, match=rf"{name}: can't be put into a pack.*ease or slist"):
        packed(name, small_log, tmp_path)


@pytest.mark.parametrize("cut", ["target", "source"])
def test_the_strongest_weights_are_kept_within_half_a_step_of_int8(cut):
    random = np.random.default_rng(2)
    dense = random.normal(size=(1100, 1100)).astype(np.float32)
    spread = random.uniform(0.5, 2, 1100).astype(np.float32)
    linear = strongest_int8(dense, spread, 5, cut, True, None, 20.0, 1.0)
    rebuilt = weights(linear).toarray() * linear.scale
    axis = 0 if cut == "target" else 1
    assert (np.count_nonzero(rebuilt, axis=axis) <= 6).all()
    kept = rebuilt != 0
    assert (np.abs(rebuilt - dense) <= 0.51 * linear.scale)[kept].all()
    strength = np.abs(dense) * (spread[:, None] if cut == "target" else 1)
    np.fill_diagonal(strength, 0)
    fifth = np.sort(strength, axis=axis).take(-5, axis=axis)
    line = np.expand_dims(fifth, axis)
    assert (strength[kept & ~np.eye(1100, dtype=bool)] >= np.broadcast_to(line, strength.shape)[
        kept & ~np.eye(1100, dtype=bool)
    ]).all()  # fmt: skip
