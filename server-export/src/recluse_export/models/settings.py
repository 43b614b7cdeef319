"""What may be chosen about the models, with the defaults that the grocery pack uses."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0)]
PositiveInt = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Settings(BaseModel):
    """Unknown keys are mistakes, and a configuration does not change while it is used."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HabitSettings(Settings):
    """The visitor's own counts; see "Habit" in ``docs/model.md``."""

    half_life_days: list[Positive] = [60.0, 90.0, 120.0]
    """Tried in turn; validation chooses."""
    prior_weight: Positive = 2.0
    """How many intervals the catalogue's usual interval counts for."""


class LinearSettings(Settings):
    """The sparse item-to-item matrix: EASE and SLIT, each solved in closed form, added and cut."""

    half_life_days: list[Positive] = [60.0, 120.0]
    """Decay of the history for the matrix, tried in turn; not used for a log without times."""
    half_life_events: list[Positive] = [1.5, 3.0, 6.0, 12.0, 24.0]
    """Decay of the history by its order, for a log without times, tried in turn."""
    power: list[Annotated[float, Field(gt=0, le=1)]] = [0.5]
    """Exponent on decayed counts, tried in turn."""
    power_by_order: list[Annotated[float, Field(gt=0, le=1)]] = [1.0, 0.5]
    """The same for a log without times in which people repeat."""
    relative_regularisation: list[Positive] = [0.1, 0.3, 1.0, 3.0, 10.0]
    """L2 penalty of either, tried in turn: a multiple of the mean squared length of the histories that it
    learns from; for a log without times, of the mean of what stands on the diagonal of the problem."""
    ease_share: list[Share] = [0.25, 0.5, 0.75, 1.0]
    """Share of EASE in the sum of both, on the same scale, tried in turn."""
    ease_share_by_order: list[Share] = [0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0]
    """The same for a log without times."""
    cutoffs: PositiveInt = 4
    """Moments a user at which SLIT cuts the history into past and future."""
    future_half_life_days: Positive = 28.0
    """Decay of the future that SLIT predicts, counted from the cutoff."""
    future_half_life_events: list[Positive] = [0.5, 1.0, 2.0, 5.0]
    """The same for a log without times, tried in turn."""
    cutoffs_by_order: PositiveInt = 60
    """Moments a user, for a log without times."""
    strongest: PositiveInt = 32
    """Entries kept a target item, or on average a source item: validation chooses which."""
    strongest_by_order: list[PositiveInt] = [32, 64]
    """The same for a log without times, tried in turn; more must gain ``least_gain``."""
    most_entries: PositiveInt = 400_000
    """Entries of the whole matrix that a pack may hold; fewer a target item where there are many items, and
    in a log without times no more than there is room for beside the networks."""
    least_gain: Annotated[float, Field(ge=0)] = 0.002
    """NDCG@10 + recall@10 on validation by which more entries must be better."""


class TowerSettings(Settings):
    """Item rows from attributes, plus a learned correction for each known item."""

    size: Annotated[int, Field(ge=4, multiple_of=4)] = 64
    """Length of an item row and of the visitor's state."""
    wide_size: Annotated[int, Field(ge=4, multiple_of=4)] = 128
    """The most of it for a log without times, where a pack has room for that."""
    hashes: PositiveInt = 4096
    """Slots of the table for title words and further attributes."""
    price_buckets: PositiveInt = 16
    """Slots for the logarithm of the price."""
    delta_dropout: Share = 0.2
    """Share of items whose correction is left out in a training step, so that attributes alone work for new
    items."""


