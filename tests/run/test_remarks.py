"""What is said before a profile runs."""

from dataclasses import replace

import pytest

from alkit.config import Config
from alkit.models import MODELS
from alkit.run.grid import read_profile
from alkit.run.remarks import remarks, short, uneven
from alkit.split import split


def test_initial_labels_that_are_not_as_many_of_each_class_are_said_as_the_split_makes_them(digits):
    config = Config(num_initial=25, num_valid=100)
    assert uneven(config, digits) == [
        "digits: num_initial=25 over 10 classes is 3 of each of the first 5 classes and 2 of each of the others"
    ]
    assert digits.y_train[split(config, digits)[0]].bincount().tolist() == [3] * 5 + [2] * 5
    assert uneven(replace(config, num_initial=30), digits) == []
    assert uneven(replace(config, split="released"), digits) == []


def test_an_epoch_that_ends_on_one_or_two_images_under_batch_norm_is_warned_of():
    paper = Config(model="resnet18")
    assert len(short(paper)) == 1 and "over 130, 450, 770, 1090 labels ends on 2 images or one" in short(paper)[0]
    assert all(label % 64 in (1, 2) for label in (130, 450, 770, 1090))
    for other in ({"last_batch": "merge"}, {"last_batch": "drop"}, {"model": "lenet"}, {"batch_size": 60, "query_size": 20}):
        assert short(replace(paper, **other)) == []
    assert "over 110, 130, 150, 170, 190 and 45 more labels" in short(replace(paper, batch_size=4))[0]


def test_the_warning_is_for_every_network_with_batch_norm_and_no_other():
    from torch import nn

    from alkit.models import build

    for name, model in MODELS.items():
        network = build(Config(model=name), (1, 28, 28), 10)
        assert bool(model.lone) == any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules()), name


@pytest.mark.parametrize("seeds", [[0], [0, 1, 2]])
def test_each_thing_is_said_once_whatever_number_of_experiments_it_is_true_of(digits, tmp_path, seeds):
    text = "grid: [{scenario: a, dataset: digits, num_initial: 25, num_valid: 100, num_rounds: 1, acquisition: [random, bald]}]"
    (tmp_path / "mine.yaml").write_text(f"seeds: {seeds}\n{text}\n")
    assert len(remarks(read_profile("mine", tmp_path, tmp_path), {"digits": digits})) == 1
    assert remarks(read_profile("mine", tmp_path, tmp_path), {}) == []
