"""From a log to the contents of a pack: train, evaluate, export, check."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recluse_export.evaluate.figures import evaluate, windows
from recluse_export.evaluate.split import select, without_users
from recluse_export.export.agreement import Agreement, compare
from recluse_export.export.model import exported_model
from recluse_export.export.rating import rating_model
from recluse_export.export.rating_check import check_ratings
from recluse_export.export.segments import segment_lists
from recluse_export.features.history import histories_at
from recluse_export.features.item import first_seen
from recluse_export.features.priors import popular_lists
from recluse_export.features.ratings import ratings_in
from recluse_export.models.base import Recommender
from recluse_export.models.expected_rating import LearnedRatings
from recluse_export.models.frequency import PersonalFrequency
from recluse_export.models.neighbours import ItemNeighbours
from recluse_export.models.popularity import Popularity
from recluse_export.progress import Progress, SilentProgress
from recluse_export.read.holdout import held_out
from recluse_export.shapes import Figure, Log, PackContents, Training
from recluse_export.train.arguments import context_of, event_types_of
from recluse_export.train.budget import Budget
from recluse_export.train.calibrate import calibrate
from recluse_export.train.enough import check_enough, check_measurable
from recluse_export.train.fitted import fitted_to
from recluse_export.train.kept import Kept, parameters_of, plain_parameters
from recluse_export.train.linear import fit_counting, search_linear
from recluse_export.train.networks import Networks, train_networks
from recluse_export.train.order import train_by_order
from recluse_export.train.ratings import train_ratings
from recluse_export.train.trained import Trained

if TYPE_CHECKING:
    from recluse_export.config import Config

PARITY_HISTORIES = 200
TIE_BREAK = "score descending, then row ascending; rows by number of events, then id"


def build(
    log: Log, config: Config, progress: Progress | None = None, budget: Budget | None = None
) -> PackContents:
    """Train, evaluate and export; what the command ``build`` does between reading and writing.

    Raises
    ------
    ProblemError
        Training diverged, or an exported graph ranks otherwise than the model that it was exported from.
    """
    progress = progress or SilentProgress()
    trained = train(log, config, progress, Kept(budget))
    figures = evaluate_trained(trained, log, config, progress)
    return export(trained, figures, log, config, progress)


def training_log(log: Log, config: Config) -> tuple[Log, int]:
    """What training may see, and the moment at which that ends: the log before the cut, without held-out
    users."""
    users = np.flatnonzero(held_out(log.users, config.split.holdout_users)).astype(np.int32)
    past = without_users(select(log, known_by_then(log, config)), users)
    if log.has_time:
        return past, config.split.cut_seconds
    return past, int(np.diff(log.offsets).max(initial=0))


def known_by_then(log: Log, config: Config) -> NDArray[np.bool_]:
    """``[events]`` whether it was before the cut or, in a log without times, before its user's last event;
    of held-out users, too."""
    if log.has_time:
        return log.time < config.split.cut_seconds
    place = log.time - log.time[np.minimum(log.offsets[:-1], len(log.time) - 1)][log.user]
    return place < (np.diff(log.offsets) - 1)[log.user]


def train(log: Log, config: Config, progress: Progress, kept: Kept | None = None) -> Trained:
    """Choose and fit everything on what training may see, within the budget; what ``kept`` holds of this very
    training is not done again."""
    kept = kept or Kept()
    budget = kept.budget
    past, until = training_log(log, config)
    settings = config.model if log.has_time else fitted_to(config.model, past)
    check_enough(past, until, settings)
    check_measurable(windows(log, until, config.split.days))
    event_types = event_types_of(config)
    repeats = people_repeat(past)
    parameters = kept.once(
        "search",
        "the linear search",
        lambda: search_linear(past, until, event_types, settings, repeats, progress, budget),
        plain_parameters,
        parameters_of,
    )
    with progress.step("Solve the item-to-item matrix", 1) as step:
        counting = kept.counting(
            "matrix",
            "the item-to-item matrix",
            event_types,
            lambda: fit_counting(past, until, event_types, settings, parameters, repeats),
        )
        step.advance()
    context = context_of(config, past)
    ratings = train_ratings(past, config, progress, budget)
    networks = None
    if settings.full:
        if log.has_time:
            networks = train_networks(
                past, until, event_types, context, settings, parameters, repeats, progress, kept
            )
        else:
            networks = train_by_order(
                past, event_types, context, settings, parameters, repeats, progress, kept
            )
    return Trained(until, repeats, event_types, context, settings, counting, networks, budget.tried, ratings)


def people_repeat(log: Log) -> bool:
    """Whether at least a hundredth of the events return to an item that the same user had before."""
    pairs = log.user.astype(np.int64) * len(log.items) + log.item
    return len(np.unique(pairs)) < 0.99 * len(pairs)


def evaluate_trained(trained: Trained, log: Log, config: Config, progress: Progress) -> list[Figure]:
    """Figures of the model and of everything that it has to beat, on the windows after the cut."""
    past, until = training_log(log, config)
    return evaluate(
        log,
        windows(log, until, config.split.days),
        [*comparisons(past, until, trained, config), *trained.tiers()],
        trained.event_types,
        config.model.history_events,
        config.evaluate,
        trained.repeats,
        config.model.seed,
        progress,
        trained.context,
    )


def comparisons(past: Log, until: int, trained: Trained, config: Config) -> list[Recommender]:
    """Popularity, personal frequency and item-to-item neighbours, fitted."""
    settings = config.model
    decay = (settings.popularity_half_life_days, settings.recent_days)
    days = trained.counting.habit.half_life_days
    models: list[Recommender] = [
        Popularity(*decay, lately=False),
        Popularity(*decay, lately=True),
        PersonalFrequency(trained.event_types, days, settings.recent_days),
        ItemNeighbours(trained.event_types, days, config.evaluate.neighbours, settings.history_events),
    ]
    return [model.fit(past, until) for model in models]


def export(
    trained: Trained, figures: list[Figure], log: Log, config: Config, progress: Progress
) -> PackContents:
    """Everything that the pack holds, graphs included, compared with what was trained.

    Raises
    ------
    ProblemError
        An exported graph ranks otherwise than the model that it was exported from.
    """
    past, until = training_log(log, config)
    contents = PackContents(
        name=config.pack.name,
        data_until=datetime.fromtimestamp(int(past.time.max()), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if log.has_time
        else "",
        items=first_seen(log.items, past),
        event_types=trained.event_types,
        context=trained.context,
        history_events=trained.settings.history_events,
        linear=trained.counting.linear,
        habit=trained.counting.habit,
        priors=trained.counting.priors,
        popular=replace(
            popular_lists(past, trained.counting.priors),
            segments=segment_lists(past, until, trained.event_types, trained.context),
        ),
        model=None,
        training=Training(
            trained.settings.seed, describe_split(config), TIE_BREAK, config.pack.source, config.pack.licence
        ),
        data=data_of(past),
        figures=figures,
        rules=config.rules,
    )
    if trained.networks is None:
        return contents
    held = np.flatnonzero(held_out(log.users, config.split.holdout_users))
    calibration = calibrate(trained, log, past, held, max(config.split.days), progress)
    model = exported_model(trained.networks, len(trained.context), trained.settings, progress, calibration)
    contents = replace(contents, model=model)
    if calibration is not None:
        contents = replace(
            contents, figures=[*figures, *calibration.figures], reliability=calibration.reliability
        )
    if trained.ratings is not None:
        contents = with_ratings(contents, trained.ratings, log, config, progress)
    agreement = check(trained, contents, log, config, progress)
    return replace(
        contents,
        data={
            **contents.data,
            "blenderBeatsLinear": float(trained.networks.blended),
            "parityHistories": float(agreement.histories),
            "paritySameTop10": round(agreement.same_items, 4),
            "paritySameOrder": round(agreement.same_order, 4),
            "parityNdcgLost": round(agreement.lost, 4),
            **rounding_facts(trained.networks),
        },
    )


def rounding_facts(networks: Networks) -> dict[str, float]:
    """For the model card: NDCG@10 on validation in float32 and in steps of int8, where it was measured."""
    if networks.rounding is None:
        return {}
    return {
        "validationNdcgFloat": round(networks.rounding.before, 4),
        "validationNdcgInt8": round(networks.rounding.after, 4),
    }


def with_ratings(
    contents: PackContents, learned: LearnedRatings, log: Log, config: Config, progress: Progress
) -> PackContents:
    """The contents with expected ratings, and with what they are worth by the exported graph.

    Raises
    ------
    ProblemError
        The exported graph says something else than what was learned.
    """
    with progress.step("Export expected ratings", 2) as step:
        model = rating_model(learned, config.ratings.events)
        step.advance()
        known = known_by_then(log, config)
        found = check_ratings(
            learned, model, ratings_in(select(log, known)), ratings_in(select(log, ~known)), config.model.seed
        )
        step.advance()
    return replace(
        contents,
        rating=model,
        rating_reliability=found.reliability,
        figures=[*contents.figures, *found.figures],
        data={**contents.data, "parityRatingsOff": round(found.off, 4)},
    )


def check(
    trained: Trained, contents: PackContents, log: Log, config: Config, progress: Progress
) -> Agreement:
    """Compare the pack with PyTorch on 200 real histories, of held-out users first."""
    if trained.networks is None:
        raise ValueError("there is no network to compare with")
    targets = list(windows(log, trained.until, config.split.days).values())[-1]
    held = held_out(log.users, config.split.holdout_users)[targets.users]
    chosen = np.argsort(~held, kind="stable")[:PARITY_HISTORIES]
    targets = targets.choose(np.sort(chosen))
    histories = histories_at(
        log, targets.users, targets.now, trained.event_types, trained.settings.history_events
    )
    with progress.step("Compare the pack with PyTorch", 1) as step:
        hybrid = trained.networks.hybrid(trained.counting, trained.settings)
        agreement = compare(hybrid, contents, histories, targets, trained.repeats)
        step.advance()
    return agreement


def describe_split(config: Config) -> str:
    """The split in a sentence."""
    if config.split.kind != "time":
        return "each user's last event is the target, everything before it the history"
    cut = datetime.fromtimestamp(config.split.cut_seconds, UTC).strftime("%Y-%m-%d")
    held = (
        f"; {config.split.holdout_users} users never seen in training" if config.split.holdout_users else ""
    )
    return f"history before {cut} UTC, targets after it{held}"


def data_of(log: Log) -> dict[str, float]:
    """Counts of what training saw."""
    return {
        "users": float(np.count_nonzero(np.diff(log.offsets))),
        "items": float(len(log.items)),
        "interactions": float(len(log.item)),
        "baskets": float(len(np.unique(log.basket))),
        "days": float(round((int(log.time.max()) - int(log.time.min())) / 86400)) if log.has_time else 0.0,
    }
