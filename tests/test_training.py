"""The training step against torch.optim.SGD, and fit against a loop written out."""

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import cross_entropy

from alkit.config import Config
from alkit.determinism import derived_seed, generator
from alkit.models import build
from alkit.split import split
from alkit.training import batches, fit, stepper


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("name", ["lenet", "resnet18"])
def test_steps_are_those_of_torch_optim_sgd(digits, tiny, name, momentum):
    config = replace(tiny, momentum=momentum, weight_decay=0.1)
    nets = []
    for _ in range(2):
        torch.manual_seed(0)
        nets.append(build(Config(model=name), digits.image_shape, 10))
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
    model = build(tiny, digits.image_shape, 10)
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


@pytest.mark.parametrize(("last", "sizes"), [("keep", [4, 4, 2]), ("merge", [4, 6]), ("drop", [4, 4])])
def test_the_last_batch_is_kept_merged_or_dropped(last, sizes):
    pieces = batches(torch.arange(10), 4, last)
    assert [len(p) for p in pieces] == sizes
    assert torch.cat(pieces).tolist() == list(range(sum(sizes)))
    assert [len(p) for p in batches(torch.arange(8), 4, last)] == [4, 4]
    assert [len(p) for p in batches(torch.arange(3), 4, last)] == [3]
