"""Each model on small real data, and the closed forms against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import before, targets_after
from recluse_export.features.history import Histories, histories_at
from recluse_export.features.sequence import sequences
from recluse_export.features.signals import PARTS, SIGNALS
from recluse_export.models.base import recommend
from recluse_export.models.blender import Blender
from recluse_export.models.encoder import Encoder
from recluse_export.models.frequency import PersonalFrequency
from recluse_export.models.linear import LinearChoice, Solutions, merged, ridge
from recluse_export.models.neighbours import ItemNeighbours
from recluse_export.models.popularity import Popularity
from recluse_export.models.settings import BlenderSettings, EncoderSettings, TowerSettings
from recluse_export.models.tower import ItemTower, item_tokens
from recluse_export.shapes import Coefficients, EventType

CUT = 1_512_086_400
TYPES = [
    EventType(name, 1.0, True, 1) for name in ("purchase", "cart", "view", "dislike", "rating", "impression")
]


def recall(model, log) -> float:
    targets = targets_after(log, CUT, 7)
    histories = histories_at(log, targets.users, targets.now, TYPES, 1000)
    model.fit(before(log, CUT), CUT)
    return float(measure(recommend(model, histories, 20), targets)["recall@10"].mean())


def test_on_groceries_one_s_own_counts_beat_neighbours_and_neighbours_beat_chance(small_log):
    popular = recall(Popularity(90, 28, lately=False), small_log)
    own = recall(PersonalFrequency(TYPES, 60, 28), small_log)
    neighbours = recall(ItemNeighbours(TYPES, 60, 50, 1000), small_log)
    assert own > neighbours > 10 / 400
    assert own > popular > 10 / 400


@pytest.mark.parametrize("lines", [5, 40])
def test_both_normal_equations_of_ridge_give_its_minimiser(lines):
    random = np.random.default_rng(1)
    source = sparse.csr_matrix(random.random((lines, 12)) * (random.random((lines, 12)) < 0.6))
    target = sparse.csr_matrix(random.random((lines, 12)))
    found = ridge(source, target, 0.7)
    x, y = source.toarray(), target.toarray()
    gradient = x.T @ (x @ found - y) + 0.7 * found
    np.testing.assert_allclose(gradient, 0, atol=1e-5)


def test_the_matrix_keeps_its_strongest_entries_within_half_a_step_of_int8():
    random = np.random.default_rng(2)
    dense = random.normal(size=(30, 30)).astype(np.float32)
    solutions = Solutions(dense, dense, np.ones(30, np.float32), np.ones(30, np.int64))
    choice = LinearChoice(None, 20.0, 0.5, 1.0, 1.0, 0.5, 1.0, "target", Coefficients(1, 0, 0, 0, 0))
    linear = merged(solutions, choice, 5, repeats=True)
    rebuilt = (
        sparse.csr_matrix((linear.weight, linear.target, linear.offset), shape=(30, 30)).toarray()
        * linear.scale
    )
    for target in range(30):
        kept = np.flatnonzero(rebuilt[:, target])
        assert len(kept) <= 5
        assert target in kept
        np.testing.assert_allclose(
            rebuilt[kept, target], dense[kept, target], atol=linear.scale[target] * 0.51
        )
        left_out = np.setdiff1d(np.arange(30), kept)
        others = np.setdiff1d(kept, [target])
        assert (
            np.abs(dense[left_out, target]).max()
            <= np.abs(dense[others, target]).min() + linear.scale[target]
        )


def encoder_and_inputs(length: int = 12) -> tuple[Encoder, list[torch.Tensor]]:
    torch.manual_seed(0)
    encoder = Encoder(8, 2, [25, 8], EncoderSettings(events=length, heads=2)).eval()
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    read = sequences(
        Histories(
            np.array([0, 7]),
            np.arange(7, dtype=np.int32),
            np.zeros(7, np.int32),
            np.array([9e6, 8e6, 8e6, 3e6, 2e5, 2e5, 4e3]),
            np.arange(7, dtype=np.float64),
        ),
        TYPES,
        length,
    )
    rows = torch.randn(1, length, 8) * torch.from_numpy(read.row >= 0).unsqueeze(-1)
    arrays = [torch.from_numpy(array) for array in (read.type, read.age, read.value, read.mask)]
    return encoder, [rows, *arrays, torch.zeros(1, 2, dtype=torch.int32)]


def test_padding_does_not_change_the_state():
    encoder, inputs = encoder_and_inputs()
    shorter = [tensor[:, 5:] if tensor.shape[1] == 12 else tensor for tensor in inputs]
    with torch.no_grad():
        np.testing.assert_allclose(encoder(*inputs).numpy(), encoder(*shorter).numpy(), rtol=1e-4, atol=1e-4)


def test_a_query_in_the_middle_of_a_window_is_the_state_of_that_moment_alone():
    encoder, (items, types, ages, values, mask, context) = encoder_and_inputs()
    seen = torch.tensor([[9, 12]], dtype=torch.int32)
    now = torch.tensor([[1e6, 0.0]])
    with torch.no_grad():
        both = encoder.states(
            items, types, ages, values, mask, context.unsqueeze(1).expand(1, 2, 2), now, seen
        )[0]
        alone = encoder(
            items[:, :9],
            types[:, :9],
            ages[:, :9] - 1e6 * (mask[:, :9] == 0),
            values[:, :9],
            mask[:, :9],
            context,
        )[0]
        whole = encoder(items, types, ages, values, mask, context)[0]
    np.testing.assert_allclose(both[0].numpy(), alone.numpy(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(both[1].numpy(), whole.numpy(), rtol=1e-4, atol=1e-4)


def test_an_item_that_training_never_saw_gets_its_row_from_its_attributes(small_log):
    settings = TowerSettings(size=8, hashes=256, delta_dropout=1.0)
    slots, begin = item_tokens(small_log.items, settings)
    tower = ItemTower(
        len(small_log.items), slots, begin, np.zeros(len(small_log.items), np.float32), settings
    )
    tower.train()
    by_content = tower().detach().numpy()
    distance = np.linalg.norm(by_content[:, None] - by_content[None], axis=2)
    same = small_log.items.leaf[:, None] == small_log.items.leaf[None]
    apart = ~np.eye(len(same), dtype=bool)
    assert distance[same & apart].mean() < distance[~same].mean()


def test_an_untrained_blender_ranks_as_the_linear_tier_and_its_parts_add_up():
    coefficients = Coefficients(1.0, 0.5, 0.1, 0.01, 0.03)
    blender = Blender(coefficients, BlenderSettings()).eval()
    random = np.random.default_rng(1)
    signals = random.random((1, 50, len(SIGNALS))).astype(np.float32)
    with torch.no_grad():
        score, parts = blender(torch.from_numpy(signals), torch.ones(1, 4))
    columns = {name: signals[0, :, place] for place, name in enumerate(SIGNALS)}
    linear = sum(
        getattr(coefficients, name) * columns[name]
        for name in ("together", "habit", "affinity", "popularity", "recent")
    )
    assert np.argsort(-score[0].numpy()).tolist() == np.argsort(-linear).tolist()
    assert parts.shape == (1, 50, len(PARTS))
    np.testing.assert_allclose(parts.sum(-1).numpy(), score.numpy(), rtol=1e-5)
