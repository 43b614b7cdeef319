"""What the nearest users bought: the half of TIFU-KNN and TAIW that needs other people's data."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recluse_export.features.history import Double
from recluse_export.shapes import Float, Int, Log


def summed(visitor: np.ndarray, row: Int, amount: Double, shape: tuple[int, int]) -> sparse.csr_matrix:
    """``[visitors, items]`` sums of ``amount``."""
    table = sparse.coo_matrix((amount, (visitor, row)), shape=shape).tocsr()
    table.sum_duplicates()
    return table


def nearest_mean(visitors: sparse.csr_matrix, users: sparse.csr_matrix, neighbours: int) -> Double:
    """``[visitors, items]`` mean of the ``neighbours`` rows of ``users`` that are nearest by Euclidean
    distance.

    A user of the log finds themselves among their neighbours: a log and a history carry no names to leave
    them out by. It adds a ``1 / neighbours`` of their own past.
    """
    kept = min(neighbours, users.shape[0])
    length = np.asarray(users.multiply(users).sum(axis=1)).ravel()
    distance = length[None, :] - 2 * (visitors @ users.T).toarray()
    nearest = np.argpartition(distance, kept - 1, axis=1)[:, :kept]
    line = np.repeat(np.arange(len(nearest)), kept)
    choice = sparse.csr_matrix(
        (np.full(nearest.size, 1 / kept), (line, nearest.ravel())), shape=(len(nearest), users.shape[0])
    )
    return (choice @ users).toarray()


def users_at(log: Log, until: int) -> tuple[np.ndarray, np.ndarray]:
    """Users with a past, and their moment: the end of the log."""
    length = np.diff(log.offsets)
    users = np.flatnonzero(length)
    return users, np.full(len(users), until) if log.has_time else length[users]


def mixed(own: sparse.csr_matrix, others: Double, own_share: float) -> Float:
    """``[visitors, items]`` the visitor's own vector and their neighbours', by share."""
    return (own_share * own.toarray() + (1 - own_share) * others).astype(np.float32)
