"""The loss that never holds all logits is the loss that one would write down."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from recluse_export.train import softmax
from recluse_export.train.softmax import SEEN, Evidence, SoftmaxOnEvidence

WINDOWS, PLACES, AHEAD, ITEMS, SIZE, FOLDS = 3, 29, 2, 17, 8, 2


def a_batch(seed: int):
    random = torch.Generator().manual_seed(seed)
    states = torch.randn(WINDOWS, PLACES, SIZE, generator=random, requires_grad=True)
    rows = torch.randn(ITEMS, SIZE, generator=random, requires_grad=True)
    bias = torch.randn(ITEMS, generator=random, requires_grad=True)
    strength = torch.tensor(1.7, requires_grad=True)
    item = torch.randint(0, ITEMS, (WINDOWS, PLACES), generator=random)
    target = torch.randint(0, ITEMS, (WINDOWS, PLACES, AHEAD), generator=random)
    asked = (torch.rand(WINDOWS, PLACES, AHEAD, generator=random) < 0.7) * torch.tensor([1.0, 0.5])
    fold = torch.tensor([0, 1, 1])
    table = torch.randn(FOLDS * ITEMS, ITEMS, generator=random)
    return (states, rows, bias, strength), (item, target, asked, fold), table


def plainly(learned, given, evidence: Evidence) -> torch.Tensor:
    """The same, with all logits at once."""
    states, rows, bias, strength = learned
    item, target, asked, fold = given
    logit = states @ rows.T + bias
    base = torch.zeros_like(logit)
    for window in range(WINDOWS):
        known = torch.zeros(ITEMS)
        for place in range(PLACES):
            known = evidence.decay * known + evidence.table[fold[window] * ITEMS + item[window, place]]
            base[window, place] = known
    logit = logit + strength * base
    if not evidence.repeats:
        had = torch.zeros_like(logit).scatter_(2, item.unsqueeze(2), 1.0).cumsum(1) > 0
        logit = logit + had * SEEN
    each = -functional.log_softmax(logit, dim=2).gather(2, target)
    return (each * asked).sum() / asked.sum()


@pytest.mark.parametrize("repeats", [True, False])
@pytest.mark.parametrize("places_at_once", [1, 4, PLACES])
def test_loss_and_gradients_are_those_of_the_plain_formula(repeats, places_at_once, monkeypatch):
    monkeypatch.setattr(softmax, "LOGITS", places_at_once * WINDOWS * ITEMS)
    learned, (item, target, asked, fold), table = a_batch(3)
    evidence = Evidence(table, 0.8, repeats)
    if not repeats:
        had = torch.zeros(WINDOWS, PLACES, ITEMS).scatter_(2, item.unsqueeze(2), 1.0).cumsum(1) > 0
        asked = asked * ~had.gather(2, target)
        assert asked.sum() > 5
    given = (item, target, asked, fold)
    expected = plainly(learned, given, evidence)
    wanted = torch.autograd.grad(expected, learned)
    loss = SoftmaxOnEvidence.apply(*learned, *given, evidence)
    found = torch.autograd.grad(loss, learned)
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-5)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_places_that_are_not_asked_teach_nothing():
    learned, (item, target, asked, fold), table = a_batch(4)
    evidence = Evidence(table, 0.8, True)
    states = learned[0]
    loss = SoftmaxOnEvidence.apply(*learned, item, target, asked, fold, evidence)
    (to_states,) = torch.autograd.grad(loss, states)
    told = asked.sum(-1) > 0
    assert torch.all(to_states[~told] == 0)
    assert torch.all(to_states[told].abs().sum(-1) > 0)
