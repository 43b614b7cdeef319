"""Columns of the log that say on which device, or at which place, something happened."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from recluse_export.config import read_config
from recluse_export.errors import ProblemError
from recluse_export.evaluate.lists import question
from recluse_export.evaluate.protocols import target_windows
from recluse_export.evaluate.split import before, select
from recluse_export.features.context import contexts_at
from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.settings import EncoderSettings
from recluse_export.pack import read_pack
from recluse_export.progress import SilentProgress
from recluse_export.read import load
from recluse_export.shapes import Column, ContextField, EventType, Items, Log
from recluse_export.train.arguments import context_of
from recluse_export.train.next_item import NextItemWindows
from recluse_export.train.pipeline import build
from recluse_export.train.windows import WindowSource
from small_shop import SmallShop
from test_cli import assert_refused, run, shop_to_train_on
from test_interruption import MODEL

DEVICES = ["desktop", "phone", "tablet"]
FIELD = ContextField("device", DEVICES[:2], of_moment=True)
TYPES = [EventType("purchase", 1.0, True, 1)]
DAY = 86_400


def log_of(lengths: list[int], codes: list[int], timed: bool = True) -> Log:
    """Users with so many events, a day apart each, on the devices of ``codes``."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    events = int(offsets[-1])
    place = np.arange(events) - np.repeat(offsets[:-1], lengths)
    items = 5
    return Log(
        offsets=offsets,
        item=(np.arange(events) * 7 % items).astype(np.int32),
        type=np.zeros(events, np.int32),
        time=place * DAY + 1 if timed else place,
        value=np.zeros(events, np.float32),
        basket=np.arange(events),
        event_types=["purchase"],
        users=[f"u{user}" for user in range(len(lengths))],
        items=Items(
            [f"i{row}" for row in range(items)],
            [f"i{row}" for row in range(items)],
            [],
            np.zeros(items, np.int32),
            np.full(items, np.nan, np.float32),
            [None] * items,
        ),
        context={"device": Column(np.resize(np.array(codes, np.int32), events), DEVICES)},
        has_time=timed,
    )


logs = st.builds(
    log_of,
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
    st.lists(st.integers(-1, 2), min_size=1, max_size=20),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(logs, st.data())
def test_a_moment_has_the_context_of_the_visit_that_it_belongs_to(log: Log, data: st.DataObject) -> None:
    user = data.draw(st.integers(0, log.user_count - 1))
    now = data.draw(st.integers(-5, int(log.time.max()) + DAY))
    (index,) = contexts_at(log, np.array([user]), np.array([now]), [FIELD])[0]
    coming = [event for event in range(log.offsets[user], log.offsets[user + 1]) if log.time[event] >= now]
    code = log.context["device"].code[coming[0]] if coming else -1
    # The tablet is not among the values that the model knows.
    assert index == (code + 1 if 0 <= code < 2 else 0)


@settings(max_examples=40, deadline=None)
@given(logs, st.data())
def test_what_is_left_of_a_log_keeps_its_columns(log: Log, data: st.DataObject) -> None:
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(log.item), max_size=len(log.item))), bool)
    fewer = select(log, kept)
    np.testing.assert_array_equal(fewer.context["device"].code, log.context["device"].code[kept])


@settings(max_examples=25, deadline=None)
@given(logs, st.integers(0, 1000))
def test_the_encoder_of_a_log_with_times_trains_on_the_device_of_the_basket_that_came(log: Log, seed: int):
    log = replace(log, has_time=True, time=log.time if log.has_time else log.time * DAY)
    source = WindowSource(log, TYPES, [FIELD], EncoderSettings(events=4, queries=3, context_dropout=0.0))
    if len(source) == 0:
        return
    random = np.random.default_rng(seed)
    batch = source.draw(source.epoch(random), random)
    for window, query in zip(*np.nonzero((batch.target >= 0).any(-1)), strict=True):
        user, now = batch.user[window], batch.moment[window, query]
        expected = contexts_at(log, np.array([user]), np.array([now]), [FIELD])[0, 0]
        assert batch.context[window, query, 0] == expected


