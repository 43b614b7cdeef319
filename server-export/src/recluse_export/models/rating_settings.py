"""What may be chosen about expected ratings; the defaults are used for every data set."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from recluse_export.models.settings import Positive, PositiveInt, Settings


class RatingSettings(Settings):
    """Section ``[ratings]``; see "Expected rating" in ``docs/model.md``."""

    learn: bool = True
    """Whether the pack says what visitors would rate, where there are enough ratings and a full model."""
    least: PositiveInt = 1000
    """Fewest ratings from which that is learned. They must have more than one distinct value."""
    events: PositiveInt = 512
    """Newest ratings of a visitor that the device looks at."""
    factors: PositiveInt = 24
    """Size of a visitor's state. Factors that the ratings do not need shrink to nothing by themselves."""
    iterations: PositiveInt = 40
    """Rounds of expectation and maximisation."""
    known_strength: Positive = 30.0
    """Ridge penalty on what the mere fact of having rated an item says about a visitor."""
    content_strength: Positive = 5.0
    """Ridge penalty on what the catalogue's attributes say about an item's factors."""
    noise_strength: Positive = 20.0
    """How many ratings the common noise counts for in the noise of one item."""
    held_out: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    """Share of the training ratings by which the expected rating is calibrated."""
    lowest: float | None = None
    """Lowest rating that can be given. Default: the lowest in the log."""
    highest: float | None = None
    """Highest rating that can be given. Default: the highest in the log."""

    def quick(self) -> Self:
        """The same with few rounds: for tests and first looks, not for figures."""
        return self.model_copy(update={"iterations": min(self.iterations, 8)})
