"""What happens when somebody, or the system, stops the program."""

from __future__ import annotations

import inspect
import shlex
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from recluse_export.errors import Terminated

ONCE = ("fresh",)
"""Options that a command which goes on must not be given again."""


@contextmanager
def terminable() -> Iterator[None]:
    """Inside, SIGTERM raises :class:`Terminated`, so that files are put in order as after Ctrl-C."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def same_command(command: Callable[..., object], values: Mapping[str, Any]) -> str:
    """The command line that gives a command these values; what is so by default is left out."""
    words = ["recluse-export", command.__name__]
    hints = get_type_hints(command, include_extras=True)
    for name, parameter in inspect.signature(command).parameters.items():
        value = values.get(name, parameter.default)
        if name in ONCE or value is None or value == parameter.default:
            continue
        option = _option(hints[name])
        words += [] if option is None else [option]
        words += [] if value is True else [str(value)]
    return shlex.join(words)


def _option(hint: Any) -> str | None:
    """``--work``; None for an argument without a name."""
    if get_origin(hint) is not Annotated:
        return None
    told = get_args(hint)[1]
    # Inside Annotated, Typer takes the first name for a default until it builds the command.
    names = [told.default, *(told.param_decls or ())]
    return next((name for name in names if isinstance(name, str) and name.startswith("--")), None)
