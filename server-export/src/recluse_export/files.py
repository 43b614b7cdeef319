"""Files that are there whole or not at all, whenever the program is stopped."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_text(file: Path, text: str) -> None:
    """Write UTF-8; as :func:`write_bytes`."""
    write_bytes(file, text.encode("utf-8"))


def write_bytes(file: Path, data: bytes | memoryview) -> None:
    """Write beside the file's place, then rename: a reader sees the old file or the new one, also after a
    power cut. Makes the folder where it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        unfinished.chmod(0o644)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def forget_unfinished(folder: Path, file: str = "") -> None:
    """Remove what a program that was killed while writing left beside ``file``; beside any by default."""
    for unfinished in folder.glob(f".{file}*"):
        if unfinished.is_file():
            unfinished.unlink(missing_ok=True)
