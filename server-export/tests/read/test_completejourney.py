from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recluse_export.config import read_config
from recluse_export.read import completejourney, load
from recluse_export.shapes import Log

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def benchmark() -> Log:
    return load(read_config(CONFIGS / "complete-journey.toml"))[0]


def test_the_benchmark_has_the_published_size(benchmark: Log) -> None:
    assert benchmark.user_count == 2_124
    assert len(benchmark.items) == 13_278
    assert len(benchmark.item) == 1_215_244
    assert len(np.unique(benchmark.basket)) == 131_018


def test_the_arrays_keep_what_the_models_rely_on(benchmark: Log) -> None:
    assert benchmark.offsets[0] == 0
    assert benchmark.offsets[-1] == len(benchmark.item)
    assert (np.diff(benchmark.offsets) > 0).all()
    same_user = np.diff(benchmark.user) == 0
    assert (np.diff(benchmark.time)[same_user] >= 0).all()
    assert (np.isin(np.diff(benchmark.basket), [0, 1])).all()
    assert (np.diff(np.bincount(benchmark.item)) <= 0).all()
    assert benchmark.users == sorted(benchmark.users)


def test_prices_and_profiles_are_there(benchmark: Log) -> None:
    assert np.isfinite(benchmark.items.price).mean() > 0.99
    bananas = benchmark.items.ids.index("1082185")
    assert 0.3 < benchmark.items.price[bananas] < 1.5
    assert sum(age is not None for age in benchmark.profiles["age"]) == 800


def test_every_household_has_ten_baskets(benchmark: Log) -> None:
    begins = np.diff(benchmark.basket, prepend=-1) > 0
    assert np.bincount(benchmark.user[begins]).min() >= 10


def test_aisles_come_first_and_apples_are_fruit(benchmark: Log) -> None:
    items = benchmark.items
    tops = {category.name for category in items.categories if category.parent == -1}
    assert {"Fruit & vegetables", "Bakery", "Frozen", "Pets", "Baby"} <= tops
    assert len(tops) < 22
    apples = [row for row, title in enumerate(items.titles) if title.startswith("Apples")]
    assert apples
    assert {path_of(items.categories, int(items.leaf[row]))[0] for row in apples} == {"Fruit & vegetables"}


def path_of(categories, leaf: int) -> list[str]:  # type: ignore[no-untyped-def]
    path = [categories[leaf].name]
    while categories[leaf].parent >= 0:
        leaf = categories[leaf].parent
        path.insert(0, categories[leaf].name)
    return path


def test_sizes_that_are_one_are_one_before_identical_products_are_looked_for() -> None:
    items = completejourney.read_tables().items
    sizes = items.select("size").distinct().to_pyarrow()["size"].to_pylist()
    assert "16 oz" in sizes
    assert not any(size and ("OZ" in size or ".0 " in size) for size in sizes)
