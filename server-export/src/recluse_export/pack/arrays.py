"""Files of arrays: little-endian, one after the other, each beginning at a multiple of 8 bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 8
TYPES: dict[str, np.dtype[Any]] = {
    "i8": np.dtype("<i1"),
    "u16": np.dtype("<u2"),
    "u32": np.dtype("<u4"),
    "f32": np.dtype("<f4"),
}
NAMES = {dtype: name for name, dtype in TYPES.items()}


def join_arrays(arrays: Mapping[str, NDArray[Any]]) -> tuple[bytes, list[dict[str, Any]]]:
    """The bytes of a file of arrays, and what the manifest says about it: ``name, type, shape, offset`` of
    each."""
    parts: list[bytes] = []
    described: list[dict[str, Any]] = []
    offset = 0
    for name, array in arrays.items():
        padding = -offset % ALIGNMENT
        parts.append(bytes(padding))
        offset += padding
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        described.append(
            {"name": name, "type": NAMES[little.dtype], "shape": list(little.shape), "offset": offset}
        )
        parts.append(little.tobytes())
        offset += little.nbytes
    return b"".join(parts), described


def split_arrays(data: bytes, described: list[dict[str, Any]]) -> dict[str, NDArray[Any]]:
    """The arrays of a file, by name; read-only views into ``data``."""
    arrays = {}
    for entry in described:
        count = int(np.prod(entry["shape"], dtype=np.int64))
        arrays[entry["name"]] = np.frombuffer(data, TYPES[entry["type"]], count, entry["offset"]).reshape(
            entry["shape"]
        )
    return arrays


def byte_length(entry: dict[str, Any]) -> int:
    """Bytes that a described array takes."""
    return int(np.prod(entry["shape"], dtype=np.int64)) * TYPES[entry["type"]].itemsize