@settings(max_examples=25, deadline=None)
@given(logs, st.integers(0, 1000))
def test_the_encoder_of_a_log_without_times_trains_on_the_device_of_the_next_event(log: Log, seed: int):
    age = ContextField("age", ["old", "young"])
    log = replace(log, has_time=False, profiles={"age": ["young"] * log.user_count})
    chosen = EncoderSettings(events=4, places=30, context_dropout=0.0)
    source = NextItemWindows(log, TYPES, [age, FIELD], chosen, repeats=True)
    random = np.random.default_rng(seed)
    for users in source.epoch(random) if len(source) else []:
        windows = source.draw(users, random)
        assert windows.context.shape == (*windows.asked.shape[:2], 2)
        assert (windows.context[..., 0] == 2).all()
        for window, user in enumerate(windows.user):
            events = slice(log.offsets[user], log.offsets[user + 1])
            told = [code + 1 if 0 <= code < 2 else 0 for code in log.context["device"].code[events]]
            count = int(windows.asked[window, :, 0].sum())
            seen = windows.context[window, :count, 1].tolist()
            starts = range(1, len(told) - count + 1)
            assert any(seen == told[start : start + count] for start in starts)


def test_a_moment_that_is_gone_says_nothing_to_later_places():
    torch.manual_seed(3)
    encoder = NextItemEncoder(16, 2, [4, 4], EncoderSettings(dropout=0.0), [False, True]).eval()
    for embedding in encoder.context:
        torch.nn.init.normal_(embedding.weight)
    items, types = torch.randn(1, 6, 16), torch.ones(1, 6, dtype=torch.int32)
    context = torch.ones(1, 6, 2, dtype=torch.int32)
    before = encoder.states(items, types, torch.zeros(1, 6), context)
    context[0, 2, 1] = 3
    after = encoder.states(items, types, torch.zeros(1, 6), context)
    changed = (after - before).abs().amax(-1)[0] > 1e-6
    assert changed.tolist() == [False, False, True, False, False, False]
    # As the graph is asked: one moment, the newest.
    served = encoder.states(items, types, torch.zeros(1, 6), context[:, -1])
    torch.testing.assert_close(served[:, -1], after[:, -1])


def test_a_value_that_few_people_have_or_that_came_after_the_cut_is_unknown():
    log = log_of([4] * 8, [0, 1, 0, 1])
    code = log.context["device"].code.copy()
    code[:2] = 2
    late = before(log, 3 * DAY)
    config = type("Config", (), {})()
    config.context = read_settings(fewest_users=5)
    (device,) = context_of(
        config, replace(late, context={"device": Column(code[late_events(log)], DEVICES)})
    )[2:]
    assert device == ContextField("device", ["desktop", "phone"], of_moment=True)
    config.context = read_settings(fewest_users=1, most_values=1)
    (device,) = context_of(config, late)[2:]
    assert device.values == ["desktop"]


def late_events(log: Log) -> np.ndarray:
    return log.time < 3 * DAY


def read_settings(**changes: int):
    from recluse_export.config import ContextSettings

    return ContextSettings(**changes)


