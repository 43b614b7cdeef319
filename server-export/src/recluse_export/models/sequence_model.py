"""What the sequence models of the zoo share: item rows, an encoder, and how both are learned and asked.

A model is this with a way to build its network in :meth:`SequenceModel.build`. The score is ``row . state``,
so that any of them fits into a pack.
"""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional

from recluse_export.errors import ProblemError
from recluse_export.evaluate.metrics import measure
from recluse_export.evaluate.split import before, select
from recluse_export.features.history import Histories
from recluse_export.features.sequence import sequences
from recluse_export.models.base import Environment, recommend
from recluse_export.models.int8 import in_steps
from recluse_export.models.item_to_item import repeats
from recluse_export.models.sequence_training import TrainingSettings, train_sequence_model
from recluse_export.models.sequence_windows import SequenceWindows, Windows
from recluse_export.models.settings import PositiveInt, Share
from recluse_export.models.shared_negatives import (
    Loss,
    draw_negatives,
    overconfidence_exponent,
    shared_negatives_loss,
)
from recluse_export.progress import Progress, SilentProgress
from recluse_export.shapes import Float, Log


class SequenceSettings(TrainingSettings):
    """What all sequence models may be told."""

    size: Annotated[int, Field(ge=4, multiple_of=4)] = 64
    """Length of an item row and of the visitor's state."""
    events: PositiveInt = 200
    """Newest events that are seen; fewer where nobody has so many."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """On what goes in and on what each layer adds."""
    loss: Loss = "softmax"
    """``softmax``: cross-entropy. ``gbce``: generalised binary cross-entropy of gSASRec."""
    negatives: PositiveInt | None = 3000
    """Shared by all places of a step, drawn anew for each; None for the whole catalogue."""
    correct: bool = True
    """For ``softmax``: let the negatives stand for the whole catalogue."""
    calibration: Share = 0.75
    """For ``gbce``: 0 is plain binary cross-entropy, 1 gives calibrated probabilities."""
    spare_own: bool | None = None
    """Whether items of the same window are no negatives; None: where people don't repeat."""
    windows_a_user: PositiveInt = 1
    """How many windows of ``events`` are learned from, newest first. The papers learn from one."""
    bfloat16: bool = False
    """Multiply logits in bfloat16: half the time where the processor does so itself (avx512_bf16)."""


class TransformerSettings(SequenceSettings):
    """The same for those with layers of attention."""

    blocks: PositiveInt = 2
    """Layers."""
    heads: PositiveInt = 1
    """Attention heads a layer."""

    @model_validator(mode="after")
    def _heads_share_the_row(self) -> Self:
        if self.size % self.heads:
            raise ValueError(f"size must be a multiple of heads ({self.heads}), so that each has its share")
        return self


class SequenceNetwork(nn.Module):
    """Item rows and the encoder that reads them, as they are trained together."""

    def __init__(self, items: int, size: int, encoder: nn.Module) -> None:
        super().__init__()
        self.item = nn.Embedding(items, size)
        self.encoder = encoder
        """Gives ``states(items, length)`` in training, and in ``forward`` what ``encoder.onnx`` gives."""

    def rows(self) -> Tensor:
        """``[items, size]``, those that come in and those that are compared with the state."""
        return self.item.weight


