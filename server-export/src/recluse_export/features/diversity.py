"""Not ten of the same, and what a visitor likes in the proportions in which they like it; "Diversity" in
``docs/model.md``."""

from __future__ import annotations

from typing import Literal

import numpy as np

from recluse_export.features.history import Double
from recluse_export.shapes import Float, Int

Diversify = Literal["mmr", "dpp"]

LEAST_RESIDUAL = 1e-6
"""A candidate that the chosen ones span to within this share of its squared length adds no less than the
logarithm of it."""
SMOOTHING = 0.01
"""Share of the visitor's own mix in the list's, so that a category missing there diverges finitely."""


def diversify(
    rows: Int,
    scores: Float,
    similarity: Double,
    limit: int,
    diversity: float,
    method: Diversify = "mmr",
    calibration: float = 0,
    leaf: Int | None = None,
    shares: Double | None = None,
) -> Int:
    """The first ``limit`` rows of a ranking, chosen one by one: good, unlike those before, and of what the
    visitor likes. Equal values go to the earlier place.

    Parameters
    ----------
    rows, scores
        The ranking, best first.
    similarity
        ``[items, items]`` cosines, or 1 for items alike and 0 for others.
    limit
        Length of the list.
    diversity
        How much variety counts against score, 0 to 1.
    method
        ``mmr``: maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998). ``dpp``: greedy mode of a
        determinantal point process (Chen, Zhang and Zhou, NeurIPS 2018).
    calibration
        How much the divergence from the visitor's mix counts against all that, 0 to 1 (Steck, RecSys 2018).
    leaf
        ``[items]`` leaf categories; only for calibration.
    shares
        ``[categories]`` the visitor's mix, from :func:`recluse_export.features.affinity.category_shares`;
        all 0 where nothing is known.
    """
    looked = min(len(rows), max(50, 5 * limit))
    rows, scores = rows[:looked], scores[:looked].astype(np.float64)
    span = scores.max() - scores.min()
    relevance = (scores - scores.min()) / span if span > 0 else np.ones(looked)
    alike = similarity[np.ix_(rows, rows)]
    free = np.ones(looked, bool)
    chosen: list[int] = []
    for _ in range(min(limit, looked)):
        added = 0.0 if diversity == 0 else diversity * VARIETY[method](alike, chosen)
        value = (1 - diversity) * relevance + added
        if calibration > 0 and leaf is not None and shares is not None:
            divergence = divergence_with(leaf[rows], chosen, shares)
            value = (1 - calibration) * value - calibration * divergence
        place = int(np.argmax(np.where(free, value, -np.inf)))
        free[place] = False
        chosen.append(place)
    return np.array(rows[chosen], dtype=np.int32)


def marginal_relevance(alike: Double, chosen: list[int]) -> Double:
    """``[candidates]`` minus the likeness to the nearest one chosen, held between 0 and 1."""
    return -np.clip(alike[chosen], 0, 1).max(axis=0, initial=0)


def determinant(alike: Double, chosen: list[int]) -> Double:
    """``[candidates]`` logarithm of the share of each one's squared length that lies outside the span of
    those chosen, by modified Gram-Schmidt on the Gram matrix."""
    residual = np.ones(len(alike))
    columns: list[Double] = []
    for place in chosen:
        if residual[place] < LEAST_RESIDUAL:
            continue
        column = alike[place].copy()
        for earlier in columns:
            column -= earlier[place] * earlier
        column /= np.sqrt(residual[place])
        residual -= column**2
        columns.append(column)
    return np.log(np.clip(residual, LEAST_RESIDUAL, 1))


def divergence_with(categories: Int, chosen: list[int], shares: Double) -> Double:
    """``[candidates]`` Kullback-Leibler divergence of the visitor's mix from that of the list with each one
    in it, in nats.

    Parameters
    ----------
    categories
        ``[candidates]`` leaf categories.
    chosen
        Places of the candidates in the list so far.
    shares
        ``[categories]`` the visitor's mix; all 0 where nothing is known, and then nothing diverges.
    """
    liked = np.flatnonzero(shares > 0)
    mix = shares[liked]
    counts = (categories[chosen][:, None] == liked[None, :]).sum(axis=0)
    with_each = counts[None, :] + (categories[:, None] == liked[None, :])
    shown = (1 - SMOOTHING) * with_each / (len(chosen) + 1) + SMOOTHING * mix
    return (mix * np.log(mix / shown)).sum(axis=1)


VARIETY = {"mmr": marginal_relevance, "dpp": determinant}
