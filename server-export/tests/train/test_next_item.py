"""Learning from order alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from recluse_export.errors import ProblemError
from recluse_export.features.sequence import PADDING
from recluse_export.models.next_item import NextItemEncoder
from recluse_export.models.settings import EncoderSettings
from recluse_export.train.budget import Budget, seconds_of
from recluse_export.train.next_item import ahead_of, over

SIZE, LENGTH = 16, 12


def an_encoder() -> NextItemEncoder:
    torch.manual_seed(5)
    encoder = NextItemEncoder(SIZE, 2, [4], EncoderSettings(dropout=0.0))
    torch.nn.init.normal_(encoder.context[0].weight)
    return encoder.eval()


def events(seed: int):
    random = torch.Generator().manual_seed(seed)
    items = torch.randn(1, LENGTH, SIZE, generator=random)
    types = torch.randint(1, 3, (1, LENGTH), generator=random).to(torch.int32)
    values = 5 * torch.rand(1, LENGTH, generator=random)
    return items, types, values, torch.tensor([[2]], dtype=torch.int32)


def test_a_later_event_never_changes_an_earlier_state():
    encoder = an_encoder()
    items, types, values, context = events(1)
    before = encoder.states(items, types, values, context)
    items[0, -1] += 1.0
    after = encoder.states(items, types, values, context)
    torch.testing.assert_close(after[:, :-1], before[:, :-1])
    assert not torch.allclose(after[:, -1], before[:, -1])


def test_training_and_the_graph_see_the_same_state():
    encoder = an_encoder()
    items, types, values, context = events(2)
    known = 7
    trained = encoder.states(items[:, :known], types[:, :known], values[:, :known], context)[:, -1]
    padded = torch.zeros(1, LENGTH, SIZE)
    padded[:, LENGTH - known :] = items[:, :known]
    kinds = torch.zeros(1, LENGTH, dtype=torch.int32)
    kinds[:, LENGTH - known :] = types[:, :known]
    stars = torch.zeros(1, LENGTH)
    stars[:, LENGTH - known :] = values[:, :known]
    mask = torch.full((1, LENGTH), PADDING)
    mask[:, LENGTH - known :] = 0
    ages = torch.arange(LENGTH, 0, -1).float().unsqueeze(0)
    served = encoder(padded, kinds, ages, stars, mask, context)
    torch.testing.assert_close(served, trained, rtol=1e-4, atol=1e-5)


def test_half_a_star_lies_between_two_stars_and_no_value_says_nothing():
    encoder = an_encoder()
    features = encoder.value_features(torch.tensor([[0.0, 4.0, 4.25, 99.0]]))[0, :, :-1]
    assert torch.all(features[0] == 0)
    assert features[1].argmax() == 8
    assert features[1].sum() == 1
    torch.testing.assert_close(features[2, 8:10], torch.tensor([0.5, 0.5]))
    assert features[3].argmax() == 10


def test_a_place_is_asked_for_the_items_after_it_and_for_nothing_beyond_the_end():
    ahead = ahead_of(np.array([[1, 2, 3, 4], [5, 6, 0, 0]]), 2)
    assert ahead.tolist() == [[[2, 3], [3, 4], [4, 0]], [[6, 0], [0, 0], [0, 0]]]


@pytest.mark.parametrize(("text", "seconds"), [("30m", 1800), ("90s", 90), ("1.5h", 5400), ("2", 120)])
def test_a_budget_is_a_number_and_a_unit(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-3m", "0", "3 weeks"])
def test_any_other_budget_is_refused_in_one_sentence(text):
    with pytest.raises(ProblemError, match="is no duration"):
        seconds_of(text)


def test_a_budget_cuts_the_passes_to_what_fits():
    budget = Budget(seconds=100)
    assert budget.passes(20, 10, 0.5) in (4, 5)
    assert budget.passes(3, 10, 0.5) == 3
    assert budget.passes(20, 1e9, 0.5) == 1
    assert Budget().passes(20, 1e9, 0.5) == 20
    assert np.isinf(Budget().left())


def test_a_training_ends_early_only_where_it_really_falls():
    assert not over([], 2)
    assert not over([0.3, 0.4, 0.5], 2)
    assert not over([0.3, 0.5, 0.45], 2)
    assert over([0.3, 0.5, 0.49, 0.48], 2)
    # A plateau: the learning rate has yet to come down.
    assert not over([0.3, 0.5, 0.498, 0.497], 2)
