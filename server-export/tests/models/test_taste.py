"""What the encoder says of many visitors at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from recluse_export.features.history import Histories
from recluse_export.features.sequence import gathered, sequences
from recluse_export.features.signals import Counting
from recluse_export.models.encoder import Encoder
from recluse_export.models.hybrid import ItemRows, Taste
from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.settings import EncoderSettings
from recluse_export.shapes import Coefficients, EventType, Habit, Linear, Priors

ITEMS, EVENTS, SIZE = 30, 20, 16
TYPES = [EventType("watch", 1.0, False, 1)]
NOTHING = np.zeros(ITEMS, np.float32)
COUNTING = Counting(
    TYPES,
    Linear(
        None,
        1.0,
        0.5,
        Coefficients(1, 0, 0, 0, 0),
        NOTHING + 1,
        np.zeros(ITEMS + 1, np.uint32),
        np.zeros(0, np.uint32),
        np.zeros(0, np.int8),
    ),
    Habit(30.0, 2.0),
    Priors(NOTHING, NOTHING, NOTHING + 1, NOTHING),
    np.zeros(ITEMS, np.int32),
)


def histories(lengths: list[int]) -> Histories:
    random = np.random.default_rng(1)
    count = sum(lengths)
    age = np.concatenate(
        [np.zeros(0), *[np.sort(random.uniform(0, 1e6, length))[::-1] for length in lengths]]
    )
    return Histories(
        np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        random.integers(0, ITEMS, count).astype(np.int32),
        np.zeros(count, np.int32),
        age,
        random.random(count),
    )


@pytest.mark.parametrize("kind", [Encoder, NextItemEncoder])
def test_a_visitor_s_taste_does_not_depend_on_who_is_asked_about_beside_them(kind):
    torch.manual_seed(2)
    settings = EncoderSettings(events=EVENTS, heads=2, blocks=2)
    encoder = kind(SIZE, 1, [], settings).eval()
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    rows = ItemRows(np.random.default_rng(3).normal(size=(ITEMS, SIZE)).astype(np.float32), NOTHING.copy())
    lengths = [0, 3, 1, 50, *np.random.default_rng(4).integers(0, 25, 150).tolist()]
    visitors = histories(lengths)
    together = Taste(encoder, rows, COUNTING, EVENTS, 0).scores(visitors)

    # As a device does it: every visitor with all places, padded.
    read = sequences(visitors, TYPES, EVENTS)
    items = gathered(read.row, rows.row, np.ones(ITEMS, np.float32))
    context = np.zeros((len(lengths), 0), np.int32)
    given = (items, read.type, read.age, read.value, read.mask, context)
    with torch.no_grad():
        state = encoder(*map(torch.from_numpy, given)).numpy()
    state[np.array(lengths) == 0] = 0
    np.testing.assert_allclose(together, state @ rows.row.T, rtol=0, atol=2e-4)
    assert np.abs(together[1:]).max() > 1


def test_nobody_has_no_taste():
    encoder = NextItemEncoder(SIZE, 1, [], EncoderSettings(events=EVENTS)).eval()
    rows = ItemRows(np.zeros((ITEMS, SIZE), np.float32), NOTHING.copy())
    assert Taste(encoder, rows, COUNTING, EVENTS, 0).scores(histories([])).shape == (0, ITEMS)
