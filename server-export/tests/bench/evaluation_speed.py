"""How long it takes to rank and measure many users and items, and how much memory.

``python tests/bench/evaluation_speed.py --users 50000 --items 10000`` makes up a log of that size, ranks
everybody with a linear model (32 weights an item, the whole history) for all, repeat and discover targets,
and measures everything that ``evaluate`` says about accuracy. The target: under two minutes on two cores.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import numpy as np
import typer
from scipy import sparse

from recluse_export.evaluate.beyond import Exposure, beyond_accuracy
from recluse_export.evaluate.comparison import comparisons_with
from recluse_export.evaluate.figures import figures_of
from recluse_export.evaluate.lists import measured, question, rank
from recluse_export.evaluate.split import before, last_basket
from recluse_export.models.base import Environment
from recluse_export.models.item_to_item import InterestSettings, ItemToItem
from recluse_export.models.popularity import Popularity
from recluse_export.shapes import Category, EventType, Items, Log

PURCHASE = [EventType("purchase", 1.0, True, 1)]
EVENTS = 40
"""Mean length of a history."""


class Linear(ItemToItem):
    """Random weights: what is measured is time."""

    name = "linear"

    def solve(self, log: Log, until: int) -> sparse.csr_matrix:
        """Thirty-two weights an item."""
        random = np.random.default_rng(1)
        items = len(log.items)
        weights = sparse.csr_matrix(
            (
                random.random(items * 32, np.float32),
                random.integers(0, items, items * 32),
                np.arange(items + 1) * 32,
            ),
            shape=(items, items),
        )
        weights.sum_duplicates()
        return weights


def made_up(users: int, items: int) -> Log:
    """A log with a few popular items and a long tail; a basket is four events of one moment."""
    random = np.random.default_rng(1)
    length = 4 * (1 + random.poisson(EVENTS / 4, users))
    events = int(length.sum())
    offsets = np.concatenate([[0], np.cumsum(length)])
    place = np.arange(events) - np.repeat(offsets[:-1], length)
    names = [f"i{row}" for row in range(items)]
    return Log(
        offsets=offsets,
        item=np.minimum(items - 1, random.exponential(items / 5, events)).astype(np.int32),
        type=np.zeros(events, np.int32),
        time=1_500_000_000 + place // 4 * 86_400,
        value=np.ones(events, np.float32),
        basket=np.repeat(np.arange(users), length) * 1000 + place // 4,
        event_types=["purchase"],
        users=[f"u{user}" for user in range(users)],
        items=Items(
            ids=names,
            titles=names,
            categories=[Category("all", -1), *(Category(f"kind {kind}", 0) for kind in range(50))],
            leaf=(1 + np.arange(items) % 50).astype(np.int32),
            price=np.ones(items, np.float32),
            brand=[f"brand {row % 300}" for row in range(items)],
        ),
    )


def now() -> np.ndarray:
    """Seconds by the clock, and seconds that this process computed."""
    return np.array([time.perf_counter(), time.process_time()])


def main(
    users: Annotated[int, typer.Option(help="How many users are asked about.")] = 50_000,
    items: Annotated[int, typer.Option(help="How many items are ranked for each.")] = 10_000,
) -> None:
    """Print seconds by step (by the clock, and of this process alone) and the most memory that was held."""
    spent: dict[str, np.ndarray] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        began = now()
        yield
        spent[name] = spent.get(name, 0) + now() - began

    log = made_up(users, items)
    past = before(log, int(np.quantile(log.time, 0.7)))
    until = int(past.time.max()) + 1
    models = [
        Popularity(90.0, 28.0, lately=False).fit(past, until),
        Linear(InterestSettings(), Environment(PURCHASE)).fit(past, until),
    ]
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with step("histories and targets"):
        asked = question(log, "last basket", last_basket(log), PURCHASE, [], 1000, repeats=True)
        exposure = Exposure.of(past)
    answers = []
    for model in models:
        with step(f"rank {model.name}"):
            lists = rank(model, asked)
        with step(f"measure {model.name}"):
            answers.append(measured(model.name, lists, asked.targets))
        with step("intervals"):
            figures_of(answers[-1], asked.window, 1000, 1)
        with step("beyond accuracy"):
            beyond_accuracy(lists["all"], asked, exposure)
    with step("permutation tests"):
        comparisons_with("linear", answers, asked.window, 10_000, 1000, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("   clock      CPU")
    for name, (clock, own) in spent.items():
        print(f"{clock:6.1f} s {own:6.1f} s  {name}")
    clock, own = sum(seconds for name, seconds in spent.items() if "popular" not in name)
    asked_for = f"{len(asked.targets):,} users x {items:,} items"
    print(f"{clock:6.1f} s {own:6.1f} s  all of the linear model ({asked_for})")
    print(f"{(peak - idle) / 1024:8.0f} MB more than the log and the models")


if __name__ == "__main__":
    typer.run(main)
