"""How long steps tell the person who waits, without knowing about terminals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars


class Step(Protocol):
    """One long step under way."""

    def advance(self, amount: float = 1) -> None:
        """Say that ``amount`` more of the step's total is done."""


class Progress(Protocol):
    """Where steps are announced: ``with progress.step("Train the encoder", 400) as step: ...
    step.advance()``."""

    def step(self, name: str, total: float | None = None) -> AbstractContextManager[Step]:
        """Begin a step of ``total`` units; None where nobody knows."""

    def say(self, sentence: str) -> None:
        """Tell something between two steps."""


class _Unwatched:
    def advance(self, amount: float = 1) -> None:
        """Say nothing."""


class SilentProgress:
    """For tests and for callers from Python."""

    @contextmanager
    def step(self, name: str, total: float | None = None) -> Iterator[Step]:
        """Begin a step that nobody watches."""
        yield _Unwatched()

    def say(self, sentence: str) -> None:
        """Say nothing."""


class _Bar:
    def __init__(self, bars: Bars, name: str, total: float | None) -> None:
        self._bars = bars
        self._task = bars.add_task(name, total=total)

    def advance(self, amount: float = 1) -> None:
        """Move the bar."""
        self._bars.advance(self._task, amount)

    def finish(self) -> None:
        """Fill the bar, also where nobody knew how long it would be."""
        total = self._bars.tasks[0].total or 1
        self._bars.update(self._task, total=total, completed=total)


class TerminalProgress:
    """A bar for each step on a terminal; a line for each finished step where the output is no terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, name: str, total: float | None = None) -> Iterator[Step]:
        """Show a bar until the block ends."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Bars(*columns, console=self.console) as bars:
            bar = _Bar(bars, name, total)
            yield bar
            bar.finish()

    def say(self, sentence: str) -> None:
        """Print it."""
        self.console.print(sentence, markup=False, highlight=False)
