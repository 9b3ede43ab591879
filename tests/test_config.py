"""The defaults are the paper's; bad settings get one clear line with the value and the choices."""

import pytest

from alkit.config import Config, check_name, from_dict


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
        ({"model": "lenet", "initial_weights": "torchvision"}, ["initial_weights='torchvision'", "lenet", "pytorch"]),
        ({"initial_weights": "zeros"}, ["'zeros'", "pytorch, torchvision"]),
        ({"split": "thirds"}, ["'thirds'", "balanced"]),
        ({"noise": "gaussian", "noise_splits": []}, ["noise_splits=[]", "gaussian"]),
        ({"noise_probability": 1.5}, ["noise_probability=1.5", "0 .. 1"]),
        ({"dropout": 1.0}, ["dropout=1.0"]),
        ({"learning_rate": float("nan")}, ["learning_rate=nan"]),
        ({"learning_rate": float("inf")}, ["learning_rate=inf"]),
        ({"learning_rate": 10**400}, ["learning_rate=1000"]),
        ({"epochs": "20"}, ["epochs='20'", "write it as a number: 20 "]),
        ({"batch_size": 10**12}, ["batch_size=1000000000000", "100,000 at most"]),
        ({"epochs": 10**9}, ["epochs=1000000000", "at most"]),
        ({"seed": 2**70}, ["seed=", "at most"]),
        ({"num_samples": 10**9}, ["num_samples=1000000000", "at most"]),
        ({"dataset": "../mnist"}, ["dataset='../mnist'", "letters, digits"]),
        ({"dataset": "m" * 300}, ["dataset='mmm", "100 characters at most"]),
    ],
)
def test_bad_settings_are_named_with_the_choices(settings, words):
    with pytest.raises(ValueError) as caught:
        from_dict(settings)
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


def test_where_it_runs_is_not_part_of_what_is_run():
    assert Config(device="cpu") == Config(device="auto")
    assert Config(device="cpu").label == Config(seed=1).label != Config(epochs=1).label


def test_a_label_says_what_is_not_the_papers_and_fits_a_file_name():
    assert Config().label == "mnist-lenet-random-none"
    assert Config(epochs=5, noise_splits=("train", "test")).label == "mnist-lenet-random-none-epochs=5-noise_splits=train+test"
    many = dict(num_initial=11, num_valid=11, num_rounds=11, query_size=11, num_pool=1111, evaluate_every=11, epochs=11)
    long = [Config(**many, learning_rate=0.012345, weight_decay=0.012345, batch_size=size).label for size in (32, 33)]
    assert max(map(len, long)) <= 200
    assert long[0] != long[1]


def test_rounds_train_to_be_evaluated_or_to_score_the_pool():
    assert [r for r in range(5) if Config(num_rounds=4, evaluate_every=3).trains(r)] == [0, 3, 4]
    assert all(Config(num_rounds=4, evaluate_every=3, acquisition="entropy").trains(r) for r in range(5))


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/x", "a/x", "", ".", "..", ".hidden", "nul\0", "a b", "ä", "a\n", "x" * 101, 3, None]
)
def test_a_name_that_could_leave_its_folder_or_name_no_file_is_refused(name):
    with pytest.raises(ValueError, match="scenario=.*letters, digits, _, - and ") as caught:
        check_name("scenario", name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a", "_", "fashion_mnist", "my-cells.v2", "2", "x" * 100])
def test_plain_names_are_names(name):
    check_name("scenario", name)
    assert Config(dataset=name).dataset == name
