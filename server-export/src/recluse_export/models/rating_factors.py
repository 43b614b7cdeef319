"""Factors behind ratings, learned as a distribution: Bayesian factor analysis of a table with holes.

A rating is ``mean + bias[item] + factors[item] . state[visitor] + noise``, with one noise an item. States are
normal around what the visitor's choice of items says (as in SVD++, Koren 2008), items' factors and biases
normal around what their attributes say. Everything is learned by variational expectation and maximisation
(Lim and Teh 2007, "Variational Bayesian approach to movie rating prediction"; Bishop 1999, "Variational
principal components" for factors that vanish where they are not needed). No parameter belongs to a visitor:
a state follows from the visitor's own ratings in closed form, in training as on the device.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recluse_export.features.ratings import Ratings
from recluse_export.models.normal import conjugate_gradients, mean_and_covariance
from recluse_export.models.rating_settings import RatingSettings
from recluse_export.progress import Step
from recluse_export.shapes import Float

CHUNK = 4096
"""Visitors whose covariances are in memory at once."""
BEFORE_KNOWN = 3
"""Rounds before the choice of items counts: until then states say little."""
GRADIENT_STEPS = 8
"""Steps of conjugate gradients a round, each round going on from the one before."""


@dataclass(frozen=True)
class RatingFactors:
    """What is learned. ``loadings[item] = (bias, factors)``; states have mean 0 and variance 1 overall."""

    mean: float
    loadings: Float
    """``[items, 1 + factors]`` expectations"""
    covariance: Float
    """``[items, 1 + factors, 1 + factors]`` of the loadings"""
    noise: Float
    """``[items]`` variance of a rating around its expectation"""
    known: Float
    """``[items, factors]`` what having rated the item says; see :func:`expected_state`"""
    prior: Float
    """``[1 + factors]`` variance of loadings around what attributes say"""
    from_content: Float
    """``[1 + features, 1 + factors]`` loadings from the attributes of an item"""
    support: Float
    """``[items]`` number of ratings that it was learned from"""

    @property
    def bias(self) -> Float:
        """``[items]``"""
        return self.loadings[:, 0]

    @property
    def factors(self) -> Float:
        """``[items, factors]``"""
        return self.loadings[:, 1:]

    @property
    def doubt(self) -> Float:
        """``[items, factors]`` variance of the factors as the device knows it, from support, noise and prior
        alone."""
        return 1 / ((self.support / self.noise)[:, None] + 1 / self.prior[1:])


def learn(
    ratings: Ratings,
    content: Float,
    settings: RatingSettings,
    seed: int,
    step: Step,
    start: RatingFactors | None = None,
    iterations: int | None = None,
) -> RatingFactors:
    """Learn from ratings; one ``step.advance()`` a round.

    Parameters
    ----------
    content
        ``[items, features]``, see :func:`~recluse_export.features.item_content.item_content`.
    start
        Go on from there; default: from small random factors.
    iterations
        Default: the settings'.
    """
    table = _Table.of(ratings)
    content = np.concatenate([np.ones((ratings.items, 1), np.float32), content], axis=1)
    factors = start or _random(ratings, content.shape[1], settings.factors, seed)
    for round_ in range(iterations or settings.iterations):
        known_counts = start is not None or round_ >= BEFORE_KNOWN
        factors = _round(factors, table, content, settings, known_counts)
        step.advance()
    return factors


def expected_state(known: Float, share: sparse.csr_matrix) -> Float:
    """``[visitors, factors]``: the state to expect of who rated these items, whatever the ratings.

    ``share`` ``[visitors, items]`` is 1 / sqrt(number of ratings) where the visitor rated the item.
    """
    return share @ known


def shares(rated: sparse.csr_matrix) -> sparse.csr_matrix:
    """1 / sqrt(number of ratings of the visitor) at each of the visitor's ratings."""
    count = np.maximum(np.diff(rated.indptr), 1)
    return (sparse.diags((1 / np.sqrt(count)).astype(np.float32)) @ rated).tocsr()


@dataclass(frozen=True)
class _Table:
    """The ratings around their mean, by visitor and by item."""

    mean: float
    rated: sparse.csr_matrix
    value: sparse.csr_matrix
    share: sparse.csr_matrix
    share_by_item: sparse.csr_matrix
    squares: Float
    """``[items]`` sum of squared values"""
    support: Float

    @staticmethod
    def of(ratings: Ratings) -> _Table:
        mean = float(ratings.value.mean(dtype=np.float64))
        value = ratings.table(ratings.value - mean)
        rated = ratings.table(np.ones(len(ratings)))
        share = shares(rated)
        squares = np.asarray(value.multiply(value).sum(axis=0)).ravel()
        support = np.bincount(ratings.item, minlength=ratings.items).astype(np.float32)
        return _Table(mean, rated, value, share, share.T.tocsr(), squares, support)


