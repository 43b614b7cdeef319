"""What a training that is stopped goes on from: one file a finished part, in a folder.

Whatever ends the program, the folder holds whole parts only. Every part says what it depends on through the
identity of the training (configuration, seed, data, version), so a part is never taken for that of another
one; with the random states kept beside the weights, a training that was stopped gives the bytes of one that
was not.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch

from recluse_export.errors import ProblemError
from recluse_export.features.signals import Counting
from recluse_export.files import forget_unfinished, write_bytes, write_text
from recluse_export.models.linear import LinearChoice
from recluse_export.shapes import Coefficients, EventType, Habit, Linear, Priors
from recluse_export.train.budget import Attempt, Budget
from recluse_export.train.linear import LinearParameters

ABOUT = "about.json"
"""What the parts in the folder belong to, and what they are called."""

Made = TypeVar("Made")


class Stateful(Protocol):
    """A module, an optimiser, a schedule."""

    def state_dict(self) -> Any:
        """Everything about it, as tensors and plain values."""

    def load_state_dict(self, state: Any) -> Any:
        """Go back to such a state."""


class Kept:
    """Keeps nothing: for trainings that take seconds, and for callers from Python."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()

    def find(self, part: str) -> Any:
        """What was kept of a part; None where it was not finished."""
        return None

    def keep(self, part: str, value: Any, said: str = "") -> None:
        """Keep a part; ``said`` is what people read of it."""

    def once(
        self,
        part: str,
        said: str,
        make: Callable[[], Made],
        write: Callable[[Made], Any] = lambda made: made,
        read: Callable[[Any], Made] = lambda value: value,
    ) -> Made:
        """What was kept of a part, else what ``make`` makes, which is then kept.

        ``write`` turns it into tensors and plain values, ``read`` turns these back.
        """
        found = self.find(part)
        if found is not None:
            return read(found)
        made = make()
        self.keep(part, write(made), said)
        return made

    def counting(
        self, part: str, said: str, event_types: list[EventType], make: Callable[[], Counting]
    ) -> Counting:
        """:meth:`once` for a solved matrix."""
        return self.once(part, said, make, plain_counting, lambda value: counting_of(value, event_types))


@dataclass(frozen=True)
class Identity:
    """What a training depends on; parts of one are of no use to another."""

    configuration: str
    """Fingerprint, the seed aside."""
    seed: int
    data: str
    """Fingerprint of the cleaned log."""
    version: str
    """Of this package."""

    def differences(self, other: Mapping[str, Any]) -> list[str]:
        """What is not the same, in words."""
        names = {
            "configuration": "another configuration",
            "seed": "another seed",
            "data": "other data",
            "version": "another version of recluse-export",
        }
        return [words for name, words in names.items() if other.get(name) != getattr(self, name)]


class KeptInFolder(Kept):
    """Keeps every part as a file; the folder appears with the first of them.

    Parameters
    ----------
    folder
        For nothing else.
    identity
        Of the training that begins or goes on.
    fresh
        Forget what is there.

    Raises
    ------
    ProblemError
        Parts of another training are there; the message says how that one differs.
    """

    def __init__(
        self, folder: Path, identity: Identity, budget: Budget | None = None, fresh: bool = False
    ) -> None:
        super().__init__(budget)
        self.folder = folder
        self.identity = identity
        if fresh:
            self.clear()
        about = about_of(folder)
        self.parts: dict[str, str] = {} if about is None else about["parts"]
        if about is not None and (others := identity.differences(about["identity"])):
            raise ProblemError(
                f"{folder.parent}: holds an unfinished training of {' and '.join(others)} ({self.said()}). "
                "Give it what it began with to go on, add --fresh to train anew, or choose another folder "
                "with --work."
            )
        if about is not None:
            forget_unfinished(folder)

    def find(self, part: str) -> Any:
        """What was kept of a part, and the budget as it was then; None where it was not finished.

        Raises
        ------
        ProblemError
            The file is damaged.
        """
        file = self._file(part)
        if part not in self.parts or not file.is_file():
            return None
        try:
            found = torch.load(file, weights_only=True)
        except Exception as error:
            raise ProblemError(
                f"{file}: can't be read ({str(error).splitlines()[0]}). Add --fresh to train anew."
            ) from None
        self.budget.go_on(found["spent"], [Attempt(**attempt) for attempt in found["tried"]])
        return found["value"]

    def keep(self, part: str, value: Any, said: str = "") -> None:
        """Write the part, then its name: a part without a name is not there."""
        content = io.BytesIO()
        tried = [asdict(attempt) for attempt in self.budget.tried]
        torch.save({"value": value, "tried": tried, "spent": self.budget.spent()}, content)
        write_bytes(self._file(part), content.getbuffer())
        self.parts = {**self.parts, part: said}
        about = {"identity": asdict(self.identity), "parts": self.parts}
        write_text(self.folder / ABOUT, json.dumps(about, indent=1) + "\n")

    def clear(self) -> None:
        """Forget everything; to be called when the training itself is safe."""
        # The names first: parts without names are no training, whoever stops this.
        (self.folder / ABOUT).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.parts = {}

    def said(self) -> str:
        """What is kept, in words; "nothing yet" before the first part."""
        told = [said for said in self.parts.values() if said]
        if not told:
            return "nothing yet"
        return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"

    def _file(self, part: str) -> Path:
        return self.folder / f"{part.replace(' ', '-')}.pt"


