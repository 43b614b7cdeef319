"""Trains the blender on weeks that the models below it have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets, together_in_time
from recluse_export.features.history import histories_at
from recluse_export.features.signals import SIGNALS, linear_score, visitor_facts
from recluse_export.models.base import best, in_chunks, within
from recluse_export.models.blender import Blender
from recluse_export.models.hybrid import Hybrid
from recluse_export.models.linear import LinearTier
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import Float, Int, Log
from recluse_export.train.budget import Attempt, Budget
from recluse_export.train.descent import Descent

STEADINESS = (0.0, 1.0, 2.0, 4.0)
"""Multiples of the linear tier's score that are tried beside what the blender learned."""


@dataclass(frozen=True)
class Lists:
    """Candidates of many visitors, each with what came next."""

    signals: Float
    """``[lists, candidates, signals]``"""
    visitor: Float
    """``[lists, facts]``"""
    wanted: Float
    """``[lists, candidates]`` 1 for a target"""
    weight: Float
    """``[lists, candidates]`` logarithm of how many items a candidate stands for; -inf where there is none"""


def candidate_lists(hybrid: Hybrid, log: Log, targets: Targets, settings: ModelSettings, step) -> Lists:
    """For each visitor the targets, the items that the linear tier or the encoder puts first, and a random
    sample of the rest."""
    chosen = settings.blender
    histories = histories_at(
        log, targets.users, targets.now, hybrid.counting.event_types, settings.history_events
    )
    random = np.random.default_rng(settings.seed)
    items = len(log.items)
    hard = min(chosen.hard, items)
    drawn = min(chosen.random, items)
    width = 2 * hard + drawn
    signals, facts, wanted, weight = [], [], [], []
    for places, chunk in in_chunks(histories, 128):
        table = hybrid.signals(chunk)
        columns = {name: table[..., place] for place, name in enumerate(SIGNALS)}
        by_linear = best(linear_score(columns, hybrid.counting.linear), hard)
        by_taste = best(columns["taste"], hard // 2)
        for line, place in enumerate(range(places.start, places.stop)):
            target = targets.item[targets.offsets[place] : targets.offsets[place + 1]]
            sure = np.unique(np.concatenate([by_linear[line], by_taste[line], target]))[:width]
            sample = np.setdiff1d(random.choice(items, drawn, replace=False), sure)
            rows = np.concatenate([sure, sample])[:width]
            padded = np.concatenate([rows, np.zeros(width - len(rows), rows.dtype)])
            share = np.full(width, -np.inf, np.float32)
            share[: len(sure)] = 0
            share[len(sure) : len(rows)] = np.log(max(1, items - len(sure)) / max(1, len(sample)))
            signals.append(table[line, padded])
            wanted.append(np.isin(padded, target) & (share == 0))
            weight.append(share)
        facts.append(visitor_facts(chunk))
        step.advance(len(chunk))
    return Lists(
        np.stack(signals), np.concatenate(facts), np.stack(wanted).astype(np.float32), np.stack(weight)
    )


def train_blender(
    hybrid: Hybrid,
    log: Log,
    weeks: Sequence[Targets],
    check: Targets,
    settings: ModelSettings,
    repeats: bool,
    progress: Progress,
    budget: Budget,
) -> bool:
    """Train ``hybrid.blender`` in place on ``weeks``, then choose on ``check`` how much of the linear tier to
    add.

    Returns whether the blend beats the linear tier there; if not, the blender ranks as the linear tier does.

    Raises
    ------
    ProblemError
        The loss is no number any more; the message names the step.
    """
    chosen = settings.blender
    blender = hybrid.blender
    targets = together_in_time(list(weeks))
    with progress.step("Lists for the blender", len(targets)) as step:
        lists = candidate_lists(hybrid, log, targets, settings, step)
    torch.manual_seed(settings.seed)
    real = torch.from_numpy(lists.weight.ravel() > -np.inf)
    flat = torch.from_numpy(lists.signals.reshape(-1, lists.signals.shape[-1]))
    blender.normalise(flat[real], torch.from_numpy(lists.visitor))
    random = np.random.default_rng(settings.seed)
    optimiser = torch.optim.AdamW(blender.parameters(), lr=chosen.learning_rate, weight_decay=1e-3)
    steps = chosen.epochs * -(-len(targets) // chosen.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, chosen.learning_rate, total_steps=steps + 1, pct_start=0.15
    )
    descent = Descent(
        "blender",
        "model.blender.learning_rate",
        blender.parameters(),
        optimiser,
        schedule,
        steps,
        nullcontext,
    )
    with progress.step("Train the blender", steps) as step:
        for _ in range(chosen.epochs):
            order = random.permutation(len(targets))
            blender.train()
            for start in range(0, len(order), chosen.batch):
                descent.step(partial(list_loss, blender, lists, order[start : start + chosen.batch]))
                step.advance()
            descent.end_pass()
    blender.eval()
    steadiness, tried = choose_steadiness(hybrid, log, check, settings, repeats)
    budget.tried += tried
    if steadiness is None:
        alone = Blender(hybrid.counting.linear.coefficients, chosen)
        blender.load_state_dict({**blender.state_dict(), **untaught(alone)})
        return False
    blender.steadiness.fill_(steadiness)
    return True


def untaught(blender: Blender) -> dict[str, Tensor]:
    """What of a blender training changes."""
    return {name: value.detach().clone() for name, value in blender.named_parameters()}


def choose_steadiness(
    hybrid: Hybrid, log: Log, check: Targets, settings: ModelSettings, repeats: bool
) -> tuple[float | None, list[Attempt]]:
    """How much of the linear tier's score is best added to the trained blend on ``check``; None if the linear
    tier alone is better than every such sum, by NDCG@10 + recall@10.
    """
    histories = histories_at(
        log, check.users, check.now, hybrid.counting.event_types, settings.history_events
    )
    linear = LinearTier(hybrid.counting)
    rankings: dict[float | None, list[Int]] = {None: [], **{amount: [] for amount in STEADINESS}}
    for _, chunk in in_chunks(histories):
        alone, blended = linear.scores(chunk), hybrid.scores(chunk)
        for amount, lists in rankings.items():
            scores = alone if amount is None else blended + np.float32(amount) * alone
            lists.append(best(within(scores, chunk, "any" if repeats else "discover"), 20))

    def worth(lists: list[Int]) -> float:
        figures = measure(np.concatenate(lists), check)
        return float(figures["ndcg@10"].mean() + figures["recall@10"].mean())

    reached = {amount: worth(lists) for amount, lists in rankings.items()}
    names = {
        amount: "linear tier alone" if amount is None else f"blend + {amount:g} x linear tier"
        for amount in reached
    }
    tried = [Attempt("blend", names[amount], reached[amount]) for amount in reached]
    return max(reached, key=lambda amount: reached[amount]), tried


def list_loss(blender: Blender, lists: Lists, places: np.ndarray) -> Tensor:
    """Softmax over the candidates, random ones standing for all others: log of the sum minus the mean score
    of the targets."""
    signals = torch.from_numpy(lists.signals[places])
    wanted = torch.from_numpy(lists.wanted[places])
    score, _ = blender(signals, torch.from_numpy(lists.visitor[places]))
    normaliser = torch.logsumexp(score + torch.from_numpy(lists.weight[places]), dim=1)
    count = wanted.sum(1).clamp(min=1)
    return (normaliser - (score * wanted).sum(1) / count).mean()
