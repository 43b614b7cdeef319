from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pack.sample_pack import COUNT, encoder, sample_contents
from recluse_export.errors import ProblemError
from recluse_export.pack import verify_pack, write_pack
from recluse_export.pack.arrays import join_arrays, split_arrays

Manifest = dict[str, Any]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    write_pack(sample_contents(), tmp_path / "pack")
    return tmp_path / "pack"


def manifest_of(pack: Path) -> Manifest:
    return json.loads((pack / "manifest.json").read_bytes())


def put_manifest(pack: Path, manifest: Manifest) -> None:
    """Write a manifest whose version fits its files, so that only the damage in question is left to find."""
    hashes = "".join(entry["sha256"] for entry in manifest["files"].values())
    manifest["version"] = sha256(hashes.encode()).hexdigest()[:16]
    (pack / "manifest.json").write_text(json.dumps(manifest))


def put_file(pack: Path, name: str, data: bytes, arrays: list[dict[str, Any]] | None = None) -> None:
    """Replace a file by another with the right name, length and hash."""
    manifest = manifest_of(pack)
    digest = sha256(data).hexdigest()
    suffix = manifest["files"][name]["path"].rsplit(".", 1)[1]
    entry = {"path": f"{name}-{digest[:8]}.{suffix}", "bytes": len(data), "sha256": digest}
    manifest["files"][name] = entry | ({"arrays": arrays} if arrays else {})
    (pack / entry["path"]).write_bytes(data)
    put_manifest(pack, manifest)