def shop_with_devices(folder: Path) -> SmallShop:
    """What somebody buys depends on where they are; two shops."""
    shop = shop_to_train_on(folder)
    shop.tail = shop.tail.replace("\n[model]\nfull = false\n", MODEL.format(passes=2))
    for number, row in enumerate(shop.log):
        row["platform"] = ("phone", "desktop", "")[number // 3 % 3]
        row["store"] = f"shop {number // 3 % 2}"
    shop.head = shop.head.replace(
        'basket = "basket"', 'basket = "basket"\ncontext = { device = "platform", place = "store" }'
    )
    return shop


def test_columns_of_the_log_reach_the_manifest_and_the_evaluation(tmp_path: Path) -> None:
    config = read_config(shop_with_devices(tmp_path).write())
    log, _ = load(config)
    assert log.context["device"].values == ["desktop", "phone"]
    assert log.context["place"].values == ["shop 0", "shop 1"]
    assert (log.context["device"].code == -1).mean() == pytest.approx(1 / 3, abs=0.1)
    result = run("build", "--config", config.path, "--out", tmp_path / "pack")
    assert result.exit_code == 0, result.output
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_text())
    assert manifest["context"] == [
        {"name": "hour", "values": []},
        {"name": "weekday", "values": []},
        {"name": "device", "values": ["desktop", "phone"]},
        {"name": "place", "values": ["shop 0", "shop 1"]},
    ]
    fields = context_of(config, log)
    (name, targets), *_ = target_windows(log, config.split).items()
    asked = question(log, name, targets, TYPES, fields, 100, repeats=True)
    assert (asked.context[:, 3] > 0).all()
    for user, index in zip(targets.users, asked.context[:, 3], strict=True):
        event = log.offsets[user] + np.searchsorted(
            log.time[log.offsets[user] : log.offsets[user + 1]], targets.now[0]
        )
        assert index == log.context["place"].code[event] + 1


def test_a_log_without_times_learns_from_its_columns_too(tmp_path: Path) -> None:
    shop = shop_with_devices(tmp_path)
    shop.head = shop.head.replace('time = "time"\n', "").replace('basket = "basket"\n', "")
    shop.tail = shop.tail.replace('kind = "time"\ncut = 2024-03-15\ndays = [7]', 'kind = "leave-one-out"')
    shop.tail = shop.tail.replace("queries = 2", "queries = 2\nnext_item_epochs = 2\nplaces = 200")
    shop.clean = 'duplicates = "keep"'
    config = read_config(shop.write())
    log, _ = load(config)
    contents = build(log, config, SilentProgress())
    assert [field.name for field in contents.context] == ["device", "place"]
    assert contents.data["paritySameTop10"] > 0.9


def test_a_column_that_is_not_there_or_that_nobody_can_read_is_one_sentence(tmp_path: Path) -> None:
    shop = shop_with_devices(tmp_path)
    shop.head = shop.head.replace('device = "platform"', 'device = "screen"')
    assert_refused(run("inspect", "--config", shop.write()), "no column 'screen'", "context.device under")
    shop.head = shop.head.replace('device = "screen"', 'hour = "platform"')
    assert_refused(run("inspect", "--config", shop.write()), "hour is taken from the log's times")


def test_two_logs_of_which_one_knows_no_device_are_one_log(tmp_path: Path) -> None:
    shop = shop_with_devices(tmp_path)
    shop.write()
    (tmp_path / "old.csv").write_text("user,item,time\nu1,i1,2024-01-03T08:00:00Z\n")
    shop.head = shop.head.replace(
        "[[source.items]]", '[[source.interactions]]\npath = "old.csv"\ntime = "time"\n\n[[source.items]]'
    )
    log, _ = load(read_config(shop.write()))
    assert len(log.item) == len(shop.log) + 1
    assert log.context["place"].values == ["shop 0", "shop 1"]
    assert (log.context["place"].code == -1).sum() == 1


def test_a_pack_keeps_what_it_declares(tmp_path: Path) -> None:
    result = run("build", "--config", shop_with_devices(tmp_path).write(), "--out", tmp_path / "pack")
    assert result.exit_code == 0, result.output
    assert [field.name for field in read_pack(tmp_path / "pack").context] == [
        "hour",
        "weekday",
        "device",
        "place",
    ]


def test_a_profile_and_a_moment_can_not_share_a_name(tmp_path: Path) -> None:
    shop = shop_with_devices(tmp_path)
    shop.tail += '\n[context]\nprofile = ["device"]\n'
    with pytest.raises(ProblemError, match="'device' is a column of the interactions and of the users"):
        read_config(shop.write())
