"""Losses of what came next against negatives that all places of a training step share.

One draw of negatives a step makes every logit part of one matrix product, which is what a processor does
best; a draw a place, as most implementations have it, gathers the same rows again and again. The products are
made for a few places at a time, together with their gradient, so that the logits never leave the cache.

References
----------
Kang and McAuley, "Self-attentive sequential recommendation", ICDM 2018 (one negative, binary cross-entropy).
Klenitskiy and Vasilev, "Turning dross into gold loss: is BERT4Rec really better than SASRec?", RecSys 2023
(cross-entropy over 3,000 negatives that are shared by the places of a user).
Petrov and Macdonald, "gSASRec: reducing overconfidence in sequential recommendation trained with negative
sampling", RecSys 2023 (generalised binary cross-entropy).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

Loss = Literal["softmax", "gbce"]
"""``softmax``: cross-entropy. ``gbce``: generalised binary cross-entropy."""
PLACES = 128
"""Places that are computed at once: their logits against 3,000 negatives fit the second-level cache."""
NEVER = -math.inf
"""Logit of what does not count as a negative."""


@dataclass(frozen=True)
class Negatives:
    """The negatives of one step."""

    item: Tensor
    """``[negatives]`` int64 rows, each at most once"""
    column: Tensor
    """``[items]`` int64 place of every row in ``item``; the number of negatives where it is not there"""
    correction: float
    """Added to their logits: logarithm of how many items each of them stands for."""


def draw_negatives(items: int, count: int | None, correct: bool, random: np.random.Generator) -> Negatives:
    """Draw ``count`` different rows of ``items``, all alike likely.

    Parameters
    ----------
    items
        Length of the catalogue.
    count
        How many; None, or more than there are, for all.
    correct
        Whether the drawn ones stand for all others too, so that the loss estimates that over all items.
    random
        Where chance comes from.
    """
    if count is None or count >= items:
        every = torch.arange(items)
        return Negatives(every, every, 0.0)
    item = torch.from_numpy(random.choice(items, count, replace=False).astype(np.int64))
    column = torch.full((items,), count)
    column[item] = torch.arange(count)
    return Negatives(item, column, math.log(items / count) if correct else 0.0)


def overconfidence_exponent(negatives: int, items: int, calibration: float) -> float:
    """``beta`` of generalised binary cross-entropy, to which the positive's probability is raised.

    Parameters
    ----------
    negatives
        Drawn a positive.
    items
        That they are drawn from.
    calibration
        ``t`` of Petrov and Macdonald, 0 for plain binary cross-entropy, 1 for calibrated ones.
    """
    rate = min(1.0, negatives / max(1, items - 1))
    return rate * (calibration * (1 - 1 / rate) + 1 / rate)


def shared_negatives_loss(
    states: Tensor,
    rows: Tensor,
    wanted: Tensor,
    spared: Tensor,
    group: Tensor,
    negatives: Negatives,
    loss: Loss = "softmax",
    exponent: float = 1.0,
    bfloat16: bool = False,
) -> Tensor:
    """Mean loss of the places, with ``logit = state . row``.

    Parameters
    ----------
    states
        ``[places, size]`` float32
    rows
        ``[items, size]`` float32
    wanted
        ``[places]`` int64, what came next
    spared
        ``[groups, any]`` int64 rows that are no negatives for a group of places, with everything in it that
        came next among them
    group
        ``[places]`` int64, the group of each place
    negatives
        Of this step.
    loss
        Which of the two.
    exponent
        ``beta`` of ``gbce``; see :func:`overconfidence_exponent`.
    bfloat16
        Multiply in bfloat16; sums, the softmax and the positives stay in float32.
    """
    return _SharedNegatives.apply(
        states,
        functional.embedding(wanted, rows),
        functional.embedding(negatives.item, rows),
        negatives.column[spared],
        group,
        negatives.correction,
        loss,
        exponent,
        bfloat16,
    )


class _SharedNegatives(torch.autograd.Function):
    """The last column of the logits belongs to the positive; rows that are spared but no negatives point
    there too, and are overwritten by it."""

    @staticmethod
    def forward(
        context,
        states: Tensor,
        positive: Tensor,
        rows: Tensor,
        spared: Tensor,
        group: Tensor,
        correction: float,
        loss: Loss,
        exponent: float,
        bfloat16: bool,
    ) -> Tensor:
        places, count = len(states), len(rows)
        kind = torch.bfloat16 if bfloat16 else torch.float32
        # A row of zeros for the last column makes it part of the same products.
        table = torch.cat([rows, torch.zeros_like(rows[:1])]).to(kind)
        transposed = table.T.contiguous() if bfloat16 else table.T
        states_ = states.to(kind)
        to_states, to_positive = torch.empty_like(states), torch.empty_like(positive)
        to_rows = torch.zeros_like(table, dtype=torch.float32)
        # Less for the positive is as good as more for every negative.
        agreement = (states * positive).sum(1) - correction
        total = states.new_zeros(())
        buffer = states_.new_empty((min(PLACES, places), count + 1))
        for first in range(0, places, PLACES):
            part = slice(first, first + PLACES)
            logits = torch.mm(states_[part], transposed, out=buffer[: len(states_[part])])
            logits.scatter_(1, spared[group[part]], NEVER)
            if loss == "softmax":
                lost, gradient = softmax_loss(logits, agreement[part])
            else:
                lost, gradient = gbce_loss(logits, agreement[part], exponent)
            total += lost
            # The positive's own share stays exact.
            of_positive = gradient[:, count:]
            product = gradient.to(kind)
            to_states[part] = torch.addcmul(
                torch.mm(product, table).to(torch.float32), of_positive, positive[part]
            )
            to_positive[part] = of_positive * states[part]
            if bfloat16:
                to_rows += torch.mm(product.T, states_[part])
            else:
                to_rows.addmm_(product.T, states_[part])
        context.save_for_backward(to_states / places, to_positive / places, to_rows[:count] / places)
        return total / places

    @staticmethod
    def backward(context, weight: Tensor) -> tuple[Tensor | None, ...]:
        to_states, to_positive, to_rows = context.saved_tensors
        return to_states * weight, to_positive * weight, to_rows * weight, *([None] * 6)


def softmax_loss(logits: Tensor, agreement: Tensor) -> tuple[Tensor, Tensor]:
    """Sum of the cross-entropies of the positives, and its gradient by the logits, in float32.

    Parameters
    ----------
    logits
        ``[places, negatives + 1]``; the last column is overwritten.
    agreement
        ``[places]`` logits of the positives.
    """
    logits[:, -1] = agreement
    gradient = torch.softmax(logits, dim=1, dtype=torch.float32)
    loss = -torch.log(gradient[:, -1].clamp(min=torch.finfo(torch.float32).tiny)).sum()
    gradient[:, -1] -= 1
    return loss, gradient


def gbce_loss(logits: Tensor, agreement: Tensor, exponent: float) -> tuple[Tensor, Tensor]:
    """The same for generalised binary cross-entropy, the mean over positive and negatives."""
    logits[:, -1] = NEVER
    logits = logits.to(torch.float32)
    share = 1 / logits.shape[1]
    loss = share * (functional.softplus(logits).sum() + exponent * functional.softplus(-agreement).sum())
    gradient = torch.sigmoid(logits).mul_(share)
    gradient[:, -1] = -exponent * share * torch.sigmoid(-agreement)
    return loss, gradient
