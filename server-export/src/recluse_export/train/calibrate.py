"""Fits what turns scores into probabilities, and measures on later baskets whether they hold.

What is predicted: that an item is in the visitor's next basket (where every basket holds one thing: that it
is the next interaction). A ranking answers "which", this answers "how sure".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from torch.nn import functional

from recluse_export.errors import ProblemError
from recluse_export.evaluate.reliability import expected_calibration_error, reliability_bins
from recluse_export.evaluate.split import SECONDS_A_DAY, Targets, select, targets_of
from recluse_export.features.context import contexts_at
from recluse_export.features.history import histories_at
from recluse_export.features.signals import visitor_facts
from recluse_export.models.base import best, in_chunks
from recluse_export.models.calibrator import Calibrator
from recluse_export.models.hybrid import Hybrid
from recluse_export.progress import Progress
from recluse_export.shapes import ContextField, EventType, Figure, Float, Log, Probability, ReliabilityBin
from recluse_export.train.trained import Trained

MOMENTS_A_USER = 4
"""Baskets a user that are looked at, drawn by the seed."""
MOST_MOMENTS = 4000
"""Moments in all."""
LIKELY = 100
"""Candidates a moment that score best: those that a page could show."""
OTHERS = 50
"""Candidates a moment drawn from all the rest, weighted to stand for them."""
GAP_DAYS = 7.0
"""How long before the visit a moment may lie, at most."""
FIRST = 10
"""Of them, those that a page shows at once."""
WEEKS = 8
"""Weeks before the end of training whose baskets the calibrator is fitted on."""
FEWEST_MOMENTS = 100
"""With fewer, nothing is fitted: a probability that rests on nothing is worse than none."""
SCORES_AT_ONCE = 2_000_000
"""Scores held at a time, so that memory stays bounded whatever the catalogue."""
ITERATIONS = 100
"""Steps of L-BFGS at most."""
SHRINKAGE = 1e-4
"""L2 penalty on the lines over the visitor's facts."""


@dataclass(frozen=True)
class Candidates:
    """Scored items of many moments, each with whether it came true, and how many items it stands for."""

    score: Float
    """``[moments, candidates]``"""
    visitor: Float
    """``[moments, facts]``"""
    wanted: NDArray[np.bool_]
    """``[moments, candidates]`` whether the item was in the next basket"""
    weight: Float
    """``[moments, candidates]`` 1 for the likely, more for those that stand for others"""
    seen: NDArray[np.bool_]
    """``[moments, candidates]`` whether the visitor has had the item before"""
    likely: int
    """The first so many columns are the items that score best"""


def target_log(log: Log, event_types: Sequence[EventType]) -> Log:
    """Only the events that a prediction is about: purchases where the log has them (types that count for
    buying again), else everything that speaks for an item."""
    liked = np.array([event_type.weight > 0 for event_type in event_types])
    bought = liked & np.array([event_type.habit for event_type in event_types])
    meant = bought if bought[log.type].any() else liked
    return select(log, meant[log.type])


def next_baskets(
    log: Log,
    event_types: Sequence[EventType],
    first: int,
    last: int,
    seed: int,
    users: NDArray[np.integer] | None = None,
    moments: int = MOMENTS_A_USER,
) -> Targets:
    """Moments at which a visitor could ask, each with the distinct items of the basket that came next.

    Parameters
    ----------
    log
        Everything that happened, what comes after the moments included.
    event_types
        Those of the log; :func:`target_log` says which of them count.
    first, last
        Baskets that begin in ``first <= time < last`` (seconds) are looked at. Not used for a log without
        times: there, each user's newest baskets are.
    seed
        Of the draw.
    users
        Only these; all by default.
    moments
        Baskets a user at most.

    Returns
    -------
    Targets
        Half of the moments are the visit itself, half lie evenly in the (at most seven) days between the
        basket before and this one, never before ``first``. Baskets without any history are left out.
    """
    bought = target_log(log, event_types)
    events = len(bought.item)
    begins = np.ones(events, bool)
    begins[1:] = (np.diff(bought.basket) != 0) | (np.diff(bought.user) != 0)
    start = np.flatnonzero(begins)
    stop = np.append(start[1:], events)[: len(start)]
    user, time = bought.user[start], bought.time[start]
    asked = start > bought.offsets[user]
    if log.has_time:
        asked &= (time >= first) & (time < last)
    if users is not None:
        asked &= np.isin(user, users)
    random = np.random.default_rng(seed)
    chosen = np.flatnonzero(asked)
    # Newest first, or in a random order; then the first few of each user.
    chosen = random.permutation(chosen) if log.has_time else chosen[::-1]
    chosen = chosen[np.argsort(user[chosen], kind="stable")]
    chosen = chosen[np.arange(len(chosen)) - np.searchsorted(user[chosen], user[chosen]) < moments]
    if len(chosen) > MOST_MOMENTS:
        chosen = random.choice(chosen, MOST_MOMENTS, replace=False)
    chosen = np.sort(chosen)
    now = time[chosen]
    if log.has_time:
        gap = now - np.maximum(bought.time[start[chosen] - 1], first)
        gap = np.clip(gap, 0, int(GAP_DAYS * SECONDS_A_DAY))
        early = random.random(len(chosen)) * (random.random(len(chosen)) < 0.5)
        now = now - (early * gap).astype(np.int64)
    return targets_of(bought, user[chosen].astype(np.int32), now, bought.time[stop[chosen] - 1] + 1)


