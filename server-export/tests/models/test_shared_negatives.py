"""The losses and their gradients against PyTorch's own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from recluse_export.models.shared_negatives import (
    draw_negatives,
    overconfidence_exponent,
    shared_negatives_loss,
)

PLACES, ITEMS, SIZE = 300, 50, 8


def inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    wanted = torch.randint(0, ITEMS, (PLACES,))
    group = torch.arange(PLACES) // 10
    spared = torch.cat([wanted.view(-1, 10), torch.randint(0, ITEMS, (PLACES // 10, 3))], dim=1)
    return (
        torch.randn(PLACES, SIZE, requires_grad=True),
        torch.randn(ITEMS, SIZE, requires_grad=True),
        wanted,
        spared,
        group,
    )


def plain_logits(states, rows, wanted, spared, group, negatives):
    logits = states @ rows[negatives.item].T + negatives.correction
    own = torch.zeros(PLACES, ITEMS, dtype=torch.bool).scatter_(1, spared[group], True)
    logits = logits.masked_fill(own[:, negatives.item], -torch.inf)
    return torch.cat([(states * rows[wanted]).sum(1, keepdim=True), logits], dim=1)


@pytest.mark.parametrize("count", [None, 20])
@pytest.mark.parametrize("loss", ["softmax", "gbce"])
def test_loss_and_gradients_are_those_of_the_definition(count, loss):
    states, rows, wanted, spared, group = inputs()
    negatives = draw_negatives(ITEMS, count, loss == "softmax", np.random.default_rng(2))
    exponent = overconfidence_exponent(len(negatives.item), ITEMS, 0.75)
    logits = plain_logits(states, rows, wanted, spared, group, negatives)
    if loss == "softmax":
        expected = functional.cross_entropy(logits, torch.zeros(PLACES, dtype=torch.int64))
    else:
        of_positive = exponent * functional.softplus(-logits[:, 0])
        expected = ((of_positive + functional.softplus(logits[:, 1:]).sum(1)) / logits.shape[1]).mean()
    wished = torch.autograd.grad(expected, (states, rows))
    found = shared_negatives_loss(states, rows, wanted, spared, group, negatives, loss, exponent)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    for one, other in zip(torch.autograd.grad(found, (states, rows)), wished, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_bfloat16_gives_nearly_the_same_gradient():
    states, rows, wanted, spared, group = inputs()
    negatives = draw_negatives(ITEMS, None, True, np.random.default_rng(2))
    gradients = [
        torch.autograd.grad(
            shared_negatives_loss(
                states, rows, wanted, spared, group, negatives, "softmax", bfloat16=bfloat16
            ),
            rows,
        )[0]
        for bfloat16 in (False, True)
    ]
    assert functional.cosine_similarity(*(one.flatten() for one in gradients), dim=0) > 0.999


def test_drawn_negatives_stand_for_the_whole_catalogue():
    states, rows, wanted, _, _ = (one.detach() for one in inputs())
    spared, group = wanted.unsqueeze(1), torch.arange(PLACES)
    random = np.random.default_rng(3)

    def loss(count: int | None, correct: bool) -> float:
        negatives = draw_negatives(ITEMS, count, correct, random)
        return float(shared_negatives_loss(0.3 * states, rows, wanted, spared, group, negatives))

    every = loss(None, True)
    drawn, uncorrected = (np.mean([loss(25, correct) for _ in range(40)]) for correct in (True, False))
    assert abs(drawn - every) < 0.05 < abs(uncorrected - every)


def test_the_exponent_is_that_of_gsasrec():
    assert overconfidence_exponent(256, 3417, 0.0) == pytest.approx(1.0)
    assert overconfidence_exponent(256, 3417, 1.0) == pytest.approx(256 / 3416)
