"""SASRec, eSASRec and NeuMF on a log whose next step is certain, and as packs."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.cycle import ITEMS, TYPES, circle_log, histories_of
from recluse_export.errors import ProblemError
from recluse_export.models.base import Environment, recommend
from recluse_export.models.esasrec import ESasRec, ESasRecSettings
from recluse_export.models.neumf import NeuMf, NeuMfSettings
from recluse_export.models.sasrec import SasRec, SasRecSettings
from recluse_export.models.sequence_model import SequenceModel, sequence_loss

QUICK = {"size": 16, "events": 8, "dropout": 0.0, "epochs": 25, "batch": 16, "learning_rate": 0.01}
KINDS = {
    "sasrec": (SasRec, SasRecSettings),
    "gsasrec": (SasRec, SasRecSettings),
    "esasrec": (ESasRec, ESasRecSettings),
    "neumf": (NeuMf, NeuMfSettings),
}
MORE = {
    "sasrec": {"heads": 2},
    "gsasrec": {"loss": "gbce", "negatives": 8, "patience": 25},
    "esasrec": {"negatives": 8},
    "neumf": {"negatives": None},
}


def untrained(kind: str, seed: int = 1, **settings: object) -> SequenceModel:
    model, its_settings = KINDS[kind]
    return model(its_settings(**QUICK | MORE[kind] | settings), Environment(TYPES, 100, seed=seed))


@pytest.mark.parametrize("kind", KINDS)
def test_who_walks_in_a_circle_is_shown_the_next_step_first(kind):
    model = untrained(kind).fit(circle_log(), 9)
    walks = [[(start + 5 * step) % ITEMS for step in range(6)] for start in range(ITEMS)]
    first = recommend(model, histories_of(walks), 1, "discover")[:, 0]
    assert first.tolist() == [(walk[-1] + 5) % ITEMS for walk in walks]
    assert max(model.worths) > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_a_later_event_never_changes_an_earlier_state(kind):
    model = untrained(kind)
    torch.manual_seed(3)
    network = model.build(ITEMS, 8).eval()
    items, other = torch.randn(2, 8, 16), torch.randn(2, 8, 16)
    other[:, :5] = items[:, :5]
    length = torch.tensor([8, 6])
    with torch.no_grad():
        one, two = (network.encoder.states(rows, length) for rows in (items, other))
    torch.testing.assert_close(one[:, :5], two[:, :5])
    assert not torch.allclose(one[:, 5], two[:, 5])


@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_s_state_is_the_one_that_training_saw_whatever_the_padding(kind):
    model = untrained(kind)
    torch.manual_seed(4)
    network = model.build(ITEMS, 8).eval()
    items = torch.randn(1, 5, 16)
    padded = torch.cat([torch.zeros(1, 3, 16), items], dim=1)
    mask = torch.tensor([[-10_000.0] * 3 + [0.0] * 5])
    rest = [torch.zeros(1, 8, dtype=torch.int32), torch.zeros(1, 8), torch.zeros(1, 8)]
    with torch.no_grad():
        asked = network.encoder(padded, *rest, mask, torch.zeros(1, 0, dtype=torch.int32))
        learned = network.encoder.states(items, torch.tensor([5]))[:, -1]
    torch.testing.assert_close(asked, learned, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(kind):
    scores = [
        untrained(kind, seed, epochs=2, dropout=0.2)
        .fit(circle_log(), 9)
        .scores(histories_of([[0, 5], [3]]))
        .tobytes()
        for seed in (1, 1, 2)
    ]
    assert scores[0] == scores[1] != scores[2]


def test_fitting_leaves_everybody_else_s_randomness_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    untrained("sasrec", epochs=1).fit(circle_log(), 9)
    torch.testing.assert_close(torch.rand(3), expected)


def test_a_loss_that_is_no_number_stops_training_with_the_step_and_the_cause():
    with pytest.raises(
        ProblemError, match=r"sasrec: the loss is nan at step \d+ of \d+ .*Lower learning_rate"
    ):
        untrained("sasrec", learning_rate=1e30).fit(circle_log(), 9)


def test_a_log_in_which_nobody_has_two_events_is_refused_with_a_reason():
    with pytest.raises(ProblemError, match="nobody has two events"):
        untrained("sasrec").fit(circle_log(steps=1), 1)


def test_training_ends_when_validation_gains_no_more():
    model = untrained("sasrec", patience=2).fit(circle_log(), 9)
    assert len(model.worths) < QUICK["epochs"]
    assert len(model.worths) == int(np.argmax(model.worths)) + 1 + 2


def test_a_size_that_the_heads_can_t_share_is_refused():
    with pytest.raises(ValueError, match="multiple of heads"):
        SasRecSettings(size=16, heads=3)


def test_a_visitor_without_a_history_gets_the_same_score_for_everything():
    model = untrained("sasrec", epochs=1).fit(circle_log(), 9)
    scores = model.scores(histories_of([[], [1, 6]]))
    assert (scores[0] == 0).all()
    assert np.ptp(scores[1]) > 0


def test_what_is_padding_is_no_target_and_no_negative_either():
    """Windows of different lengths in one step lose what they lose alone, in proportion."""
    model = untrained("sasrec", negatives=None)
    torch.manual_seed(5)
    network = model.build(ITEMS, 8)
    from recluse_export.models.sequence_windows import Windows

    def loss(*walks: list[int]) -> float:
        longest = max(map(len, walks)) - 1
        item, following = torch.zeros(2, len(walks), longest, dtype=torch.int64)
        for line, walk in enumerate(walks):
            item[line, : len(walk) - 1] = torch.tensor(walk[:-1])
            following[line, : len(walk) - 1] = torch.tensor(walk[1:])
        windows = Windows(item, following, torch.tensor([len(walk) - 1 for walk in walks]))
        return float(sequence_loss(network, windows, model.settings, True, np.random.default_rng(1)).detach())

    short, long = [3, 8, 1], [5, 10, 3, 8, 1]
    assert loss(short, long) == pytest.approx((2 * loss(short) + 4 * loss(long)) / 6, rel=1e-5)
