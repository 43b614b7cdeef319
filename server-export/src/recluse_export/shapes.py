"""The few shapes that flow through the pipeline, each with one name everywhere.

``read`` makes a :class:`Log`; ``models`` and ``evaluate`` take it; ``export`` makes a :class:`PackContents`;
``pack`` writes it.
The numbers inside are defined in ``docs/model.md``, the files in ``docs/pack.schema.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int32]
Long = NDArray[np.int64]
Float = NDArray[np.float32]
Probability = Literal["basket", "interaction"]
"""What the blender's probabilities are of: an item in the visitor's next basket, or as the next
interaction."""


@dataclass(frozen=True)
class Category:
    """One node of the category tree."""

    name: str
    parent: int
    """Index into the list of categories, -1 at the top."""


@dataclass(frozen=True)
class Items:
    """The catalogue after cleaning; position in every list and array is the item's row."""

    ids: list[str]
    titles: list[str]
    categories: list[Category]
    leaf: Int
    """``[items]`` index of each item's narrowest category."""
    price: Float
    """``[items]`` NaN where unknown."""
    brand: list[str | None]
    attributes: dict[str, list[str | float | None]] = field(default_factory=dict)
    """Any further column of the catalogue, by name, ``[items]`` each; several values are joined by ``|``."""
    created: Long | None = None
    """``[items]`` seconds since 1970, or None where the catalogue does not say."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Column:
    """What single interactions say of their moment: a column of the log with few distinct values."""

    code: Int
    """``[events]`` index into ``values``, -1 where unknown"""
    values: list[str]
    """Distinct, sorted"""

    def keep(self, events: NDArray[np.bool_]) -> Column:
        """Only these events."""
        return Column(self.code[events], self.values)


@dataclass(frozen=True)
class Log:
    """Interactions after cleaning, sorted by user, then time, then the log's own order.

    Users are ``0 .. len(offsets) - 2``; the events of user ``u`` are ``offsets[u] : offsets[u + 1]``.
    """

    offsets: Long
    """``[users + 1]``"""
    item: Int
    """``[events]`` rows of ``items``"""
    type: Int
    """``[events]`` index into ``event_types``"""
    time: Long
    """``[events]`` seconds since 1970 in UTC; position within the user where ``has_time`` is false."""
    value: Float
    """``[events]`` money or stars, 0 where absent."""
    basket: Long
    """``[events]`` basket number; events of one moment of one user where the log has no baskets. Equal
    numbers are adjacent."""
    event_types: list[str]
    users: list[str]
    """``[users]`` ids as the source has them; never exported."""
    items: Items
    profiles: dict[str, list[str | None]] = field(default_factory=dict)
    """Profile columns by name, ``[users]`` each."""
    context: dict[str, Column] = field(default_factory=dict)
    """Columns of single interactions by the name of their context: ``device``, ``place``."""
    has_time: bool = True
    utc_offset_hours: float = 0.0
    """Added to ``time`` for hour and weekday."""

    @property
    def user_count(self) -> int:
        return len(self.offsets) - 1

    @property
    def user(self) -> Int:
        """``[events]`` the user of each event."""
        return np.repeat(np.arange(self.user_count, dtype=np.int32), np.diff(self.offsets))


@dataclass(frozen=True)
class EventType:
    """How one type of interaction counts; see "Event weight" in ``docs/model.md``."""

    name: str
    weight: float
    habit: bool
    token: int
    """What the encoder sees, 0 = nothing."""
    value: tuple[float, float] | None = None
    """(base, slope), or None where the value does not change the weight."""


@dataclass(frozen=True)
class ContextField:
    """One declared context: ``hour`` and ``weekday`` without values, others with theirs."""

    name: str
    values: list[str]
    of_moment: bool = False
    """Whether single interactions have it, in ``Log.context``; else it is the user's."""

    @property
    def size(self) -> int:
        """Number of indices, the unknown 0 included."""
        return {"hour": 25, "weekday": 8}.get(self.name, len(self.values) + 1)


@dataclass(frozen=True)
class Coefficients:
    """Weights of the linear tier's five parts."""

    together: float
    habit: float
    affinity: float
    popularity: float
    recent: float


@dataclass(frozen=True)
class SumWeights(Coefficients):
    """Weights of what is added to the encoder's logits; 0 for what a log has nothing of."""

    had: float = 0.0
    """Added to the score of an item that the visitor had."""
    again: float = 1.0
    """Share of ``together`` that counts for such an item."""

    @property
    def lines(self) -> list[float]:
        """In the order of ``LINES``, with 1 for the logits."""
        beside = [self.together, self.habit, self.affinity, self.popularity, self.recent]
        return [1.0, *beside, self.had, (self.again - 1) * self.together]


