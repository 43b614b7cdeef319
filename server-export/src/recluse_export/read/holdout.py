"""Users that training never sees: for sample shoppers, and for tests on people whom the model can't have
learned by heart."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray


def held_out(users: Sequence[str], count: int) -> NDArray[np.bool_]:
    """``[users]`` whether each user is one of the ``count`` that are held out.

    The choice depends on nothing but the ids: those with the smallest SHA-256 are held out, so it is the
    same in every run and on every machine, and stays nearly the same when users come and go.
    """
    hashes = [sha256(user.encode()).digest() for user in users]
    chosen = sorted(range(len(users)), key=lambda place: hashes[place])[:count]
    mask = np.zeros(len(users), dtype=np.bool_)
    mask[chosen] = True
    return mask
