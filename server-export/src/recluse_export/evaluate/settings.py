"""What may be chosen about the evaluation."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class EvaluateSettings(BaseModel):
    """A split by time: models see what is before ``cut``, and are asked what each user does afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cut: AwareDatetime | None = None
    """First moment that training does not see. Default: so long before the end of the log that the longest window fits.
    A log without times keeps each user's last event for the test instead."""
    windows: dict[str, Annotated[float, Field(gt=0)]] = {"next 7 days": 7.0}
    """Days after the cut whose items are the targets, by the name that the figures carry."""
    bootstrap: Annotated[int, Field(ge=0)] = 1000
    """Resamples of the users for the 95 % intervals; 0 leaves them out."""
    neighbours: Annotated[int, Field(ge=1)] = 100
    """Neighbours an item of the item-to-item comparison."""
    max_users: Annotated[int, Field(ge=1)] | None = None
    """Evaluate on so many users only, drawn by the seed. Default: all who do something in the window."""
