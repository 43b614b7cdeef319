"""Read a pack back into the shape from which it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from recluse_export.pack.arrays import split_arrays
from recluse_export.pack.verify import folder_of, read_manifest, verify_pack
from recluse_export.shapes import (
    Category,
    Coefficients,
    ContextField,
    EventType,
    Figure,
    Habit,
    Items,
    Linear,
    Model,
    PackContents,
    Popular,
    Priors,
    RatingBin,
    RatingModel,
    ReliabilityBin,
    Training,
)


def read_pack(path: Path) -> PackContents:
    """The contents of a pack, after verifying it.

    Parameters
    ----------
    path
        The pack's folder, or its ``manifest.json``.

    Raises
    ------
    ProblemError
        The pack is damaged; see :func:`verify_pack`.
    """
    verify_pack(path)
    folder = folder_of(path)
    manifest = read_manifest(folder)
    files = {name: (folder / entry["path"]).read_bytes() for name, entry in manifest["files"].items()}

    def arrays(name: str) -> dict[str, Any]:
        return split_arrays(files[name], manifest["files"][name]["arrays"])

    priors, linear, training = arrays("priors"), arrays("linear"), manifest["training"]
    popular = json.loads(files["popular"])
    return PackContents(
        name=manifest["name"],
        data_until=manifest["dataUntil"],
        items=_items(json.loads(files["items"]), json.loads(files.get("catalogue", b"{}")), priors),
        event_types=[_event_type(event) for event in manifest["eventTypes"]],
        context=[ContextField(field["name"], field["values"]) for field in manifest["context"]],
        history_events=manifest["history"]["events"],
        linear=Linear(
            half_life_days=manifest["linear"]["halfLifeDays"],
            half_life_events=manifest["linear"]["halfLifeEvents"],
            power=manifest["linear"]["power"],
            coefficients=Coefficients(**manifest["linear"]["coefficients"]),
            scale=linear["scale"],
            offset=linear["offset"],
            target=linear["target"].astype(np.uint32),
            weight=linear["weight"],
        ),
        habit=Habit(manifest["habit"]["halfLifeDays"], manifest["habit"]["priorWeight"]),
        priors=Priors(**{name: priors[name] for name in ("popularity", "recent", "interval", "repeat")}),
        popular=Popular(
            popular["overall"],
            popular["recent"],
            {int(category): rows for category, rows in popular["categories"].items()},
            popular.get("segments", {}),
        ),
        model=_model(manifest, files, arrays) if "encoder" in manifest else None,
        training=Training(
            seed=training["seed"],
            split=training["split"],
            tie_break=training["tieBreak"],
            source=training["source"],
            licence=training["licence"],
        ),
        data=manifest["card"]["data"],
        figures=[Figure(**{"targets": "all", **figure}) for figure in manifest["card"]["figures"]],
        reliability=[ReliabilityBin(**one) for one in manifest["card"].get("reliability", [])],
        rules=json.loads(files["rules"])["rules"] if "rules" in files else [],
        rating=_rating(manifest["rating"], files, arrays) if "rating" in manifest else None,
        rating_reliability=[RatingBin(**one) for one in manifest["card"].get("ratingReliability", [])],
    )


def _items(items: dict[str, Any], catalogue: dict[str, Any], priors: dict[str, Any]) -> Items:
    count = len(items["ids"])
    prices = catalogue.get("price", [None] * count)
    return Items(
        ids=items["ids"],
        titles=catalogue.get("title", items["ids"]),
        categories=[Category(category["name"], category["parent"]) for category in items["categories"]],
        leaf=priors["leaf"].astype(np.int32),
        price=np.array([np.nan if price is None else price for price in prices], dtype=np.float32),
        brand=catalogue.get("brand", [None] * count),
        attributes=catalogue.get("attributes", {}),
        created=priors["since"].astype(np.int64) * 86_400 if "since" in priors else None,
    )


def _event_type(event: dict[str, Any]) -> EventType:
    value = event.get("value")
    return EventType(
        event["name"],
        event["weight"],
        event["habit"],
        event["token"],
        (value["base"], value["slope"]) if value else None,
    )


def _model(manifest: dict[str, Any], files: dict[str, bytes], arrays: Any) -> Model:
    rows, blender = arrays("rows"), manifest["blender"]
    return Model(
        events=manifest["encoder"]["events"],
        size=manifest["encoder"]["size"],
        row_scale=rows["scale"],
        row_bias=rows["bias"],
        row=rows["row"],
        encoder=files["encoder"],
        blender=files["blender"],
        block=blender["block"],
        signals=blender["signals"],
        visitor=blender["visitor"],
        parts=blender["parts"],
        probability=blender.get("probability"),
    )


def _rating(rating: dict[str, Any], files: dict[str, bytes], arrays: Any) -> RatingModel:
    rows = arrays("ratingRows")
    return RatingModel(
        graph=files["rating"],
        events=rating["events"],
        row=rows["row"],
        bias=rows["bias"],
        noise_step=rating["noiseStep"],
        lengths=rating["lengths"],
        offset=rating["offset"],
        slope=rating["slope"],
        spread=rating["spread"],
        lowest=rating["lowest"],
        highest=rating["highest"],
    )
