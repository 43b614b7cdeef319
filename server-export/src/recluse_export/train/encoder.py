"""Trains the encoder and the item rows together, by full cross-entropy over all items."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.models.encoder import Encoder
from recluse_export.models.settings import ModelSettings
from recluse_export.models.tower import ItemTower, item_tokens
from recluse_export.progress import Progress
from recluse_export.shapes import ContextField, EventType, Float, Log
from recluse_export.train.descent import Descent
from recluse_export.train.kept import Kept, Passes, Stateful
from recluse_export.train.moment_evidence import MomentEvidence
from recluse_export.train.precision import quick_products
from recluse_export.train.windows import Batch, WindowSource

USUAL_PASSES = 6
SCALES = torch.tensor([5.0, 5.0, 0.5])
"""Units of the strengths of the evidence, so that each learns at about the same rate."""


def new_encoder(
    log: Log,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    popularity: Float,
    settings: ModelSettings,
) -> tuple[Encoder, ItemTower]:
    """Untrained networks of the shapes that this log and these settings ask for."""
    torch.manual_seed(settings.seed)
    slots, begin = item_tokens(log.items, settings.tower)
    tokens = max(event_type.token for event_type in event_types)
    encoder = Encoder(settings.tower.size, tokens, [field.size for field in context], settings.encoder)
    return encoder, ItemTower(len(log.items), slots, begin, popularity, settings.tower)


def train_encoder(
    encoder: Encoder,
    tower: ItemTower,
    log: Log,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    settings: ModelSettings,
    epochs: int,
    name: str,
    progress: Progress,
    peak: float = 1.0,
    evidence: MomentEvidence | None = None,
    strength: nn.Parameter | None = None,
    kept: Kept | None = None,
) -> None:
    """Go through the log ``epochs`` times; on a GPU where there is one.

    ``peak`` scales the learning rate, for going on with networks that are trained already. With ``evidence``
    the encoder learns what the linear tier's parts, each times its ``strength``, leave over.
    With ``kept``, every pass is kept when it is done, and passes that were kept are not done again.

    Raises
    ------
    ProblemError
        The loss is no number any more; the message names the step.
    """
    chosen = settings.encoder
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    source = WindowSource(log, event_types, context, chosen)
    random = np.random.default_rng(settings.seed)
    torch.manual_seed(settings.seed)
    encoder.to(device).train()
    tower.to(device).train()
    parameters = _parameters(encoder, tower, chosen.weight_decay)
    if strength is not None and strength.requires_grad:
        parameters[1]["params"].append(strength)
    optimiser = torch.optim.AdamW(parameters, lr=chosen.learning_rate * peak, betas=(0.9, 0.98))
    steps = max(1, epochs * -(-len(source) // chosen.batch))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, chosen.learning_rate * peak, total_steps=steps + 1, pct_start=0.15
    )
    trained = [*encoder.parameters(), *tower.parameters()]
    descent = Descent("encoder", "model.encoder.learning_rate", trained, optimiser, schedule, steps)
    states: dict[str, Stateful] = {"encoder": encoder, "tower": tower, "descent": descent}
    if strength is not None:
        states["strength"] = nn.ParameterList([strength])
    passes = Passes(kept or Kept(), name, epochs, states, random)
    with progress.step(name, steps) as step:
        step.advance(descent.done)
        while passes.done < epochs:
            users = source.epoch(random)
            for start in range(0, len(users), chosen.batch):
                batch = source.draw(users[start : start + chosen.batch], random)
                descent.step(partial(batch_loss, encoder, tower, batch, device, evidence, strength))
                step.advance()
            descent.end_pass()
            passes.keep()
    encoder.to("cpu").eval()
    tower.to("cpu").eval()


def passes_wanted(
    log: Log,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    settings: ModelSettings,
) -> int:
    """What ``epochs`` says; without it ``USUAL_PASSES``, and more over a log that gives only a few steps
    each."""
    chosen = settings.encoder
    if chosen.epochs is not None:
        return chosen.epochs
    steps = -(-len(WindowSource(log, event_types, context, chosen)) // chosen.batch)
    return max(USUAL_PASSES, -(-chosen.least_steps // max(1, steps)))


def seconds_a_pass(
    encoder: Encoder,
    tower: ItemTower,
    log: Log,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    settings: ModelSettings,
    evidence: MomentEvidence | None,
    strength: nn.Parameter | None,
) -> float:
    """Measured on copies, so that nothing is learned from it."""
    chosen = settings.encoder
    source = WindowSource(log, event_types, context, chosen)
    encoder, tower = copy.deepcopy(encoder).train(), copy.deepcopy(tower).train()
    random = np.random.default_rng(settings.seed)
    users = np.resize(source.epoch(random), 6 * chosen.batch)
    started = 0.0
    for number in range(6):
        if number == 2:
            started = time.perf_counter()
        batch = source.draw(users[number * chosen.batch : (number + 1) * chosen.batch], random)
        with quick_products():
            batch_loss(encoder, tower, batch, torch.device("cpu"), evidence, strength).backward()
    return (time.perf_counter() - started) / 4 * -(-len(source) // chosen.batch)


def batch_loss(
    encoder: Encoder,
    tower: ItemTower,
    batch: Batch,
    device: torch.device,
    evidence: MomentEvidence | None = None,
    strength: Tensor | None = None,
) -> Tensor:
    """Mean over the queries that have targets of: logarithm of the sum over all items, minus the mean logit
    of the targets."""

    def on_device(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(device)

    rows = tower()
    row = on_device(batch.row)
    items = functional.embedding(row.clamp(min=0).to(torch.int64), rows) * (row >= 0).unsqueeze(-1)
    target = on_device(batch.target)
    wanted = (target >= 0).to(rows.dtype)
    count = wanted.sum(-1)
    states = encoder.states(
        items,
        on_device(batch.type),
        on_device(batch.age),
        on_device(batch.value),
        on_device(batch.mask),
        on_device(batch.context),
        on_device(batch.now),
        on_device(batch.seen),
    )
    asked = count > 0
    logits = states[asked] @ rows.T + tower.bias
    if evidence is not None and strength is not None:
        told = (count > 0).cpu().numpy()
        users = np.broadcast_to(batch.user[:, None], batch.moment.shape)
        parts = on_device(evidence.at(users[told], batch.moment[told]))
        logits = logits + (parts * (strength * SCALES.to(device)).view(1, -1, 1)).sum(1)
    chosen = torch.gather(logits, 1, target[asked].clamp(min=0).to(torch.int64))
    mean_chosen = (chosen * wanted[asked]).sum(-1) / count[asked]
    return (torch.logsumexp(logits, dim=1) - mean_chosen).mean()


def _parameters(encoder: Encoder, tower: ItemTower, decay: float) -> list[dict]:
    """Weight decay on matrices of the encoder only."""
    matrices = [parameter for parameter in encoder.parameters() if parameter.dim() > 1]
    others = [parameter for parameter in encoder.parameters() if parameter.dim() <= 1]
    return [
        {"params": matrices, "weight_decay": decay},
        {"params": [*others, *tower.parameters()], "weight_decay": 0.0},
    ]
