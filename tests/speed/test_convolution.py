"""Convolution, pooling and ReLU in one against torch's three."""

import pytest
import torch
from torch import nn

from alkit.speed.pooled import PooledConv2d


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 17, 22)])
@pytest.mark.parametrize(("padding", "features"), [(0, 6), (2, 7), (1, 1)])
def test_a_pooled_convolution_has_the_values_and_gradients_of_convolution_pooling_and_relu(shape, padding, features):
    torch.manual_seed(0)
    conv = PooledConv2d(shape[0], features, 5, padding=padding)
    images = torch.randn(16, *shape).round(decimals=1).requires_grad_()  # rounded, so that equal outputs occur
    results = []
    for output in (conv(images), nn.functional.max_pool2d(nn.Conv2d.forward(conv, images), 2).relu()):
        loss = output.square().mean()
        results.append([output, *torch.autograd.grad(loss, [images, *conv.parameters()])])
    for ours, reference in zip(*results, strict=True):
        torch.testing.assert_close(ours, reference, atol=1e-6, rtol=1e-5)


def test_a_pooled_convolution_hides_no_nan():
    conv = PooledConv2d(1, 3, 5)
    images = torch.zeros(2, 1, 12, 12)
    images[1, 0, 3, 4] = torch.nan
    wanted = nn.functional.max_pool2d(nn.Conv2d.forward(conv, images), 2).relu()
    assert wanted.isnan().any()
    assert torch.equal(conv(images).isnan(), wanted.isnan())
