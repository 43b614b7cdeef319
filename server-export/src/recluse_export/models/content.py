"""Content based: items whose attributes are like those of what the visitor turned to."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from recluse_export.features.history import Histories
from recluse_export.models.item_to_item import InterestSettings, ItemToItem
from recluse_export.models.neighbours import strongest
from recluse_export.models.tower import tokens_of
from recluse_export.shapes import Float, Items, Log

PRICE_BUCKETS = 16
"""Steps of the price that count as attributes."""
KEPT = 200
"""Most similar items an item keeps where a matrix of all pairs is asked for, as for a pack."""


class ContentSettings(InterestSettings):
    """The history's weights: the profile is the decayed sum of the items' attributes."""


class Content(ItemToItem):
    """Cosine between TF-IDF of an item's attributes (categories, brand, price, title words and further
    columns) and the visitor's decayed profile. Knows nothing of what others did."""

    name = "content"

    def fit(self, log: Log, until: int) -> Self:
        """Describe the items; the log says only whether it has times."""
        self.description = self.describe(log.items)
        return super().fit(log, until)

    @property
    def keeps_weights(self) -> bool:
        """Always: nothing is learned from histories."""
        return True

    def describe(self, items: Items) -> sparse.csr_matrix | Float:
        """``[items, features]`` of length 1, or 0 where nothing is known of an item."""
        return attribute_rows(items)

    def solve(self, log: Log, until: int) -> sparse.csr_matrix:
        """``[items, items]`` the largest cosines of every item: what a pack keeps."""
        return strongest(self.description.T, KEPT)

    def scores(self, histories: Histories) -> Float:
        """``[visitors, items]``: the profile's product with every item, whose order is that of the cosine."""
        profile = self.interest_in(histories, self.description.shape[0]) @ self.description
        found = profile @ self.description.T
        return (found.toarray() if sparse.issparse(found) else np.asarray(found)).astype(np.float32)


def attribute_rows(items: Items) -> sparse.csr_matrix:
    """``[items, attributes]`` TF-IDF by scikit-learn, each line of length 1."""
    vectors = TfidfVectorizer(analyzer=_as_they_are, dtype=np.float32)
    return vectors.fit_transform([tokens_of(items, row, PRICE_BUCKETS) for row in range(len(items))])


def _as_they_are(tokens: list[str]) -> list[str]:
    return tokens
