"""The search for the weights of a sum."""

from __future__ import annotations

from recluse_export.shapes import SumWeights
from recluse_export.train.mix import climb, climb_from

GRID = {"together": (0.0, 4.0, 100.0), "again": (0.0, 0.5, 1.0)}


def two_hills(weights: SumWeights) -> float:
    """Much of the linear tier pays only where little of it goes to what was had before; else none does."""
    if weights.again <= 0.5:
        return weights.together + weights.again
    return -weights.together


def test_one_step_after_the_other_from_one_place_may_end_on_the_lower_hill() -> None:
    worth, weights = climb(two_hills, SumWeights(4.0, 0.0, 0.0, 0.0, 0.0), {"together": GRID["together"]})
    assert (worth, weights.together) == (0.0, 0.0)


def test_from_several_places_the_higher_hill_is_found() -> None:
    starts = [SumWeights(4.0, 0.0, 0.0, 0.0, 0.0, again=again) for again in (1.0, 0.0)]
    worth, weights = climb_from(two_hills, starts, {"together": GRID["together"]})
    assert (worth, weights.together, weights.again) == (100.0, 100.0, 0.0)


def test_of_equally_good_ends_the_first_is_kept() -> None:
    starts = [SumWeights(0.0, 0.0, 0.0, 0.0, 0.0), SumWeights(4.0, 0.0, 0.0, 0.0, 0.0)]
    assert climb_from(lambda _: 1.0, starts, GRID) == (1.0, starts[0])