def candidates_of(
    hybrid: Hybrid,
    log: Log,
    targets: Targets,
    context: Sequence[ContextField],
    history_events: int,
    seed: int,
) -> Candidates:
    """Score every item at every moment; keep the likely ones and a sample of the others.

    Items that the visitor has had are scored too: whether they may be shown is a question of the page.
    """
    histories = histories_at(log, targets.users, targets.now, hybrid.counting.event_types, history_events)
    contexts = contexts_at(log, targets.users, targets.now, context)
    random = np.random.default_rng(seed)
    items = len(log.items)
    likely = min(LIKELY, items)
    others = min(OTHERS, items - likely)
    scores, wanted, seen = [], [], []
    for places, chunk in in_chunks(histories, max(1, min(128, SCORES_AT_ONCE // items))):
        table = hybrid.scores(chunk, contexts[places])
        top = best(table, likely)
        had = np.zeros(table.shape, bool)
        had[chunk.visitor, chunk.row] = True
        hit = np.zeros(table.shape, bool)
        span = slice(targets.offsets[places.start], targets.offsets[places.stop])
        line = np.repeat(np.arange(len(chunk)), np.diff(targets.offsets[places.start : places.stop + 1]))
        hit[line, targets.item[span]] = True
        rows = top
        if others:
            # The smallest of random numbers, those of the likely being out of reach: a draw without repeats.
            dice = random.random(table.shape, np.float32)
            np.put_along_axis(dice, top, 2.0, axis=1)
            rows = np.concatenate([top, np.argpartition(dice, others - 1, axis=1)[:, :others]], axis=1)
        scores.append(np.take_along_axis(table, rows, axis=1))
        wanted.append(np.take_along_axis(hit, rows, axis=1))
        seen.append(np.take_along_axis(had, rows, axis=1))
    weight = np.ones(likely + others, np.float32)
    weight[likely:] = (items - likely) / max(1, others)
    count = len(targets)
    width = likely + others
    return Candidates(
        np.concatenate(scores) if count else np.zeros((0, width), np.float32),
        visitor_facts(histories),
        np.concatenate(wanted) if count else np.zeros((0, width), bool),
        np.broadcast_to(weight, (count, width)),
        np.concatenate(seen) if count else np.zeros((0, width), bool),
        likely,
    )


def fit_calibrator(candidates: Candidates) -> Calibrator:
    """Lines over the visitor's facts by weighted logistic loss, then the table by isotonic regression.

    Raises
    ------
    ProblemError
        The loss is no number: a score is not finite.
    """
    calibrator = Calibrator().double()
    visitor = torch.from_numpy(candidates.visitor.astype(np.float64))
    score = torch.from_numpy(candidates.score.astype(np.float64))
    wanted = torch.from_numpy(candidates.wanted.astype(np.float64))
    weight = torch.from_numpy(np.array(candidates.weight, np.float64))
    calibrator.normalise(visitor)
    optimiser = torch.optim.LBFGS(
        calibrator.parameters(), max_iter=ITERATIONS, line_search_fn="strong_wolfe", tolerance_grad=1e-9
    )
    lines = [calibrator.slope.weight, calibrator.shift.weight]

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        each = functional.binary_cross_entropy_with_logits(
            calibrator.logit(score, visitor), wanted, weight, reduction="sum"
        )
        loss = each / wanted.sum().clamp(min=1) + SHRINKAGE * sum((line**2).sum() for line in lines)
        if not torch.isfinite(loss):
            raise ProblemError(
                f"The calibrator's loss is {loss.item()}: the model gave a score that is no number. "
                "Train again with another model.seed."
            )
        loss.backward()
        return loss

    optimiser.step(closure)
    with torch.no_grad():
        logit = calibrator.logit(score, visitor).numpy().ravel()
    _bend(calibrator, logit, candidates.wanted.ravel(), np.asarray(candidates.weight).ravel())
    return calibrator.float().eval()


def _bend(
    calibrator: Calibrator,
    logit: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    weight: NDArray[np.floating],
) -> None:
    """Fill the calibrator's table."""
    cells = calibrator.table.shape[0] - 1
    first, last = float(np.quantile(logit, 0.01)), float(logit.max())
    step = max((last - first) / cells, 1e-3)
    grid = first + step * np.arange(cells + 1)
    # One made-up observation a step, which says what the lines say: nothing is ever impossible, nothing sure.
    x = np.concatenate([logit, grid])
    y = np.concatenate([wanted.astype(np.float64), expit(grid)])
    w = np.concatenate([weight.astype(np.float64), np.ones(cells + 1)])
    order = np.argsort(x, kind="stable")
    x, y, w = x[order], y[order], w[order]
    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(x, y, sample_weight=w).predict(x)
    # Straight lines between the centres of the flat pieces (Oron and Flournoy, 2017), else whole ranges of
    # scores would have one probability.
    piece = np.cumsum(np.diff(fitted, prepend=fitted[:1]) > 1e-15)
    mass = np.bincount(piece, w)
    centre = np.bincount(piece, w * x) / mass
    level = np.bincount(piece, w * fitted) / mass
    calibrator.first.fill_(first)
    calibrator.step.fill_(step)
    calibrator.table.copy_(torch.from_numpy(np.maximum.accumulate(np.interp(grid, centre, level))))


@dataclass(frozen=True)
class Calibration:
    """What makes probabilities of scores, and how far they can be trusted."""

    calibrator: Calibrator
    of: Probability
    """What a probability is the probability of"""
    figures: list[Figure]
    """Expected calibration errors on baskets after the cut"""
    reliability: list[ReliabilityBin]
    """Of the ``LIKELY`` items that score best, on baskets after the cut"""


def calibrate(
    trained: Trained,
    log: Log,
    past: Log,
    held: NDArray[np.integer],
    days: int,
    progress: Progress,
) -> Calibration | None:
    """Fit the calibrator before the cut and measure it after the cut.

    Parameters
    ----------
    trained
        The model as it will be exported.
    log
        Everything, what comes after the cut included; only the figures look at that.
    past
        What training saw.
    held
        Users whom training never saw. Where their baskets before the cut are enough, the calibrator is fitted
        on these alone: the model's scores for them are as little rehearsed as they will be in a browser.
        Otherwise it is fitted on the newest weeks of training, where scores are a little too sure.
    days
        Days after the cut whose baskets are looked at for the figures.
    progress
        Of one step.

    Returns
    -------
    Calibration or None
        None without an encoder, or where the log has too few baskets to say anything.

    Raises
    ------
    ProblemError
        The model gives a score that is not finite.
    """
    if trained.networks is None:
        return None
    hybrid = trained.networks.hybrid(trained.counting, trained.settings)
    seed, events, until = trained.settings.seed, trained.settings.history_events, trained.until
    begin = until - WEEKS * 7 * SECONDS_A_DAY
    with progress.step("Calibrate", 2) as step:
        targets = next_baskets(log, trained.event_types, begin, until, seed, held)
        if len(targets) < FEWEST_MOMENTS or not log.has_time:
            targets = next_baskets(past, trained.event_types, begin, until, seed)
        if len(targets) < FEWEST_MOMENTS:
            return None
        calibrator = fit_calibrator(candidates_of(hybrid, log, targets, trained.context, events, seed))
        step.advance()
        later = next_baskets(log, trained.event_types, until, until + days * SECONDS_A_DAY, seed, moments=1)
        candidates = candidates_of(hybrid, log, later, trained.context, events, seed)
        singles = len(np.unique(log.basket)) == len(log.basket)
        of: Probability = "interaction" if singles else "basket"
        calibration = Calibration(
            calibrator,
            of,
            errors(calibrator, candidates, f"next {of}"),
            reliability_of(calibrator, candidates),
        )
        step.advance()
    return calibration


def probabilities(calibrator: Calibrator, candidates: Candidates) -> Float:
    """``[moments, candidates]``, 0 to 1."""
    with torch.no_grad():
        return calibrator(torch.from_numpy(candidates.score), torch.from_numpy(candidates.visitor)).numpy()


def reliability_of(calibrator: Calibrator, candidates: Candidates) -> list[ReliabilityBin]:
    """Groups of the items that score best, by rising probability."""
    likely = slice(0, candidates.likely)
    given = probabilities(calibrator, candidates)[:, likely].ravel()
    return reliability_bins(given, candidates.wanted[:, likely].ravel())


def errors(calibrator: Calibrator, candidates: Candidates, split: str) -> list[Figure]:
    """Expected calibration errors: of the ``LIKELY`` items that score best, of those among them that the
    visitor has had and has not had, of the first ten, and of the whole catalogue (the sample standing for the
    rest). Nothing where there are no such items."""
    given = probabilities(calibrator, candidates)
    place = np.broadcast_to(np.arange(given.shape[1]), given.shape)
    likely = place < candidates.likely
    groups = [
        ("calibration error", "all", likely),
        ("calibration error", "repeat", likely & candidates.seen),
        ("calibration error", "discover", likely & ~candidates.seen),
        (f"calibration error@{FIRST}", "all", place < FIRST),
        ("calibration error, all items", "all", np.ones(given.shape, bool)),
    ]
    return [
        Figure(
            split,
            "model",
            metric,
            expected_calibration_error(
                reliability_bins(given[which], candidates.wanted[which], candidates.weight[which])
            ),
            kind,
            users=int(which.any(axis=1).sum()),
        )
        for metric, kind, which in groups
        if which.any()
    ]
