"""How far an expected rating can be trusted: a correction and a spread, by how many ratings it rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recluse_export.features.ratings import Ratings
from recluse_export.models.fold_in import states
from recluse_export.models.rating_factors import RatingFactors
from recluse_export.shapes import Float, Int

LENGTHS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Lower ends of the buckets of history length."""
LINE_STRENGTH = 300.0
SPREAD_STRENGTH = 30.0
"""How many ratings the line and the spread of the bucket before count for in a bucket; before the first stand
the raw rating as it is and a spread of 1."""


@dataclass(frozen=True)
class Calibration:
    """``expected = hold(offset + slope * hold(raw))``, ``spread * sqrt(noise of the item)`` around it."""

    lengths: Int
    """``[buckets]`` lower ends, ascending from 0"""
    offset: Float
    """``[buckets]``"""
    slope: Float
    """``[buckets]``"""
    spread: Float
    """``[buckets]``"""
    lowest: float
    highest: float

    def hold(self, rating: Float) -> Float:
        """Ratings within what can be given."""
        return np.clip(rating, self.lowest, self.highest)

    def apply(self, raw: Float, noise: Float, count: Int) -> tuple[Float, Float]:
        """Expected rating and standard deviation of what the visitor would give.

        Parameters
        ----------
        raw
            ``[pairs]`` mean + bias + factors . state
        noise
            ``[pairs]`` variance of the item's ratings
        count
            ``[pairs]`` number of ratings in the visitor's history
        """
        bucket = np.searchsorted(self.lengths, count, side="right") - 1
        expected = self.hold(self.offset[bucket] + self.slope[bucket] * self.hold(raw))
        return expected.astype(np.float32), (self.spread[bucket] * np.sqrt(noise)).astype(np.float32)


def raw_ratings(factors: RatingFactors, state: Float, user: Int, item: Int) -> Float:
    """``[pairs]`` mean + bias + factors . state."""
    taste = np.einsum("pf,pf->p", factors.factors[item], state[user])
    return factors.mean + factors.bias[item] + taste


def calibrate(
    factors: RatingFactors, histories: Ratings, held_out: Ratings, lowest: float, highest: float, seed: int
) -> Calibration:
    """Fit a straight line and a spread a bucket on ratings that the factors were not learned from.

    For each bucket every visitor's history is cut to so few of their ratings, drawn at random, so that also
    the buckets of newcomers are measured where nobody is one.
    """
    random = np.random.default_rng(seed)
    draw = random_places(histories.user, random)
    length = np.bincount(histories.user, minlength=histories.users)
    slope, offset, spread = 1.0, 0.0, 1.0
    numbers: list[tuple[float, float, float]] = []
    for place, least in enumerate(LENGTHS):
        longest = LENGTHS[place + 1] - 1 if place + 1 < len(LENGTHS) else max(int(length.max()), least)
        wanted = random.integers(least, longest, length.shape, endpoint=True)
        state = states(factors, histories.only(draw < wanted[histories.user]))
        judged = held_out.only(length[held_out.user] >= least)
        raw = np.clip(raw_ratings(factors, state, judged.user, judged.item), lowest, highest)
        slope, offset = _line(raw, judged.value, slope, offset)
        error = judged.value - np.clip(offset + slope * raw, lowest, highest)
        squares = (error**2 / factors.noise[judged.item]).sum(dtype=np.float64)
        spread = float(np.sqrt((squares + SPREAD_STRENGTH * spread**2) / (len(judged) + SPREAD_STRENGTH)))
        numbers.append((slope, offset, spread))
    slopes, offsets, spreads = np.array(numbers, np.float32).T
    return Calibration(np.array(LENGTHS, np.int32), offsets, slopes, spreads, lowest, highest)


def _line(raw: Float, value: Float, slope: float, offset: float) -> tuple[float, float]:
    """Slope and offset of least squares, drawn towards those given."""
    if not len(raw):
        return slope, offset
    error = value.astype(np.float64) - (offset + slope * raw)
    around = raw.astype(np.float64) - raw.mean(dtype=np.float64)
    trusted = len(raw) / (len(raw) + LINE_STRENGTH)
    further = trusted * float((around * error).sum() / max(float((around * around).sum()), 1e-9))
    return slope + further, offset + trusted * float(error.mean()) - further * float(raw.mean())


def random_places(user: Int, random: np.random.Generator) -> Int:
    """``[ratings]``: a random place of each rating among its user's, from 0."""
    order = np.lexsort((random.random(len(user)), user))
    sorted_user = user[order]
    begin = np.searchsorted(sorted_user, sorted_user, side="left")
    places = np.empty(len(user), np.int32)
    places[order] = np.arange(len(user)) - begin
    return places