class SequenceModel:
    """Learns after every event what comes next; the user is their newest events and nothing else."""

    name = "sequence"

    def __init__(self, settings: SequenceSettings, environment: Environment) -> None:
        self.settings: SequenceSettings = settings
        self.environment = environment
        self.network: SequenceNetwork | None = None
        self.events = settings.events
        """Newest events that are seen, after ``fit`` at most those of the longest history."""
        self.rows: Float = np.zeros((0, settings.size), np.float32)
        """``[items, size]`` in the int8 steps that a pack keeps, so that it ranks as this does."""
        self.worths: list[float] = []
        """NDCG@10 on validation after every pass."""

    def build(self, items: int, events: int) -> SequenceNetwork:
        """An untrained network."""
        raise NotImplementedError

    def fit(self, log: Log, until: int, progress: Progress | None = None) -> Self:
        """Learn from the events of ``log`` before ``until`` whose type has a token; each user's last one is
        held back, to know when to stop.

        Raises
        ------
        ProblemError
            Nobody has two events, or the loss is no number any more.
        """
        settings, seed = self.settings, self.environment.seed
        token = np.array([event_type.token for event_type in self.environment.event_types], np.int32)
        log = select(before(log, until) if log.has_time else log, token[log.type] > 0)
        source = SequenceWindows(log, settings.events, settings.windows_a_user, settings.batch)
        if source.steps == 0:
            raise ProblemError(
                f"{self.name}: nobody has two events whose type has a token, so there is no order to learn. "
                "Give more event types a token, or choose another model."
            )
        self.events = min(settings.events, int(np.diff(log.offsets).max()))
        again = repeats(log)
        spare = not again if settings.spare_own is None else settings.spare_own
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = self.build(len(log.items), self.events)
            self.network = network
            histories, targets = source.validation(settings.validation_users, np.random.default_rng(seed))

            def loss(windows: Windows, random: np.random.Generator) -> Tensor:
                return sequence_loss(network, windows, settings, spare, random)

            def worth() -> float:
                self.rows = network.rows().detach().numpy()
                lists = recommend(self, histories, 10, "any" if again else "discover")
                return float(measure(lists, targets)["ndcg@10"].mean())

            self.worths = train_sequence_model(
                self.name,
                network,
                loss,
                source,
                worth if len(targets) else None,
                settings,
                seed,
                progress or SilentProgress(),
            )
        self.rows = in_steps(network.rows().detach().numpy())
        return self

    def encoder(self) -> nn.Module:
        """The ``encoder`` of this model's pack, for ``events`` places.

        Raises
        ------
        ValueError
            Not fitted yet.
        """
        if self.network is None:
            raise ValueError("not fitted")
        return self.network.encoder

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``; 0 everywhere for a visitor without an event."""
        read = sequences(histories, self.environment.event_types, self.events)
        known = (read.row >= 0).any(axis=1)
        # Nothing is lost with places that are padding in every history.
        places = max(1, int((read.row >= 0).sum(axis=1).max(initial=1)))
        row, mask = torch.from_numpy(read.row[:, -places:]), torch.from_numpy(read.mask[:, -places:])
        with torch.no_grad():
            items = functional.embedding(row.clamp(min=0), torch.from_numpy(self.rows))
            items = items * (row >= 0).unsqueeze(-1)
            rest = [torch.from_numpy(array[:, -places:]) for array in (read.type, read.age, read.value)]
            unknown = torch.zeros((len(row), len(self.environment.context)), dtype=torch.int32)
            state = self.encoder()(items, *rest, mask, unknown).numpy()
        return (state * known[:, None]) @ self.rows.T


def sequence_loss(
    network: SequenceNetwork,
    windows: Windows,
    settings: SequenceSettings,
    spare_own: bool,
    random: np.random.Generator,
) -> Tensor:
    """Mean loss of what came after every event of some windows."""
    rows = network.rows()
    states = network.encoder.states(functional.embedding(windows.item, rows), windows.length)
    real = windows.real
    wanted = windows.following[real]
    if spare_own:
        # Padding is row 0; as something to spare it has to be an item of the window instead.
        padded = torch.where(real, windows.following, windows.following[:, :1])
        spared = torch.cat([windows.item[:, :1], padded], dim=1)
        group = torch.arange(len(real)).unsqueeze(1).expand_as(real)[real]
    else:
        spared, group = wanted.unsqueeze(1), torch.arange(len(wanted))
    items = len(rows)
    negatives = draw_negatives(
        items, settings.negatives, settings.correct and settings.loss == "softmax", random
    )
    return shared_negatives_loss(
        states[real],
        rows,
        wanted,
        spared,
        group,
        negatives,
        settings.loss,
        overconfidence_exponent(len(negatives.item), items, settings.calibration),
        settings.bfloat16,
    )
