"""What may be chosen about the evaluation."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


class EvaluateSettings(BaseModel):
    """How figures are made; the split itself is the configuration's ``split``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bootstrap: Count = 1000
    """Resamples of the users for the 95 % intervals; 0 leaves them out."""
    permutations: Count = 10_000
    """Of the paired tests between each model and the hybrid; 0 leaves them out."""
    neighbours: Annotated[int, Field(ge=1)] = 100
    """Neighbours an item of the item-to-item comparison."""
    models: dict[str, dict[str, Any]] = {}
    """Models of the zoo that stand in the table besides the usual ones, by name, each with its settings:
    ``[evaluate.models.ease]``, ``l2 = 0.5``."""
    max_users: Annotated[int, Field(ge=1)] | None = None
    """Evaluate on so many users only, drawn by the seed. Default: all who do something in the window."""
    least_targets: Annotated[int, Field(ge=1)] = 1
    """Users with fewer targets in a window are not asked in it. Papers on baskets take 3."""
    cold_start: list[Count] = [0, 1, 2, 3, 5, 10, 20]
    """Numbers of events after which new visitors are asked about; empty leaves the cold start out."""
    cold_start_users: Annotated[int, Field(ge=1)] = 2000
    """Users at most for the cold start, drawn by the seed."""
    new_items: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the items that a second training never sees, to measure how new items fare; 0 leaves it out
    (it costs a training)."""
    smallest_group: Annotated[int, Field(ge=1)] = 30
    """Groups of fewer users are not shown: their figures are noise."""
