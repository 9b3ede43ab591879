"""The defaults are the paper's; bad settings get one clear line with the value and the choices."""

import numpy as np
import pytest

from alkit.config import Config, check, from_dict
from alkit.data import load, split


def test_defaults_are_the_papers():
    # Section 3.1 (100 and 300 samples), section 4 (100 rounds of 10, 100 epochs, SGD, 1e-3, 1e-4, 64).
    c = Config()
    assert (c.num_initial, c.num_valid, c.num_rounds, c.query_size) == (100, 300, 100, 10)
    assert (c.epochs, c.learning_rate, c.momentum, c.weight_decay, c.batch_size) == (100, 1e-3, 0, 1e-4, 64)
    assert (c.noise_probability, c.noise_sd, c.num_samples, c.train_dropout) == (0.1, 1, 10, 0)
    assert c.budget == 1100
    assert c.evaluate_every == 1
    assert c.noise_draw == "access"
    assert c.noise_splits == ("train", "pool", "valid", "test")
    assert c.last_batch == "keep"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "vgg"}, ["model", "'vgg'", "lenet", "resnet18"]),
        ({"acquisition": "margin"}, ["'margin'", "random, entropy, bald"]),
        ({"noise": "blur"}, ["'blur'", "none, gaussian, salt_and_pepper"]),
        ({"noise_splits": ["train", "dev"]}, ["'dev'", "train, pool, valid, test"]),
        ({"learning_rates": 0.1}, ["'learning_rates'", "learning_rate"]),
        ({"learning_rate": "1e-3"}, ["learning_rate='1e-3'", "str", "0.001", "1.0e-3"]),
        ({"epochs": "ten"}, ["epochs='ten'", "int"]),
        ({"epochs": 2.5}, ["epochs=2.5", "int"]),
        ({"epochs": True}, ["epochs=True", "bool"]),
        ({"epochs": 0}, ["epochs=0", "above zero"]),
        ({"num_valid": -300}, ["num_valid=-300", "above zero"]),
        ({"num_rounds": -1}, ["num_rounds=-1", "zero or more"]),
        ({"seed": -1}, ["seed=-1"]),
        ({"num_pool": 0}, ["num_pool=0"]),
        ({"model": "resnet18", "width": 3}, ["width=3", "resnet18"]),
        ({"noise": "gaussian", "noise_splits": []}, ["noise_splits=[]", "gaussian"]),
        ({"noise_probability": 1.5}, ["noise_probability=1.5", "0 .. 1"]),
        ({"dropout": 1.0}, ["dropout=1.0"]),
        ({"learning_rate": float("nan")}, ["learning_rate=nan"]),
        ({"learning_rate": float("inf")}, ["learning_rate=inf"]),
    ],
)
def test_bad_settings_are_named_with_the_choices(settings, words):
    with pytest.raises(ValueError) as caught:
        from_dict(settings)
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"num_initial": 25}, ["num_initial=25", "10 classes", "20 or 30"]),
        ({"num_initial": 5}, ["num_initial=5", "10 or more"]),
        ({"num_valid": 5}, ["num_valid=5", "stratified"]),
        ({"num_rounds": 1000}, ["num_rounds=1000", "query_size=10", "1,297"]),
        ({"num_pool": 20, "num_rounds": 5}, ["num_pool=20", "num_rounds=5"]),
        ({"num_initial": 1100, "num_valid": 190, "num_rounds": 0}, ["class", "num_initial=1100"]),
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


def test_a_device_that_is_not_there_is_refused():
    from alkit.determinism import resolve_device

    for name in ("cuda:99", "abacus", "meta"):
        with pytest.raises(ValueError, match="auto"):
            resolve_device(name)


def test_where_it_runs_is_not_part_of_what_is_run():
    assert Config(device="cpu") == Config(device="auto")
    assert Config(device="cpu").digest == Config(seed=1).digest != Config(epochs=1).digest
