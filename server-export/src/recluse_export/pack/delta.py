"""A small file from which a device that has one pack makes the files of the next, byte for byte.

The file begins with the length of its head (unsigned 32 bits, little-endian), then the head (JSON in
UTF-8), then all bytes that are new, one run after the other. The head is
``{ from, to, files: [{ path, from, operations }] }``: ``from`` and ``to`` are versions of packs; each file of
the new pack that the old one lacks is made from the file ``from`` of the old pack (null where there is none)
by ``operations``, a flat list of triples: copy ``length`` bytes from ``offset`` of the old file, then take
the next ``fresh`` bytes of the runs.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from recluse_export.errors import ProblemError
from recluse_export.pack.verify import folder_of, read_manifest, verify_pack

BLOCK = 32
"""Bytes that must agree before they are worth naming a place for."""


@dataclass(frozen=True)
class Delta:
    """What was made."""

    path: Path
    bytes: int
    whole: int
    """Bytes of the files that it stands for."""


def write_delta(old: Path, new: Path) -> Delta:
    """Put a delta from the pack ``old`` into the folder of the pack ``new``, and name it in its manifest.

    Replaces the delta that the manifest named before.

    Raises
    ------
    ProblemError
        One of the packs is damaged, both are the same, or the delta would not be smaller than the files
        themselves.
    """
    for pack in (old, new):
        verify_pack(pack)
    old_folder, new_folder = folder_of(old), folder_of(new)
    before, after = read_manifest(old_folder), read_manifest(new_folder)
    if before["version"] == after["version"]:
        raise ProblemError(f"{new}: is the same pack as {old}, version {after['version']}.")
    data, whole = delta_of(old_folder, before, new_folder, after)
    if len(data) >= whole:
        raise ProblemError(
            f"{new}: has so little in common with {old} that a delta would not be smaller "
            f"({len(data):,} bytes instead of {whole:,}). Ship it without."
        )
    digest = sha256(data).hexdigest()
    path = new_folder / f"delta-{digest[:8]}.bin"
    earlier = after.get("delta")
    after["delta"] = {
        "from": before["version"],
        "file": {"path": path.name, "bytes": len(data), "sha256": digest},
    }
    _replace(path, data)
    _replace(new_folder / "manifest.json", json.dumps(after, ensure_ascii=False, indent=2).encode() + b"\n")
    if earlier is not None and earlier["file"]["path"] != path.name:
        (new_folder / earlier["file"]["path"]).unlink(missing_ok=True)
    verify_pack(new_folder)
    return Delta(path, len(data), whole)


def delta_of(
    old_folder: Path, before: dict[str, Any], new_folder: Path, after: dict[str, Any]
) -> tuple[bytes, int]:
    """The delta's bytes, and those of the files that it stands for."""
    files, runs, whole = [], [], 0
    known = {entry["path"] for entry in before["files"].values()}
    for role, entry in after["files"].items():
        if entry["path"] in known:
            continue
        target = (new_folder / entry["path"]).read_bytes()
        source_path = before["files"][role]["path"] if role in before["files"] else None
        source = (old_folder / source_path).read_bytes() if source_path else b""
        operations, fresh = differences(source, target)
        files.append({"path": entry["path"], "from": source_path, "operations": operations})
        runs.append(fresh)
        whole += len(target)
    head = json.dumps(
        {"from": before["version"], "to": after["version"], "files": files}, separators=(",", ":")
    ).encode()
    return len(head).to_bytes(4, "little") + head + b"".join(runs), whole


def differences(source: bytes, target: bytes) -> tuple[list[int], bytes]:
    """Triples (offset, length, fresh) that make ``target`` of ``source``, and the fresh bytes."""
    places: dict[bytes, int] = {}
    for offset in range(0, len(source) - BLOCK + 1, BLOCK):
        places.setdefault(source[offset : offset + BLOCK], offset)
    operations: list[int] = []
    fresh: list[bytes] = []
    copied = (0, 0)
    done = at = 0

    def close(until: int) -> None:
        operations.extend((*copied, until - done))
        fresh.append(target[done:until])

    while at + BLOCK <= len(target):
        # Where the last copy would go on is the likeliest place: changed rows lie between rows that are the
        # same.
        likely = copied[0] + copied[1] + at - done
        block = target[at : at + BLOCK]
        place = likely if source[likely : likely + BLOCK] == block else places.get(block)
        if place is None:
            at += 1
            continue
        back = 0
        while at - back > done and place - back > 0 and source[place - back - 1] == target[at - back - 1]:
            back += 1
        start, offset = at - back, place - back
        length = _agreeing(source, offset, target, start)
        if start > 0:
            close(start)
        copied = (offset, length)
        done = at = start + length
    close(len(target))
    return operations, b"".join(fresh)


def applied(source: bytes, operations: list[int], fresh: bytes) -> bytes:
    """What a device makes of it."""
    parts, taken = [], 0
    for offset, length, count in zip(operations[::3], operations[1::3], operations[2::3], strict=True):
        parts += [source[offset : offset + length], fresh[taken : taken + count]]
        taken += count
    return b"".join(parts)


def _agreeing(source: bytes, offset: int, target: bytes, start: int) -> int:
    """How many bytes agree from these two places on."""
    length, step = 0, 1 << 16
    most = min(len(source) - offset, len(target) - start)
    while step and length < most:
        size = min(step, most - length)
        if source[offset + length : offset + length + size] == target[start + length : start + length + size]:
            length += size
        else:
            step //= 2
    return length


def _replace(path: Path, data: bytes) -> None:
    """Written beside its place and renamed: nobody finds half a file."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    beside.write_bytes(data)
    beside.replace(path)
