"""One step of gradient descent, the same for every network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn

from recluse_export.errors import DivergedError
from recluse_export.train.precision import quick_products

LARGEST_GRADIENT = 1.0
"""Norm to which the gradients of a step are clipped."""


class Descent:
    """An optimiser under its schedule: refuses a loss that is no number, clips, steps, and counts.

    Parameters
    ----------
    what
        What is trained, for messages: ``encoder``.
    setting
        The setting that a user lowers when training diverges: ``model.encoder.learning_rate``.
    clipped
        Parameters whose gradients count for the norm, in a fixed order.
    optimiser, schedule
        Of these parameters.
    steps
        How many there will be, about; for messages.
    products
        Inside what the loss and its gradient are computed.
    """

    def __init__(
        self,
        what: str,
        setting: str,
        clipped: Iterable[nn.Parameter],
        optimiser: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        steps: int,
        products: Callable[[], AbstractContextManager[object]] = quick_products,
    ) -> None:
        self.what = what
        self.setting = setting
        self.clipped = list(clipped)
        self.optimiser = optimiser
        self.schedule = schedule
        self.steps = steps
        self.products = products
        self.done = 0

    def step(self, loss_of: Callable[[], Tensor]) -> None:
        """Move the parameters down the gradient of the scalar that ``loss_of`` computes.

        Raises
        ------
        DivergedError
            The loss is no number any more; the message names the step and what to lower.
        """
        with self.products():
            loss = loss_of()
        if not torch.isfinite(loss):
            raise self._diverged(f"loss is {loss.item()}")
        self.optimiser.zero_grad(set_to_none=True)
        with self.products():
            loss.backward()
        nn.utils.clip_grad_norm_(self.clipped, LARGEST_GRADIENT)
        self.optimiser.step()
        self.schedule.step()
        self.done += 1

    def end_pass(self) -> None:
        """Look at the parameters themselves: the last step of a pass has no loss after it that would tell.

        Raises
        ------
        DivergedError
            One of them is no number any more.
        """
        if not all(bool(torch.isfinite(parameter).all()) for parameter in self.clipped):
            raise self._diverged("weights are no numbers any more")

    def _diverged(self, cause: str) -> DivergedError:
        return DivergedError(
            f"The {self.what}'s {cause} at step {self.done} of {self.steps}. "
            f"Lower {self.setting} and train again."
        )

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, the parameters aside."""
        return {
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "done": self.done,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where :meth:`state_dict` was asked for."""
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.done = state["done"]
