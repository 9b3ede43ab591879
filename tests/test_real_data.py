"""The paper's images, where they are at hand: in the folder $ALKIT_DATA or data/."""

import pytest
import torch

from alkit.config import Config
from alkit.files.sources import load
from alkit.loop import run
from alkit.paths import data_root

SHAPES = {"mnist": (1, 28, 28), "fashion_mnist": (1, 28, 28), "cifar10": (3, 32, 32)}


@pytest.mark.images
@pytest.mark.parametrize(
    "name", ["mnist", *(pytest.param(name, marks=pytest.mark.slow) for name in ("fashion_mnist", "cifar10"))]
)
def test_one_short_experiment_on_each_of_the_papers_data_sets(name):
    if not (data_root() / f"{name}.npz").exists():
        pytest.skip(f"{name}.npz is not in {data_root()}; the test does not download")
    data = load(name, device="cpu")
    assert data.image_shape == SHAPES[name]
    assert len(data.y_train) + len(data.y_test) in (60_000, 70_000)
    assert len(data.y_test) == 10_000
    assert torch.equal(data.y_test.bincount(minlength=10), data.y_test.new_full((10,), 1000)) or name == "mnist"
    config = Config(
        dataset=name, acquisition="bald", noise="gaussian", num_rounds=1, query_size=50, num_pool=1000,
        epochs=30, learning_rate=0.02, momentum=0.9, device="cpu",
    )  # fmt: skip
    found = list(run(config, data))
    assert found[-1].num_labelled == 150
    assert found[-1].test_accuracy > {"mnist": 0.6, "fashion_mnist": 0.5, "cifar10": 0.13}[name]
