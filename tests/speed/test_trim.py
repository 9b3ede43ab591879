"""The trimmed ResNet-18 against torchvision's."""

import copy
import math

import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from alkit import speed
from alkit.config import Config
from alkit.models import build

SHAPES = [(1, 28, 28), (3, 32, 32)]


@pytest.mark.parametrize("shape", [*SHAPES, (3, 64, 64), (1, 16, 16)])
@pytest.mark.parametrize("training", [True, False])
def test_trimmed_resnet_gives_torchvisions_outputs_and_gradients(shape, training, monkeypatch):
    """Equal in double precision; in single precision nearly as close to that as torchvision's own."""
    monkeypatch.setattr(speed, "minimal", lambda features: None)
    torch.manual_seed(1)
    ours = build(Config(model="resnet18", initial_weights="torchvision"), shape, 10)
    theirs = resnet18(num_classes=10)
    if shape[0] != 3:
        theirs.conv1 = nn.Conv2d(shape[0], 64, 7, stride=2, padding=3, bias=False)
    # Ours holds a part of some kernels, flat; put it where it was, arbitrary numbers being in the taps that see only padding.
    pairs = list(zip(ours.parameters(), theirs.parameters(), strict=True))
    places = []
    with torch.no_grad():
        for small, large in pairs:
            side = math.isqrt(small[0].numel() // large.shape[1]) if large.dim() == 4 else 0
            start = 0 if side == large.shape[-1] else (large.shape[-1] - 1) // 2
            place = (..., *[slice(start, start + side)] * 2) if side else ...
            large[place] = small.reshape(large[place].shape)
            places.append(place)
    images, labels = torch.randn(8, *shape), torch.randint(10, (8,))
    exact, wanted = outputs_and_gradients(copy.deepcopy(theirs).double().train(training), images.double(), labels)
    for gradient, place in zip(wanted, places, strict=True):
        unseen = torch.ones_like(gradient, dtype=torch.bool)
        unseen[place] = False
        assert not gradient[unseen].any()
    wanted = [exact, *(g[place] for g, place in zip(wanted, places, strict=True))]

    def distances(net, images):
        output, gradients = outputs_and_gradients(copy.deepcopy(net).train(training), images, labels)
        found = [output, *(g if g.shape == w.shape else g[p].reshape(w.shape) if net is theirs else g.reshape(w.shape)
                           for g, w, p in zip(gradients, wanted[1:], places, strict=True))]  # fmt: skip
        return torch.stack([(f - w).norm() / w.norm() for f, w in zip(found, wanted, strict=True)])

    assert distances(ours.double(), images.double()).max() < 1e-10
    single, torchvisions = distances(ours.float(), images), distances(theirs, images)
    assert single[0] < 1e-5  # the outputs
    assert single.max() < 3 * torchvisions.max()


def outputs_and_gradients(net, images, labels):
    output = net(images)
    return output.detach(), torch.autograd.grad(nn.functional.cross_entropy(output, labels), list(net.parameters()))


def test_most_of_resnets_weights_only_see_padding_on_28x28_images():
    full = sum(p.numel() for p in resnet18(num_classes=10).parameters())
    trimmed = build(Config(model="resnet18"), (3, 28, 28), 10)
    assert 1 - sum(p.numel() for p in trimmed.parameters()) / full == pytest.approx(0.62, abs=0.01)
