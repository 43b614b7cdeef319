"""The training loop that all sequence models of the zoo share."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Protocol

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from recluse_export.errors import ProblemError
from recluse_export.models.settings import Positive, PositiveInt, Settings
from recluse_export.progress import Progress


class TrainingSettings(Settings):
    """How long and how fast."""

    epochs: PositiveInt = 100
    """Most passes over the windows."""
    patience: PositiveInt = 10
    """Passes without gain on validation after which training ends."""
    minutes: Positive | None = None
    """No pass is begun after so many minutes of training; None for no limit. With a limit, the same seed
    gives the same model only where the machine is as fast."""
    batch: PositiveInt = 128
    """Windows a step."""
    learning_rate: Positive = 1e-3
    """Of Adam, the same all through."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """Of AdamW, on everything."""
    clip: Positive = 5.0
    """Longest gradient; longer ones are shortened to it."""
    validation_users: PositiveInt = 10_000
    """Most users whose last event validation looks at."""


class Source(Protocol):
    """Where steps come from."""

    @property
    def steps(self) -> int:
        """Steps of a pass."""
        ...

    def epoch(self, random: np.random.Generator) -> Iterator[Any]:
        """The steps of one pass."""
        ...


def train_sequence_model(
    name: str,
    network: nn.Module,
    loss: Callable[[Any, np.random.Generator], Tensor],
    source: Source,
    worth: Callable[[], float] | None,
    settings: TrainingSettings,
    seed: int,
    progress: Progress,
) -> list[float]:
    """Train ``network`` and leave it with the weights that were worth most on validation.

    Parameters
    ----------
    name
        Of the model, for people.
    network
        What is trained, in place.
    loss
        From one step's windows to the mean loss.
    source
        Of the steps.
    worth
        What the network is worth on validation now, larger is better; None where nobody's last event could be
        held back: then all passes are made.
    settings
        How long and how fast.
    seed
        Of the order of the steps and of dropout.
    progress
        Told of every step.

    Returns
    -------
    list of float
        ``worth`` after every pass.

    Raises
    ------
    ProblemError
        The loss is no number any more; the message says at which step, and why.
    """
    random = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(
        network.parameters(), settings.learning_rate, betas=(0.9, 0.98), weight_decay=settings.weight_decay
    )
    kept, best, worths = None, -np.inf, []
    began, done, steps = time.monotonic(), 0, settings.epochs * source.steps
    norm = 0.0
    with progress.step(f"Train {name}", steps) as step:
        for epoch in range(settings.epochs):
            network.train()
            for windows in source.epoch(random):
                value = loss(windows, random)
                if not torch.isfinite(value):
                    raise ProblemError(
                        f"{name}: the loss is {value.item()} at step {done + 1} of {steps} (pass "
                        f"{epoch + 1}): {_cause(network, norm)}. Lower learning_rate (now "
                        f"{settings.learning_rate:g}) and train again."
                    )
                optimiser.zero_grad(set_to_none=True)
                value.backward()
                norm = float(nn.utils.clip_grad_norm_(network.parameters(), settings.clip))
                optimiser.step()
                done += 1
                step.advance()
            if worth is not None:
                network.eval()
                worths.append(worth())
                if worths[-1] > best:
                    best, kept = worths[-1], copy.deepcopy(network.state_dict())
                elif len(worths) - 1 - int(np.argmax(worths)) >= settings.patience:
                    break
            if settings.minutes is not None and time.monotonic() - began > 60 * settings.minutes:
                break
    if kept is not None:
        network.load_state_dict(kept)
    network.eval()
    return worths


def _cause(network: nn.Module, norm: float) -> str:
    """Why the loss may be no number any more."""
    for name, parameter in network.named_parameters():
        if not torch.isfinite(parameter).all():
            return f"the step before, whose gradient was {norm:.3g} long, left {name} without numbers"
    largest = max(float(parameter.detach().abs().max()) for parameter in network.parameters())
    return f"all weights are numbers, the largest {largest:.3g}, but scores made of them overflow"
