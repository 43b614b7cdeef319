"""Trains the blender on weeks that the models below it have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import torch
from torch import Tensor

from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets, together_in_time
from recluse_export.features.history import Histories, histories_at
from recluse_export.features.signals import LINEAR_PARTS, SIGNALS, linear_score, visitor_facts
from recluse_export.models.base import Mode, best, in_chunks, within
from recluse_export.models.blender import Blender
from recluse_export.models.by_length import LENGTHS
from recluse_export.models.hybrid import Hybrid
from recluse_export.models.linear import LinearTier
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import Float, Int, Log
from recluse_export.train.budget import Attempt, Budget
from recluse_export.train.descent import Descent

STEADINESS = (0.0, 1.0, 2.0, 4.0)
"""Multiples of the linear tier's score that are tried beside what the blender learned."""
POPULARITY = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Weights of ``popularity`` and of ``recent`` that are tried besides where there is little history."""
STATED_TASTE = 10.0
"""Weight of ``affinity`` where there is no event: then only a taste that the visitor stated is in it, of
which the log knows nothing. More than lies between popular items, so that it counts at once."""
SHORTENED = 3
"""One of so many lists comes once more as it would be for a visitor of whom less is known."""


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


def candidate_lists(
    hybrid: Hybrid,
    histories: Histories,
    targets: Targets,
    settings: ModelSettings,
    step,
    known: Int | None = None,
) -> Lists:
    """For each visitor the targets, the items that the linear tier or the encoder puts first, and a random
    sample of the rest; all of them among the rows ``known``, where these are given."""
    chosen = settings.blender
    random = np.random.default_rng(settings.seed)
    catalogue = np.arange(len(hybrid.taste.rows.row)) if known is None else known
    items = len(catalogue)
    hard = min(chosen.hard, items)
    drawn = min(chosen.random, items)
    width = 2 * hard + drawn
    signals, facts, wanted, weight = [], [], [], []
    for places, chunk in in_chunks(histories, 128):
        table = hybrid.signals(chunk)
        columns = {name: table[..., place] for place, name in enumerate(SIGNALS)}
        by_linear = best(only(linear_score(columns, hybrid.counting.linear), known), hard)
        by_taste = best(only(columns["taste"], known), hard // 2)
        for line, place in enumerate(range(places.start, places.stop)):
            target = targets.item[targets.offsets[place] : targets.offsets[place + 1]]
            sure = np.unique(np.concatenate([by_linear[line], by_taste[line], target]))[:width]
            sample = np.setdiff1d(catalogue[random.choice(items, drawn, replace=False)], sure)
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


def only(scores: Float, known: Int | None) -> Float:
    """``[visitors, items]`` the scores with everything that is not one of the rows ``known`` at minus
    infinity."""
    if known is None:
        return scores
    allowed = np.full_like(scores, -np.inf)
    allowed[:, known] = scores[:, known]
    return allowed


def shortened(histories: Histories, random: np.random.Generator) -> Histories:
    """Every visitor with only their newest events, as few as a new visitor would have."""
    kept = random.choice(LENGTHS[:-1], len(histories))
    return histories.keep(histories.rank < kept[histories.visitor])


def joined(one: Lists, other: Lists) -> Lists:
    """Both, one after the other."""
    return Lists(
        *(np.concatenate([getattr(one, part.name), getattr(other, part.name)]) for part in fields(Lists))
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
    known: Int | None = None,
) -> bool:
    """Train ``hybrid.blender`` in place on ``weeks``, then choose on ``check`` how much of the linear tier to
    add, and what else where there is little history.

    ``known`` are the rows that the models below have learned of, all by default. Of an item that the log
    names later only, all that can be known in these weeks is that somebody will turn to it: a blender that
    saw it among its candidates would learn to lift what nobody knows.

    Returns whether the blend beats the linear tier there; if not, the blender ranks as the linear tier does.

    Raises
    ------
    ProblemError
        The loss is no number any more; the message names the step.
    """
    chosen = settings.blender
    blender = hybrid.blender
    targets = together_in_time(list(weeks))
    if known is not None:
        told, checked = targets.among(known), check.among(known)
        if len(told) > 0 and len(checked) > 0 and len(known) < len(hybrid.taste.rows.row):
            targets, check = told, checked
        else:
            known = None
    some = targets.choose(np.arange(0, len(targets), SHORTENED))
    random = np.random.default_rng(settings.seed)

    def histories_of(asked: Targets) -> Histories:
        return histories_at(log, asked.users, asked.now, hybrid.counting.event_types, settings.history_events)

    with progress.step("Lists for the blender", len(targets) + len(some)) as step:
        lists = joined(
            candidate_lists(hybrid, histories_of(targets), targets, settings, step, known),
            candidate_lists(hybrid, shortened(histories_of(some), random), some, settings, step, known),
        )
    torch.manual_seed(settings.seed)
    real = torch.from_numpy(lists.weight.ravel() > -np.inf)
    flat = torch.from_numpy(lists.signals.reshape(-1, lists.signals.shape[-1]))
    blender.normalise(flat[real], torch.from_numpy(lists.visitor))
    optimiser = torch.optim.AdamW(blender.parameters(), lr=chosen.learning_rate, weight_decay=1e-3)
    steps = chosen.epochs * -(-len(lists.visitor) // chosen.batch)
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
            order = random.permutation(len(lists.visitor))
            blender.train()
            for start in range(0, len(order), chosen.batch):
                descent.step(partial(list_loss, blender, lists, order[start : start + chosen.batch]))
                step.advance()
            descent.end_pass()
    blender.eval()
    histories = histories_of(check)
    steadiness, tried = choose_steadiness(hybrid, histories, check, repeats, known)
    budget.tried += tried
    if steadiness is None:
        alone = Blender(hybrid.counting.linear.coefficients, chosen)
        blender.load_state_dict({**blender.state_dict(), **untaught(alone)})
        return False
    blender.steadiness.fill_(steadiness)
    levels, more = choose_by_length(hybrid, histories, check, repeats, steadiness, known)
    budget.tried += more
    blender.by_length.copy_(levels)
    return True


def untaught(blender: Blender) -> dict[str, Tensor]:
    """What of a blender training changes."""
    return {name: value.detach().clone() for name, value in blender.named_parameters()}


def choose_steadiness(
    hybrid: Hybrid,
    histories: Histories,
    check: Targets,
    repeats: bool,
    known: Int | None = None,
) -> tuple[float | None, list[Attempt]]:
    """How much of the linear tier's score to add to the trained blend: the most that is not worse on
    ``check``, of whose users these are the histories, than the best, by NDCG@10 + recall@10; None if the
    linear tier alone is better than every such sum.

    Where people repeat, that last question is judged by lists of all items and by lists of what is new, half
    each: what a visitor had is what the linear tier counts best, and by lists of all alone one training of
    Online Retail did without a blend that found a quarter more of what is new.
    """
    linear = LinearTier(hybrid.counting)
    usual: Mode = "any" if repeats else "discover"
    modes: tuple[Mode, ...] = ("any", "discover") if repeats else ("discover",)
    amounts: tuple[float | None, ...] = (None, *STEADINESS)
    rankings: dict[tuple[float | None, Mode], list[Int]] = {
        (amount, mode): [] for amount in amounts for mode in modes
    }
    for _, chunk in in_chunks(histories):
        alone, blended = linear.scores(chunk), hybrid.scores(chunk)
        for amount in amounts:
            scores = alone if amount is None else blended + np.float32(amount) * alone
            for mode in modes:
                rankings[amount, mode].append(best(only(within(scores, chunk, mode), known), 20))

    worth = {amount: worth_a_user(rankings[amount, usual], check) for amount in amounts}
    of_both = {amount: float(values.mean()) for amount, values in worth.items()}
    tried = [Attempt("blend", _name_of(amount), of_both[amount]) for amount in amounts]
    if repeats and not check.repeat.all():
        for amount in amounts:
            new = float(worth_a_user(rankings[amount, "discover"], check, "discover").mean())
            of_both[amount] = (of_both[amount] + new) / 2
            tried.append(Attempt("blend", f"{_name_of(amount)}, of what is new", new))
    if max(amounts, key=lambda amount: of_both[amount]) is None:
        return None, tried
    best_amount = max(STEADINESS, key=lambda amount: worth[amount].mean())
    return max(amount for amount in STEADINESS if not_worse(worth[amount], worth[best_amount])), tried


def _name_of(amount: float | None) -> str:
    return "linear tier alone" if amount is None else f"blend + {amount:g} x linear tier"


def not_worse(one: Float, best_one: Float) -> bool:
    """Whether the mean over users is at most one standard error of the difference below the best's. Of such
    mixtures the one with more of the linear tier is taken: what one week prefers by less than that, the next
    week does not (Breiman et al. 1984, the rule of one standard error)."""
    difference = best_one - one
    return float(difference.mean()) <= float(difference.std() / np.sqrt(len(difference)))


def choose_by_length(
    hybrid: Hybrid,
    histories: Histories,
    check: Targets,
    repeats: bool,
    steadiness: float,
    known: Int | None = None,
) -> tuple[Tensor, list[Attempt]]:
    """What to add to the weights of the straight lines at each of ``LENGTHS``: without an event
    ``STATED_TASTE`` on affinity; then as much of the linear tier, and of popularity besides, as is best on
    ``check`` for histories cut to so many of their newest events; nothing at the last length.
    ``hybrid.blender`` still adds ``steadiness`` times the linear tier at any length.
    """
    linear = LinearTier(hybrid.counting)
    mode = "any" if repeats else "discover"
    priors = hybrid.counting.priors
    extras: list[tuple[str | None, float]] = [(None, 0.0)]
    extras += [(name, amount) for name in ("popularity", "recent") for amount in POPULARITY]
    lines = ["taste", *LINEAR_PARTS]
    levels = torch.zeros_like(hybrid.blender.by_length)
    tried: list[Attempt] = []
    levels[0, lines.index("affinity")] = STATED_TASTE
    for place, events in enumerate(LENGTHS[1:-1], 1):
        fewer = histories.newest(events)
        found: dict[tuple[float, str | None, float], list[Int]] = {}
        for _, chunk in in_chunks(fewer):
            alone, blended = linear.scores(chunk), hybrid.scores(chunk)
            for amount in STEADINESS:
                mixed = blended + np.float32(amount - steadiness) * alone
                for name, extra in extras:
                    scores = mixed if name is None else mixed + np.float32(extra) * getattr(priors, name)
                    rows = best(only(within(scores, chunk, mode), known), 20)
                    found.setdefault((amount, name, extra), []).append(rows)
        reached = {choice: float(worth_a_user(lists, check).mean()) for choice, lists in found.items()}
        amount, name, extra = max(reached, key=lambda choice: reached[choice])
        tried.append(
            Attempt(
                "blend",
                f"{events} events: {amount:g} x linear tier, {extra:g} x {name or 'popularity'} besides",
                reached[amount, name, extra],
            )
        )
        levels[place] = (amount - steadiness) * hybrid.blender.linear
        if name is not None:
            levels[place, lines.index(name)] += extra
    return levels, tried


def worth_a_user(lists: list[Int], check: Targets, kind: str = "all") -> Float:
    """``[users]`` NDCG@10 + recall@10 of the chunks' rankings, of the users with targets of this kind."""
    figures = measure(np.concatenate(lists), check, kind)
    return figures["ndcg@10"] + figures["recall@10"]


def list_loss(blender: Blender, lists: Lists, places: np.ndarray) -> Tensor:
    """Softmax over the candidates, random ones standing for all others: log of the sum minus the mean score
    of the targets."""
    signals = torch.from_numpy(lists.signals[places])
    wanted = torch.from_numpy(lists.wanted[places])
    score, _ = blender(signals, torch.from_numpy(lists.visitor[places]))
    normaliser = torch.logsumexp(score + torch.from_numpy(lists.weight[places]), dim=1)
    count = wanted.sum(1).clamp(min=1)
    return (normaliser - (score * wanted).sum(1) / count).mean()
