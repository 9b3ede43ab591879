"""Scoring against a plain forward pass."""

import pytest
import torch
from torch import nn

from alkit.acquisitions import bald
from alkit.config import Config
from alkit.models import MODELS, LeNet, Model, build
from alkit.passes import passes
from alkit.prediction import (
    accuracy,
    check_classifier,
    correct,
    dropout_masks,
    packed,
    predict,
    sampled,
    unpacked,
    weight_samples,
)
from alkit.training import fit


@pytest.mark.parametrize("name", ["lenet", "resnet18"])
def test_samples_are_forward_passes_with_each_mask(name):
    torch.manual_seed(0)
    model = build(Config(model=name), (1, 28, 28), 10).eval()
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


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Linear(120, 10), nn.LogSoftmax(dim=-1)],
        [nn.Linear(120, 128), nn.LayerNorm(128), nn.Linear(128, 10)],
        [nn.Linear(120, 10, bias=False)],
        [nn.Identity()],
        [nn.Sequential(nn.Linear(120, 84), nn.ReLU()), nn.Linear(84, 10)],
    ],
)
def test_a_classifier_that_would_be_computed_wrongly_is_refused_before_training(digits, tiny, monkeypatch, layers):
    def network(config, shape, num_classes):
        net = LeNet(shape, num_classes)
        net.classifier = nn.Sequential(*layers)
        return net

    monkeypatch.setitem(MODELS, "lenet", Model(network))
    monkeypatch.setattr("alkit.training.stepper", None)
    with pytest.raises(ValueError, match="classifier has layers other than"):
        fit(tiny, digits, torch.arange(20), 0)
    check_classifier(nn.Sequential(nn.Dropout(0.5), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)))


def test_masks_keep_the_given_share_and_the_mean():
    masks = dropout_masks(LeNet((1, 28, 28), 10), 0.25, 500, torch.Generator().manual_seed(0))
    assert [m.shape for m in masks] == [(500, 1, 120), (500, 1, 84)]
    for mask in masks:
        assert (mask == 0).double().mean().item() == pytest.approx(0.25, abs=0.01)
        assert mask.mean().item() == pytest.approx(1, abs=0.02)


def test_dropout_of_zero_makes_bald_zero(digits):
    model = build(Config(model="lenet"), digits.image_shape, 10).eval()
    masks = dropout_masks(model, 0.0, 5, torch.Generator().manual_seed(0))
    seen = next(passes(Config(dataset="digits"), digits, "pool", torch.arange(50), 0))
    assert torch.cat([bald(p) for p in predict(model, seen, masks)]).max() < 1e-6


@pytest.mark.parametrize("name", ["lenet", "resnet18"])
def test_scores_do_not_depend_on_the_batch_size(digits, name):
    torch.manual_seed(0)
    model = build(Config(model=name), digits.image_shape, 10).eval()
    masks = dropout_masks(model, 0.5, 10, torch.Generator().manual_seed(0))
    found = []
    for count in (300, 37):  # one call for all, or pieces of 37
        pieces = torch.arange(300).split(count)
        views = [next(passes(Config(dataset="digits"), digits, "pool", piece, 0)) for piece in pieces]
        found.append(torch.cat([bald(p) for v in views for p in predict(model, v, masks)]))
    torch.testing.assert_close(found[0], found[1], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("count", [1, 8, 13, 10_000])
def test_which_images_were_right_survives_being_packed(count):
    which = torch.rand(count, generator=torch.Generator().manual_seed(count)) < 0.3
    text = packed(which)
    assert unpacked(text)[:count].tolist() == which.tolist()
    assert not unpacked(text)[count:].any()
    assert len(text) <= count / 6 + 5  # 1.7 kB for 10,000 images


def test_accuracy_is_the_share_of_the_images_that_are_right(digits):
    torch.manual_seed(0)
    config = Config(dataset="digits")
    model = build(config, digits.image_shape, 10).eval()
    test = torch.arange(len(digits.y_test))
    right = correct(config, digits, model, "test", test, 0)
    by_hand = model(next(passes(config, digits, "test", test, 0))[:]).argmax(dim=1) == digits.y_test
    assert right.tolist() == by_hand.tolist()
    assert accuracy(config, digits, model, "test", test, 0) == by_hand.double().mean().item()
