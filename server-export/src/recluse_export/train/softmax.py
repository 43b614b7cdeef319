"""Cross-entropy over all items on top of the linear tier's evidence, without ever holding all logits.

Logits of a batch of windows take windows x places x items numbers; computed a few places at a time, together
with their gradient, they stay in the processor's cache, and a step takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

SEEN = -1e9
"""Added to the logit of an item that the user has already had, where nobody repeats: it can't come next."""
LOGITS = 1_400_000
"""Numbers that are computed at once: some places of all windows, times items."""


@dataclass(frozen=True)
class Evidence:
    """Sparse item-to-item matrices, one a fold of the users, dense again for fast reading."""

    table: Tensor | None
    """``[folds * items, items]`` float32; None where the states have to know everything by themselves."""
    decay: float
    """What is left of a source's evidence at the next place."""
    repeats: bool
    """Whether an item that the user has had may come again."""

    def parts(self, item: Tensor, fold: Tensor, items: int, at_once: int) -> Iterator[Tensor]:
        """``[at once * windows, items]``, place after place, of ``item`` [windows, places] where each window
        uses the matrix of its ``fold`` [windows]; nothing without a table."""
        if self.table is None:
            return
        windows, places = item.shape
        source = (item + fold[:, None] * items).T.contiguous()
        known = self.table.new_zeros((windows, items))
        buffer = self.table.new_empty((at_once, windows, items))
        for first in range(0, places, at_once):
            part = buffer[: min(at_once, places - first)]
            torch.index_select(
                self.table, 0, source[first : first + len(part)].reshape(-1), out=part.view(-1, items)
            )
            part[0].add_(known, alpha=self.decay)
            for place in range(1, len(part)):
                part[place].add_(part[place - 1], alpha=self.decay)
            known.copy_(part[-1])
            yield part.view(-1, items)


class SoftmaxOnEvidence(torch.autograd.Function):
    """Mean over what is asked of: logarithm of the sum over all items minus the logit of what came, with
    ``logit = state . row + bias + strength * evidence``.

    ``item`` is [windows, places]; ``target`` and ``asked`` are [windows, places, ahead]: at every place the
    next few items, and how much each of them counts.

    The evidence at a place is the sum of the matrix's rows of the window's items up to it, each weaker by
    ``decay`` for every place since: the linear tier's ``together`` for a log without times.
    """

    @staticmethod
    def forward(
        context,
        states: Tensor,
        rows: Tensor,
        bias: Tensor,
        strength: Tensor,
        item: Tensor,
        target: Tensor,
        asked: Tensor,
        fold: Tensor,
        evidence: Evidence,
    ) -> Tensor:
        windows, places, size = states.shape
        items, ahead = len(rows), target.shape[-1]
        weight = asked / asked.sum().clamp(min=1)
        loss = states.new_zeros(())
        to_states, to_rows = torch.empty_like(states), torch.zeros_like(rows)
        to_bias, to_strength = torch.zeros_like(bias), strength.new_zeros(())
        at_once = min(places, max(1, LOGITS // (windows * items)))
        parts = evidence.parts(item, fold, items, at_once)
        seen = states.new_zeros((windows, items))
        for first in range(0, places, at_once):
            count = min(at_once, places - first)
            state = states[:, first : first + count].transpose(0, 1).reshape(-1, size)
            wanted = target[:, first : first + count].transpose(0, 1).reshape(-1, ahead)
            share = weight[:, first : first + count].transpose(0, 1).reshape(-1, ahead)
            whole = share.sum(1, keepdim=True)
            logit = torch.addmm(bias, state, rows.T)
            base = next(parts, None)
            if base is not None:
                logit.add_(base, alpha=float(strength.detach()))
            if not evidence.repeats:
                for place, at_place in enumerate(logit.view(count, windows, items)):
                    seen.scatter_(1, item[:, first + place, None], SEEN)
                    at_place.add_(seen)
            largest = logit.amax(1, keepdim=True)
            of_wanted = logit.gather(1, wanted)
            total = logit.sub_(largest).exp_().sum(1, keepdim=True)
            # A window's padding may repeat an item; its share is 0, and so must be its loss.
            loss += torch.where(share > 0, (total.log() + largest - of_wanted) * share, 0).sum()
            gradient = logit.mul_(whole / total)
            gradient.scatter_add_(1, wanted, -share)
            to_states[:, first : first + count] = (
                torch.mm(gradient, rows).view(count, windows, size).transpose(0, 1)
            )
            to_rows.addmm_(gradient.T, state)
            to_bias += gradient.sum(0)
            if base is not None:
                to_strength += torch.dot(gradient.view(-1), base.reshape(-1))
        context.save_for_backward(to_states, to_rows, to_bias, to_strength)
        return loss

    @staticmethod
    def backward(context, *gradients: Tensor):
        (gradient,) = gradients
        to_states, to_rows, to_bias, to_strength = context.saved_tensors
        return (
            to_states * gradient,
            to_rows * gradient,
            to_bias * gradient,
            to_strength * gradient,
            None,
            None,
            None,
            None,
            None,
        )
