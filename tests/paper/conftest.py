"""Made-up evidence for the claims."""

import pytest

from alkit.paper.evidence import Evidence
from alkit.paper.results import read


@pytest.fixture
def found(logged):
    """Evidence with runs of a finding, of these grids and accuracies."""

    def of(finding, grid, accuracy):
        evidence = Evidence(read(logged([{"scenario": "constrained"}])))
        evidence.folder.joinpath(finding).mkdir(parents=True)
        for experiment in logged(grid, name="runs", accuracy=accuracy).experiments:
            for config in experiment.configs:
                path = experiment.log_path(config)
                path.rename(evidence.folder / f"{finding}/{experiment.name}-{path.name}")
        return evidence

    return of


@pytest.fixture
def noisy(logged):
    """Random queries of both networks under three noises, on MNIST: LeNet loses 3 and 5 points, ResNet-18 1 and gains 1."""
    change = {("lenet", "gaussian"): -0.03, ("lenet", "salt_and_pepper"): -0.05,
              ("resnet18", "gaussian"): -0.01, ("resnet18", "salt_and_pepper"): 0.01}  # fmt: skip
    noises = ["none", "gaussian", "salt_and_pepper"]
    grid = [{"scenario": "constrained", "model": ["lenet", "resnet18"], "noise": noises, "num_rounds": 1}]
    return Evidence(read(logged(grid, accuracy=lambda c, n: 0.8 + change.get((c.model, c.noise), 0) + 0.01 * c.seed)))
