"""The training step against torch.optim.SGD, and fit against a loop written out."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from alkit import models
from alkit.data import split
from alkit.determinism import derived_seed, generator
from alkit.loop import run, scores
from alkit.models import build
from alkit.training import fit, stepper


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("name", ["lenet", "resnet18"])
def test_steps_are_those_of_torch_optim_sgd(digits, tiny, name, momentum):
    config = replace(tiny, momentum=momentum, weight_decay=0.1)
    nets = []
    for _ in range(2):
        torch.manual_seed(0)
        nets.append(build(name, digits.image_shape, 10))
    step = stepper(config, nets[0])
    optimiser = torch.optim.SGD(nets[1].parameters(), config.learning_rate, momentum=momentum, weight_decay=0.1)
    images, labels = digits.standardised(digits.x_train[:32]), digits.y_train[:32]
    for _ in range(3):
        optimiser.zero_grad()
        loss = cross_entropy(nets[1](images), labels)
        loss.backward()
        optimiser.step()
        torch.testing.assert_close(step(images, labels), loss.detach())
    for ours, theirs in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_fit_is_epochs_of_shuffled_batches_from_the_rounds_own_weights(digits, tiny):
    labelled, _, _ = split(tiny, digits)
    torch.manual_seed(derived_seed(tiny.seed, "init", 2))
    model = build("lenet", digits.image_shape, 10)
    optimiser = torch.optim.SGD(model.parameters(), tiny.learning_rate, weight_decay=tiny.weight_decay)
    shuffle = generator(tiny.seed, "shuffle", 2)
    for _ in range(tiny.epochs):
        for batch in torch.randperm(len(labelled), generator=shuffle).split(tiny.batch_size):
            optimiser.zero_grad()
            images = digits.standardised(digits.x_train[labelled[batch]])
            cross_entropy(model(images), digits.y_train[labelled[batch]]).backward()
            optimiser.step()
    found = fit(tiny, digits, labelled, 2)
    for ours, theirs in zip(found.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_training_dropout_is_off_by_default_and_repeats_when_on(digits, tiny):
    labelled, _, _ = split(tiny, digits)

    def weights(rate):
        model = fit(replace(tiny, train_dropout=rate), digits, labelled, 0)
        return torch.cat([p.flatten() for p in model.parameters()])

    assert torch.equal(weights(0.5), weights(0.5))
    assert not torch.equal(weights(0.5), weights(0.0))


def test_a_round_leaves_torchs_global_generator_as_it_was(digits, tiny):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    fit(tiny, digits, split(tiny, digits)[0], 0)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_faster_convolution_changes_weights_and_scores_by_rounding_and_a_short_log_not_at_all(digits, tiny, monkeypatch):
    class Plain(models.PooledConv2d):
        def forward(self, images):
            return nn.functional.max_pool2d(nn.Conv2d.forward(self, images), 2).relu()

    config = replace(tiny, acquisition="bald")
    labelled, _, pool = split(config, digits)
    results = []
    for convolution in (models.PooledConv2d, Plain):
        monkeypatch.setattr(models, "PooledConv2d", convolution)
        net = fit(replace(config, epochs=20), digits, labelled, 0)
        log = [(r.valid_accuracy, r.test_accuracy, r.query) for r in run(config, digits)]
        results.append((list(net.parameters()), scores(config, digits, net, pool, 0), log))
    for ours, plain in zip(*(parameters for parameters, _, _ in results), strict=True):
        torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(results[0][1], results[1][1], atol=1e-5, rtol=1e-4)
    assert results[0][2] == results[1][2]
