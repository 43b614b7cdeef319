"""What is new and changed, as one small file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pack.sample_pack import sample_contents
from recluse_export.errors import ProblemError
from recluse_export.pack import verify_pack, write_delta, write_pack
from recluse_export.pack.delta import applied, differences


@pytest.fixture
def packs(tmp_path: Path) -> tuple[Path, Path]:
    """A pack, and one in which a title and a list are others."""
    contents = sample_contents()
    write_pack(contents, tmp_path / "old")
    items = replace(contents.items, titles=["Another", *contents.items.titles[1:]])
    popular = replace(contents.popular, overall=[1, 2, 3, 4])
    write_pack(replace(contents, items=items, popular=popular), tmp_path / "new")
    return tmp_path / "old", tmp_path / "new"


def parts_of(delta: bytes) -> tuple[dict, bytes]:  # type: ignore[type-arg]
    length = int.from_bytes(delta[:4], "little")
    return json.loads(delta[4 : 4 + length]), delta[4 + length :]


def test_a_delta_makes_the_new_files_byte_for_byte_and_nothing_else(packs: tuple[Path, Path]) -> None:
    old, new = packs
    made = write_delta(old, new)
    head, fresh = parts_of(made.path.read_bytes())
    before, after = (json.loads((pack / "manifest.json").read_bytes()) for pack in packs)
    assert (head["from"], head["to"]) == (before["version"], after["version"])
    assert after["delta"]["from"] == before["version"]
    assert [file["path"].split("-")[0] for file in head["files"]] == ["popular", "catalogue"]
    taken = 0
    for file in head["files"]:
        count = sum(file["operations"][2::3])
        bytes_of = applied(
            (old / file["from"]).read_bytes(), file["operations"], fresh[taken : taken + count]
        )
        taken += count
        assert bytes_of == (new / file["path"]).read_bytes()
    assert taken == len(fresh)
    verify_pack(new)


def test_another_delta_takes_the_place_of_the_first_and_a_new_pack_takes_it_away(
    packs: tuple[Path, Path], tmp_path: Path
) -> None:
    old, new = packs
    first = write_delta(old, new).path
    contents = sample_contents()
    write_pack(replace(contents, popular=replace(contents.popular, recent=[3])), tmp_path / "older")
    second = write_delta(tmp_path / "older", new).path
    assert second != first
    assert [path.name for path in new.glob("delta-*")] == [second.name]
    write_pack(contents, new)
    assert not list(new.glob("delta-*"))


def test_a_pack_and_itself_have_no_delta(packs: tuple[Path, Path]) -> None:
    with pytest.raises(ProblemError, match="same pack"):
        write_delta(packs[0], packs[0])


def test_a_damaged_delta_is_found(packs: tuple[Path, Path]) -> None:
    made = write_delta(*packs)
    data = bytearray(made.path.read_bytes())
    data[-1] ^= 1
    made.path.write_bytes(data)
    with pytest.raises(ProblemError, match=r"delta-.*SHA-256"):
        verify_pack(packs[1])


pieces = st.lists(st.binary(max_size=80), max_size=12)


@settings(deadline=None)
@given(pieces, st.data())
def test_any_file_is_made_from_any_other(parts: list[bytes], data: st.DataObject) -> None:
    source = b"".join(parts)
    shuffled = data.draw(st.permutations(parts + data.draw(pieces)))
    target = b"".join(shuffled)
    operations, fresh = differences(source, target)
    assert applied(source, operations, fresh) == target


def test_what_did_not_change_is_not_in_it() -> None:
    source = bytes(range(256)) * 40
    target = source[:3000] + b"changed" + source[3007:] + b"new row"
    operations, fresh = differences(source, target)
    assert applied(source, operations, fresh) == target
    assert len(fresh) < 20
