"""What training may see and what is asked, by every split, with and without times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluate.small_logs import DAY, log_of
from recluse_export.config import Config, SplitSettings
from recluse_export.errors import ProblemError
from recluse_export.evaluate.protocols import describe, for_training, target_windows, training_part
from recluse_export.shapes import Log
from recluse_export.train.pipeline import training_log

LINES = [
    [(0, 1, 0), (1, 1, 0), (2, 5, 1), (3, 9, 2), (0, 9, 2)],
    [(4, 2, 0), (5, 3, 1), (4, 8, 2), (1, 8, 2)],
    [(2, 4, 0), (3, 6, 1)],
    [(5, 7, 0)],
]
CUT = "1970-01-08T00:00:00Z"


def shop(has_time: bool = True) -> Log:
    return log_of(LINES, 6, has_time)


def split(kind: str, **settings: object) -> SplitSettings:
    return SplitSettings.model_validate({"kind": kind, **settings})


def asked(log: Log, settings: SplitSettings) -> dict[str, dict[str, list[int]]]:
    """Targets by window and user."""
    return {
        name: {
            log.users[user]: targets.item[targets.offsets[place] : targets.offsets[place + 1]].tolist()
            for place, user in enumerate(targets.users)
        }
        for name, targets in target_windows(log, settings).items()
    }


def learned(log: Log, settings: SplitSettings) -> list[list[int]]:
    past, _ = training_part(log, settings)
    return [past.item[past.offsets[user] : past.offsets[user + 1]].tolist() for user in range(4)]


def test_a_split_by_time_asks_about_each_window_after_the_cut():
    by_time = split("time", cut=CUT, days=[2, 5])
    assert asked(shop(), by_time) == {
        "next 2 days": {"u1": [1, 4]},
        "next 5 days": {"u0": [0, 3], "u1": [1, 4]},
    }
    assert learned(shop(), by_time) == [[0, 1, 2], [4, 5], [2, 3], []]


def test_only_users_with_enough_targets_in_a_window_are_asked_about_where_that_is_wanted():
    log = log_of([*LINES, [(0, 2, 0), (5, 8, 1)]], 6, True)
    by_time = split("time", cut=CUT, days=[2, 5])

    def counts(least: int) -> dict[str, list[int]]:
        windows = target_windows(log, by_time, least)
        return {name: np.diff(targets.offsets).tolist() for name, targets in windows.items()}

    assert counts(1) == {"next 2 days": [2, 1], "next 5 days": [2, 2, 1]}
    assert counts(2) == {"next 2 days": [2], "next 5 days": [2, 2]}
    assert "only users with at least 2 targets in a window" in describe(log, by_time, 2)
    with pytest.raises(ProblemError, match="Nobody has 3 targets in one window"):
        counts(3)


def test_leave_one_out_asks_about_the_last_event_and_learns_from_those_before():
    # u0's last two events are of one moment: one is the target, neither is history.
    assert asked(shop(), split("leave-one-out")) == {"last event": {"u0": [0], "u1": [1], "u2": [3]}}
    assert learned(shop(), split("leave-one-out")) == [[0, 1, 2], [4, 5], [2], []]
    assert learned(shop(False), split("leave-one-out")) == [[0, 1, 2, 3], [4, 5, 4], [2], []]


@pytest.mark.parametrize("has_time", [True, False])
def test_last_basket_asks_about_all_of_it_and_learns_from_those_before(has_time):
    log = shop(has_time)
    assert asked(log, split("last-basket")) == {"last basket": {"u0": [0, 3], "u1": [1, 4], "u2": [3]}}
    assert learned(log, split("last-basket")) == [[0, 1, 2], [4, 5], [2], []]


def test_last_basket_after_the_cut_learns_nothing_from_later_and_asks_when_the_basket_begins():
    after = split("last-basket-after-cut", cut=CUT)
    windows = target_windows(shop(), after)
    assert asked(shop(), after) == {"last basket after the cut": {"u0": [0, 3], "u1": [1, 4]}}
    assert windows["last basket after the cut"].now.tolist() == [9 * DAY, 8 * DAY]
    assert learned(shop(), after) == [[0, 1, 2], [4, 5], [2, 3], []]


@pytest.mark.parametrize("cut", [None, CUT])
def test_user_disjoint_asks_only_users_of_whom_training_saw_nothing(small_log, cut):
    log = small_log
    cut = "2017-12-01T00:00:00Z" if cut else None
    disjoint = split("user-disjoint", cut=cut, holdout_users=20)
    past, _ = training_part(log, disjoint)
    windows = target_windows(log, disjoint)
    for name, targets in windows.items():
        assert name.endswith("users never seen")
        assert 0 < len(targets) <= 20
        assert not np.isin(past.user, targets.users).any()
    everybody = split("user-disjoint", cut=cut)
    learning = np.count_nonzero(np.diff(training_part(log, everybody)[0].offsets))
    assert learning <= log.user_count - log.user_count // 10


def test_held_out_users_have_a_window_of_their_own(small_log):
    windows = target_windows(small_log, split("time", cut="2017-12-01T00:00:00Z", holdout_users=40))
    assert list(windows) == ["next 7 days", "next 31 days", "next 7 days, users never seen"]
    assert set(windows["next 7 days, users never seen"].users) < set(windows["next 7 days"].users)


@pytest.mark.parametrize("has_time", [True, False])
@pytest.mark.parametrize(
    "settings",
    [
        split("time", cut=CUT),
        split("time", cut=CUT, holdout_users=1),
        split("leave-one-out"),
        split("last-basket"),
        split("last-basket", holdout_users=2),
        split("last-basket-after-cut", cut=CUT),
        split("user-disjoint"),
        split("user-disjoint", cut=CUT, holdout_users=2),
    ],
    ids=lambda one: f"{one.kind}, {one.holdout_users} held out",
)
def test_training_sees_exactly_what_the_split_allows(settings, has_time):
    log = shop(has_time)
    config = Config.model_validate(
        {
            "path": Path("shop.toml"),
            "source": {"kind": "completejourney"},
            "events": [{"name": "purchase", "weight": 1.0}],
            "split": settings.model_dump(),
            "pack": {"name": "shop", "licence": "CC0-1.0", "source": "made up"},
        }
    )
    wanted, until = training_part(log, settings)
    found, found_until = training_log(*for_training(log, config))
    np.testing.assert_array_equal(found.offsets, wanted.offsets)
    np.testing.assert_array_equal(found.item, wanted.item)
    np.testing.assert_array_equal(found.time, wanted.time)
    if has_time:
        assert found_until == until
        assert wanted.time.max() < until


def test_a_log_in_which_nobody_comes_back_is_one_sentence():
    log = log_of([[(0, 1, 0)], [(1, 2, 0)]], 2)
    with pytest.raises(ProblemError, match="Nobody has both a history and a target"):
        target_windows(log, split("last-basket"))


def test_the_split_is_told_in_a_sentence():
    log = shop()
    assert describe(log, split("time", cut=CUT)) == "history before 1970-01-08 UTC, targets after it"
    assert "last basket is the target" in describe(log, split("last-basket"))
    assert describe(log, split("leave-one-out", holdout_users=1)).endswith("1 users never seen in training")
