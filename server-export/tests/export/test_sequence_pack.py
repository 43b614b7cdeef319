"""A sequence model as a pack: it passes every check, and ranks as PyTorch does."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from recluse_export.evaluate.split import before, targets_after
from recluse_export.export.reference import PackRanker
from recluse_export.export.single_model import About, Shipped, pack_of
from recluse_export.features.history import histories_at
from recluse_export.models import zoo
from recluse_export.models.base import Environment, recommend
from recluse_export.pack import read_pack, write_pack
from recluse_export.shapes import ContextField, EventType

CUT = 1_512_086_400
TYPES = [
    EventType("purchase", 1.0, True, 1),
    *[EventType(name, 0.0, False, 0) for name in ("cart", "view", "dislike", "rating", "impression")],
]
QUICK = {"size": 16, "events": 30, "epochs": 6, "batch": 16, "learning_rate": 0.01}
HOUR = ContextField("hour", [])


@pytest.mark.parametrize(
    ("name", "fields"), [("sasrec", []), ("sasrec", [HOUR]), ("esasrec", [HOUR]), ("neumf", [HOUR])]
)
def test_the_pack_s_top_tens_are_pytorch_s_in_99_of_100_lists(name, fields, small_log, tmp_path):
    log = before(small_log, CUT)
    environment = Environment(TYPES, 1000, fields)
    model = zoo.create(name, QUICK, event_types=TYPES, context=fields).fit(log, CUT)
    about = About("one-model", "a test", "CC0-1.0", "history before the cut")
    # Writing verifies: schema, sizes, hashes, arrays, graphs.
    contents = read_pack(write_pack(pack_of(model, Shipped(log, CUT, environment), about), tmp_path / "pack"))
    targets = targets_after(small_log, CUT, 31)
    histories = histories_at(small_log, targets.users, targets.now, TYPES, 1000)
    ours, theirs = recommend(model, histories, 10), recommend(PackRanker(contents), histories, 10)
    assert len(ours) > 100
    assert (ours == theirs).all(axis=1).mean() >= 0.99
    # Lists are the visitors' own, not one that everybody gets.
    assert len(np.unique(ours, axis=0)) > 50
    given = {entry.name for entry in onnx.load_from_string(contents.model.encoder).graph.input}
    assert given == {"items", "types", "ages", "values", "mask", "context"}
