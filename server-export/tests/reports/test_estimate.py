"""Do the estimates hold what they promise? Against the truth of simulated devices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recluse_export.reports.estimate import chance_of_other, estimate, shares
from reports.simulated import disguised

SHARES = np.array([0.45, 0.3, 0.15, 0.07, 0.03])
CLICKS = np.array([0.12, 0.38, 0.2, 0.3])
VARIANTS = ("hybrid: clicked", "hybrid: not clicked", "popular: clicked", "popular: not clicked")
ROUNDS = 300


@pytest.mark.parametrize("devices", [1_000, 10_000, 100_000])
@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0])
def test_intervals_hold_the_truth_as_often_as_they_say(devices: int, epsilon: float) -> None:
    """Bits of one answer are independent between devices, so their sum is drawn at once."""
    random = np.random.default_rng(devices + int(epsilon * 10))
    other = chance_of_other(epsilon)
    of_all = of_these = 0
    off: list[np.ndarray] = []
    for _ in range(ROUNDS):
        true = random.multinomial(devices, SHARES)
        ones = random.binomial(true, 0.5) + random.binomial(devices - true, other)
        share, low, high = shares(ones, devices, epsilon, 0.95)
        of_all += int(((low <= SHARES) & (high >= SHARES)).sum())
        of_these += int(((low <= true / devices) & (true / devices <= high)).sum())
        off.append(share - SHARES)
    checked = ROUNDS * len(SHARES)
    # Four standard deviations of 1,500 intervals of which each holds the truth 95 times in 100.
    slack = 4 * math.sqrt(0.95 * 0.05 / checked)
    assert of_all / checked == pytest.approx(0.95, abs=slack)
    assert of_these / checked >= 0.95 - slack
    # Estimates are off by as much as the paper says, and to neither side, but for small shares, cut at 0.
    deviation = math.sqrt(other * (1 - other) / devices) / (0.5 - other)
    assert np.abs(np.mean(off, axis=0))[3 * deviation < SHARES].max(initial=0) < 0.25 * deviation
    assert np.std(off, axis=0).max() < 1.25 * deviation + math.sqrt(0.25 / devices)


@pytest.mark.parametrize("devices", [1_000, 10_000, 100_000])
def test_click_shares_of_variants_hold_the_truth(devices: int) -> None:
    random = np.random.default_rng(devices)
    true = {"hybrid": CLICKS[0] / CLICKS[:2].sum(), "popular": CLICKS[2] / CLICKS[2:].sum()}
    held = known = 0
    rounds = 60
    for _ in range(rounds):
        truths = random.choice(4, devices, p=CLICKS)
        found = estimate("home", "2026-11-25", 1.0, VARIANTS, disguised(truths, 4, 1.0, random), 0.95)
        for one in found.clicked:
            if one.share is None:
                continue
            assert one.low is not None
            assert one.high is not None
            known += 1
            held += one.low <= true[one.variant] <= one.high
    assert known > 0.9 * 2 * rounds
    assert held / known > 0.95 - 4 * math.sqrt(0.95 * 0.05 / known)


def test_more_devices_make_the_intervals_narrower() -> None:
    def width(devices: int) -> float:
        _, low, high = shares(np.array([devices // 3]), devices, 1.0, 0.95)
        return float(high[0] - low[0])

    assert width(100_000) < width(10_000) / 3 < width(1_000) / 9


@settings(deadline=None, max_examples=60)
@given(
    epsilon=st.floats(0.05, 10),
    devices=st.integers(1, 500),
    answers=st.integers(2, 8),
    seed=st.integers(0, 2**31),
)
def test_estimates_are_shares_whatever_the_reports_say(
    epsilon: float, devices: int, answers: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    bits = ["".join(map(str, row)) for row in random.integers(0, 2, (devices, answers))]
    names = (*VARIANTS, *(f"other {n}" for n in range(4)))[:answers]
    found = estimate("q", "2026-11-25", epsilon, names, bits, 0.9)
    for one in found.answers:
        assert 0 <= one.low <= one.share <= one.high <= 1
        assert one.ones == sum(row[names.index(one.answer)] == "1" for row in bits)
    for rate in found.clicked:
        if rate.share is not None:
            assert 0 <= rate.low <= rate.share <= rate.high <= 1