def _random(ratings: Ratings, features: int, size: int, seed: int) -> RatingFactors:
    """Small random factors; all have something of the first, which becomes how generous a visitor is."""
    random = np.random.default_rng(seed)
    width = 1 + size
    loadings = np.zeros((ratings.items, width), np.float32)
    loadings[:, 1:] = random.normal(0, 0.1, (ratings.items, size))
    loadings[:, 1] += 0.4
    variance = np.float32(ratings.value.var())
    return RatingFactors(
        mean=0.0,
        loadings=loadings,
        covariance=np.tile(np.eye(width, dtype=np.float32) * np.float32(1e-3), (ratings.items, 1, 1)),
        noise=np.full(ratings.items, 0.75 * variance, np.float32),
        known=np.zeros((ratings.items, size), np.float32),
        prior=np.full(width, 0.05, np.float32),
        from_content=np.zeros((features, width), np.float32),
        support=np.zeros(ratings.items, np.float32),
    )


def _round(
    old: RatingFactors, table: _Table, content: Float, settings: RatingSettings, known_counts: bool
) -> RatingFactors:
    """One round: states from loadings, loadings from states, then everything that both are normal around."""
    seen = _states(old, table)
    loadings, covariance = mean_and_covariance(
        seen.moments / old.noise[:, None, None] + np.diag(1 / old.prior),
        seen.products / old.noise[:, None] + (content @ old.from_content) / old.prior,
    )
    noise = _noise(table, seen, loadings, covariance, settings.noise_strength)
    known = old.known
    if known_counts:
        known = conjugate_gradients(
            lambda x: table.share_by_item @ (table.share @ x) + np.float32(settings.known_strength) * x,
            table.share_by_item @ seen.state,
            known,
            GRADIENT_STEPS,
        )
    turn, known = _standard(seen, known, table)
    loadings = loadings @ turn
    covariance = turn.T @ covariance @ turn
    penalty = np.full(content.shape[1], settings.content_strength, np.float32)
    penalty[0] = 1e-3
    from_content = np.linalg.solve(content.T @ content + np.diag(penalty), content.T @ loadings)
    around = loadings - content @ from_content
    prior = (around * around + np.einsum("iaa->ia", covariance)).mean(axis=0)
    return RatingFactors(
        table.mean, loadings, covariance, noise, known, prior, from_content.astype(np.float32), table.support
    )


@dataclass(frozen=True)
class _Seen:
    """What one round knows about states, and their sums over the visitors of each item."""

    state: Float
    """``[visitors, factors]``"""
    covariance: Float
    """``[factors, factors]`` summed over visitors"""
    moments: Float
    """``[items, 1 + factors, 1 + factors]`` sum of expected (1, state)(1, state)'"""
    products: Float
    """``[items, 1 + factors]`` sum of value x (1, state)"""


def _states(old: RatingFactors, table: _Table) -> _Seen:
    items, width = old.loadings.shape
    size = width - 1
    squares = old.covariance + old.loadings[:, :, None] * old.loadings[:, None, :]
    weighted = (squares / old.noise[:, None, None]).reshape(items, -1)
    factors = old.factors / old.noise[:, None]
    expected = expected_state(old.known, table.share)
    visitors = table.rated.shape[0]
    state = np.empty((visitors, size), np.float32)
    covariance = np.zeros((size, size), np.float32)
    moments = np.zeros((items, width * width), np.float32)
    for begin in range(0, visitors, CHUNK):
        rows = slice(begin, begin + CHUNK)
        rated = table.rated[rows]
        summed = (rated @ weighted).reshape(-1, width, width)
        right = table.value[rows] @ factors - summed[:, 1:, 0] + expected[rows]
        state[rows], spread = mean_and_covariance(summed[:, 1:, 1:] + np.eye(size, dtype=np.float32), right)
        one = np.concatenate([np.ones((len(right), 1), np.float32), state[rows]], axis=1)
        moment = one[:, :, None] * one[:, None, :]
        moment[:, 1:, 1:] += spread
        moments += rated.T @ moment.reshape(len(right), -1)
        covariance += spread.sum(axis=0)
    one = np.concatenate([np.ones((visitors, 1), np.float32), state], axis=1)
    return _Seen(state, covariance, moments.reshape(items, width, width), table.value.T @ one)


def _noise(table: _Table, seen: _Seen, loadings: Float, covariance: Float, strength: float) -> Float:
    """``[items]``: expected squared error of each item's ratings, drawn towards the error of all."""
    squares = covariance + loadings[:, :, None] * loadings[:, None, :]
    error = table.squares - 2 * (seen.products * loadings).sum(axis=1)
    error = np.maximum(error + (seen.moments * squares).sum(axis=(1, 2)), 0)
    common = max(float(error.sum() / table.support.sum()), 1e-4)
    return ((error + strength * common) / (table.support + strength)).astype(np.float32)


def _standard(seen: _Seen, known: Float, table: _Table) -> tuple[Float, Float]:
    """Coordinates in which states around what is expected have mean 0 and variance 1: the matrix that takes
    loadings there, and ``known`` there."""
    expected = expected_state(known, table.share)
    centre = (seen.state - expected).mean(axis=0)
    around = seen.state - expected - centre
    spread = (around.T @ around + seen.covariance) / len(around)
    lower = np.linalg.cholesky(spread + 1e-6 * np.eye(len(spread)))
    turn = np.eye(1 + len(spread), dtype=np.float32)
    turn[1:, 0] = centre
    turn[1:, 1:] = lower
    return turn, np.linalg.solve(lower, known.T).T.astype(np.float32)
