"""The average of the weights is one."""

from __future__ import annotations

import torch
from torch import nn

from recluse_export.train.next_item import share_of_newest, towards


def test_the_average_of_many_weights_is_near_their_mean_and_not_the_newest():
    average, newest = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    values = [float(number % 2) for number in range(400)]
    for count, value in enumerate(values, 1):
        newest.weight.data.fill_(value)
        towards(average, newest, share_of_newest(count, 0.01))
    assert abs(float(average.weight.detach()) - 0.5) < 0.05


def test_the_first_average_forgets_where_training_began():
    assert share_of_newest(1, 0.01) == 0.9
    assert share_of_newest(10_000, 0.01) == 0.01
    assert torch.tensor([share_of_newest(count, 0.01) for count in range(1, 50)]).diff().max() <= 0
