"""Items that training never saw, in a shop where the colour decides what people buy."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import numpy as np
import pytest

from evaluate.small_logs import log_of
from recluse_export.evaluate.new_items import TOWER, contestants, hold_out_items, without_items
from recluse_export.features.history import histories_at
from recluse_export.progress import SilentProgress
from recluse_export.shapes import Log
from recluse_export.train.checkpoint import ARRAYS, load_checkpoint, save_checkpoint
from recluse_export.train.pipeline import train
from recluse_export.train.trained import Trained

COLOURS = 4
ITEMS = 48
USERS = 160
BOUGHT = 9


def colour_shop(has_time: bool) -> Log:
    """Everybody has one colour and buys items of it by chance; colours say nothing through ids or titles."""
    random = np.random.default_rng(0)
    lines = []
    for user in range(USERS):
        own = np.arange(user % COLOURS, ITEMS, COLOURS)
        bought = random.choice(own, BOUGHT, replace=False)
        lines.append([(int(item), 7 * place + 1, place) for place, item in enumerate(bought)])
    log = log_of(lines, ITEMS, has_time)
    items = dataclasses.replace(
        log.items,
        titles=list(log.items.ids),
        attributes={"colour": [f"colour {row % COLOURS}" for row in range(ITEMS)]},
    )
    return dataclasses.replace(log, items=items)


@pytest.fixture(scope="module", params=[True, False], ids=["with times", "by order"])
def case(request, small_config) -> tuple[Log, np.ndarray, Trained]:
    log = colour_shop(request.param)
    cut = datetime(1970, 3, 1, tzinfo=UTC)
    kind = {"kind": "time", "cut": cut} if request.param else {"kind": "leave-one-out", "cut": None}
    model = small_config.model
    encoder = model.encoder.model_copy(update={"epochs": 12, "next_item_epochs": 12})
    split = small_config.split.model_copy(update={"holdout_users": 0, **kind})
    config = small_config.model_copy(
        update={"split": split, "model": model.model_copy(update={"encoder": encoder})}
    )
    rows = hold_out_items(log, 0.2)
    return log, rows, train(without_items(log, rows), config, SilentProgress())


def share_of_own_colour(log: Log, rows: np.ndarray, trained: Trained) -> float:
    """Of the users, whose best new item by the encoder has their colour; chance is about a quarter."""
    users = np.arange(USERS, dtype=np.int32)
    now = np.full(USERS, trained.until if log.has_time else BOUGHT)
    histories = histories_at(without_items(log, rows), users, now, trained.event_types, 50)
    models, _ = contestants(trained, without_items(log, rows), rows)
    (encoder,) = (model for model in models if model.name == TOWER)
    best = rows[np.argmax(encoder.scores(histories)[:, rows], axis=1)]
    return float(np.mean(best % COLOURS == users % COLOURS))


def test_attributes_alone_rank_items_that_training_never_saw(case):
    log, rows, trained = case
    assert len(np.unique(rows % COLOURS)) > 1
    assert share_of_own_colour(log, rows, trained) > 0.6


def test_an_item_that_nobody_knows_has_the_row_of_its_attributes_and_the_usual_bias(case):
    _, rows, trained = case
    made = trained.networks.rows_from_content
    # Equal attributes, equal rows: nothing learned of single items is left in them.
    np.testing.assert_array_equal(made.row[0], made.row[COLOURS])
    assert not np.array_equal(made.row[0], made.row[1])
    known = np.setdiff1d(np.arange(ITEMS), rows)
    assert set(made.bias.tolist()) == {float(np.median(trained.networks.rows.bias[known]))}


def test_rows_from_content_come_back_from_the_checkpoint_and_take_no_place_in_a_usual_one(case, tmp_path):
    log, rows, trained = case
    save_checkpoint(trained, tmp_path / "held out", with_rows_from_content=True)
    save_checkpoint(trained, tmp_path / "usual")
    back = load_checkpoint(tmp_path / "held out")
    made, again = trained.networks.rows_from_content, back.networks.rows_from_content
    np.testing.assert_array_equal(again.row, made.row)
    np.testing.assert_array_equal(again.bias, made.bias)
    assert load_checkpoint(tmp_path / "usual").networks.rows_from_content is None
    assert (tmp_path / "usual" / ARRAYS).stat().st_size < (tmp_path / "held out" / ARRAYS).stat().st_size
    assert share_of_own_colour(log, rows, back) == share_of_own_colour(log, rows, trained)