class EncoderSettings(Settings):
    """The causal transformer over the visitor's newest events."""

    events: PositiveInt = 100
    """L: newest events that it sees."""
    blocks: PositiveInt = 2
    """Pre-norm blocks of attention and a gated feed-forward layer."""
    heads: PositiveInt = 2
    """Attention heads a block."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """On the outputs of attention, of feed-forward and of the item rows that come in."""
    epochs: PositiveInt | None = None
    """Passes over all users; each pass cuts a new window out of every user's history. None for 6, or as many
    more as make ``least_steps`` steps."""
    least_steps: PositiveInt = 2500
    """What a small log needs: the same few events in other windows, again and again."""
    most_windows: PositiveInt | None = None
    """Windows a pass at most, drawn anew each time; None for as many as cover every history."""
    batch: PositiveInt = 32
    """Windows a step."""
    queries: PositiveInt = 8
    """Moments a window at which the future is predicted."""
    horizon_days: Positive = 7.0
    """Baskets within so many days after the moment are its targets; the next item where the log has no
    times."""
    learning_rate: Positive = 4e-3
    """Peak of the one-cycle schedule of AdamW."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.05
    """Of AdamW, on matrices only."""
    context_dropout: Share = 0.5
    """Share of contexts set to unknown in training, for a page seldom knows them all."""
    beside_linear: bool = False
    """Whether the encoder learns what the linear tier leaves over, instead of everything by itself."""
    beside_linear_by_order: bool = False
    """The same for a log without times."""
    folds: Annotated[int, Field(ge=2)] = 4
    """Parts of the users, each with a linear tier that learned from the others, beside which the encoder
    learns."""
    next_item_events: PositiveInt = 200
    """``events`` for a log without times, fewer where nobody has so many."""
    next_item_epochs: PositiveInt = 24
    """Most passes over a log without times."""
    next_item_blocks: PositiveInt = 3
    """``blocks`` for a log without times."""
    next_item_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """``dropout`` for a log without times."""
    next_items: PositiveInt = 1
    """How many of the following events each place of a log without times predicts."""
    next_items_fade: Share = 0.5
    """How much each of them counts against the one before it."""
    places: PositiveInt = 5000
    """Places a step at most, over all its windows, for a log without times."""
    least_places: PositiveInt = 500
    """The same at least, however small the log."""
    steps_a_pass: PositiveInt = 200
    """Steps into which a pass is cut between these two: a small log in few large steps hardly learns."""
    next_item_learning_rate: Positive = 2e-3
    """Peak of the schedule for a log without times."""
    averaging: Share = 0.01
    """What the moving average of the weights takes of the newest, every ten steps."""
    patience: PositiveInt = 5
    """Passes without gain on validation after which training ends, if it really falls by then."""


class BlenderSettings(Settings):
    """The additive network over the signals of a candidate."""

    block: PositiveInt = 1024
    """B: candidates a run of the graph."""
    hidden: PositiveInt = 16
    """Width of each part's hidden layer."""
    cutoffs: PositiveInt = 6
    """Weekly moments before the validation week from which it learns; the base models saw nothing after the
    first of them."""
    hard: PositiveInt = 200
    """Candidates a list that the linear tier or the encoder put first."""
    random: PositiveInt = 100
    """Candidates a list drawn from all others, weighted to stand for them."""
    epochs: PositiveInt = 12
    """Passes over all lists."""
    batch: PositiveInt = 128
    """Lists a step."""
    learning_rate: Positive = 3e-3
    """Peak of the one-cycle schedule of AdamW."""


class ModelSettings(Settings):
    """Everything that training is told, the seed and the data aside."""

    seed: Annotated[int, Field(ge=0)] = 1
    """Of everything random: the same seed on the same machine gives the same bytes."""
    pack_bytes: PositiveInt = 1_000_000
    """What a pack of a log without times may be large, unless there are very many items. Item rows, encoder
    and matrix are given their sizes so that together they keep to it."""
    pack_bytes_an_item: PositiveInt = 132
    """The same where that is more."""
    full: bool = True
    """False stops at the linear tier: no encoder, no blender, no ONNX."""
    history_events: PositiveInt = 1000
    """Newest events that a device uses for counts and for the linear tier."""
    popularity_half_life_days: Positive = 90.0
    """Decay of ``popularity`` over the whole log."""
    recent_days: Positive = 28.0
    """The weeks that ``recent`` looks at."""
    habit: HabitSettings = HabitSettings()
    linear: LinearSettings = LinearSettings()
    tower: TowerSettings = TowerSettings()
    encoder: EncoderSettings = EncoderSettings()
    blender: BlenderSettings = BlenderSettings()

    def quick(self) -> ModelSettings:
        """The same model trained for seconds instead of minutes: for tests and first looks, not for
        figures."""
        return self.model_copy(
            update={
                "habit": self.habit.model_copy(update={"half_life_days": self.habit.half_life_days[:1]}),
                "linear": self.linear.model_copy(
                    update={
                        "half_life_days": self.linear.half_life_days[:1],
                        "power": self.linear.power[:1],
                        "power_by_order": self.linear.power_by_order[:1],
                        "relative_regularisation": [1.0],
                        "ease_share": self.linear.ease_share[:1],
                        "cutoffs": 2,
                    }
                ),
                "tower": self.tower.model_copy(update={"wide_size": self.tower.size}),
                "encoder": self.encoder.model_copy(update={"epochs": 1, "most_windows": 1000}),
                "blender": self.blender.model_copy(
                    update={"epochs": 2, "cutoffs": 2, "hard": 50, "random": 50}
                ),
            }
        )
