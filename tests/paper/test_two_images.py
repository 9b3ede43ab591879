"""A run retrained step by step is the run itself."""

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import cross_entropy

from alkit.models import build
from alkit.paper.two_images import estimated, gradient_norm, train, variance_ratios, with_statistics
from alkit.split import split
from alkit.training import fit


def test_step_by_step_gives_the_weights_of_the_run_and_freezing_others(digits, tiny):
    config = replace(tiny, model="resnet18", num_initial=50, epochs=2)  # batches of 16, 16, 16 and 2
    labelled = split(config, digits)[0]
    images, labels = digits.standardised(digits.x_train[labelled]), digits.y_train[labelled]
    wanted = [p.detach().flatten() for p in fit(config, digits, labelled, 0).parameters()]
    before, after = train(config, images, labels, frozen=False)
    assert all(torch.equal(a.detach().flatten(), b) for a, b in zip(after.parameters(), wanted, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(before.parameters(), after.parameters(), strict=True))
    _, frozen = train(config, images, labels, frozen=True)
    assert not all(torch.equal(a, b) for a, b in zip(frozen.parameters(), after.parameters(), strict=True))


@pytest.fixture
def networks(tiny, digits):
    """Two ResNet-18 of other weights and other running statistics, and images."""
    images, found = digits.standardised(digits.x_train[:64]), []
    for seed in (0, 1):
        torch.manual_seed(seed)
        model = build(replace(tiny, model="resnet18"), digits.image_shape, 10)
        model.train()(images[seed::2])
        found.append(model.eval())
    return *found, images


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_a_mixed_network_has_the_weights_of_one_and_the_statistics_of_the_other(networks):
    a, b, _ = networks
    mixed = with_statistics(a, b)
    assert same(mixed.parameters(), a.parameters()) and not same(mixed.parameters(), b.parameters())
    assert same(mixed.buffers(), b.buffers()) and not same(mixed.buffers(), a.buffers())


def test_estimated_statistics_are_those_of_all_images_at_once(networks):
    model, _, images = networks
    fresh, first = estimated(model, images), {}
    name, layer = next((name, layer) for name, layer in model.named_modules() if isinstance(layer, torch.nn.BatchNorm2d))
    layer.register_forward_pre_hook(lambda _, inputs: first.update(seen=inputs[0].clone()))
    model(images)
    norm = fresh.get_submodule(name)
    torch.testing.assert_close(norm.running_mean, first["seen"].mean(dim=(0, 2, 3)), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(norm.running_var, first["seen"].var(dim=(0, 2, 3)), atol=1e-5, rtol=1e-4)
    assert same(fresh.parameters(), model.parameters())
    ratios = variance_ratios(fresh, images)
    assert all(one == pytest.approx(1, abs=1e-4) for quantiles in ratios.values() for one in quantiles)


def test_a_gradients_norm_is_its_length_over_all_weights(networks):
    model, _, images = networks
    labels = torch.arange(64) % 10
    cross_entropy(model(images), labels).backward()
    by_hand = sum(p.grad.double().square().sum() for p in model.parameters()).sqrt().item()
    model.zero_grad()
    assert gradient_norm(model, images, labels, frozen=True) == pytest.approx(by_hand, rel=1e-4)
    assert gradient_norm(model, images, labels, frozen=False) != pytest.approx(by_hand, rel=1e-2)
