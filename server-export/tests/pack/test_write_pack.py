from __future__ import annotations

import json
import os
import shutil
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pack.sample_pack import sample_contents
from recluse_export.errors import ProblemError
from recluse_export.pack import check_output_folder, read_pack, write, write_pack
from recluse_export.pack.arrays import join_arrays, split_arrays


def assert_same(one: Any, two: Any, place: str = "contents") -> None:
    """Equal in every field; arrays equal with NaN as itself."""
    if is_dataclass(one):
        assert type(one) is type(two), place
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(two, field.name), f"{place}.{field.name}")
    elif isinstance(one, np.ndarray):
        assert one.dtype == two.dtype, place
        np.testing.assert_array_equal(one, two, err_msg=place)
    elif isinstance(one, list) and one and is_dataclass(one[0]):
        assert len(one) == len(two), place
        for index, pair in enumerate(zip(one, two, strict=True)):
            assert_same(*pair, f"{place}[{index}]")
    else:
        assert one == two, place


def snapshot(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("full", [True, False])
def test_what_is_written_is_read_back(tmp_path: Path, full: bool) -> None:
    contents = sample_contents(full)
    manifest = write_pack(contents, tmp_path / "pack")
    assert manifest == tmp_path / "pack" / "manifest.json"
    assert_same(read_pack(tmp_path / "pack"), contents)


def test_the_same_contents_give_the_same_bytes(tmp_path: Path) -> None:
    write_pack(sample_contents(), tmp_path / "one")
    write_pack(sample_contents(), tmp_path / "two")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


def test_files_are_named_by_their_content_and_the_version_by_theirs(tmp_path: Path) -> None:
    manifest = json.loads(write_pack(sample_contents(), tmp_path / "pack").read_bytes())
    for entry in manifest["files"].values():
        data = (tmp_path / "pack" / entry["path"]).read_bytes()
        assert len(data) == entry["bytes"]
        assert sha256(data).hexdigest() == entry["sha256"]
        assert f"-{entry['sha256'][:8]}." in entry["path"]
    hashes = "".join(entry["sha256"] for entry in manifest["files"].values())
    assert manifest["version"] == sha256(hashes.encode()).hexdigest()[:16]


def test_targets_are_two_bytes_wide_and_every_array_begins_at_a_multiple_of_eight(tmp_path: Path) -> None:
    manifest = json.loads(write_pack(sample_contents(), tmp_path / "pack").read_bytes())
    arrays = {array["name"]: array for array in manifest["files"]["linear"]["arrays"]}
    assert arrays["target"]["type"] == "u16"
    assert all(
        array["offset"] % 8 == 0 for entry in manifest["files"].values() for array in entry.get("arrays", [])
    )


def test_a_new_pack_replaces_an_old_one_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write_pack(sample_contents(full=True), tmp_path / "pack")
    write_pack(sample_contents(full=False), tmp_path / "pack")
    write_pack(sample_contents(full=False), tmp_path / "fresh")
    assert snapshot(tmp_path / "pack") == snapshot(tmp_path / "fresh")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_of_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"sea")
    with pytest.raises(ProblemError, match="not empty and not a pack"):
        write_pack(sample_contents(), tmp_path)
    assert snapshot(tmp_path) == {"holiday.jpg": sha256(b"sea").hexdigest()}


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "pack").write_text("")
    with pytest.raises(ProblemError, match="is a file"):
        check_output_folder(tmp_path / "pack")


def test_a_full_disk_leaves_the_old_pack_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pack(sample_contents(full=False), tmp_path / "pack")
    before = snapshot(tmp_path / "pack")
    written = 0

    def refuse_the_third(path: Path, data: bytes) -> None:
        nonlocal written
        written += 1
        if written == 3:
            raise OSError(28, os.strerror(28), str(path))
        path.write_bytes(data)

    monkeypatch.setattr(write, "_write_durably", refuse_the_third)
    with pytest.raises(ProblemError, match="disk is full"):
        write_pack(sample_contents(full=True), tmp_path / "pack")
    assert snapshot(tmp_path / "pack") == before
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_too_little_space_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=10))
    with pytest.raises(ProblemError, match="10 bytes free"):
        write_pack(sample_contents(), tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_a_crash_before_the_manifest_leaves_a_pack_that_still_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pack(sample_contents(full=False), tmp_path / "pack")
    version = json.loads((tmp_path / "pack" / "manifest.json").read_bytes())["version"]
    replace_file = Path.replace

    def crash_at_the_manifest(source: Path, target: Path) -> Path:
        if target.name == "manifest.json":
            raise KeyboardInterrupt
        return replace_file(source, target)

    monkeypatch.setattr(Path, "replace", crash_at_the_manifest)
    with pytest.raises(KeyboardInterrupt):
        write_pack(sample_contents(full=True), tmp_path / "pack")
    contents = read_pack(tmp_path / "pack")
    assert contents.model is None
    assert json.loads((tmp_path / "pack" / "manifest.json").read_bytes())["version"] == version


def test_contents_that_are_not_valid_are_never_put_in_place(tmp_path: Path) -> None:
    contents = sample_contents(full=False)
    broken = replace(contents, popular=replace(contents.popular, overall=[99]))
    with pytest.raises(ProblemError, match="overall"):
        write_pack(broken, tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


kinds = st.sampled_from([np.int8, np.uint16, np.uint32, np.float32])


@given(
    st.dictionaries(
        st.text("abc", min_size=1),
        kinds.flatmap(lambda kind: arrays(kind, array_shapes(max_dims=2))),
        min_size=1,
        max_size=4,
    )
)
def test_any_arrays_come_back_from_a_file(given_arrays: dict[str, np.ndarray]) -> None:
    data, described = join_arrays(given_arrays)
    for name, array in split_arrays(data, described).items():
        assert array.dtype == given_arrays[name].dtype
        np.testing.assert_array_equal(array, given_arrays[name])
