"""Implicit ALS: a visitor is folded in by ridge regression, here and in the exported graph alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.random_log import DAY, TYPES, log_of, random_log
from recluse_export.features.history import Histories, histories_at
from recluse_export.models import zoo
from recluse_export.models.als import FoldIn, ridge_states, whitened
from recluse_export.shapes import EventType


def test_folding_in_is_ridge_regression_on_the_factors():
    random = np.random.default_rng(0)
    factors = random.normal(size=(30, 5))
    rows = whitened(factors, 2.0)
    liked, weight = [3, 7, 7, 20], np.array([[1.0, 0.5, 0.25, 1.0]])
    state = ridge_states(rows[liked][None].astype(np.float64), weight, 4.0)[0]
    system = factors.T @ factors + 2.0 * np.eye(5)
    answer = np.zeros(5)
    for row, amount in zip(liked, weight[0], strict=True):
        system += 4.0 * amount * np.outer(factors[row], factors[row])
        answer += amount * factors[row]
    np.testing.assert_allclose(rows @ state, factors @ np.linalg.solve(system, answer), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("steps", [12, 40])
def test_conjugate_gradients_come_to_the_exact_solution_and_stay_there(steps):
    random = np.random.default_rng(1)
    items = random.normal(size=(3, 20, 12)).astype(np.float32)
    items[2] = 0
    types = torch.ones(3, 20, dtype=torch.int32)
    types[1, :15] = 0
    fold_in = FoldIn(TYPES, 3.0, None, 5.0, steps)
    weight = fold_in.weights(types, torch.zeros(3, 20), torch.zeros(3, 20))
    exact = ridge_states(items.astype(np.float64), weight.numpy().astype(np.float64), 3.0)
    with torch.no_grad():
        found = fold_in(
            torch.from_numpy(items),
            types,
            torch.zeros(3, 20),
            torch.zeros(3, 20),
            torch.zeros(3, 20),
            torch.zeros(3, 0, dtype=torch.int32),
        )
    np.testing.assert_allclose(found.numpy(), exact, atol=2e-3 if steps == 12 else 1e-4)
    assert torch.isfinite(found).all()


def test_events_weigh_by_token_value_and_age():
    types = [
        EventType("view", 0.5, False, 2),
        EventType("rating", 1.0, False, 1, (-0.5, 0.5)),
        EventType("dislike", -1.0, False, 3),
    ]
    fold_in = FoldIn(types, 1.0, 10.0, None, 1)
    weight = fold_in.weights(
        torch.tensor([[0, 2, 1, 1, 1, 3]]),
        torch.tensor([[0.0, 0.0, 10.0 * DAY, 0.0, 0.0, 0.0]]),
        torch.tensor([[0.0, 0.0, 0.0, 5.0, 1.0, 0.0]]),
    )
    np.testing.assert_allclose(weight.numpy(), [[0, 0.5, 0.5, 2.0, 0.0, 0.0]], atol=1e-6)


def test_a_visitor_whom_the_log_never_saw_gets_what_goes_with_their_items():
    # Two camps of items that never meet.
    random = np.random.default_rng(3)
    people = []
    for number in range(60):
        camp = 5 * (number % 2)
        chosen = random.choice(5, 4, replace=False) + camp
        people.append([(day * DAY, int(item)) for day, item in enumerate(chosen)])
    log = log_of(people, 10)
    model = zoo.create("als", {"factors": 4, "l2": 1.0}, event_types=TYPES).fit(log, 10 * DAY)
    visitor = Histories(
        np.array([0, 1]), np.array([6], np.int32), np.zeros(1, np.int32), np.zeros(1), np.zeros(1)
    )
    scores = model.scores(visitor)[0]
    assert scores[5:].min() > scores[:5].max()


def test_the_same_seed_gives_the_same_factors():
    log = random_log(4)
    one, other = (
        zoo.create("als", {"factors": 4}, event_types=TYPES, seed=7).fit(log, 101 * DAY) for _ in range(2)
    )
    assert one.rows.tobytes() == other.rows.tobytes()
    histories = histories_at(log, np.arange(12), np.full(12, 101 * DAY), TYPES, 100)
    assert np.isfinite(one.scores(histories)).all()
