"""A run retrained step by step is the run itself."""

from dataclasses import replace

import torch

from alkit.paper.two_images import train
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
