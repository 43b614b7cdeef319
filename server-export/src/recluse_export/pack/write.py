"""Write a pack: the same bytes for the same contents, and never half a pack."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from recluse_export.errors import NoSpaceError, ProblemError
from recluse_export.features.item import created_days
from recluse_export.pack.arrays import join_arrays
from recluse_export.pack.verify import verify_pack
from recluse_export.shapes import EventType, Figure, Items, PackContents, RatingModel

FORMAT = {"major": 1, "minor": 0}
MANIFEST = "manifest.json"


def write_pack(contents: PackContents, out: Path) -> Path:
    """Write ``contents`` into the folder ``out`` and verify it; returns the manifest's path.

    A new pack is written beside its place and renamed. Over an existing pack, new files are put beside the
    old ones, which they can't collide with (names carry the content's hash), and then the manifest is
    replaced in one step: a reader sees the old pack or the new one, nothing between.

    Raises
    ------
    ProblemError
        ``out`` has files that are no pack, the disk is full or not writable, or the contents are not valid.
    """
    files, manifest = pack_files(contents)
    check_output_folder(out, sum(len(data) for data in files.values()))
    try:
        return _place(files, manifest, out)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise NoSpaceError(
                f"{out}: the disk is full. Free some space, or choose another folder with --out."
            ) from None
        raise ProblemError(
            f"{out}: can't be written ({error.strerror}). Choose another folder with --out."
        ) from None


def check_output_folder(out: Path, size: int = 0) -> None:
    """Refuse a place that can't take a pack of ``size`` bytes, before hours are spent on making it.

    Raises
    ------
    ProblemError
        It is a file, a folder with something else than a pack in it, or on a full disk.
    """
    if out.exists() and not out.is_dir():
        raise ProblemError(f"{out}: is a file, not a folder. Choose another folder with --out.")
    if out.is_dir() and any(out.iterdir()) and not _is_pack(out):
        raise ProblemError(
            f"{out}: is not empty and not a pack ({sum(1 for _ in out.iterdir())} entries, no {MANIFEST} "
            "of a pack). "
            "Empty it, or choose another folder with --out."
        )
    existing = next(folder for folder in [out, *out.resolve().parents] if folder.is_dir())
    free = shutil.disk_usage(existing).free
    if free < size:
        raise NoSpaceError(
            f"{out}: the disk has {free:,} bytes free, the pack needs {size:,}. Free some space, or "
            "choose another folder with --out."
        )


def pack_files(contents: PackContents) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The bytes of every file by its name, and the manifest that describes them."""
    items, model = contents.items, contents.model
    parts: dict[str, tuple[str, bytes, list[dict[str, Any]] | None]] = {}

    def add(name: str, suffix: str, data: bytes, arrays: list[dict[str, Any]] | None = None) -> None:
        parts[name] = (suffix, data, arrays)

    add(
        "items",
        "json",
        _json({"ids": items.ids, "categories": [asdict(category) for category in items.categories]}),
    )
    popular = asdict(contents.popular)
    if not popular["segments"]:
        del popular["segments"]
    add("popular", "json", _json(popular))
    add("priors", "bin", *join_arrays(_priors(contents)))
    add("linear", "bin", *join_arrays(_linear(contents)))
    if model is not None:
        add("rows", "bin", *join_arrays({"scale": model.row_scale, "bias": model.row_bias, "row": model.row}))
        add("encoder", "onnx", model.encoder)
        add("blender", "onnx", model.blender)
    if contents.rules:
        add("rules", "json", _json({"rules": contents.rules}))
    if contents.rating is not None:
        add("ratingRows", "bin", *join_arrays({"bias": contents.rating.bias, "row": contents.rating.row}))
        add("rating", "onnx", contents.rating.graph)
    add("catalogue", "json", _json(_catalogue(items)))

    files: dict[str, bytes] = {}
    entries: dict[str, dict[str, Any]] = {}
    for name, (suffix, data, arrays) in parts.items():
        digest = sha256(data).hexdigest()
        path = f"{name}-{digest[:8]}.{suffix}"
        files[path] = data
        entries[name] = {"path": path, "bytes": len(data), "sha256": digest} | (
            {"arrays": arrays} if arrays else {}
        )
    return files, _manifest(contents, entries)


def version_of(entries: dict[str, dict[str, Any]]) -> str:
    """First 16 hex digits of the SHA-256 over the files' hashes, as hexadecimal text, in the manifest's
    order."""
    return sha256("".join(entry["sha256"] for entry in entries.values()).encode()).hexdigest()[:16]