def change_array(pack: Path, name: str, array: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    entry = manifest_of(pack)["files"][name]
    arrays = split_arrays((pack / entry["path"]).read_bytes(), entry["arrays"])
    put_file(pack, name, *join_arrays({**arrays, array: change(arrays[array].copy())}))


def change_json(pack: Path, name: str, change: Callable[[Any], Any]) -> None:
    value = json.loads((pack / manifest_of(pack)["files"][name]["path"]).read_bytes())
    put_file(pack, name, json.dumps(change(value)).encode())


def at(place: int, value: Any) -> Callable[[np.ndarray], np.ndarray]:
    def change(array: np.ndarray) -> np.ndarray:
        array[place] = value
        return array

    return change


def edit(change: Callable[[Manifest], Any]) -> Callable[[Path], None]:
    def damage(pack: Path) -> None:
        manifest = manifest_of(pack)
        change(manifest)
        put_manifest(pack, manifest)

    return damage


def file_of(pack: Path, name: str) -> Path:
    return pack / manifest_of(pack)["files"][name]["path"]


def flip_a_byte(pack: Path) -> None:
    data = bytearray(file_of(pack, "rows").read_bytes())
    data[5] ^= 1
    file_of(pack, "rows").write_bytes(data)


def cut_short(pack: Path) -> None:
    data = file_of(pack, "encoder").read_bytes()
    file_of(pack, "encoder").write_bytes(data[:-1])


def rename(pack: Path) -> None:
    manifest = manifest_of(pack)
    file_of(pack, "popular").rename(pack / "popular-00000000.json")
    manifest["files"]["popular"]["path"] = "popular-00000000.json"
    put_manifest(pack, manifest)


def put_version(pack: Path) -> None:
    manifest = manifest_of(pack)
    manifest["version"] = "0" * 16
    (pack / "manifest.json").write_text(json.dumps(manifest))


def unsort(target: np.ndarray) -> np.ndarray:
    target[[0, 1]] = target[[1, 0]]
    return target


DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a missing manifest": (lambda pack: (pack / "manifest.json").unlink(), "manifest.json: can't be read"),
    "a manifest that is no JSON": (lambda pack: (pack / "manifest.json").write_text("{"), "is not JSON"),
    "a newer format": (edit(lambda m: m["format"].update(major=2)), "format 2.*Update recluse-export"),
    "an unknown key": (edit(lambda m: m.update(colour="red")), "colour"),
    "a missing key": (edit(lambda m: m.pop("habit")), "habit"),
    "a wrong type": (edit(lambda m: m["items"].update(count="many")), "items.count"),
    "a path out of the folder": (
        edit(lambda m: m["files"]["items"].update(path="../items-00000000.json")),
        "files.items.path",
    ),
    "a missing file": (lambda pack: file_of(pack, "linear").unlink(), "linear-.*can't be read"),
    "a changed byte": (flip_a_byte, "rows-.*SHA-256"),
    "a truncated file": (cut_short, "encoder-.*bytes"),
    "a name without its hash": (rename, "popular-.*does not carry its hash"),
    "a wrong version": (put_version, "version is 0000"),
    "an event type twice": (edit(lambda m: m["eventTypes"][1].update(name="purchase")), "'purchase'"),
    "fewer ids than items": (
        lambda p: change_json(p, "items", lambda v: {**v, "ids": v["ids"][1:]}),
        "items-.*has 11 ids",
    ),
    "an id twice": (
        lambda p: change_json(p, "items", lambda v: {**v, "ids": [v["ids"][1], *v["ids"][1:]]}),
        "'id-1' is there twice",
    ),
    "a parent after its child": (
        lambda p: change_json(
            p, "items", lambda v: {**v, "categories": [{"name": "A", "parent": 1}, *v["categories"][1:]]}
        ),
        "category 0.*parent 1",
    ),
    "a list instead of an object": (lambda p: change_json(p, "items", lambda v: []), "not a JSON object"),
    "a popular row out of range": (
        lambda p: change_json(p, "popular", lambda v: {**v, "recent": [COUNT]}),
        "popular-.*recent",
    ),
    "a popular row twice": (
        lambda p: change_json(p, "popular", lambda v: {**v, "overall": [1, 1]}),
        "popular-.*overall",
    ),
    "a popular category out of range": (
        lambda p: change_json(p, "popular", lambda v: {**v, "categories": {"9": []}}),
        "category 9",
    ),
    "a segment's row out of range": (
        lambda p: change_json(p, "popular", lambda v: {**v, "segments": {"age": {"old": [COUNT]}}}),
        "segment age old",
    ),
    "segments that are a list": (
        lambda p: change_json(p, "popular", lambda v: {**v, "segments": []}),
        "segments is not",
    ),
    "an infinite prior": (
        lambda p: change_array(p, "priors", "recent", at(4, np.inf)),
        r"priors-.*recent\[4\] is inf",
    ),
    "a leaf out of range": (
        lambda p: change_array(p, "priors", "leaf", at(2, 3)),
        r"priors-.*leaf\[2\] is 3",
    ),
    "a prior too short": (
        lambda p: change_array(p, "priors", "interval", lambda a: a[1:]),
        r"interval is f32 \[11\]",
    ),
    "an array too few": (edit(lambda m: m["files"]["priors"]["arrays"].pop(0)), "priors-.*has the arrays"),
    "an array of another type": (
        lambda p: change_array(p, "linear", "target", lambda a: a.astype(np.uint32)),
        "target is u32",
    ),
    "an array beyond the file": (
        edit(lambda m: m["files"]["rows"]["arrays"][2].update(offset=8000)),
        "row at 8000",
    ),
    "arrays that overlap": (edit(lambda m: m["files"]["rows"]["arrays"][1].update(offset=0)), "overlaps"),
    "an offset that falls": (
        lambda p: change_array(p, "linear", "offset", at(3, 0)),
        "linear-.*offset does not rise",
    ),
    "an offset beyond the entries": (
        lambda p: change_array(p, "linear", "offset", at(COUNT, 99)),
        "offset does not rise",
    ),
    "a target out of range": (
        lambda p: change_array(p, "linear", "target", at(2, 500)),
        r"target\[2\] is 500",
    ),
    "targets out of order": (
        lambda p: change_array(p, "linear", "target", unsort),
        r"target\[1\] does not come after",
    ),
    "weights too few": (
        lambda p: change_array(p, "linear", "weight", lambda a: a[1:]),
        "33 targets and 32 weights",
    ),
    "expected ratings without their rows": (
        edit(lambda m: m["files"].pop("ratingRows")),
        "expected ratings need file ratingRows",
    ),
    "a graph of ratings that nobody declares": (
        edit(lambda m: m.pop("rating")),
        "expected ratings need rating in the manifest",
    ),
    "expected ratings without the full model": (
        edit(
            lambda m: [
                part.pop(name, None)
                for part, names in (
                    (m, ("encoder", "blender")),
                    (m["files"], ("rows", "encoder", "blender")),
                )
                for name in names
            ]
        ),
        "expected ratings need the full model",
    ),
    "history lengths out of order": (
        edit(lambda m: m["rating"].update(lengths=[0, 4, 4])),
        "rating.lengths .* do not rise",
    ),
    "history lengths from 1": (edit(lambda m: m["rating"].update(lengths=[1, 2, 3])), "do not rise from 0"),
    "a spread too few": (
        edit(lambda m: m["rating"].update(spread=[1.0, 1.0])),
        "rating.spread has 2 numbers for 3",
    ),
    "a spread of nothing": (edit(lambda m: m["rating"].update(spread=[1.0, 0, 1.0])), "rating.spread.1"),
    "a range of ratings upside down": (edit(lambda m: m["rating"].update(lowest=5.0)), "rating.lowest 5.0"),
    "rating rows of another size": (
        lambda p: change_array(p, "ratingRows", "row", lambda a: a[:, 1:].copy()),
        r"row is i8 \[12, 6\], not i8 \[12, 7\]",
    ),
    "a rating bias that is no number": (
        lambda p: change_array(p, "ratingRows", "bias", at(3, np.nan)),
        r"ratingRows-.*bias\[3\] is nan",
    ),
    "a graph of ratings that is another one": (
        lambda p: put_file(p, "rating", encoder(1.0)),
        "rating-.*its inputs are",
    ),
    "a scale that is no number": (
        lambda p: change_array(p, "rows", "scale", at(0, np.nan)),
        r"rows-.*scale\[0\] is nan",
    ),
    "rows of another size": (
        lambda p: change_array(p, "rows", "row", lambda a: a[:, 1:].copy()),
        r"row is i8 \[12, 7\]",
    ),
    "a graph that is none": (
        lambda p: put_file(p, "blender", b"not onnx"),
        "blender-.*not a valid ONNX graph",
    ),
    "a graph with other inputs": (lambda p: put_file(p, "blender", encoder(1.0)), "blender-.*inputs are"),
    "probabilities that no graph gives": (
        edit(lambda m: m["blender"].update(probability="basket")),
        "blender-.*outputs are",
    ),
    "an encoder without a blender": (edit(lambda m: m.pop("blender")), "needs blender in the manifest"),
    "a model without rows": (edit(lambda m: m["files"].pop("rows")), "needs file rows"),
    "a title too few": (
        lambda p: change_json(p, "catalogue", lambda v: {**v, "title": v["title"][1:]}),
        "column title has 11 values",
    ),
    "an attribute too short": (
        lambda p: change_json(p, "catalogue", lambda v: {**v, "attributes": {"size": []}}),
        "attributes.size has 0",
    ),
}


def test_a_whole_pack_is_valid_by_folder_and_by_manifest(pack: Path) -> None:
    verify_pack(pack)
    verify_pack(pack / "manifest.json")


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named(pack: Path, damage: str) -> None:
    do, message = DAMAGES[damage]
    do(pack)
    with pytest.raises(ProblemError, match=message):
        verify_pack(pack)


def test_the_shipped_pack_is_valid() -> None:
    shipped = Path(__file__).parents[3] / "demo" / "pack"
    if not (shipped / "manifest.json").is_file():
        pytest.skip("demo/pack is not there: run npm run pack")
    verify_pack(shipped)
