"""Trains the encoder of a log without times, on top of the linear tier's evidence."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.evaluate.split import select
from recluse_export.features.context import context_of_events, contexts_at
from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.settings import EncoderSettings, ModelSettings
from recluse_export.models.tower import ItemTower, item_tokens
from recluse_export.progress import Progress
from recluse_export.shapes import ContextField, EventType, Float, Int, Log
from recluse_export.train.descent import Descent
from recluse_export.train.kept import Kept, Passes
from recluse_export.train.precision import quick_products
from recluse_export.train.softmax import Evidence, SoftmaxOnEvidence

AVERAGE_EVERY = 10
"""Steps between two additions to the moving average of the weights; fewer where training has few steps."""
FALL = 0.01
"""Share of the best worth by which the newest must be below it before training ends early."""
MOST_WINDOWS = 256
"""Windows a step, however short."""
FIRST_STRENGTH = 20.0
"""Where the factor on the evidence starts: the evidence is a share of users, logits are logarithms."""


@dataclass(frozen=True)
class Windows:
    """Windows of one training step, padded on the right."""

    item: Int
    """``[windows, places + 1]``; place *n + 1* is what comes after place *n*"""
    type: Int
    value: Float
    target: Int
    """``[windows, places, ahead]`` the next items after each place"""
    asked: Float
    """``[windows, places, ahead]`` how much each of them counts; 0 where it is not there or can't be told"""
    context: Int
    """``[windows, fields]``; ``[windows, places, fields]`` where single interactions have a context"""
    user: Int
    """``[windows]``"""


