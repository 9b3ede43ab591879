"""Splits, and what the data cannot give."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from alkit.config import Config
from alkit.files.sources import load
from alkit.split import check, split


@pytest.mark.parametrize("seed", range(3))
def test_splits_are_disjoint_balanced_stratified_and_complete(digits, seed):
    initial, valid, pool = split(Config(seed=seed, num_initial=50, num_valid=130), digits)
    assert torch.equal(torch.cat([initial, valid, pool]).sort().values, torch.arange(len(digits.y_train)))
    assert digits.y_train[initial].bincount().tolist() == [5] * 10
    share = digits.y_train.bincount() / len(digits.y_train)
    assert (digits.y_train[valid].bincount() - 130 * share).abs().max() <= 1


def test_splits_depend_on_the_seed_and_on_nothing_else(digits):
    def parts(**settings):
        return torch.cat(split(Config(num_initial=50, **settings), digits)).tolist()

    assert parts(seed=0) == parts(seed=0, acquisition="bald", noise="gaussian", model="resnet18")
    assert parts(seed=0) != parts(seed=1)


def test_a_smaller_pool_is_a_random_part_of_the_whole_one(digits):
    initial, valid, pool = split(Config(num_initial=50, num_pool=200), digits)
    _, _, whole = split(Config(num_initial=50), digits)
    assert len(pool) == 200
    assert set(pool.tolist()) < set(whole.tolist())
    assert pool.max() > 1000
    assert not set(pool.tolist()) & set(torch.cat([initial, valid]).tolist())


def test_a_split_seed_gives_every_seed_the_same_split(digits):
    def drawn(seed, split_seed):
        return [part.tolist() for part in split(Config(seed=seed, split_seed=split_seed, num_valid=100), digits)]

    assert drawn(0, 42) == drawn(1, 42) == drawn(42, None) != drawn(1, None)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"num_initial": 5}, ["num_initial=5", "10 classes", "digits"]),
        ({"num_valid": 5}, ["num_valid=5", "10 classes"]),
        ({"num_rounds": 1000}, ["num_rounds=1000", "query_size=10", "1,297"]),
        ({"num_pool": 20, "num_rounds": 5}, ["num_pool=20", "num_rounds=5"]),
        ({"num_initial": 1100, "num_valid": 190, "num_rounds": 0}, ["class", "num_initial=1100"]),
        ({"split": "given", "num_rounds": 0}, ["num_initial=20 is not 1197", "digits", "num_valid=100"]),
        ({"acquisition": "bald", "num_samples": 1}, ["'bald' compares samples", "two or more, not num_samples=1"]),
        ({"acquisition": "bald", "dropout": 0}, ["'bald' compares samples", "not dropout=0"]),
        ({"acquisition": "released_bald", "num_samples": 1}, ["'released_bald'", "num_samples=1"]),
        ({"model": "resnet18", "num_initial": 20, "query_size": 9, "num_rounds": 5}, ["65 labels", "last_batch"]),
        ({"model": "resnet18", "batch_size": 1, "last_batch": "merge"}, ["20 labels", "batch_size=1"]),
    ],
)
def test_what_the_data_cannot_give_is_refused_before_any_work(settings, words, digits):
    with pytest.raises(ValueError) as caught:
        check(Config(**{"num_valid": 100, "num_initial": 20, "num_rounds": 10, **settings}), digits)
    message = str(caught.value)
    assert all(word in message for word in words), message


def test_a_rare_class_is_fine_as_long_as_its_share_suffices(write_npz):
    labels = np.repeat([0, 1, 2], [3000, 3000, 40])
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6040, 12, 12), dtype=np.uint8)
    data = load("mine", write_npz(x_train=images, y_train=labels).parent, "cpu")
    config = Config(num_initial=30, num_valid=300, num_rounds=1)
    check(config, data)
    initial, valid, _ = split(config, data)
    assert data.y_train[initial].bincount().tolist() == [10, 10, 10]
    assert len(valid) == 300
    with pytest.raises(ValueError, match="class of only 40"):
        check(Config(num_initial=150, num_valid=300, num_rounds=1), data)


@pytest.fixture
def partly(digits):
    """The digits with every second label of the training set taken away."""
    labels = torch.where(torch.arange(len(digits.y_train)) % 2 == 0, digits.y_train, -1)
    return replace(digits, y_train=labels)


@pytest.mark.parametrize("split_name", ["balanced", "given"])
def test_unlabelled_images_are_in_the_pool_and_nowhere_else(partly, split_name):
    count = 50 if split_name == "balanced" else int((partly.y_train >= 0).sum()) - 100
    config = Config(split=split_name, num_initial=count, num_valid=100, num_rounds=5)
    check(config, partly, is_simulated=False)
    initial, valid, pool = split(config, partly)
    assert (partly.y_train[torch.cat([initial, valid])] >= 0).all()
    assert set((partly.y_train < 0).nonzero().flatten().tolist()) <= set(pool.tolist())
    assert torch.equal(torch.cat([initial, valid, pool]).sort().values, torch.arange(len(partly.y_train)))
    assert (partly.y_train[pool] < 0).all() == (split_name == "given")
    drawn = split(replace(config, num_pool=100), partly)[2]
    assert len(drawn) == 100 and drawn.max() > 800


def test_a_simulated_oracle_refuses_unlabelled_images_and_says_who_can_label_them(partly):
    with pytest.raises(ValueError, match=r"digits has 648 unlabelled training images .* the notebook label"):
        check(Config(num_initial=50, num_valid=100, num_rounds=5), partly)
    with pytest.raises(ValueError, match="more than the 649 labelled"):
        check(Config(num_initial=600, num_valid=100, num_rounds=5), partly, is_simulated=False)
    with pytest.raises(ValueError, match=r"asks for 1,308 images; digits has 1,297"):  # only a last query may be smaller
        check(Config(num_initial=20, num_valid=100, num_rounds=108, query_size=11), partly, is_simulated=False)
    with pytest.raises(ValueError, match="num_initial=50 is not 549"):
        check(Config(split="given", num_initial=50, num_valid=100), partly, is_simulated=False)


def test_initial_labels_that_cannot_be_divided_evenly_differ_by_one(digits):
    initial, _, _ = split(Config(num_initial=25), digits)
    assert digits.y_train[initial].bincount().tolist() == [3] * 5 + [2] * 5


def test_only_rounds_that_train_need_batches_to_train_on(digits):
    config = Config(dataset="digits", model="resnet18", num_initial=100, query_size=1, num_rounds=30, evaluate_every=30)
    check(config, digits)  # of 100 and 130 labels; 129 would end an epoch on one image
    with pytest.raises(ValueError, match="129 labels in batches of batch_size=64 make a batch of one image"):
        check(replace(config, acquisition="entropy"), digits)
