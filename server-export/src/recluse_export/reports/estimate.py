"""From disguised answers to shares with intervals."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from recluse_export.reports.read import Report

CHANCE_OF_TRUE = 0.5
"""How likely the bit of the true answer is 1."""

CLICKED = ": clicked"
NOT_CLICKED = ": not clicked"


@dataclass(frozen=True)
class Answer:
    """What is known of one answer."""

    answer: str
    share: float
    """Estimated share of the devices, 0 to 1."""
    low: float
    high: float
    """The interval that holds the true share with the confidence asked for."""
    ones: int
    """Reports whose bit is 1."""


@dataclass(frozen=True)
class Clicked:
    """Of the devices with a variant, the share with a click on that day; None where too little is known."""

    variant: str
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Estimate:
    """One question on one day."""

    question: str
    day: str
    epsilon: float
    devices: int
    answers: list[Answer]
    clicked: list[Clicked]


def chance_of_other(epsilon: float) -> float:
    """How likely the bit of an answer that is not the true one is 1."""
    return 1 / (math.exp(epsilon) + 1)


def estimates(reports: Iterable[Report], confidence: float = 0.95) -> list[Estimate]:
    """Estimate the share of each answer, for each question and day.

    Devices that were asked otherwise (other answers, another epsilon) are a group of their own. Days are not
    added up: a device disguises the same answer in the same way every day, so that more days say little more
    of the same devices.

    Parameters
    ----------
    reports
        Each device at most once a question and day.
    confidence
        Of the intervals, above 0 and below 1.

    Returns
    -------
    list
        By question, then day.
    """
    groups: dict[tuple[str, str, float, tuple[str, ...]], list[str]] = defaultdict(list)
    for report in reports:
        groups[report.question, report.day, report.epsilon, report.answers].append(report.bits)
    return [
        estimate(question, day, epsilon, answers, bits, confidence)
        for (question, day, epsilon, answers), bits in sorted(groups.items())
    ]


def estimate(
    question: str, day: str, epsilon: float, answers: tuple[str, ...], bits: list[str], confidence: float
) -> Estimate:
    """One question on one day; ``bits`` has one text of 0 and 1 for each device, as long as ``answers``."""
    matrix = np.frombuffer("".join(bits).encode(), np.uint8).reshape(len(bits), len(answers)) == ord("1")
    ones = matrix.sum(axis=0)
    share, low, high = shares(ones, len(bits), epsilon, confidence)
    return Estimate(
        question,
        day,
        epsilon,
        len(bits),
        [
            Answer(answer, *(float(one) for one in numbers), ones=int(count))
            for answer, *numbers, count in zip(answers, share, low, high, ones, strict=True)
        ],
        _clicked(answers, ones / len(bits), len(bits), epsilon, confidence),
    )


def shares(
    ones: NDArray[np.int64], devices: int, epsilon: float, confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Estimated shares with intervals.

    A bit is 1 with probability ``share * p + (1 - share) * q``: the estimate solves that for the share
    (Wang et al., USENIX Security 2017), and the interval does so with both ends of Wilson's score interval
    (1927) for the bit's probability. That takes devices as drawn from all visitors; for the devices that
    reported it is a little too wide.

    Returns
    -------
    tuple
        Shares, lower and upper ends, cut to 0 to 1.
    """
    other = chance_of_other(epsilon)
    rate = ones / devices
    deviate = float(norm.ppf((1 + confidence) / 2))
    spread = deviate**2 / devices
    middle = (rate + spread / 2) / (1 + spread)
    half = deviate / (1 + spread) * np.sqrt(rate * (1 - rate) / devices + spread / (4 * devices))

    def undisguised(probability: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.clip((probability - other) / (CHANCE_OF_TRUE - other), 0, 1)

    return undisguised(rate), undisguised(middle - half), undisguised(middle + half)


def _clicked(
    answers: tuple[str, ...], rates: NDArray[np.float64], devices: int, epsilon: float, confidence: float
) -> list[Clicked]:
    """Shares of clicks by variant, where answers come in pairs: ``a: clicked``, ``a: not clicked``."""
    found = []
    for place, answer in enumerate(answers):
        variant = answer.removesuffix(CLICKED)
        if variant == answer or variant + NOT_CLICKED not in answers:
            continue
        other = answers.index(variant + NOT_CLICKED)
        found.append(Clicked(variant, *_ratio(rates[place], rates[other], devices, epsilon, confidence)))
    return found


def _ratio(
    hit: float, missed: float, devices: int, epsilon: float, confidence: float
) -> tuple[float | None, float | None, float | None]:
    """Interval of ``a / (a + b)`` by Fieller's method (1954): all ratios that the data do not reject.

    ``a - r (a + b)`` is normal around 0 at the true ratio r; where the denominator itself may be 0,
    nothing is known.
    """
    p, q = CHANCE_OF_TRUE, chance_of_other(epsilon)
    a, b = (hit - q) / (p - q), (missed - q) / (p - q)
    both = np.clip(a, 0, 1) * p * q + np.clip(b, 0, 1) * p * q + np.clip(1 - a - b, 0, 1) * q * q
    scale = devices * (p - q) ** 2
    of_hit, of_missed = hit * (1 - hit) / scale, missed * (1 - missed) / scale
    of_both = (both - hit * missed) / scale
    deviate = float(norm.ppf((1 + confidence) / 2))
    # Numerator a, denominator a + b, and their variances.
    bottom, top_bottom, of_bottom = a + b, of_hit + of_both, of_hit + of_missed + 2 * of_both
    g = deviate**2 * of_bottom
    if bottom <= 0 or bottom**2 <= g:
        return None, None, None
    square = bottom**2 - g
    middle = a * bottom - deviate**2 * top_bottom
    root = math.sqrt(max(0.0, middle**2 - square * (a**2 - deviate**2 * of_hit)))
    low, high = (middle - root) / square, (middle + root) / square
    cut = [float(min(1.0, max(0.0, value))) for value in (a / bottom, low, high)]
    return cut[0], cut[1], cut[2]
