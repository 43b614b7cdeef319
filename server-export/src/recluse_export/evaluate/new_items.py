"""How well an item is ranked on the day on which it is new: nobody has had it, only its attributes are
known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recluse_export.evaluate.intervals import bootstrap_intervals
from recluse_export.evaluate.lists import Question, chunks
from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import Targets, select
from recluse_export.features.new_item import mean_of, standing_for
from recluse_export.features.new_item_numbers import new_rows, with_new_priors, with_new_targets
from recluse_export.models.base import Recommender, recommend
from recluse_export.models.hybrid import ItemRows
from recluse_export.models.int8 import in_steps
from recluse_export.progress import Step
from recluse_export.read.holdout import held_out
from recluse_export.shapes import Int, Log
from recluse_export.train.trained import Trained

METRIC = "recall@10"
"""What is shown of each model."""
RANDOM = "random"
"""The name of an order by chance."""
TOWER = "tower"
"""The name of the encoder with rows from attributes alone."""


@dataclass(frozen=True)
class NewItemFigure:
    """One model's ranking of items that training never saw."""

    split: str
    model: str
    among: str
    """``all items``: new ones against everything. ``new items``: against each other only"""
    metric: str
    value: float
    low: float | None
    high: float | None
    users: int
    items: int
    """How many items are new"""


def hold_out_items(log: Log, share: float) -> Int:
    """Rows of the items to hold out, ascending: so large a share of those with events, at least one,
    chosen by a stable hash of their ids."""
    known = np.flatnonzero(np.bincount(log.item, minlength=len(log.items)))
    count = max(1, round(share * len(known)))
    return known[held_out([log.items.ids[row] for row in known], count)].astype(np.int32)


def without_items(log: Log, rows: Int) -> Log:
    """The log as if nobody had ever turned to these items; the catalogue keeps them, so that rows remain."""
    left = select(log, ~np.isin(log.item, rows))
    if log.has_time:
        return left
    places = np.arange(len(left.item)) - np.repeat(left.offsets[:-1], np.diff(left.offsets))
    return replace(left, time=places.astype(np.int64))


def about_new_items(asked: Question, rows: Int) -> Question | None:
    """The same users and moments with only the new items as targets, and none of them in the histories; None
    where nobody turned to one."""
    targets = asked.targets
    chosen = np.isin(targets.item, rows)
    counts = np.add.reduceat(chosen, targets.offsets[:-1]) if len(targets) else np.zeros(0, np.int64)
    only = Targets(
        targets.users,
        targets.now,
        np.concatenate([[0], np.cumsum(counts)]),
        targets.item[chosen],
        np.zeros(int(chosen.sum()), bool),
    )
    places = np.flatnonzero(counts)
    if len(places) == 0:
        return None
    kept = asked.histories.keep(~np.isin(asked.histories.row, rows))
    return replace(asked, targets=only, histories=kept, repeats=False).choose(places.astype(np.int32))


def contestants(trained: Trained, less: Log, rows: Int) -> tuple[list[Recommender], list[str]]:
    """What a training without the new items makes of them, and notes on what it can't.

    The tiers see them as a browser does that is told of them (``addItems``): with the numbers of the items
    most like them among those of ``less``. ``tower`` is the encoder with rows that the item tower makes of
    attributes alone.
    """
    models = as_added(trained, less, rows).tiers()
    if trained.networks is None:
        return models, []
    made = trained.networks.rows_from_content
    if made is None:
        return models, [
            "The checkpoint of the training without the new items is of an older version and has no rows "
            "from attributes alone, so that the tower ranks no new items. Train it again."
        ]
    networks = replace(trained.networks, rows=with_rows(trained.networks.rows, made, rows))
    tower = networks.taste(trained.counting, trained.settings)
    tower.name = TOWER
    return [*models, tower], []


def as_added(trained: Trained, less: Log, rows: Int) -> Trained:
    """The training with numbers for ``rows`` from the items that are like them and that ``less``, of which
    it learned, has events of; "New items" in ``docs/model.md``."""
    known = np.unique(less.item)
    shares = standing_for(less.items, rows, known)
    counting = replace(
        trained.counting,
        linear=with_new_targets(trained.counting.linear, rows, shares),
        priors=with_new_priors(trained.counting.priors, rows, shares),
    )
    networks = trained.networks
    if networks is not None:
        row, bias = networks.rows.row.copy(), networks.rows.bias.copy()
        row[rows], bias[rows] = in_steps(new_rows(row, shares)), mean_of(bias, shares)
        networks = replace(networks, rows=ItemRows(row, bias))
    return replace(trained, counting=counting, networks=networks)


def with_rows(known: ItemRows, made: ItemRows, rows: Int) -> ItemRows:
    """``known`` with the rows and biases of ``rows`` taken from ``made``."""
    row, bias = known.row.copy(), known.bias.copy()
    row[rows], bias[rows] = made.row[rows], made.bias[rows]
    return ItemRows(row, bias)


def new_item_figures(
    asked: Question,
    models: Sequence[Recommender],
    rows: Int,
    resamples: int,
    seed: int,
    step: Step | None = None,
) -> list[NewItemFigure]:
    """Every model and chance, among all items and among the new ones."""
    figures = []
    for among, candidates in (("all items", None), ("new items", rows)):
        for model in models:
            values = measure(_lists(model, asked, candidates, step), asked.targets)[METRIC]
            figures.append(_figure(asked, model.name, among, values, rows, resamples, seed))
        chance = chance_recall(asked, candidates)
        figures.append(_figure(asked, RANDOM, among, chance, rows, resamples, seed))
    return figures


def chance_recall(asked: Question, candidates: Int | None) -> NDArray[np.float64]:
    """``[users]`` recall@10 to be expected of a list in random order: ten over the number of items that may
    stand in it."""
    if candidates is not None:
        return np.full(len(asked.targets), min(1.0, 10 / len(candidates)))
    pairs = np.unique(asked.histories.visitor * asked.items + asked.histories.row)
    seen = np.bincount(pairs // asked.items, minlength=len(asked.targets))
    return np.minimum(1.0, 10 / np.maximum(1, asked.items - seen))


def _lists(model: Recommender, asked: Question, candidates: Int | None, step: Step | None) -> Int:
    lists = []
    for places, chunk in chunks(asked.histories, asked.items):
        lists.append(recommend(model, chunk, 10, "discover", asked.context[places], candidates))
        if step is not None:
            step.advance(len(chunk) / len(asked.targets))
    return np.concatenate(lists)


def _figure(
    asked: Question,
    model: str,
    among: str,
    values: NDArray[np.float64],
    rows: Int,
    resamples: int,
    seed: int,
) -> NewItemFigure:
    ends: tuple[float | None, float | None] = (None, None)
    if resamples:
        low, high = bootstrap_intervals(values[:, None], resamples, seed)
        ends = (float(low[0]), float(high[0]))
    return NewItemFigure(
        asked.window, model, among, METRIC, float(values.mean()), *ends, len(values), len(rows)
    )