def about_of(folder: Path) -> dict[str, Any] | None:
    """What lies in a folder of parts; None where there are none."""
    try:
        about = json.loads((folder / ABOUT).read_bytes())
    except (OSError, ValueError):
        return None
    return about if isinstance(about, dict) and {"identity", "parts"} <= about.keys() else None


class Passes:
    """Passes over a log, kept one by one with everything that the next one depends on.

    Parameters
    ----------
    kept
        Where.
    part
        Name of the training among the parts.
    of
        How many passes there will be at most.
    states
        What learns and how, by name; put back to where the last kept pass left it.
    random
        Draws the windows; put back, too, as are PyTorch's own random states.
    """

    def __init__(
        self,
        kept: Kept,
        part: str,
        of: int,
        states: Mapping[str, Stateful],
        random: np.random.Generator,
    ) -> None:
        self.kept = kept
        self.part = part
        self.of = of
        self.states = states
        self.random = random
        self.done = 0
        """Passes that need not be done again."""
        self.facts: dict[str, Any] = {}
        """What was given to :meth:`keep` with the last of them."""
        found = kept.find(part)
        if found is not None:
            self._go_back_to(found)

    def keep(self, **facts: Any) -> None:
        """Call after every pass."""
        self.done += 1
        value = {
            "done": self.done,
            "facts": facts,
            "states": {name: state.state_dict() for name, state in self.states.items()},
            "random": self.random.bit_generator.state,
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        self.kept.keep(self.part, value, f'{self.done} of {self.of} passes of "{self.part}"')

    def _go_back_to(self, found: dict[str, Any]) -> None:
        self.done, self.facts = found["done"], found["facts"]
        for name, state in self.states.items():
            state.load_state_dict(found["states"][name])
        self.random.bit_generator.state = found["random"]
        torch.set_rng_state(found["torch"])
        if found["cuda"] and torch.cuda.device_count() == len(found["cuda"]):
            torch.cuda.set_rng_state_all(found["cuda"])


def plain_parameters(parameters: LinearParameters) -> dict[str, Any]:
    """As plain values."""
    return asdict(parameters)


def parameters_of(value: dict[str, Any]) -> LinearParameters:
    """Back from :func:`plain_parameters`."""
    choice = value["choice"]
    return LinearParameters(
        LinearChoice(**{**choice, "coefficients": Coefficients(**choice["coefficients"])}),
        Habit(**value["habit"]),
    )


def plain_counting(counting: Counting) -> dict[str, Any]:
    """As tensors and plain values; the event types aside."""
    return {
        "linear": _plain(asdict(counting.linear)),
        "habit": asdict(counting.habit),
        "priors": _plain(asdict(counting.priors)),
        "leaf": torch.from_numpy(counting.leaf),
    }


def counting_of(value: dict[str, Any], event_types: list[EventType]) -> Counting:
    """Back from :func:`plain_counting`."""
    linear = _arrays(value["linear"])
    return Counting(
        event_types,
        Linear(**{**linear, "coefficients": Coefficients(**linear["coefficients"])}),
        Habit(**value["habit"]),
        Priors(**_arrays(value["priors"])),
        value["leaf"].numpy(),
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: torch.from_numpy(np.ascontiguousarray(value)) if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }


def _arrays(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.numpy() if isinstance(value, torch.Tensor) else value for name, value in values.items()
    }