@dataclass(frozen=True)
class Linear:
    """The sparse signed item-to-item matrix, stored by source, and how the history is weighted for it."""

    half_life_days: float | None
    half_life_events: float | None
    power: float
    coefficients: Coefficients
    scale: Float
    """``[items]`` one a target"""
    offset: NDArray[np.uint32]
    """``[items + 1]``"""
    target: NDArray[np.uint32]
    """``[entries]`` ascending within a source"""
    weight: NDArray[np.int8]
    """``[entries]``"""


@dataclass(frozen=True)
class Habit:
    """Parameters of habit and interval."""

    half_life_days: float
    prior_weight: float


@dataclass(frozen=True)
class Priors:
    """``[items]`` each; see "Priors" in ``docs/model.md``."""

    popularity: Float
    recent: Float
    interval: Float
    repeat: Float


@dataclass(frozen=True)
class Popular:
    """Precomputed lists of rows, best first."""

    overall: list[int]
    recent: list[int]
    categories: dict[int, list[int]]
    segments: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """By the name of a profile column and its value; empty where the log has no profiles."""


@dataclass(frozen=True)
class Model:
    """The full model's files and shapes."""

    events: int
    size: int
    row_scale: Float
    """``[items]``"""
    row_bias: Float
    """``[items]``"""
    row: NDArray[np.int8]
    """``[items, size]``"""
    encoder: bytes
    """ONNX; matrices as int8 with a float32 step a row, computed in float32"""
    blender: bytes
    """ONNX, float32"""
    block: int
    signals: list[str]
    visitor: list[str]
    parts: list[str]
    probability: Probability | None = None
    """What the blender's output ``probability`` is of; None where it has no such output."""


@dataclass(frozen=True)
class RatingModel:
    """What says how many stars a visitor would give; see "Expected rating" in ``docs/model.md``."""

    graph: bytes
    """``rating.onnx``, float32"""
    events: int
    """Newest ratings of the visitor that the graph looks at."""
    row: NDArray[np.int8]
    """``[items, 2 * factors + 3]``"""
    bias: Float
    """``[items]`` mean + bias of the item"""
    noise_step: float
    """The variance of an item's ratings is ``exp(-noise_step * row[item, 2 * factors + 1])``."""
    lengths: list[int]
    """Lower ends of the buckets of history length, ascending from 0"""
    offset: list[float]
    """A bucket each, as are ``slope`` and ``spread``"""
    slope: list[float]
    spread: list[float]
    lowest: float
    """Lowest rating that can be given"""
    highest: float
    """Highest rating that can be given"""

    @property
    def factors(self) -> int:
        """Length of a visitor's state."""
        return (self.row.shape[1] - 3) // 2


@dataclass(frozen=True)
class Figure:
    """One measured number of the model card."""

    split: str
    model: str
    metric: str
    value: float
    targets: str = "all"
    low: float | None = None
    high: float | None = None
    users: int | None = None


@dataclass(frozen=True)
class ReliabilityBin:
    """One group of predictions of like size; see ``evaluate.reliability``."""

    predicted: float
    """Mean probability that was given, 0 to 1."""
    observed: float
    """Share that came true, 0 to 1."""
    share: float
    """Share of all predictions that are in this group, 0 to 1."""


@dataclass(frozen=True)
class RatingBin:
    """One group of expected ratings of like size."""

    expected: float
    """Mean of what was expected, stars."""
    given: float
    """Mean of what was given, stars."""
    share: float
    """Share of all ratings that are in this group, 0 to 1."""


@dataclass(frozen=True)
class Training:
    """What a reader needs to compare figures."""

    seed: int
    split: str
    tie_break: str
    source: str
    licence: str


@dataclass(frozen=True)
class PackContents:
    """Everything in a pack, before it is written and after it is read."""

    name: str
    data_until: str
    items: Items
    event_types: list[EventType]
    context: list[ContextField]
    history_events: int
    linear: Linear
    habit: Habit
    priors: Priors
    popular: Popular
    model: Model | None
    training: Training
    data: dict[str, float]
    figures: list[Figure]
    reliability: list[ReliabilityBin] = field(default_factory=list)
    """Of the probabilities, measured after the cut; empty where the pack gives none."""
    rules: list[dict[str, Any]] = field(default_factory=list)
    """What the shop wants of every list; see ``pack/rules.py``."""
    rating: RatingModel | None = None
    """None where the log has too few ratings, or the pack no full model."""
    rating_reliability: list[RatingBin] = field(default_factory=list)
    """Of the expected ratings, by rising expectation; empty where too few ratings were held back."""
