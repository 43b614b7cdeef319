"""The one error that a user of the trainer should ever see."""

from __future__ import annotations


class ProblemError(Exception):
    """Something in the input or on the machine that its owner can mend.

    The message names the file, column, row or count that is wrong, and says what to do. The command line
    prints it alone, without a traceback, and ends with exit code 2.
    """
