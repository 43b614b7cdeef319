"""Where the pack's one schema is."""

from __future__ import annotations

from importlib.resources import files as package_files
from pathlib import Path


def schema_path() -> Path:
    """The pack's schema: in ``docs/`` of the source tree, in the package where it is installed."""
    beside = Path(__file__).resolve().parents[4] / "docs" / "pack.schema.json"
    installed = Path(str(package_files("recluse_export.pack") / "pack.schema.json"))
    return installed if installed.is_file() else beside
