"""How long training may take, and what it tried in that time."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from recluse_export.errors import ProblemError

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str) -> float:
    """``30m``, ``90s``, ``1.5h`` or plain minutes.

    Raises
    ------
    ProblemError
        It is none of these, or not above 0.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smh]?)\s*", text.lower())
    if match is None or float(match[1]) <= 0:
        raise ProblemError(f"--budget {text}: is no duration. Give one like 30m, 90s or 1.5h.")
    return float(match[1]) * UNITS[match[2] or "m"]


@dataclass(frozen=True)
class Attempt:
    """One thing that training tried."""

    part: str
    """What was being chosen."""
    what: str
    worth: float
    """NDCG@10 + recall@10 on validation."""


@dataclass
class Budget:
    """A stopwatch with a limit; without one, training takes the time that its settings ask for.

    A limit makes training depend on the clock: the same seed then gives the same bytes only where the same
    number of passes fits.
    """

    seconds: float | None = None
    tried: list[Attempt] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def go_on(self, spent: float, tried: list[Attempt]) -> None:
        """After an interruption: as if ``spent`` seconds had passed, and ``tried`` been tried, just now."""
        self.started = time.monotonic() - spent
        self.tried[:] = tried

    def left(self) -> float:
        """Seconds to the limit, never below 0; infinite without one."""
        return float("inf") if self.seconds is None else max(0.0, self.seconds - self.spent())

    def within(self, share: float) -> bool:
        """Whether less than ``share`` of the time has passed."""
        return self.seconds is None or self.spent() < share * self.seconds

    def passes(self, wanted: int, seconds_a_pass: float, share: float) -> int:
        """How many of the wanted passes fit into ``share`` of the time left, at least one."""
        if self.seconds is None:
            return wanted
        return max(1, min(wanted, int(share * self.left() / max(seconds_a_pass, 1e-6))))
