"""What training made, as two files: ``checkpoint.safetensors`` for numbers and ``checkpoint.json`` for the
rest."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from safetensors.numpy import load_file, save

from recluse_export.errors import ProblemError
from recluse_export.features.signals import Counting
from recluse_export.models.blender import Blender
from recluse_export.models.encoder import Encoder
from recluse_export.models.expected_rating import LearnedRatings
from recluse_export.models.hybrid import ItemRows
from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.rating_calibration import Calibration
from recluse_export.models.rating_factors import RatingFactors
from recluse_export.models.settings import ModelSettings
from recluse_export.shapes import Coefficients, ContextField, EventType, Habit, Linear, Priors
from recluse_export.train.budget import Attempt
from recluse_export.train.networks import Networks
from recluse_export.train.rounding import Rounding, rounded
from recluse_export.train.trained import Trained

ARRAYS = "checkpoint.safetensors"
FACTS = "checkpoint.json"
LINEAR = ("scale", "offset", "target", "weight")
PRIORS = ("popularity", "recent", "interval", "repeat")
FACTORS = ("loadings", "covariance", "noise", "known", "prior", "from_content", "support")
CALIBRATION = ("lengths", "offset", "slope", "spread")


def save_checkpoint(trained: Trained, folder: Path, with_rows_from_content: bool = False) -> None:
    """Write both files; the same training gives the same bytes.

    ``with_rows_from_content``: also ``Networks.rows_from_content``, which only a training that held items out
    is asked for.
    """
    counting = trained.counting
    arrays: dict[str, np.ndarray] = {f"linear.{name}": getattr(counting.linear, name) for name in LINEAR}
    arrays |= {f"priors.{name}": getattr(counting.priors, name) for name in PRIORS}
    arrays["leaf"] = counting.leaf
    facts = {
        "until": trained.until,
        "repeats": trained.repeats,
        "event_types": [asdict(event_type) for event_type in trained.event_types],
        "context": [asdict(field) for field in trained.context],
        "settings": trained.settings.model_dump(),
        "linear": {
            "half_life_days": counting.linear.half_life_days,
            "half_life_events": counting.linear.half_life_events,
            "power": counting.linear.power,
            "coefficients": asdict(counting.linear.coefficients),
        },
        "habit": asdict(counting.habit),
        "networks": None,
        "tried": [asdict(attempt) for attempt in trained.tried],
    }
    if trained.networks is not None:
        networks = trained.networks
        for prefix, module in (("encoder", networks.encoder), ("blender", networks.blender)):
            arrays |= {f"{prefix}.{name}": tensor.numpy() for name, tensor in module.state_dict().items()}
        arrays |= {"rows.row": networks.rows.row, "rows.bias": networks.rows.bias}
        made = networks.rows_from_content
        if with_rows_from_content and made is not None:
            arrays |= {"rows_from_content.row": made.row, "rows_from_content.bias": made.bias}
        facts["networks"] = {
            "blended": networks.blended,
            "next_item": isinstance(networks.encoder, NextItemEncoder),
            "worths": networks.worths,
            "rounding": None if networks.rounding is None else asdict(networks.rounding),
        }
    if trained.ratings is not None:
        factors, calibration = trained.ratings.factors, trained.ratings.calibration
        arrays |= {f"ratings.factors.{name}": getattr(factors, name) for name in FACTORS}
        arrays |= {f"ratings.calibration.{name}": getattr(calibration, name) for name in CALIBRATION}
        facts["ratings"] = {
            "mean": factors.mean,
            "lowest": calibration.lowest,
            "highest": calibration.highest,
        }
    folder.mkdir(parents=True, exist_ok=True)
    ordered = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    (folder / ARRAYS).write_bytes(save(ordered))
    (folder / FACTS).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def load_checkpoint(folder: Path) -> Trained:
    """Read both files.

    Raises
    ------
    ProblemError
        One of them is missing, or another version wrote them.
    """
    for name in (ARRAYS, FACTS):
        if not (folder / name).is_file():
            raise ProblemError(
                f"{folder / name}: is missing. Give a folder that training has written, or train first."
            )
    arrays = load_file(folder / ARRAYS)
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    try:
        return _trained(arrays, facts)
    except (KeyError, RuntimeError, TypeError, ValidationError) as error:
        raise ProblemError(
            f"{folder}: holds what another version of recluse-export trained, or is damaged. Train anew."
        ) from error


def _trained(arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> Trained:
    settings = ModelSettings.model_validate(facts["settings"])
    event_types = [
        EventType(**{**one, "value": tuple(one["value"]) if one["value"] is not None else None})
        for one in facts["event_types"]
    ]
    context = [ContextField(**field) for field in facts["context"]]
    linear = Linear(
        **{**facts["linear"], "coefficients": Coefficients(**facts["linear"]["coefficients"])},
        **{name: arrays[f"linear.{name}"] for name in LINEAR},
    )
    counting = Counting(
        event_types,
        linear,
        Habit(**facts["habit"]),
        Priors(**{name: arrays[f"priors.{name}"] for name in PRIORS}),
        arrays["leaf"],
    )
    networks = None
    if facts["networks"] is not None:
        tokens = max(event_type.token for event_type in event_types)
        kind = NextItemEncoder if facts["networks"].get("next_item") else Encoder
        sizes = [field.size for field in context]
        moments = [[field.of_moment for field in context]] if kind is NextItemEncoder else []
        encoder = kind(settings.tower.size, tokens, sizes, settings.encoder, *moments)
        blender = Blender(linear.coefficients, settings.blender)
        for prefix, module in (("encoder", encoder), ("blender", blender)):
            state = {
                name.removeprefix(f"{prefix}."): torch.from_numpy(array)
                for name, array in arrays.items()
                if name.startswith(f"{prefix}.")
            }
            module.load_state_dict(state)
            module.eval()
        rounding = facts["networks"].get("rounding")
        networks = Networks(
            # Checkpoints of older versions are in float32; to those of this one, it does nothing.
            *rounded(encoder, ItemRows(arrays["rows.row"], arrays["rows.bias"])),
            blender,
            facts["networks"]["blended"],
            facts["networks"].get("worths", []),
            None if rounding is None else Rounding(**rounding),
            _rows_from_content(arrays),
        )
    tried = [Attempt(**attempt) for attempt in facts.get("tried", [])]
    return Trained(
        facts["until"],
        facts["repeats"],
        event_types,
        context,
        settings,
        counting,
        networks,
        tried,
        _ratings(arrays, facts.get("ratings")),
    )


def _rows_from_content(arrays: dict[str, np.ndarray]) -> ItemRows | None:
    if "rows_from_content.row" not in arrays:
        return None
    return ItemRows(arrays["rows_from_content.row"], arrays["rows_from_content.bias"])


def _ratings(arrays: dict[str, np.ndarray], facts: dict[str, float] | None) -> LearnedRatings | None:
    if facts is None:
        return None
    return LearnedRatings(
        RatingFactors(facts["mean"], **{name: arrays[f"ratings.factors.{name}"] for name in FACTORS}),
        Calibration(
            **{name: arrays[f"ratings.calibration.{name}"] for name in CALIBRATION},
            lowest=facts["lowest"],
            highest=facts["highest"],
        ),
    )
