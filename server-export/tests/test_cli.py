"""The real command line, in its own process where the exit code and the absence of a traceback are the
point."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pack.sample_pack import sample_contents
from recluse_export import cli
from recluse_export.pack import write_pack
from small_shop import SmallShop

COMMANDS = ("build", "inspect", "train", "evaluate", "export", "samples", "verify")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def assert_refused(result: Result, *words: str) -> None:
    """Exit code 2 and one message, nothing else on standard error, no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("recluse-export: ")
    assert "Traceback" not in result.output
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


def without_column(table: str, column: str) -> Callable[[SmallShop], None]:
    def bend(shop: SmallShop) -> None:
        for row in getattr(shop, table):
            del row[column]

    return bend


def with_row(**changes: str) -> Callable[[SmallShop], None]:
    def bend(shop: SmallShop) -> None:
        shop.log.append({**shop.log[0], **changes})

    return bend


def with_clean(text: str) -> Callable[[SmallShop], None]:
    def bend(shop: SmallShop) -> None:
        shop.clean = text

    return bend


def with_head(old: str, new: str) -> Callable[[SmallShop], None]:
    def bend(shop: SmallShop) -> None:
        shop.head = shop.head.replace(old, new)

    return bend


def all_times(text: str) -> Callable[[SmallShop], None]:
    def bend(shop: SmallShop) -> None:
        shop.log = [{**row, "time": text} for row in shop.log]

    return bend


