"""Models that know only what items say of themselves."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from models.random_log import DAY, TYPES, catalogue, random_log
from recluse_export.errors import ProblemError
from recluse_export.features.history import Histories
from recluse_export.models import zoo
from recluse_export.models.base import recommend
from recluse_export.models.text import ENCODER_PACKAGES, sentence_rows, text_of, topic_rows

INSTALLED = all(find_spec(package) for package in ENCODER_PACKAGES)


def visitor(row: int) -> Histories:
    return Histories(
        np.array([0, 1]), np.array([row], np.int32), np.zeros(1, np.int32), np.zeros(1), np.zeros(1)
    )


@pytest.mark.parametrize("name", ["content", "text"])
def test_an_item_of_the_same_kind_and_colour_comes_first(name):
    model = zoo.create(name, {"encoder": "topics"} if name == "text" else {}, event_types=TYPES)
    model.fit(random_log(1, items=13), 101 * DAY)
    # Kinds come round every 3 rows, colours every 2: rows 0, 6 and 12 have both in common.
    assert set(recommend(model, visitor(0), 2, "discover")[0]) == {6, 12}


def test_the_matrix_for_a_pack_ranks_as_the_attributes_do():
    model = zoo.create("content", event_types=TYPES).fit(random_log(1, items=13), 101 * DAY)
    for row in range(13):
        np.testing.assert_allclose(
            model.weights.toarray()[row], model.scores(visitor(row))[0], rtol=1e-5, atol=1e-6
        )


def test_the_text_of_an_item_is_its_title_and_its_categories():
    assert text_of(catalogue(4), 1) == "thing red 1, two, all"


@pytest.mark.parametrize("texts", [["", "", ""], ["same", "same"], ["a b", "b c", "c d", "d a"]])
def test_topics_are_finite_for_any_texts(texts):
    rows = topic_rows(texts, 8, 1)
    assert len(rows) == len(texts)
    assert np.isfinite(rows).all()


@pytest.mark.skipif(INSTALLED, reason="the sentence encoder is installed")
def test_asking_for_the_sentence_encoder_without_it_says_what_to_install():
    model = zoo.create("text", {"encoder": "sentences"}, event_types=TYPES)
    with pytest.raises(ProblemError, match=r"Install recluse-export\[text\]"):
        model.fit(random_log(1), 101 * DAY)


@pytest.mark.skipif(not INSTALLED, reason="needs the extra recluse-export[text]")
def test_sentences_of_one_meaning_are_near_without_a_word_in_common():
    rows = sentence_rows(["a film about cars", "movie with automobiles", "fresh bread"])
    assert rows[0] @ rows[1] > 2 * rows[0] @ rows[2]
