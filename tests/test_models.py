"""The networks' sizes and initial weights."""

import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from alkit.config import Config
from alkit.models import LeNet, ResNet18, build

SHAPES = [(1, 28, 28), (3, 32, 32)]


@pytest.mark.parametrize(("shape", "count"), [((1, 28, 28), 61_706), ((3, 32, 32), 62_006)])
def test_lenet_has_the_weights_of_lenet_5(shape, count):
    assert sum(p.numel() for p in LeNet(shape, 10).parameters()) == count


@pytest.mark.parametrize("shape", [*SHAPES, (1, 16, 16), (3, 64, 64)])
@pytest.mark.parametrize("name", ["lenet", "resnet18", "cnn", "released_resnet18"])
def test_networks_take_other_sizes_and_class_counts(name, shape):
    assert build(Config(model=name), shape, 7).eval()(torch.zeros(2, *shape)).shape == (2, 7)


def test_resnet_begins_from_pytorchs_default_weights_or_torchvisions():
    torch.manual_seed(3)
    theirs = resnet18(num_classes=10)
    torch.manual_seed(3)
    kaiming = ResNet18((3, 32, 32), 10, kaiming=True)
    assert all(torch.equal(a, b) for a, b in zip(kaiming.parameters(), theirs.parameters(), strict=True))
    ours = ResNet18((3, 32, 32), 10)
    for layer in ours.modules():
        if isinstance(layer, nn.Conv2d):  # uniform in +- 1 / sqrt(fan in)
            bound = layer.weight[0].numel() ** -0.5
            assert 0.95 * bound < layer.weight.abs().max() <= bound