class NextItemWindows:
    """Draws windows from a log."""

    def __init__(
        self,
        log: Log,
        event_types: Sequence[EventType],
        context: Sequence[ContextField],
        settings: EncoderSettings,
        repeats: bool,
    ) -> None:
        token = np.array([event_type.token for event_type in event_types], np.int32)
        self.log = select(log, token[log.type] > 0)
        self.token = token[self.log.type]
        self.settings = settings
        self.first_time = np.ones(len(self.log.item), bool)
        if not repeats:
            pair = self.log.user.astype(np.int64) * len(log.items) + self.log.item
            self.first_time[:] = False
            self.first_time[np.unique(pair, return_index=True)[1]] = True
        self.counts = (settings.next_items_fade ** np.arange(settings.next_items)).astype(np.float32)
        self.length = np.diff(self.log.offsets)
        self.users = np.flatnonzero(self.length >= 2)
        self.windows_a_user = np.ceil(self.length[self.users] / settings.events).astype(np.int64)
        users = np.arange(log.user_count, dtype=np.int32)
        self.context = contexts_at(log, users, np.zeros(log.user_count, np.int64), context)
        self.at_event = {
            place: context_of_events(self.log, field)
            for place, field in enumerate(context)
            if field.of_moment
        }

    def __len__(self) -> int:
        """Windows a pass: as many as cover every history once."""
        every = int(self.windows_a_user.sum())
        return min(every, self.settings.most_windows or every)

    @property
    def steps(self) -> int:
        """Steps a pass, about: which windows come together is drawn anew for each."""
        return len(self.epoch(np.random.default_rng(0)))

    def epoch(self, random: np.random.Generator) -> list[NDArray[np.int64]]:
        """The users of each step's windows: windows of about the same length together, so that little is
        padding, as many as make ``settings.places`` places, in random order."""
        users = random.permutation(np.repeat(self.users, self.windows_a_user))[: len(self)]
        length = np.minimum(self.length[users], self.settings.events + 1)
        order = np.argsort(length * random.uniform(0.9, 1.0, len(users)), kind="stable")
        users, length = users[order], np.maximum.accumulate(length[order])
        batches, start = [], 0
        while start < len(users):
            size = max(1, min(MOST_WINDOWS, int(self.settings.places // length[start])))
            batches.append(users[start : start + size])
            start += size
        return [batches[place] for place in random.permutation(len(batches))]

    def draw(self, users: NDArray[np.int64], random: np.random.Generator) -> Windows:
        """One window for each of ``users``, beginning anywhere."""
        log = self.log
        length = np.minimum(self.length[users], self.settings.events + 1)
        start = log.offsets[users] + (random.random(len(users)) * (self.length[users] - length + 1)).astype(
            np.int64
        )
        place = np.arange(length.max())
        event = np.minimum(start[:, None] + place, len(log.item) - 1)
        real = place < length[:, None]
        context = self.context[users]
        if self.at_event:
            # What is known when a place is asked is the moment of the event that comes next.
            context = np.repeat(context[:, None], len(place) - 1, axis=1)
            for number, told in self.at_event.items():
                context[..., number] = np.where(real, told[event], 0)[:, 1:]
        known = random.random(context.shape) >= self.settings.context_dropout
        item = np.where(real, log.item[event], 0)
        return Windows(
            item=item,
            type=np.where(real, self.token[event], 0),
            value=np.where(real, log.value[event], 0).astype(np.float32),
            target=ahead_of(item, self.settings.next_items),
            asked=self.counts[None, None]
            * ahead_of((real & self.first_time[event]), self.settings.next_items),
            context=np.where(known, context, 0).astype(np.int32),
            user=users.astype(np.int32),
        )


def ahead_of(values: NDArray, count: int) -> NDArray:
    """``[windows, places, count]``: what stands one, two, ... places after each place but the last of
    ``values`` [windows, places + 1]; zeros beyond the end."""
    places = values.shape[1] - 1
    padded = np.pad(values, ((0, 0), (0, count - 1)))
    return np.stack([padded[:, 1 + step : 1 + step + places] for step in range(count)], axis=-1)


class NextItemModel(nn.Module):
    """Encoder, item rows and the factor on the evidence, as they are trained together."""

    def __init__(self, encoder: NextItemEncoder, tower: ItemTower) -> None:
        super().__init__()
        self.encoder = encoder
        self.tower = tower
        self.strength = nn.Parameter(torch.ones(()))

    def loss(self, windows: Windows, evidence: Evidence, fold: Int) -> Tensor:
        """Mean cross-entropy of what came next."""
        rows = self.tower()
        item = torch.from_numpy(windows.item).to(torch.int64)
        states = self.encoder.states(
            functional.embedding(item[:, :-1], rows),
            torch.from_numpy(windows.type[:, :-1]),
            torch.from_numpy(windows.value[:, :-1]),
            torch.from_numpy(windows.context),
        )
        return SoftmaxOnEvidence.apply(
            states,
            rows,
            self.tower.bias,
            self.strength * FIRST_STRENGTH,
            item[:, :-1],
            torch.from_numpy(windows.target).to(torch.int64),
            torch.from_numpy(windows.asked),
            torch.from_numpy(fold[windows.user]).to(torch.int64),
            evidence,
        )

    @property
    def factor(self) -> float:
        """On the linear tier's ``together``, beside the encoder's logits."""
        return float(self.strength.detach()) * FIRST_STRENGTH


def new_next_item_model(
    log: Log,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    popularity: Float,
    settings: ModelSettings,
    seed: int,
) -> NextItemModel:
    """Untrained networks of the shapes that this log and these settings ask for."""
    torch.manual_seed(seed)
    slots, begin = item_tokens(log.items, settings.tower)
    tokens = max(event_type.token for event_type in event_types)
    encoder = NextItemEncoder(
        settings.tower.size,
        tokens,
        [field.size for field in context],
        settings.encoder,
        [field.of_moment for field in context],
    )
    return NextItemModel(encoder, ItemTower(len(log.items), slots, begin, popularity, settings.tower))


def train_next_item(
    model: NextItemModel,
    source: NextItemWindows,
    evidence: Evidence,
    fold: Int,
    settings: ModelSettings,
    epochs: int,
    peak: float,
    name: str,
    progress: Progress,
    check: Callable[[NextItemModel], float] | None = None,
    seed: int | None = None,
    kept: Kept | None = None,
) -> list[float]:
    """Train for ``epochs`` passes and leave ``model`` with the moving average of its weights.

    ``peak`` is the highest learning rate of the one-cycle schedule. With ``check``, the average is asked for
    its worth after every pass; the best one stays, and training ends when it is :func:`over`. Returns those
    worths. With ``kept``, every pass is kept when it is done, and passes that were kept are not done again.

    Raises
    ------
    ProblemError
        The loss is no number any more; the message names the step.
    """
    chosen = settings.encoder
    random = np.random.default_rng(settings.seed if seed is None else seed)
    torch.manual_seed(settings.seed if seed is None else seed)
    optimiser = torch.optim.AdamW(_parameters(model, chosen.weight_decay), lr=peak, betas=(0.9, 0.98))
    steps = max(1, epochs * source.steps)
    # A pass may have a step more or less than another one.
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, peak, total_steps=steps + 2 * epochs + 2, pct_start=0.05
    )
    average = copy.deepcopy(model)
    # Of a small log, too, the average must have left the weights that training began with.
    every = min(AVERAGE_EVERY, max(1, steps // 4))
    descent = Descent(
        "encoder", "model.encoder.next_item_learning_rate", model.parameters(), optimiser, schedule, steps
    )
    states = {"model": model, "average": average, "descent": descent}
    passes = Passes(kept or Kept(), name, epochs, states, random)
    best_state = passes.facts.get("best_state")
    worths: list[float] = passes.facts.get("worths", [])
    with progress.step(name, steps) as step:
        step.advance(descent.done)
        while passes.done < epochs and not over(worths, chosen.patience):
            model.train()
            for users in source.epoch(random):
                windows = source.draw(users, random)
                descent.step(partial(model.loss, windows, evidence, fold))
                if descent.done % every == 0:
                    towards(average, model, share_of_newest(descent.done // every, chosen.averaging))
                step.advance()
            descent.end_pass()
            if check is not None:
                worth = check(average.eval())
                if worth > max(worths, default=-np.inf):
                    best_state = copy.deepcopy(average.state_dict())
                worths.append(worth)
            passes.keep(best_state=best_state, worths=worths)
    model.load_state_dict(average.state_dict() if best_state is None else best_state)
    model.eval()
    return worths


def over(worths: list[float], patience: int) -> bool:
    """Whether nothing more is to come of a training whose passes were worth this: ``patience`` of them
    without gain, and the newest clearly below the best.

    A plateau is no end, for the learning rate has yet to come down: one training of MovieLens 1M that ended
    on one, after 19 of 24 passes, was the worst of three.
    """
    if len(worths) - 1 - int(np.argmax(worths or [0.0])) < patience:
        return False
    return worths[-1] < (1 - FALL) * max(worths)


def seconds_a_step(
    model: NextItemModel, source: NextItemWindows, evidence: Evidence, fold: Int, settings: ModelSettings
) -> float:
    """Measured on a copy, so that nothing is learned from it."""
    copied = copy.deepcopy(model).train()
    random = np.random.default_rng(settings.seed)
    batches = source.epoch(random)
    started = 0.0
    for number in range(10):
        if number == 2:
            started = time.perf_counter()
        with quick_products():
            copied.loss(source.draw(batches[number % len(batches)], random), evidence, fold).backward()
    return (time.perf_counter() - started) / 8


def share_of_newest(count: int, least: float) -> float:
    """What the moving average takes of the weights at its ``count``-th addition (from 1): much at first, so
    that it forgets where training began, ``least`` in the end."""
    return max(least, 9 / (count + 9))


@torch.no_grad()
def towards(average: nn.Module, model: nn.Module, share: float) -> None:
    """Move the average by ``share`` of the way to the model."""
    for kept, now in zip(average.parameters(), model.parameters(), strict=True):
        kept.lerp_(now, share)


def _parameters(model: NextItemModel, decay: float) -> list[dict]:
    """Weight decay on matrices of the encoder only."""
    matrices = [parameter for parameter in model.encoder.parameters() if parameter.dim() > 1]
    chosen = {id(parameter) for parameter in matrices}
    others = [parameter for parameter in model.parameters() if id(parameter) not in chosen]
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
