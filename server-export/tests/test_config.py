from __future__ import annotations

from pathlib import Path

import pytest

from recluse_export.config import read_config
from recluse_export.errors import ProblemError
from small_shop import SmallShop

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    config = read_config(path)
    assert config.pack.name == path.stem
    assert config.folder == path.resolve().parent


def test_a_key_with_a_typing_error_is_named_with_its_line_and_the_right_keys(tmp_path: Path) -> None:
    config = SmallShop(tmp_path, clean="min_item_evnts = 3").write()
    line = config.read_text().splitlines().index("min_item_evnts = 3") + 1
    with pytest.raises(ProblemError) as problem:
        read_config(config)
    message = str(problem.value)
    assert f"shop.toml: line {line}: clean.min_item_evnts is not a setting" in message
    assert "min_item_events" in message


def test_a_wrong_value_is_named_with_its_line(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.tail = shop.tail.replace("weight = 0.1", 'weight = "heavy"')
    config = shop.write()
    line = config.read_text().splitlines().index('weight = "heavy"') + 1
    with pytest.raises(ProblemError, match=rf"line {line}: events.1.weight: .*number.*'heavy'"):
        read_config(config)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    config = SmallShop(tmp_path, clean='min_user_events = 0\nduplicates = "maybe"').write()
    with pytest.raises(ProblemError) as problem:
        read_config(config)
    assert "clean.min_user_events" in str(problem.value)
    assert "clean.duplicates" in str(problem.value)


def test_a_missing_section_is_named(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.tail = shop.tail[: shop.tail.index("[pack]")]
    with pytest.raises(ProblemError, match="pack is missing"):
        read_config(shop.write())


def test_a_split_by_time_needs_a_cut(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.tail = shop.tail.replace("cut = 2024-03-01\n", "")
    with pytest.raises(ProblemError, match="needs cut"):
        read_config(shop.write())


def test_files_without_interactions_are_refused(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path, head='[source]\nkind = "files"\n')
    with pytest.raises(ProblemError, match=r"needs \[\[source.interactions\]\]"):
        read_config(shop.write())


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "broken.toml"
    config.write_text("[source\n")
    with pytest.raises(ProblemError, match="not valid TOML"):
        read_config(config)


def test_a_missing_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"nowhere\.toml: can't be read"):
        read_config(tmp_path / "nowhere.toml")


def test_a_cut_without_a_time_zone_is_utc(tmp_path: Path) -> None:
    assert read_config(SmallShop(tmp_path).write()).split.cut_seconds == 1_709_251_200
