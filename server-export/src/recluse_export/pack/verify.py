"""Check a pack as the worker does: schema, byte counts, SHA-256, array lengths, index ranges, finite scales,
graphs."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import onnx
from numpy.typing import NDArray

from recluse_export.errors import ProblemError
from recluse_export.pack.arrays import byte_length, split_arrays
from recluse_export.pack.rules import check_rules, columns_of_json
from recluse_export.pack.schema import schema_path

MAJOR = 1
"""The newest format that this reader knows."""

Expected = dict[str, tuple[tuple[str, ...], list[int | None]]]
"""Arrays of a file by name: the types that each may have, and its shape; None is any length."""


def verify_pack(path: Path) -> None:
    """Read everything in a pack and check all that can be checked without running it.

    Parameters
    ----------
    path
        The pack's folder, or its ``manifest.json``.

    Raises
    ------
    ProblemError
        Naming the file, the array and the index of the first thing that is wrong.
    """
    folder = folder_of(path)
    manifest = read_manifest(folder)
    contents = {name: _read_file(folder, entry) for name, entry in manifest["files"].items()}
    if "delta" in manifest:
        _read_file(folder, manifest["delta"]["file"])
    _check_version(folder, manifest)
    _check_vocabulary(folder, manifest)
    count = manifest["items"]["count"]
    categories = _check_items(folder, manifest, contents["items"], count)
    _check_popular(folder, manifest, contents["popular"], count, categories)
    _check_priors(folder, manifest, contents["priors"], count, categories)
    _check_linear(folder, manifest, contents["linear"], count)
    _check_model(folder, manifest, contents, count)
    _check_rating(folder, manifest, contents, count)
    if "catalogue" in contents:
        _check_catalogue(folder, manifest, contents["catalogue"], count)
    if "rules" in contents:
        _check_rules(folder, manifest, contents)


def folder_of(path: Path) -> Path:
    """The pack's folder, also where its ``manifest.json`` is named."""
    return path.parent if path.name == "manifest.json" else path


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, valid by the schema."""
    place = folder / "manifest.json"
    try:
        manifest = json.loads(place.read_bytes())
    except OSError as error:
        raise ProblemError(f"{place}: can't be read ({error.strerror}). Give the folder of a pack.") from None
    except ValueError as error:
        raise ProblemError(f"{place}: is not JSON ({error}). Export the pack again.") from None
    major = (
        manifest.get("format", {}).get("major")
        if isinstance(manifest, dict) and isinstance(manifest.get("format"), dict)
        else None
    )
    if isinstance(major, int) and major > MAJOR:
        raise ProblemError(
            f"{place}: has format {major}, this version reads up to {MAJOR}. Update recluse-export."
        )
    broken = jsonschema.exceptions.best_match(_validator().iter_errors(manifest))
    if broken is not None:
        raise ProblemError(
            f"{place}: {_place_in(broken.absolute_path)}: {broken.message}. Export the pack again."
        )
    return manifest


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema_path().read_bytes()))


def _place_in(path: Iterable[Any]) -> str:
    return ".".join(str(part) for part in path) or "the manifest"


def _damaged(folder: Path, what: str) -> ProblemError:
    return ProblemError(f"{folder / what}. Export the pack again, or copy it again whole.")


def _read_file(folder: Path, entry: dict[str, Any]) -> bytes:
    place = folder / entry["path"]
    try:
        data = place.read_bytes()
    except OSError as error:
        raise _damaged(folder, f"{entry['path']}: can't be read ({error.strerror})") from None
    if len(data) != entry["bytes"]:
        raise _damaged(
            folder, f"{entry['path']}: has {len(data):,} bytes, the manifest says {entry['bytes']:,}"
        )
    digest = sha256(data).hexdigest()
    if digest != entry["sha256"]:
        raise _damaged(
            folder,
            f"{entry['path']}: its SHA-256 is {digest[:16]}..., the manifest says {entry['sha256'][:16]}...",
        )
    if f"-{digest[:8]}." not in entry["path"]:
        raise _damaged(folder, f"{entry['path']}: its name does not carry its hash {digest[:8]}")
    return data


def _check_version(folder: Path, manifest: dict[str, Any]) -> None:
    hashes = "".join(entry["sha256"] for entry in manifest["files"].values())
    version = sha256(hashes.encode()).hexdigest()[:16]
    if version != manifest["version"]:
        raise _damaged(
            folder, f"manifest.json: version is {manifest['version']}, its files' hashes make {version}"
        )


def _check_vocabulary(folder: Path, manifest: dict[str, Any]) -> None:
    for key in ("eventTypes", "context"):
        names = [entry["name"] for entry in manifest[key]]
        if len(set(names)) != len(names):
            raise _damaged(folder, f"manifest.json: {key} has a name twice: {_first_double(names)!r}")
    for field in manifest["context"]:
        if len(set(field["values"])) != len(field["values"]):
            raise _damaged(
                folder,
                f"manifest.json: context {field['name']!r} has a value twice: "
                f"{_first_double(field['values'])!r}",
            )


def _first_double(values: list[str]) -> str:
    seen: set[str] = set()
    return next(value for value in values if value in seen or seen.add(value))  # type: ignore[func-returns-value]


def _json_of(folder: Path, manifest: dict[str, Any], name: str, data: bytes) -> dict[str, Any]:
    path = manifest["files"][name]["path"]
    try:
        value = json.loads(data)
    except ValueError as error:
        raise _damaged(folder, f"{path}: is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise _damaged(folder, f"{path}: is not a JSON object")
    return value


def _check_items(folder: Path, manifest: dict[str, Any], data: bytes, count: int) -> int:
    """Returns the number of categories."""
    path = manifest["files"]["items"]["path"]
    items = _json_of(folder, manifest, "items", data)
    ids, categories = items.get("ids"), items.get("categories")
    if not isinstance(ids, list) or not all(isinstance(identity, str) and identity for identity in ids):
        raise _damaged(folder, f"{path}: ids is not a list of texts")
    if len(ids) != count:
        raise _damaged(folder, f"{path}: has {len(ids):,} ids, the manifest says {count:,} items")
    if len(set(ids)) != count:
        raise _damaged(folder, f"{path}: id {_first_double(ids)!r} is there twice")
    if not isinstance(categories, list):
        raise _damaged(folder, f"{path}: categories is not a list")
    for place, category in enumerate(categories):
        name, parent = (
            (category.get("name"), category.get("parent")) if isinstance(category, dict) else (None, None)
        )
        # A parent before its children: no index out of range, and no circle.
        if not isinstance(name, str) or not isinstance(parent, int) or not -1 <= parent < place:
            raise _damaged(
                folder,
                f"{path}: category {place} has no name, or its parent {parent} does not come before it",
            )
    return len(categories)


def _check_rows(folder: Path, path: str, what: str, rows: Any, count: int) -> None:
    valid = isinstance(rows, list) and all(isinstance(row, int) and 0 <= row < count for row in rows)
    if not valid or len(set(rows)) != len(rows):
        raise _damaged(folder, f"{path}: {what} is not a list of different rows under {count:,}")


def _check_popular(folder: Path, manifest: dict[str, Any], data: bytes, count: int, categories: int) -> None:
    path = manifest["files"]["popular"]["path"]
    popular = _json_of(folder, manifest, "popular", data)
    for name in ("overall", "recent"):
        _check_rows(folder, path, name, popular.get(name), count)
    lists = popular.get("categories")
    if not isinstance(lists, dict):
        raise _damaged(folder, f"{path}: categories is not an object")
    for category, rows in lists.items():
        if not category.isdigit() or int(category) >= categories:
            raise _damaged(folder, f"{path}: category {category} is not among the {categories:,}")
        _check_rows(folder, path, f"category {category}", rows, count)
    segments = popular.get("segments", {})
    if not isinstance(segments, dict) or not all(isinstance(by, dict) for by in segments.values()):
        raise _damaged(folder, f"{path}: segments is not an object of objects")
    for name, by_value in segments.items():
        for value, rows in by_value.items():
            _check_rows(folder, path, f"segment {name} {value}", rows, count)


def _arrays(
    folder: Path,
    manifest: dict[str, Any],
    name: str,
    data: bytes,
    expected: Expected,
) -> dict[str, NDArray[Any]]:
    """The arrays of a file, after their types, lengths and places were checked; None is any length."""
    entry = manifest["files"][name]
    described = entry.get("arrays", [])
    names = [array["name"] for array in described]
    if sorted(names) != sorted(expected):
        raise _damaged(
            folder, f"{entry['path']}: has the arrays {', '.join(names)}, not {', '.join(expected)}"
        )
    end = 0
    for array in sorted(described, key=lambda array: array["offset"]):
        types, shape = expected[array["name"]]
        fits = len(shape) == len(array["shape"]) and all(
            n is None or n == m for n, m in zip(shape, array["shape"], strict=False)
        )
        if array["type"] not in types or not fits:
            wanted = f"{' or '.join(types)} {['any' if n is None else n for n in shape]}"
            raise _damaged(
                folder,
                f"{entry['path']}: array {array['name']} is {array['type']} {array['shape']}, not {wanted}",
            )
        if array["offset"] < end or array["offset"] + byte_length(array) > len(data):
            raise _damaged(
                folder,
                f"{entry['path']}: array {array['name']} at {array['offset']} overlaps another or leaves "
                "the file",
            )
        end = array["offset"] + byte_length(array)
    return split_arrays(data, described)


def _check_finite(folder: Path, path: str, arrays: dict[str, NDArray[Any]]) -> None:
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            place = int(np.flatnonzero(~np.isfinite(array))[0])
            raise _damaged(folder, f"{path}: {name}[{place}] is {array.flat[place]}, not a finite number")


def _check_priors(folder: Path, manifest: dict[str, Any], data: bytes, count: int, categories: int) -> None:
    path = manifest["files"]["priors"]["path"]
    floats: Expected = {name: (("f32",), [count]) for name in ("popularity", "recent", "interval", "repeat")}
    whole: Expected = {"leaf": (("u16",), [count])}
    if any(array["name"] == "since" for array in manifest["files"]["priors"].get("arrays", [])):
        whole["since"] = (("u16",), [count])
    arrays = _arrays(folder, manifest, "priors", data, {**floats, **whole})
    _check_finite(folder, path, arrays)
    if arrays["leaf"].size and arrays["leaf"].max() >= categories:
        place = int(np.argmax(arrays["leaf"] >= categories))
        raise _damaged(
            folder,
            f"{path}: leaf[{place}] is {arrays['leaf'][place]}, but there are {categories:,} categories",
        )


def _check_linear(folder: Path, manifest: dict[str, Any], data: bytes, count: int) -> None:
    path = manifest["files"]["linear"]["path"]
    expected: Expected = {
        "scale": (("f32",), [count]),
        "offset": (("u32",), [count + 1]),
        "target": (("u16",) if count <= np.iinfo(np.uint16).max else ("u32",), [None]),
        "weight": (("i8",), [None]),
    }
    arrays = _arrays(folder, manifest, "linear", data, expected)
    _check_finite(folder, path, arrays)
    offset, target = arrays["offset"].astype(np.int64), arrays["target"].astype(np.int64)
    if offset[0] != 0 or (np.diff(offset) < 0).any() or offset[-1] != len(target):
        raise _damaged(folder, f"{path}: offset does not rise from 0 to the {len(target):,} entries")
    if len(arrays["weight"]) != len(target):
        raise _damaged(folder, f"{path}: has {len(target):,} targets and {len(arrays['weight']):,} weights")
    if len(target) and target.max() >= count:
        place = int(np.argmax(target >= count))
        raise _damaged(folder, f"{path}: target[{place}] is {target[place]}, but there are {count:,} items")
    source = np.repeat(np.arange(count), np.diff(offset))
    falls = (np.diff(target) <= 0) & (np.diff(source) == 0)
    if falls.any():
        place = int(np.argmax(falls)) + 1
        raise _damaged(
            folder, f"{path}: target[{place}] does not come after the one before it of the same source"
        )


def _check_model(folder: Path, manifest: dict[str, Any], contents: dict[str, bytes], count: int) -> None:
    names = ("rows", "encoder", "blender")
    there = {
        "encoder in the manifest": "encoder" in manifest,
        "blender in the manifest": "blender" in manifest,
    }
    there |= {f"file {name}": name in contents for name in names}
    if not any(there.values()):
        return
    missing = [what for what, present in there.items() if not present]
    if missing:
        raise _damaged(folder, f"manifest.json: a full model needs {', '.join(missing)}")
    size, events, context = (
        manifest["encoder"]["size"],
        manifest["encoder"]["events"],
        len(manifest["context"]),
    )
    arrays = _arrays(
        folder,
        manifest,
        "rows",
        contents["rows"],
        {"scale": (("f32",), [count]), "bias": (("f32",), [count]), "row": (("i8",), [count, size])},
    )
    _check_finite(folder, manifest["files"]["rows"]["path"], arrays)
    blender = manifest["blender"]
    encoder_inputs = {
        "items": [1, events, size],
        "types": [1, events],
        "ages": [1, events],
        "values": [1, events],
        "mask": [1, events],
    }
    encoder_inputs["context"] = [1, context]
    _check_graph(folder, manifest, "encoder", contents["encoder"], encoder_inputs, {"state": [1, size]})
    block = blender["block"]
    _check_graph(
        folder,
        manifest,
        "blender",
        contents["blender"],
        {"signals": [1, block, len(blender["signals"])], "visitor": [1, len(blender["visitor"])]},
        {"score": [1, block], "parts": [1, block, len(blender["parts"])]}
        | ({"probability": [1, block]} if "probability" in blender else {}),
    )


def _check_rating(folder: Path, manifest: dict[str, Any], contents: dict[str, bytes], count: int) -> None:
    there = {"rating in the manifest": "rating" in manifest}
    there |= {f"file {name}": name in contents for name in ("rating", "ratingRows")}
    if not any(there.values()):
        return
    there["the full model"] = "encoder" in manifest
    missing = [what for what, present in there.items() if not present]
    if missing:
        raise _damaged(folder, f"manifest.json: expected ratings need {', '.join(missing)}")
    rating = manifest["rating"]
    lengths = rating["lengths"]
    if lengths[0] != 0 or any(later <= one for one, later in itertools.pairwise(lengths)):
        raise _damaged(folder, f"manifest.json: rating.lengths {lengths} do not rise from 0")
    for name in ("offset", "slope", "spread"):
        if len(rating[name]) != len(lengths):
            raise _damaged(
                folder,
                f"manifest.json: rating.{name} has {len(rating[name])} numbers for {len(lengths)} lengths",
            )
    if rating["lowest"] >= rating["highest"]:
        raise _damaged(
            folder, f"manifest.json: rating.lowest {rating['lowest']} is not below {rating['highest']}"
        )
    factors, events = rating["factors"], rating["events"]
    size = 2 * factors + 3
    arrays = _arrays(
        folder,
        manifest,
        "ratingRows",
        contents["ratingRows"],
        {"bias": (("f32",), [count]), "row": (("i8",), [count, size])},
    )
    _check_finite(folder, manifest["files"]["ratingRows"]["path"], arrays)
    _check_graph(
        folder,
        manifest,
        "rating",
        contents["rating"],
        {"items": [1, events, size], "values": [1, events]},
        {"state": [1, factors]},
    )


def _check_graph(
    folder: Path,
    manifest: dict[str, Any],
    name: str,
    data: bytes,
    inputs: dict[str, list[int]],
    outputs: dict[str, list[int]],
) -> None:
    path = manifest["files"][name]["path"]
    try:
        graph = onnx.load_from_string(data)
        onnx.checker.check_model(graph)
    except Exception as error:  # onnx and protobuf raise many kinds, and each means the same here
        raise _damaged(
            folder,
            f"{path}: is not a valid ONNX graph "
            f"({str(error).splitlines()[0] if str(error) else 'unreadable'})",
        ) from None
    for kind, wanted, values in (
        ("input", inputs, graph.graph.input),
        ("output", outputs, graph.graph.output),
    ):
        found = {value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim] for value in values}
        # An input whose length is 0, as without any context, may have been left out of the graph.
        wanted = {key: shape for key, shape in wanted.items() if 0 not in shape or key in found}
        if found != wanted:
            raise _damaged(folder, f"{path}: its {kind}s are {found}, not {wanted}")


def _check_catalogue(folder: Path, manifest: dict[str, Any], data: bytes, count: int) -> None:
    path = manifest["files"]["catalogue"]["path"]
    catalogue = _json_of(folder, manifest, "catalogue", data)
    columns: dict[str, Any] = {
        name: catalogue.get(name)
        for name in ("title", "price", "brand")
        if name == "title" or name in catalogue
    }
    attributes = catalogue.get("attributes", {})
    if not isinstance(attributes, dict):
        raise _damaged(folder, f"{path}: attributes is not an object")
    columns |= {f"attributes.{name}": column for name, column in attributes.items()}
    for name, column in columns.items():
        if not isinstance(column, list) or len(column) != count:
            length = len(column) if isinstance(column, list) else "no"
            raise _damaged(folder, f"{path}: column {name} has {length} values, not {count:,}")


def _check_rules(folder: Path, manifest: dict[str, Any], contents: dict[str, bytes]) -> None:
    path = manifest["files"]["rules"]["path"]
    if "catalogue" not in contents:
        raise _damaged(folder, f"{path}: a pack with rules needs its catalogue")
    document = _json_of(folder, manifest, "rules", contents["rules"])
    catalogue = json.loads(contents["catalogue"])
    try:
        check_rules(document.get("rules"), columns_of_json(catalogue))
    except ProblemError as problem:
        raise ProblemError(f"{folder / path}: {problem}") from None
