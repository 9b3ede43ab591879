"""The networks against torchvision's and the literature's sizes; scoring against a plain forward pass."""

import copy
import math

import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from alkit.acquisitions import bald
from alkit.config import Config
from alkit.models import LeNet, PooledConv2d, ResNet18, build
from alkit.noise import view
from alkit.training import batches, dropout_masks, predict, sampled, weight_samples

SHAPES = [(1, 28, 28), (3, 32, 32)]


@pytest.mark.parametrize(("shape", "count"), [((1, 28, 28), 61_706), ((3, 32, 32), 62_006)])
def test_lenet_has_the_weights_of_lenet_5(shape, count):
    assert sum(p.numel() for p in LeNet(shape, 10).parameters()) == count


def test_released_lenet_on_cifar_is_three_times_as_wide():
    sizes = [p.shape[0] for p in build("lenet", (3, 32, 32), 10, width=3).parameters() if p.dim() > 1]
    assert sizes == [18, 48, 360, 252, 10]


def test_cnn_has_two_convolutions_of_32_and_64_and_a_layer_of_128():
    assert [tuple(p.shape) for p in build("cnn", (1, 28, 28), 10).parameters() if p.dim() > 1] == [
        (32, 1, 5, 5), (64, 32, 5, 5), (128, 1024), (10, 128),
    ]  # fmt: skip


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 17, 22)])
@pytest.mark.parametrize(("padding", "features"), [(0, 6), (2, 7), (1, 1)])
def test_a_pooled_convolution_has_the_values_and_gradients_of_convolution_pooling_and_relu(shape, padding, features):
    torch.manual_seed(0)
    conv = PooledConv2d(shape[0], features, padding)
    images = torch.randn(16, *shape).round(decimals=1).requires_grad_()  # rounded, so that equal outputs occur
    results = []
    for pooled in (conv(images), nn.functional.max_pool2d(nn.Conv2d.forward(conv, images), 2).relu()):
        loss = pooled.square().mean()
        results.append([pooled, *torch.autograd.grad(loss, [images, *conv.parameters()])])
    for ours, reference in zip(*results, strict=True):
        torch.testing.assert_close(ours, reference, atol=1e-6, rtol=1e-5)


def test_a_pooled_convolution_hides_no_nan():
    conv = PooledConv2d(1, 3)
    images = torch.zeros(2, 1, 12, 12)
    images[1, 0, 3, 4] = torch.nan
    wanted = nn.functional.max_pool2d(nn.Conv2d.forward(conv, images), 2).relu()
    assert wanted.isnan().any()
    assert torch.equal(conv(images).isnan(), wanted.isnan())


def test_released_resnet_strides_in_the_second_convolution_and_has_biased_3x3_shortcuts():
    net = build("released_resnet18", (3, 64, 64), 10)
    for i in (5, 6, 7):
        block = net.features[i][0]
        shortcut = block.downsample[0]
        assert (block.conv1.stride, block.conv2.stride) == ((1, 1), (2, 2))
        assert (shortcut.kernel_size, shortcut.stride, shortcut.bias is not None) == ((3, 3), (2, 2), True)


@pytest.mark.parametrize("shape", [*SHAPES, (1, 16, 16), (3, 64, 64)])
@pytest.mark.parametrize("name", ["lenet", "resnet18", "cnn", "released_resnet18"])
def test_networks_take_other_sizes_and_class_counts(name, shape):
    assert build(name, shape, 7).eval()(torch.zeros(2, *shape)).shape == (2, 7)


@pytest.mark.parametrize("shape", [*SHAPES, (3, 64, 64), (1, 16, 16)])
@pytest.mark.parametrize("training", [True, False])
def test_trimmed_resnet_gives_torchvisions_outputs_and_gradients(shape, training):
    """Equal in double precision; in single precision nearly as close to that as torchvision's own."""
    torch.manual_seed(1)
    ours = ResNet18(shape, 10, kaiming=True)
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
    assert 1 - sum(p.numel() for p in ResNet18((3, 28, 28), 10).parameters()) / full == pytest.approx(0.62, abs=0.01)


@pytest.mark.parametrize("name", ["lenet", "resnet18"])
def test_samples_are_forward_passes_with_each_mask(name):
    torch.manual_seed(0)
    model = build(name, (1, 28, 28), 10).eval()
    images = torch.randn(5, 1, 28, 28)
    masks = dropout_masks(model, 0.5, 4, torch.Generator().manual_seed(0))
    with torch.inference_mode():
        together = sampled(model.classifier, model.features(images), weight_samples(model.classifier, masks))
        for t in range(4):
            hidden = model.features(images)
            linear = [layer for layer in model.classifier if isinstance(layer, nn.Linear)]
            for i, layer in enumerate(linear):
                hidden = layer(hidden * masks[i][t])
                hidden = hidden.relu() if i < len(linear) - 1 else hidden
            torch.testing.assert_close(together[t].T, hidden)


def test_masks_keep_the_given_share_and_the_mean():
    masks = dropout_masks(LeNet((1, 28, 28), 10), 0.25, 500, torch.Generator().manual_seed(0))
    assert [m.shape for m in masks] == [(500, 1, 120), (500, 1, 84)]
    for mask in masks:
        assert (mask == 0).double().mean().item() == pytest.approx(0.25, abs=0.01)
        assert mask.mean().item() == pytest.approx(1, abs=0.02)


def test_dropout_of_zero_makes_bald_zero(digits):
    model = build("lenet", digits.image_shape, 10).eval()
    masks = dropout_masks(model, 0.0, 5, torch.Generator().manual_seed(0))
    seen = view(Config(dataset="digits"), digits, "pool", torch.arange(50), 0)
    assert torch.cat([bald(p) for p in predict(model, seen, masks)]).max() < 1e-6


@pytest.mark.parametrize("name", ["lenet", "resnet18"])
def test_scores_do_not_depend_on_the_batch_size(digits, name, monkeypatch):
    torch.manual_seed(0)
    model = build(name, digits.image_shape, 10).eval()
    masks = dropout_masks(model, 0.5, 10, torch.Generator().manual_seed(0))
    found = []
    for count in (300, 37):  # one call for all, or pieces of 37
        pieces = torch.arange(300).split(count)
        views = [view(Config(dataset="digits"), digits, "pool", piece, 0) for piece in pieces]
        found.append(torch.cat([bald(p) for v in views for p in predict(model, v, masks)]))
    torch.testing.assert_close(found[0], found[1], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("last", "sizes"), [("keep", [4, 4, 2]), ("merge", [4, 6]), ("drop", [4, 4])])
def test_the_last_batch_is_kept_merged_or_dropped(last, sizes):
    pieces = batches(torch.arange(10), 4, last)
    assert [len(p) for p in pieces] == sizes
    assert torch.cat(pieces).tolist() == list(range(sum(sizes)))
    assert [len(p) for p in batches(torch.arange(8), 4, last)] == [4, 4]
    assert [len(p) for p in batches(torch.arange(3), 4, last)] == [3]
