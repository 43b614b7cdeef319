"""SVD and SVD++ of ratings as everybody knows them: the library Surprise, and a visitor folded in.

The library is an optional extra: ``pip install recluse-export[ratings]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Self

import numpy as np

from recluse_export.errors import ProblemError
from recluse_export.features.ratings import Ratings
from recluse_export.models.fold_in import ridge_states
from recluse_export.models.rating_factors import expected_state, shares
from recluse_export.shapes import Float, Int

PENALTIES = (2.0, 4.0, 8.0, 16.0, 32.0)
"""Ridge penalties on a visitor's factors, tried in turn."""
BIAS_PENALTY = 4.0
"""Ridge penalty on a visitor's own deviation from the mean."""
HELD_OUT = 0.1
"""Share of the training ratings by which the penalty is chosen."""


@dataclass(frozen=True)
class _Learned:
    """Parameters of a fitted model by our rows; 0 for users and items without a rating."""

    mean: float
    user_bias: Float
    item_bias: Float
    user: Float
    """``[users, factors]`` for SVD++ with what the choice of items adds"""
    item: Float


class Svd:
    """Biased matrix factorisation by stochastic gradient descent, with the library's own defaults and its
    parameters of users."""

    name = "SVD (Surprise)"
    algorithm = "SVD"
    knows_users = True

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, ratings: Ratings) -> Self:
        """Learn from ratings.

        Raises
        ------
        ProblemError
            The library is not installed.
        """
        self.range = float(ratings.value.min()), float(ratings.value.max())
        self.learned = _learn(self.algorithm, ratings, self.seed)
        return self

    def predict(self, histories: Ratings, user: Int, item: Int) -> tuple[Float, None]:
        """``[pairs]`` for users of training; ``histories`` tell it nothing."""
        learned = self.learned
        taste = np.einsum("pf,pf->p", learned.user[user], learned.item[item])
        rating = learned.mean + learned.user_bias[user] + learned.item_bias[item] + taste
        return np.clip(rating, *self.range), None


class SvdPlusPlus(Svd):
    """SVD++ (Koren 2008) with the library's own defaults; minutes where SVD takes seconds."""

    name = "SVD++ (Surprise)"
    algorithm = "SVDpp"


class FoldedSvd(Svd):
    """The library's SVD as a device would use it: the parameters of users are forgotten, and each visitor's
    bias and factors are found by ridge regression of their ratings on the items' factors."""

    name = "SVD, visitor folded in"
    knows_users = False
    penalty = PENALTIES[0]
    """On the factors; chosen by ``fit``."""

    def fit(self, ratings: Ratings) -> Self:
        """Choose the penalty on a part of the ratings that a trial never saw, then learn from all.

        Raises
        ------
        ProblemError
            The library is not installed.
        """
        held_out = np.random.default_rng(self.seed).random(len(ratings)) < HELD_OUT
        rest, judged = ratings.only(~held_out), ratings.only(held_out)
        super().fit(rest)

        def error(penalty: float) -> float:
            self.penalty = penalty
            predicted, _ = self.predict(rest, judged.user, judged.item)
            return float(np.mean((predicted - judged.value) ** 2))

        self.penalty = min(PENALTIES, key=error)
        return super().fit(ratings)

    def fold_in(self, histories: Ratings) -> Float:
        """``[visitors, 1 + factors]``: bias and factors of each visitor of ``histories``."""
        learned = self.learned
        vectors = np.concatenate([np.ones((len(learned.item), 1), np.float32), learned.item], axis=1)
        penalty = np.full(vectors.shape[1], self.penalty, np.float32)
        penalty[0] = BIAS_PENALTY
        residual = histories.value - learned.mean - learned.item_bias[histories.item]
        return ridge_states(vectors, penalty, residual, histories)

    def predict(self, histories: Ratings, user: Int, item: Int) -> tuple[Float, None]:
        """``[pairs]`` for users of ``histories``, whom training need not have seen."""
        learned = self.learned
        state = self.fold_in(histories)[user]
        taste = state[:, 0] + np.einsum("pf,pf->p", state[:, 1:], learned.item[item])
        return np.clip(learned.mean + learned.item_bias[item] + taste, *self.range), None


def _learn(algorithm: str, ratings: Ratings, seed: int) -> _Learned:
    if find_spec("surprise") is None:
        raise ProblemError(
            f"{algorithm} needs the library Surprise, which is not installed. "
            "Run: pip install 'recluse-export[ratings]'"
        )
    import pandas as pd
    import surprise

    frame = pd.DataFrame({"user": ratings.user, "item": ratings.item, "value": ratings.value.astype(float)})
    scale = float(ratings.value.min()), float(ratings.value.max())
    data = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=scale)).build_full_trainset()
    # The cache spends memory for time; the numbers stay the same.
    options = {"cache_ratings": True} if algorithm == "SVDpp" else {}
    model = getattr(surprise, algorithm)(random_state=seed, **options)
    model.fit(data)
    users = np.array([data.to_raw_uid(inner) for inner in range(data.n_users)])
    items = np.array([data.to_raw_iid(inner) for inner in range(data.n_items)])

    def placed(values: np.ndarray, rows: np.ndarray, count: int) -> Float:
        table = np.zeros((count, *values.shape[1:]), np.float32)
        table[rows] = values
        return table

    user = placed(model.pu, users, ratings.users)
    if algorithm == "SVDpp":
        rated = ratings.table(np.ones(len(ratings)))
        user = user + expected_state(placed(model.yj, items, ratings.items), shares(rated))
    return _Learned(
        mean=float(data.global_mean),
        user_bias=placed(model.bu, users, ratings.users),
        item_bias=placed(model.bi, items, ratings.items),
        user=user,
        item=placed(model.qi, items, ratings.items),
    )
