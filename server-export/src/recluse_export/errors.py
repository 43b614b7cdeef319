"""The one error that a user of the trainer should ever see."""

from __future__ import annotations


class ProblemError(Exception):
    """Something in the input or on the machine that its owner can mend.

    The message names the file, column, row or count that is wrong, and says what to do. The command line
    prints it alone, without a traceback, and ends with exit code 2.
    """


class DivergedError(ProblemError):
    """A loss or a weight is no number any more: the same training again would end the same way."""


class NoSpaceError(ProblemError):
    """The disk is full: the same command again goes on once there is space."""


class Terminated(KeyboardInterrupt):
    """The system asks the program to end (SIGTERM); as Ctrl-C, but another exit code."""
