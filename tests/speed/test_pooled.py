"""Which layers are taken together."""

import copy

import pytest
import torch
from torch import nn

from alkit import speed
from alkit.models import LeNet
from alkit.plugins.cnn import CNN
from alkit.speed.pooled import PooledConv2d, pooled


def test_lenets_two_convolutions_are_pooled_and_keep_their_weights():
    net = LeNet((1, 28, 28), 10)
    before = list(net.parameters())
    pooled(net.features)
    assert [type(layer).__name__ for layer in net.features] == ["PooledConv2d", "PooledConv2d", "Flatten", "Linear", "ReLU"]
    assert all(a is b for a, b in zip(net.parameters(), before, strict=True))
    cnn = CNN((1, 28, 28), 10)
    pooled(cnn.features)
    assert [isinstance(layer, PooledConv2d) for layer in cnn.features] == [True, False, False, False, False]


OTHERS = {
    "reflected": [nn.Conv2d(2, 4, 5, padding=2, padding_mode="reflect"), nn.MaxPool2d(2), nn.ReLU()],
    "unequal": [nn.Conv2d(2, 4, 5, padding=(0, 2)), nn.MaxPool2d(2), nn.ReLU()],
    "named": [nn.Conv2d(2, 4, 5, padding="same"), nn.MaxPool2d(2), nn.ReLU()],
    "grouped": [nn.Conv2d(2, 4, 5, groups=2), nn.MaxPool2d(2), nn.ReLU()],
    "rounded up": [nn.Conv2d(2, 4, 5, padding=1), nn.MaxPool2d(2, ceil_mode=True), nn.ReLU()],
    "dilated pool": [nn.Conv2d(2, 4, 5), nn.MaxPool2d(2, dilation=2), nn.ReLU()],
    "to a pixel, grouped": [nn.MaxPool2d(11), nn.Conv2d(2, 2, 3, padding=1, groups=2), nn.BatchNorm2d(2)],
    "to a pixel, named": [nn.MaxPool2d(11), nn.Conv2d(2, 2, 3, padding="same"), nn.BatchNorm2d(2)],
    "to a pixel, reflected": [nn.MaxPool2d(5), nn.Conv2d(2, 2, 4, padding=1, padding_mode="reflect"), nn.BatchNorm2d(2)],
}


@pytest.mark.parametrize("layers", OTHERS.values(), ids=OTHERS)
def test_layers_that_no_quicker_one_stands_for_are_left_as_they_are(layers):
    torch.manual_seed(0)
    features, images = nn.Sequential(*copy.deepcopy(layers)), torch.randn(3, 2, 11, 11)
    before = features.eval()(images)
    speed.quicker(features, (2, 11, 11))
    torch.testing.assert_close(features.eval()(images), before)
    assert [type(layer) for layer in features] == [type(layer) for layer in layers]
