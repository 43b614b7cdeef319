"""Coordinate search over the weights of a sum of scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from recluse_export.shapes import Coefficients

Weights = TypeVar("Weights", bound=Coefficients)


def climb(
    worth: Callable[[Weights], float], start: Weights, grid: Mapping[str, Sequence[float]]
) -> tuple[float, Weights]:
    """Coordinate search: each weight in turn takes its best value of the grid, twice."""
    best_value, best_so_far = worth(start), start
    for _ in range(2):
        before = best_so_far
        for name, values in grid.items():
            for value in values:
                if value != getattr(best_so_far, name):
                    attempt = replace(best_so_far, **{name: value})
                    reached = worth(attempt)
                    if reached > best_value:
                        best_value, best_so_far = reached, attempt
        if best_so_far == before:
            break
    return best_value, best_so_far


def climb_from(
    worth: Callable[[Weights], float], starts: Sequence[Weights], grid: Mapping[str, Sequence[float]]
) -> tuple[float, Weights]:
    """The best of :func:`climb` from each of ``starts``; of equals, the first.

    Where two weights pay together only, one beginning may lead into a corner: on RetailRocket one seed of
    three ended with 4 times the linear tier and worth .345, the others with 100 and 150 times, .366 and .387.
    """
    return max((climb(worth, start, grid) for start in starts), key=lambda found: found[0])
