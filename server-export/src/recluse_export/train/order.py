"""The networks of a log without times: encoder and item rows on top of the linear tier's evidence, then the
weights of the sum."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from recluse_export.evaluate.split import Targets, validation
from recluse_export.features.history import Histories, histories_at
from recluse_export.features.priors import priors
from recluse_export.features.signals import LINES, Counting, counted_signals, line_of, sum_of_lines
from recluse_export.models.base import best, in_chunks
from recluse_export.models.blender import Blender
from recluse_export.models.hybrid import ItemRows, Taste
from recluse_export.models.settings import ModelSettings
from recluse_export.progress import Progress
from recluse_export.shapes import ContextField, EventType, Float, Log, SumWeights
from recluse_export.train.budget import Attempt
from recluse_export.train.by_length import AGAIN, Newcomers, weights_by_length
from recluse_export.train.evidence import cross_fitted
from recluse_export.train.kept import Kept
from recluse_export.train.linear import LinearParameters, fit_counting
from recluse_export.train.mix import climb_from
from recluse_export.train.networks import Networks
from recluse_export.train.next_item import (
    NextItemModel,
    NextItemWindows,
    new_next_item_model,
    seconds_a_step,
    train_next_item,
)
from recluse_export.train.rounding import Rounding, cost_of_rounding, rounded
from recluse_export.train.softmax import Evidence
from recluse_export.train.worth import worth_among_both, worth_of

SHARE_OF_BUDGET = 0.75
"""Of the time that is left, for the passes of the encoder."""
ANEW_FROM = 0.03
"""Share of the events that is held back to choose by, from which the encoder is trained anew with them; below
it, one more pass at a low rate does. On Amazon Beauty (0.13) NDCG@10 + recall@10 of the encoder was 0.119
without these events and 0.147 trained anew."""
MOST_USERS = 5000
"""Users of validation by whom the passes are judged and the weights of the sum are chosen. By 1,500 of them
MovieLens 1M stopped after 13 of 24 passes, at a chance maximum: test NDCG@10 .2061, not .2105."""
USERS_BY_LENGTH = 1500
"""Users of them by whom the weights of short histories are chosen."""
CANDIDATES = 300
"""Items a visitor among whom the weights of the sum are chosen: the best of the sum as training left it."""
FACTORS = (0.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 40.0, 50.0, 64.0, 80.0, 100.0, 150.0)
"""On ``together``, beside the encoder's logits, that are tried."""
USUAL_FACTOR = 20.0
"""With which the candidates are found where training found none."""


def train_by_order(
    past: Log,
    event_types: Sequence[EventType],
    context: Sequence[ContextField],
    settings: ModelSettings,
    parameters: LinearParameters,
    repeats: bool,
    progress: Progress,
    kept: Kept,
) -> Networks:
    """Everything but each user's last event first, which then chooses the number of passes and the weights of
    the sum; then these events are taken in, too: by a last pass at a low rate, or, where they are many, by
    training anew for as many passes."""
    earlier = validation(past, 0, 1)
    budget = kept.budget
    with progress.step("Solve the item-to-item matrix of the older part", 1) as step:
        counting = kept.counting(
            "matrix of the older part",
            "",
            event_types,
            lambda: fit_counting(earlier.log, 0, event_types, settings, parameters, repeats),
        )
        step.advance()
    if settings.encoder.beside_linear_by_order:
        evidence, fold = cross_fitted(
            earlier.log, 0, event_types, settings, parameters, repeats, progress, kept
        )
    else:
        evidence, fold = Evidence(None, 1.0, repeats), np.zeros(past.user_count, np.int32)

    def untrained(log: Log, popularity: Float) -> NextItemModel:
        model = new_next_item_model(log, event_types, context, popularity, settings, settings.seed)
        if evidence.table is None:
            model.strength.requires_grad_(False)
            model.strength.fill_(0.0)
        return model

    model = untrained(earlier.log, counting.priors.popularity)

    def check(most_users: int) -> Check:
        return Check.of(earlier.weeks[0], earlier.log, past, context, counting, settings, repeats, most_users)

    everyone = check(MOST_USERS)
    chosen = settings.encoder
    source = NextItemWindows(earlier.log, event_types, context, chosen, repeats)

    anew = len(earlier.weeks[0]) >= ANEW_FROM * len(past.item) and evidence.table is None

    def passes_within_budget() -> int:
        seconds = 0.0
        if budget.seconds is not None:
            seconds = source.steps * seconds_a_step(model, source, evidence, fold, settings)
        share = SHARE_OF_BUDGET / (2 if anew else 1)
        return budget.passes(chosen.next_item_epochs, seconds, share)

    worths = train_next_item(
        model,
        source,
        evidence,
        fold,
        settings,
        kept.once("passes", "", passes_within_budget),
        chosen.next_item_learning_rate,
        "Train the encoder",
        progress,
        everyone.worth,
        kept=kept,
    )
    budget.tried += [
        Attempt("encoder", f"after pass {number}", worth) for number, worth in enumerate(worths, 1)
    ]

    def weights_of_the_sum() -> dict[str, Any]:
        worth, weights = everyone.weights(model)
        rows = ItemRows.of(model.tower)
        some = check(USERS_BY_LENGTH)
        by_length = weights_by_length(
            Newcomers(some.histories, some.targets, some.context, counting, repeats),
            Taste(model.encoder.eval(), rows, counting, settings.encoder.events, some.context.shape[1]),
            weights,
            FACTORS,
        )
        blender = Blender.sum_of(weights, settings.blender, by_length)
        of_check = (counting, settings, everyone.histories, everyone.targets, repeats)
        rounding = cost_of_rounding(model.encoder, rows, blender, *of_check)
        return {
            "worth": worth,
            "weights": dataclasses.asdict(weights),
            "by_length": by_length,
            "rounding": dataclasses.asdict(rounding),
        }

    with progress.step("Choose the weights of the sum", 1) as step:
        found = kept.once("weights of the sum", "the weights of the sum", weights_of_the_sum)
        step.advance()
    budget.tried.append(Attempt("sum", "encoder and linear tier, weights chosen", found["worth"]))
    if anew:
        known = priors(past, 0, settings.popularity_half_life_days, settings.recent_days)
        model = untrained(past, known.popularity)
    train_next_item(
        model,
        NextItemWindows(past, event_types, context, chosen, repeats),
        evidence,
        fold,
        settings,
        1 + int(np.argmax(worths)) if anew else 1,
        chosen.next_item_learning_rate * (1.0 if anew else 0.1),
        "Train anew with the newest events" if anew else "Go on with the newest events",
        progress,
        kept=kept,
    )
    weights = SumWeights(**found["weights"])
    blender = Blender.sum_of(weights, settings.blender, found["by_length"]).eval()
    encoder, rows = rounded(model.encoder, ItemRows.of(model.tower))
    made = ItemRows.from_content(model.tower, np.unique(past.item)).rounded()
    return Networks(encoder, rows, blender, True, worths, Rounding(**found["rounding"]), made)