def _manifest(contents: PackContents, entries: dict[str, dict[str, Any]]) -> dict[str, Any]:
    linear, habit, model, training = contents.linear, contents.habit, contents.model, contents.training
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": contents.name,
        "version": version_of(entries),
        "dataUntil": contents.data_until,
        "items": {"count": len(contents.items)},
        "eventTypes": [_event_type(event) for event in contents.event_types],
        "context": [{"name": field.name, "values": field.values} for field in contents.context],
        "history": {"events": contents.history_events},
        "linear": {
            "halfLifeDays": linear.half_life_days,
            "halfLifeEvents": linear.half_life_events,
            "power": linear.power,
            "coefficients": asdict(linear.coefficients),
        },
        "habit": {"halfLifeDays": habit.half_life_days, "priorWeight": habit.prior_weight},
    }
    if model is not None:
        manifest["encoder"] = {"events": model.events, "size": model.size}
        manifest["blender"] = {
            "block": model.block,
            "signals": model.signals,
            "visitor": model.visitor,
            "parts": model.parts,
        }
        if model.probability is not None:
            manifest["blender"]["probability"] = model.probability
    if contents.rating is not None:
        manifest["rating"] = _rating(contents.rating)
    manifest["files"] = entries
    manifest["training"] = {
        "seed": training.seed,
        "split": training.split,
        "tieBreak": training.tie_break,
        "source": training.source,
        "licence": training.licence,
    }
    manifest["card"] = {"data": contents.data, "figures": [_figure(figure) for figure in contents.figures]}
    if contents.reliability:
        manifest["card"]["reliability"] = [asdict(one) for one in contents.reliability]
    if contents.rating_reliability:
        manifest["card"]["ratingReliability"] = [asdict(one) for one in contents.rating_reliability]
    return manifest


def _event_type(event: EventType) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": event.name,
        "weight": event.weight,
        "habit": event.habit,
        "token": event.token,
    }
    if event.value is not None:
        described["value"] = {"base": event.value[0], "slope": event.value[1]}
    return described


def _rating(rating: RatingModel) -> dict[str, Any]:
    return {
        "events": rating.events,
        "factors": rating.factors,
        "noiseStep": rating.noise_step,
        "lengths": rating.lengths,
        "offset": rating.offset,
        "slope": rating.slope,
        "spread": rating.spread,
        "lowest": rating.lowest,
        "highest": rating.highest,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {name: value for name, value in asdict(figure).items() if value is not None}


def _priors(contents: PackContents) -> dict[str, np.ndarray]:
    priors = contents.priors
    arrays = {
        name: getattr(priors, name).astype("<f4") for name in ("popularity", "recent", "interval", "repeat")
    }
    arrays |= {"leaf": contents.items.leaf.astype("<u2")}
    if contents.items.created is not None:
        arrays["since"] = created_days(contents.items).astype("<u2")
    return arrays


def _linear(contents: PackContents) -> dict[str, np.ndarray]:
    linear = contents.linear
    target = "<u2" if len(contents.items) <= np.iinfo(np.uint16).max else "<u4"
    return {
        "scale": linear.scale.astype("<f4"),
        "offset": linear.offset.astype("<u4"),
        "target": linear.target.astype(target),
        "weight": linear.weight.astype("<i1"),
    }


def _catalogue(items: Items) -> dict[str, Any]:
    catalogue: dict[str, Any] = {"title": items.titles}
    if not np.isnan(items.price).all():
        catalogue["price"] = [None if np.isnan(price) else float(str(price)) for price in items.price]
    if any(brand is not None for brand in items.brand):
        catalogue["brand"] = items.brand
    if items.attributes:
        catalogue["attributes"] = items.attributes
    return catalogue


def _json(value: Any, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else None
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=separators, indent=indent
    ).encode()


def _place(files: dict[str, bytes], manifest: dict[str, Any], out: Path) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as beside:
        fresh = Path(beside) / out.name
        fresh.mkdir()
        for path, data in files.items():
            _write_durably(fresh / path, data)
        _write_durably(fresh / MANIFEST, _json(manifest, indent=2) + b"\n")
        verify_pack(fresh)
        if out.is_dir() and _is_pack(out):
            outdated = _files_of(out) - files.keys()
            for path in files:
                (fresh / path).replace(out / path)
            (fresh / MANIFEST).replace(out / MANIFEST)
            for path in outdated:
                (out / path).unlink(missing_ok=True)
        else:
            if out.is_dir():
                out.rmdir()
            fresh.replace(out)
    return out / MANIFEST


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _is_pack(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and isinstance(manifest.get("format"), dict) and "files" in manifest


def _files_of(pack: Path) -> set[str]:
    manifest = json.loads((pack / MANIFEST).read_bytes())
    entries = [*manifest["files"].values(), *([manifest["delta"]["file"]] if "delta" in manifest else [])]
    return {
        entry["path"] for entry in entries if "/" not in entry["path"] and entry["path"] not in (".", "..")
    }
