"""The recipe for a shop's own data is what the trainer reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from recluse_export import cli

RECIPE = Path(__file__).parents[2] / "docs/recipes/own-data.md"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    text = RECIPE.read_text()
    orders, products = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    (tmp_path / "orders.csv").write_text(orders)
    (tmp_path / "products.csv").write_text(products)
    (settings,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "shop.toml").write_text(settings)
    return tmp_path


def test_inspect_reads_the_tables_of_the_recipe(shop: Path):
    result = CliRunner().invoke(cli.app, ["inspect", "--config", str(shop / "shop.toml")])
    assert result.exit_code == 0, result.output
    assert "purchase" in result.output


def test_build_says_in_one_sentence_that_four_lines_are_too_few(shop: Path):
    arguments = ["build", "--config", str(shop / "shop.toml"), "--out", str(shop / "pack")]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 2, result.output
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert not (shop / "pack").exists()
