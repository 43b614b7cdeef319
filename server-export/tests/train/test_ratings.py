"""A log of stars becomes a pack that says how many stars its items would get."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.random_log import catalogue
from models.test_expected_rating import low_rank
from recluse_export.config import Config
from recluse_export.export.rating import RatingSession
from recluse_export.features.ratings import ratings_in
from recluse_export.models.rating_settings import RatingSettings
from recluse_export.models.settings import ModelSettings
from recluse_export.pack import read_pack, write_pack
from recluse_export.progress import SilentProgress
from recluse_export.read.holdout import held_out
from recluse_export.shapes import Log
from recluse_export.train.budget import Budget
from recluse_export.train.checkpoint import load_checkpoint, save_checkpoint
from recluse_export.train.pipeline import export, known_by_then, train, training_log
from recluse_export.train.ratings import train_ratings, within

RATINGS = RatingSettings(factors=6, iterations=12)


@pytest.fixture(scope="module")
def stars() -> Log:
    """250 people who each rate about 26 of 80 films, in an order but at no known time."""
    ratings, _ = low_rank()
    order = np.lexsort((np.random.default_rng(2).random(len(ratings)), ratings.user))
    length = np.bincount(ratings.user, minlength=ratings.users)
    return Log(
        offsets=np.concatenate([[0], np.cumsum(length)]).astype(np.int64),
        item=ratings.item[order],
        type=np.zeros(len(ratings), np.int32),
        time=np.concatenate([np.arange(one) for one in length]).astype(np.int64),
        value=ratings.value[order],
        basket=np.arange(len(ratings), dtype=np.int64),
        event_types=["rating", "view"],
        users=[f"u{user}" for user in range(ratings.users)],
        items=catalogue(ratings.items),
        has_time=False,
    )


@pytest.fixture(scope="module")
def config() -> Config:
    model = ModelSettings.model_validate(
        {
            "linear": {
                "half_life_events": [6.0],
                "future_half_life_events": [2.0],
                "relative_regularisation": [1.0],
                "ease_share_by_order": [0.5],
                "strongest_by_order": [16],
                "cutoffs_by_order": 4,
            },
            "tower": {"size": 16, "hashes": 64},
            "encoder": {"heads": 2, "next_item_epochs": 1, "next_item_events": 20},
            "blender": {"block": 64},
        }
    )
    return Config.model_validate(
        {
            "path": Path("stars.toml"),
            "source": {"kind": "completejourney"},
            "events": [{"name": "rating", "weight": 1.0, "token": 1}, {"name": "view", "weight": 0.1}],
            "context": {"hour": False, "weekday": False},
            "split": {"kind": "leave-one-out", "holdout_users": 20},
            "pack": {"name": "stars", "licence": "CC0-1.0", "source": "made up for a test"},
            "model": model,
            "ratings": RATINGS,
        }
    )


@pytest.fixture(scope="module")
def trained(stars, config):
    return train(stars, config, SilentProgress())


@pytest.fixture(scope="module")
def contents(trained, stars, config):
    return export(trained, [], stars, config, SilentProgress())


def test_the_pack_says_how_many_stars_and_how_far_to_trust_it(contents, stars, tmp_path):
    # Writing verifies: schema, sizes, hashes, arrays, graphs.
    read = read_pack(write_pack(contents, tmp_path / "pack"))
    assert read.rating.factors == 6
    assert (read.rating.lowest, read.rating.highest) == (1, 5)
    rmse = {one.model: one for one in read.figures if one.metric == "rmse"}
    # One rating each was held back, that of people whom training never saw, too.
    assert {one.users for one in rmse.values()} == {stars.user_count}
    assert rmse["expected rating, int8"].value < 0.8 * rmse["item's mean"].value
    (share,) = [one.value for one in read.figures if one.metric == "within one deviation"]
    assert 0.58 < share < 0.78
    assert len(read.rating_reliability) == 10
    assert 0 < read.data["parityRatingsOff"] < 0.02


def test_who_likes_what_a_taste_likes_is_expected_to_give_it_more_stars(contents, stars):
    session = RatingSession(contents.rating)
    last = stars.offsets[1:] - 1
    unseen = np.flatnonzero(held_out(stars.users, 20))
    errors = []
    for user in unseen:
        mine = slice(int(stars.offsets[user]), int(last[user]))
        expected, _ = session.rate(stars.item[mine], stars.value[mine])
        errors.append(expected[stars.item[last[user]]] - stars.value[last[user]])
    mean = stars.value.mean() - stars.value[last[unseen]]
    assert np.mean(np.square(errors)) < 0.8 * np.mean(np.square(mean))


def test_a_checkpoint_carries_what_was_learned_and_exports_to_the_same_bytes(
    trained, contents, stars, config, tmp_path
):
    save_checkpoint(trained, tmp_path / "work")
    again = export(load_checkpoint(tmp_path / "work"), [], stars, config, SilentProgress())
    for name, one in (("one", contents), ("two", again)):
        write_pack(one, tmp_path / name)
    files = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert sum(name.startswith("rating") for name in files) == 2


def test_training_again_with_the_same_seed_learns_the_same(trained, stars, config, tmp_path):
    past, _ = training_log(stars, config)
    again = train_ratings(past, config, SilentProgress(), Budget())
    for name, one in (("one", trained.ratings), ("two", again)):
        save_checkpoint(replace(trained, ratings=one), tmp_path / name)
    for file in ("checkpoint.safetensors", "checkpoint.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_training_learns_nothing_from_held_back_ratings_and_held_out_people(trained, stars, config):
    bent = replace(stars, value=stars.value.copy())
    bent.value[~known_by_then(stars, config)] = 1
    bent.value[held_out(stars.users, 20)[stars.user]] = 1
    past, _ = training_log(bent, config)
    again = train_ratings(past, config, SilentProgress(), Budget())
    np.testing.assert_array_equal(again.factors.loadings, trained.ratings.factors.loadings)


def test_few_ratings_equal_ratings_and_a_setting_each_mean_a_pack_without_them(stars, config):
    def learned(log: Log, config: Config) -> bool:
        return train_ratings(log, config, SilentProgress(), Budget()) is not None

    def with_ratings(**changes: object) -> Config:
        return config.model_copy(update={"ratings": RATINGS.model_copy(update={"iterations": 1, **changes})})

    assert learned(stars, with_ratings())
    assert not learned(stars, with_ratings(learn=False))
    assert not learned(stars, with_ratings(least=len(ratings_in(stars)) + 1))
    assert not learned(replace(stars, value=np.full_like(stars.value, 4)), with_ratings())
    assert not learned(replace(stars, event_types=["view", "rating"]), with_ratings())
    linear = config.model.model_copy(update={"full": False})
    assert not learned(stars, with_ratings().model_copy(update={"model": linear}))


def test_a_budget_and_many_items_make_learning_shorter_and_smaller(stars, monkeypatch):
    ratings, content = low_rank()
    short = within(RATINGS.model_copy(update={"iterations": 10_000}), ratings, content, 1, Budget(5))
    assert 1 <= short.iterations < 10_000
    plenty = within(RatingSettings(), replace(ratings, items=300_000), content, 1, Budget())
    assert plenty.factors == 17
    assert within(RatingSettings(), ratings, content, 1, Budget()) == RatingSettings()
