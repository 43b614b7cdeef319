"""What may be chosen about the evaluation."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class EvaluateSettings(BaseModel):
    """How figures are made; the split itself is the configuration's ``split``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bootstrap: Annotated[int, Field(ge=0)] = 1000
    """Resamples of the users for the 95 % intervals; 0 leaves them out."""
    neighbours: Annotated[int, Field(ge=1)] = 100
    """Neighbours an item of the item-to-item comparison."""
    max_users: Annotated[int, Field(ge=1)] | None = None
    """Evaluate on so many users only, drawn by the seed. Default: all who do something in the window."""