@dataclasses.dataclass(frozen=True)
class Check:
    """Users with their last event held back, and what is known of them without the encoder."""

    histories: Histories
    targets: Targets
    context: np.ndarray
    counting: Counting
    together: Float
    settings: ModelSettings
    repeats: bool

    @staticmethod
    def of(
        targets: Targets,
        earlier: Log,
        past: Log,
        context: Sequence[ContextField],
        counting: Counting,
        settings: ModelSettings,
        repeats: bool,
        most_users: int,
    ) -> Check:
        """A sample of the users, the same for every seed of the networks."""
        from recluse_export.features.context import contexts_at

        if len(targets) > most_users:
            places = np.random.default_rng(0).choice(len(targets), most_users, replace=False)
            targets = targets.choose(np.sort(places))
        histories = histories_at(
            earlier, targets.users, targets.now, counting.event_types, settings.history_events
        )
        known = contexts_at(past, targets.users, targets.now, context)
        parts = [counted_signals(chunk, counting)["together"] for _, chunk in in_chunks(histories)]
        together = np.concatenate(parts) if parts else np.zeros((0, len(past.items)), np.float32)
        return Check(histories, targets, known, counting, together, settings, repeats)

    def worth(self, model: NextItemModel) -> float:
        """NDCG@10 + recall@10 of the encoder's logits plus the evidence, as they are trained."""
        score = self._taste(model) + np.float32(model.factor) * self.together
        return worth_of(score, self.histories, self.targets, self.repeats)

    def weights(self, model: NextItemModel) -> tuple[float, SumWeights]:
        """The best weights of ``LINES`` beside the encoder's logits, and their worth."""
        taste = self._taste(model)
        factor = model.factor or USUAL_FACTOR
        columns = {name: [] for name in LINES}
        places = []
        for span, chunk in in_chunks(self.histories):
            signals = {"taste": taste[span], **counted_signals(chunk, self.counting)}
            score = taste[span] + np.float32(factor) * signals["together"]
            if not self.repeats:
                score[chunk.visitor, chunk.row] = -np.inf
            rows = best(score, CANDIDATES)
            places.append(rows)
            for name in LINES:
                columns[name].append(np.take_along_axis(np.asarray(line_of(name, signals)), rows, axis=1))
        rows = np.concatenate(places)
        table = {name: np.concatenate(parts) for name, parts in columns.items()}

        def worth(weights: SumWeights) -> float:
            score = sum_of_lines(weights.lines, table)
            return worth_among_both(score, rows, table["had"], self.targets, self.repeats)

        start = SumWeights(factor, 0.0, 0.0, 0.0, 0.0)
        # Much of the linear tier seems bad as long as it brings back what people had: the search also begins
        # where it does not.
        starts = [start, dataclasses.replace(start, again=0.0)] if self.repeats else [start]
        grid: dict[str, Sequence[float]] = {
            "together": FACTORS,
            "popularity": (-0.2, -0.1, 0.0, 0.1, 0.2),
            "affinity": (0.0, 0.5, 1.0, 2.0, 4.0),
            **(AGAIN if self.repeats else {}),
        }
        return climb_from(worth, starts, grid)

    def _taste(self, model: NextItemModel) -> Float:
        """``[users, items]`` the encoder's logits."""
        model.eval()
        with torch.no_grad():
            rows = ItemRows.of(model.tower)
        taste = Taste(model.encoder, rows, self.counting, self.settings.encoder.events, self.context.shape[1])
        parts = [taste.scores(chunk, self.context[span]) for span, chunk in in_chunks(self.histories)]
        return np.concatenate(parts)
