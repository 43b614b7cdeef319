"""A training that diverges stops with the step and the cause, whichever network it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from recluse_export.errors import ProblemError
from recluse_export.evaluate.split import validation
from recluse_export.models.blender import Blender
from recluse_export.models.hybrid import Hybrid, ItemRows, Taste
from recluse_export.progress import SilentProgress
from recluse_export.train.arguments import event_types_of
from recluse_export.train.blender import train_blender
from recluse_export.train.budget import Budget
from recluse_export.train.descent import Descent
from recluse_export.train.encoder import new_encoder, train_encoder
from recluse_export.train.linear import fit_counting, search_linear
from recluse_export.train.next_item import NextItemWindows, new_next_item_model, train_next_item
from recluse_export.train.pipeline import training_log
from recluse_export.train.softmax import Evidence

POPULARITY = np.zeros(400, np.float32)


def with_rate(settings, **rates):
    return settings.model_copy(update={"encoder": settings.encoder.model_copy(update=rates)})


def test_the_encoder_of_a_log_with_times_names_step_and_setting(small_log, small_config):
    settings = with_rate(small_config.model, learning_rate=1e30)
    event_types = event_types_of(small_config)
    encoder, tower = new_encoder(small_log, event_types, [], POPULARITY, settings)
    with pytest.raises(ProblemError, match=r"at step [1-9]\d* of \d+\. Lower model\.encoder\.learning_rate"):
        train_encoder(encoder, tower, small_log, event_types, [], settings, 1, "Train", SilentProgress())


def test_the_encoder_of_a_log_without_times_names_step_and_setting(small_log, small_config):
    settings = with_rate(small_config.model, next_item_learning_rate=1e30, places=200)
    event_types = event_types_of(small_config)
    model = new_next_item_model(small_log, event_types, [], POPULARITY, settings, 1)
    source = NextItemWindows(small_log, event_types, [], settings.encoder, True)
    with pytest.raises(
        ProblemError, match=r"at step [1-9]\d* of \d+\. Lower model\.encoder\.next_item_learning_rate"
    ):
        train_next_item(
            model,
            source,
            Evidence(None, 1.0, True),
            np.zeros(small_log.user_count, np.int32),
            settings,
            1,
            settings.encoder.next_item_learning_rate,
            "Train",
            SilentProgress(),
        )


def test_the_blender_names_step_and_setting(small_log, small_config):
    event_types = event_types_of(small_config)
    wild = small_config.model.blender.model_copy(update={"learning_rate": 1e30, "batch": 16})
    settings = small_config.model.model_copy(update={"blender": wild})
    past, until = training_log(small_log, small_config)
    budget = Budget()
    parameters = search_linear(past, until, event_types, settings, True, SilentProgress(), budget)
    earlier = validation(past, until, 2)
    counting = fit_counting(earlier.log, earlier.until, event_types, settings, parameters, True)
    encoder, tower = new_encoder(earlier.log, event_types, [], counting.priors.popularity, settings)
    taste = Taste(encoder.eval(), ItemRows.of(tower), counting, settings.encoder.events, 0)
    hybrid = Hybrid(taste, Blender(parameters.choice.coefficients, settings.blender), counting)
    with pytest.raises(ProblemError, match=r"at step [1-9]\d* of \d+\. Lower model\.blender\.learning"):
        train_blender(
            hybrid, past, earlier.weeks[:-1], earlier.weeks[-1], settings, True, SilentProgress(), budget
        )


def test_a_last_step_that_ruins_the_weights_is_noticed():
    weight = torch.nn.Parameter(torch.ones(1))
    optimiser = torch.optim.SGD([weight], lr=float("inf"))
    schedule = torch.optim.lr_scheduler.ConstantLR(optimiser, factor=1.0)
    descent = Descent("model", "rate", [weight], optimiser, schedule, 1)
    descent.step(weight.sum)
    with pytest.raises(ProblemError, match=r"weights are no numbers any more at step 1 of 1\. Lower rate"):
        descent.end_pass()


def test_a_finite_loss_moves_the_parameters_no_further_than_the_clipped_gradient():
    weight = torch.nn.Parameter(torch.zeros(2))
    optimiser = torch.optim.SGD([weight], lr=1.0)
    schedule = torch.optim.lr_scheduler.ConstantLR(optimiser, factor=1.0)
    descent = Descent("model", "rate", [weight], optimiser, schedule, 1)
    descent.step(lambda: (weight * torch.tensor([300.0, 400.0])).sum())
    torch.testing.assert_close(weight.detach(), torch.tensor([-0.6, -0.8]), atol=1e-5, rtol=0)
    assert descent.done == 1
