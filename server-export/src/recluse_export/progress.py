"""How long steps tell the person who waits, without knowing about terminals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Step(Protocol):
    """One long step under way."""

    def advance(self, amount: float = 1) -> None:
        """Say that ``amount`` more of the step's total is done."""


class Progress(Protocol):
    """Where steps are announced: ``with progress.step("Train the encoder", 400) as step: ... step.advance()``."""

    def step(self, name: str, total: float | None = None) -> AbstractContextManager[Step]:
        """Begin a step of ``total`` units; None where nobody knows."""


class _Quiet:
    def advance(self, amount: float = 1) -> None:
        """Say nothing."""


class SilentProgress:
    """For tests and for callers from Python."""

    @contextmanager
    def step(self, name: str, total: float | None = None) -> Iterator[Step]:
        """Begin a step that nobody watches."""
        yield _Quiet()


class TerminalProgress:
    """A bar for each step on the terminal; a line for each finished step where the output is no terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, name: str, total: float | None = None) -> Iterator[Step]:
        """Show a bar until the block ends."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=self.console) as bars:
            task = bars.add_task(name, total=total)

            class _Bar:
                def advance(self, amount: float = 1) -> None:
                    bars.advance(task, amount)

            yield _Bar()
            done = bars.tasks[0].completed or 1
            bars.update(task, total=total or done, completed=total or done)