BAD_INPUT: dict[str, tuple[Callable[[SmallShop], None], tuple[str, ...]]] = {
    "a missing file": (
        with_head("log.csv", "nowhere.csv"),
        ("nowhere.csv", "is not there", "path under [[source.interactions]]"),
    ),
    "a missing catalogue": (
        with_head("items.csv", "goods.csv"),
        ("goods.csv", "is not there", "[source.items]"),
    ),
    "a missing column of the log": (
        without_column("log", "item"),
        ("log.csv", "no column 'item'", "Its columns: user, type"),
    ),
    "a missing column of the catalogue": (
        without_column("items", "title"),
        ("items.csv", "no column 'title'", "title under [[source.items]]"),
    ),
    "a wrong type": (
        with_row(value="cheap"),
        ("log.csv", "'value'", "must hold numbers", "1 rows", "'cheap'"),
    ),
    "an empty table after cleaning": (
        with_clean("min_user_events = 1000"),
        ("Nothing is left of 72", "short and rare", "[clean]"),
    ),
    "an empty log": (lambda shop: shop.log.clear(), ("no column 'type'",)),
    "an item that the catalogue lacks": (
        with_row(item="ghost"),
        ("1 items", "(1 interactions)", "'ghost'", 'unknown_items = "drop"'),
    ),
    "a negative time": (
        with_row(time="1901-05-05T00:00:00Z"),
        ("1 negative times", "user u0", 'impossible_times = "drop"'),
    ),
    "a future time": (with_row(time="2999-01-01T00:00:00Z"), ("1 in the future", "time_unit")),
    "milliseconds taken for seconds": (
        lambda shop: (
            all_times("1704103200000")(shop),
            with_head('time = "time"', 'time = "time"\ntime_unit = "seconds"')(shop),
        )[0],
        ("72 in the future", "milliseconds"),
    ),
    "times that are no times": (
        all_times("soon"),
        ("72 interactions whose time can't be read (all of them)", "time_text soon", "time_format"),
    ),
    "an event type that nobody declared": (
        with_row(type="refund"),
        ("'refund' (1)", "[[events]]", "drop_types"),
    ),
    "a file of an unknown kind": (
        with_head('"log.csv"', '"shop.toml"'),
        ("shop.toml", "kind is not known", ".parquet"),
    ),
    "a broken Parquet file": (
        with_head('"log.csv"', '"broken.parquet"'),
        ("broken.parquet", "Mend the file"),
    ),
    "a typing error in the configuration": (
        with_clean("max_item = 3"),
        ("clean.max_item is not a setting", "max_items"),
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_ends_with_one_message_and_exit_code_2(tmp_path: Path, case: str) -> None:
    bend, words = BAD_INPUT[case]
    shop = SmallShop(tmp_path)
    bend(shop)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 not really PAR1")
    assert_refused(run("inspect", "--config", shop.write()), *words)


def test_a_real_process_prints_one_message_and_no_traceback(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from recluse_export.cli import main; main()"]
    done = subprocess.run(
        [*program, "inspect", "--config", str(tmp_path / "none.toml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("recluse-export: ")
    assert "none.toml: can't be read" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_folder_of_something_else_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    out = tmp_path / "photos"
    out.mkdir()
    (out / "sea.jpg").write_bytes(b"")
    shop = SmallShop(tmp_path, head=SmallShop(tmp_path).head.replace("log.csv", "nowhere.csv"))
    assert_refused(run("build", "--config", shop.write(), "--out", out), "photos", "not empty and not a pack")
    assert [path.name for path in out.iterdir()] == ["sea.jpg"]


def test_a_full_disk_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pack(sample_contents(full=False), tmp_path / "pack")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=-1))
    config = SmallShop(tmp_path).write()
    assert_refused(
        run("build", "--config", config, "--out", tmp_path / "pack"), "-1 bytes free", "Free some space"
    )


def test_inspect_shows_what_is_there(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.log += [shop.log[0]]
    result = run("inspect", "--config", shop.write())
    assert result.exit_code == 0, result.output
    for word in (
        "Cleaning",
        "duplicates",
        "purchase 72",
        "24",
        "Thing 2",
        "2024-01-01 10:00 to 2024-01-24 10:00 UTC",
    ):
        assert word in result.output


def test_verify_says_valid_or_what_is_wrong(tmp_path: Path) -> None:
    manifest = write_pack(sample_contents(), tmp_path / "pack")
    good = run("verify", tmp_path / "pack")
    assert good.exit_code == 0
    assert "12 items" in good.output
    manifest.write_text(manifest.read_text().replace('"count": 12', '"count": 13'))
    assert_refused(run("verify", tmp_path / "pack"), "manifest says 13 items")


def test_later_steps_say_which_step_comes_first(tmp_path: Path) -> None:
    assert_refused(run("evaluate", "--work", tmp_path), "no trained model", "recluse-export train")
    assert_refused(run("export", "--work", tmp_path, "--out", tmp_path / "pack"), "no trained model")


def test_samples_need_users_that_are_held_out(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    assert_refused(run("samples", "--config", shop.write()), "--out FILE, or --suggest")
    assert_refused(
        run("samples", "--config", shop.write(), "--out", tmp_path / "shoppers.json"), "has no [[samples]]"
    )
    shop.tail += '\n[[samples]]\nuser = "u1"\nname = "somebody"\n'
    assert_refused(
        run("samples", "--config", shop.write(), "--out", tmp_path / "shoppers.json"), "'u1' is not held out"
    )
    assert not (tmp_path / "shoppers.json").exists()


def test_samples_are_written_up_to_the_cut(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.tail = shop.tail.replace("cut = 2024-03-01\n", "cut = 2024-01-15\nholdout_users = 6\n")
    shop.tail += '\n[[samples]]\nuser = "u1"\nname = "somebody"\nabout = "buys things"\n'
    result = run("samples", "--config", shop.write(), "--out", tmp_path / "new" / "shoppers.json")
    assert result.exit_code == 0, result.output
    (shopper,) = json.loads((tmp_path / "new" / "shoppers.json").read_text())
    assert (shopper["name"], shopper["about"]) == ("somebody", "buys things")
    assert len(shopper["interactions"]) == 6
    first = shopper["interactions"][0]
    assert (first["type"], first["time"], first["value"]) == ("purchase", 1_704_189_600_000, 1.5)
    assert len({one["basket"] for one in shopper["interactions"]}) == 2


def test_a_path_that_can_not_be_written_is_one_message(tmp_path: Path) -> None:
    shop = SmallShop(tmp_path)
    shop.tail = shop.tail.replace("days = [7]", "days = [7]\nholdout_users = 6")
    shop.tail += '\n[[samples]]\nuser = "u1"\nname = "somebody"\n'
    (tmp_path / "file").write_text("")
    result = run("samples", "--config", shop.write(), "--out", tmp_path / "file" / "shoppers.json")
    assert_refused(result, "file", "Choose another path")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_of_the_command(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example: recluse-export {command} " in " ".join(result.output.split())


def test_a_wrong_option_is_exit_code_2() -> None:
    assert run("inspect", "--confg", "x").exit_code == 2


def shop_to_train_on(folder: Path) -> SmallShop:
    """Sixty people who keep to a few of eight things for twelve weeks; the matrix alone is trained."""
    shop = SmallShop(folder)
    shop.log = [
        {
            "user": f"u{user}",
            "item": f"i{(user + place * (1 + week % 2)) % 8}",
            "type": "purchase",
            "time": f"2024-{1 + week // 4:02d}-{1 + 7 * (week % 4) + user % 3:02d}T10:00:00Z",
            "value": "1.5",
            "basket": f"b{user}-{week}",
            "quantity": "1",
        }
        for user in range(60)
        for week in range(12)
        for place in range(3)
    ]
    shop.tail = shop.tail.replace("cut = 2024-03-01", "cut = 2024-03-15")
    shop.tail += "\n[model]\nfull = false\n\n[evaluate]\nbootstrap = 20\n"
    return shop


def test_the_steps_alone_make_the_same_pack_as_build(tmp_path: Path) -> None:
    config = shop_to_train_on(tmp_path).write()
    work = tmp_path / "work"
    for arguments in (
        ("build", "--config", config, "--out", tmp_path / "at-once", "--seed", "3"),
        ("train", "--config", config, "--work", work, "--seed", "3"),
        ("evaluate", "--work", work),
        ("export", "--work", work, "--out", tmp_path / "in-steps"),
        ("verify", tmp_path / "in-steps"),
    ):
        result = run(*arguments)
        assert result.exit_code == 0, result.output
    one, two = (
        {path.name: path.read_bytes() for path in folder.iterdir()}
        for folder in (tmp_path / "at-once", tmp_path / "in-steps")
    )
    assert one == two
    manifest = json.loads(one["manifest.json"])
    assert manifest["training"]["seed"] == 3
    assert {figure["model"] for figure in manifest["card"]["figures"]} >= {
        "popular",
        "personal frequency",
        "linear",
    }


def test_export_wants_figures_first(tmp_path: Path) -> None:
    config = shop_to_train_on(tmp_path).write()
    assert run("train", "--config", config, "--work", tmp_path / "work").exit_code == 0
    result = run("export", "--work", tmp_path / "work", "--out", tmp_path / "pack")
    assert_refused(result, "no figures", "recluse-export evaluate --work")


def test_evaluate_trains_where_it_must_and_leaves_tables_json_and_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = shop_to_train_on(tmp_path).write()
    result = run("evaluate", "--config", config, "--seeds", "1,2", "--json", "all.json", "--page", "page")
    assert result.exit_code == 0, result.output
    for words in ("next 7 days, all targets", "How far ahead linear is", "Beyond accuracy", "over 2 seeds"):
        assert words in " ".join(result.output.split())
    document = json.loads((tmp_path / "all.json").read_text())
    assert [report["seed"] for report in document["reports"]] == [1, 2]
    assert document["reports"][0]["reference"] == "linear"
    assert (tmp_path / "page" / "index.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "work" / "small-shop-seed2" / "checkpoint.json").is_file()
    # The second time nothing is trained.
    again = run("evaluate", "--config", config, "--seed", "2", "--only-ranking")
    assert again.exit_code == 0, again.output
    assert "Solve the item-to-item matrix" not in again.output


def test_evaluate_of_baselines_trains_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = shop_to_train_on(tmp_path).write()
    result = run(
        "evaluate",
        "--config",
        config,
        "--models",
        "frequency,ease",
        "--split",
        "last-basket",
        "--json",
        "b.json",
    )
    assert result.exit_code == 0, result.output
    (report,) = json.loads((tmp_path / "b.json").read_text())["reports"]
    assert {figure["model"] for figure in report["figures"]} == {"popularity", "frequency", "ease"}
    assert {figure["split"] for figure in report["figures"]} == {"last basket"}
    assert not (tmp_path / "work").exists()


def test_wrong_choices_of_an_evaluation_are_one_message(tmp_path: Path) -> None:
    config = SmallShop(tmp_path).write()
    assert_refused(run("evaluate"), "--config FILE, or --work DIR")
    assert_refused(run("evaluate", "--config", config, "--models", "magic"), "'magic' is no model", "ease")
    assert_refused(run("evaluate", "--config", config, "--split", "random"), "'random' is not known", "time")
    assert_refused(run("evaluate", "--config", config, "--runtime", "java"), "'java' is not known")
    assert_refused(run("evaluate", "--config", config, "--seeds", "one"), "no list of numbers")
    assert_refused(run("evaluate", "--config", config, "--seed", "1", "--seeds", "2"), "exclude each other")


def test_the_training_of_another_configuration_is_not_overwritten(tmp_path: Path) -> None:
    config = shop_to_train_on(tmp_path).write()
    work = tmp_path / "work"
    assert run("train", "--config", config, "--work", work, "--seed", "1").exit_code == 0
    before = (work / "checkpoint.json").read_bytes()
    assert_refused(
        run("evaluate", "--config", config, "--work", work, "--seed", "2"),
        "another configuration, seed or split",
    )
    assert (work / "checkpoint.json").read_bytes() == before


def test_an_interruption_is_one_line_and_leaves_no_half_of_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recluse_export.train import pipeline

    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "train", stopped)
    config, work = shop_to_train_on(tmp_path).write(), tmp_path / "work"
    result = run("train", "--config", config, "--work", work)
    assert result.exit_code == 130
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.output
    assert [path.name for path in work.iterdir()] == ["run.json"]
