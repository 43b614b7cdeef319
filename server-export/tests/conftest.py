"""A small real log that all tests share: 150 households of Complete Journey (CC0) and the 400 items that they
buy most."""

from __future__ import annotations

from pathlib import Path

import pytest

from recluse_export.config import Config
from recluse_export.export.golden import small_log as first_households
from recluse_export.shapes import Log


@pytest.fixture(scope="session")
def small_log() -> Log:
    return first_households(users=150, items=400)


@pytest.fixture(scope="session")
def small_config() -> Config:
    """Trains in seconds; every stage is there."""
    return Config.model_validate(
        {
            "path": Path("small.toml"),
            "source": {"kind": "completejourney", "utc_offset_hours": -5},
            "events": [
                {"name": "purchase", "weight": 1.0, "habit": True, "token": 1},
                {"name": "cart", "weight": 0.6, "token": 1},
                {"name": "view", "weight": 0.1, "token": 0},
                {"name": "dislike", "weight": -1.0, "token": 0},
                {"name": "rating", "weight": 0.7, "token": 2, "value": {"base": -1.5, "slope": 0.5}},
                {"name": "impression", "weight": 0.0, "token": 0},
            ],
            "split": {"cut": "2017-12-01T00:00:00Z", "days": [7, 31], "holdout_users": 10},
            "pack": {"name": "small", "licence": "CC0-1.0", "source": "The Complete Journey"},
            "evaluate": {"bootstrap": 50, "neighbours": 20},
            "model": {
                "history_events": 300,
                "habit": {"half_life_days": [60]},
                "linear": {"half_life_days": [60], "ease_share": [0.5], "cutoffs": 2, "strongest": 16},
                "tower": {"size": 16, "hashes": 512},
                "encoder": {"events": 20, "epochs": 2, "queries": 4, "batch": 64, "heads": 2},
                "blender": {
                    "block": 256,
                    "hidden": 8,
                    "cutoffs": 2,
                    "hard": 40,
                    "random": 40,
                    "epochs": 3,
                    "batch": 64,
                },
            },
        }
    )
