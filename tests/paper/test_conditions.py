"""The words that a verdict stands under, of hand-worked numbers of made-up logs."""

import re

from alkit.paper import conditions
from alkit.paper.evidence import Evidence
from alkit.paper.measures import TRAINED
from alkit.paper.results import read

NOISES = ["none", "gaussian", "salt_and_pepper"]


def test_a_loss_to_noise_stands_beside_what_noise_adds_to_each_network_and_what_lenet_has_to_lose(noisy):
    assert conditions.gains("MNIST", "CIFAR-10")(noisy) == (  # which was not run
        "noise adds to ResNet-18: MNIST (without noise LeNet has 80.5 % right): Gaussian -1.0 (LeNet -3.0) and "
        "salt and pepper +1.0 (LeNet -5.0) points; chance is 10 %, so near it LeNet has little to lose"
    )
    assert conditions.ranges_by_bald(noisy) == "queried at random"


def test_a_range_of_random_queries_is_told_beside_that_of_bald_where_it_was_run(logged):
    level = {"none": 0.1, "gaussian": 0.195, "salt_and_pepper": 0.12}
    grid = [{"scenario": "constrained", "dataset": "fashion_mnist", "acquisition": "bald", "noise": NOISES, "num_rounds": 1}]
    said = conditions.ranges_by_bald(Evidence(read(logged(grid, accuracy=lambda c, n: level[c.noise] + 0.01 * c.seed))))
    assert re.fullmatch(
        r"queried at random \(by BALD LeNet's range, .*, is Fashion-MNIST 9\.5 \[8\.\d, 10\.\d\] points\)", said
    )


def test_what_random_queries_gain_over_all_data_sets_stands_beside_what_they_gain_on_each_that_was_run(logged):
    level = {"random": 0.5, "entropy": 0.4, "bald": 0.6}
    grid = [{"scenario": "constrained", "dataset": ["mnist", "cifar10"], "acquisition": list(level)}]
    profile = logged(grid, accuracy=lambda c, n: level[c.acquisition] + 0.1 * c.seed * (c.acquisition == "random"))
    said = conditions.data_sets_alone(Evidence(read(profile)))
    interval = r"(-?\d+\.\d) \[-?\d+\.\d, \d+\.\d\]"
    found = re.search(rf"random − entropy: MNIST {interval}, CIFAR-10 {interval}; random − BALD: MNIST {interval}, "
                      rf"CIFAR-10 {interval} points\)$", said)  # fmt: skip
    assert found and found.groups() == ("15.0", "15.0", "-5.0", "-5.0")
    assert conditions.data_sets_alone(Evidence(read(logged([{"scenario": "ideal"}], name="other")))) == ""


def test_what_held_as_seeds_were_added_stands_beside_what_the_last_of_them_say_alone(logged):
    slope = {"none": 0.001, "gaussian": 0.002, "salt_and_pepper": 0.003}
    grid = [{"scenario": "constrained", "acquisition": "bald", "noise": NOISES}]

    def accuracy(config, number):
        return 0.1 + slope[config.noise] * number * (1 if config.seed < 10 else 0.5)

    said = conditions.last_seeds(Evidence(read(logged(grid, accuracy=accuracy, seeds=[0, 1, 10, 11, 12]))))
    assert "those from 10 on alone: Gaussian − none 2.5 [2.5, 2.5]; salt and pepper − none 5.0 [5.0, 5.0] points)" in said
    assert conditions.last_seeds(Evidence(read(logged(grid, name="few", accuracy=accuracy)))) == ""


def test_what_rests_on_the_optimiser_says_on_how_much_a_lenet_that_trains_errs(logged, found):
    rates = {0.01: 0.95, 0.001: 0.3}
    grid = [{**TRAINED, "scenario": f"a{i}", "num_rounds": 0, "learning_rate": rate} for i, rate in enumerate(rates)]
    evidence = found("undertraining", grid, lambda c, n: rates[c.learning_rate] - 0.01 * c.seed)
    assert "(at learning rate 0.01, momentum 0.9 LeNet errs on 5.5 [" in conditions.optimiser(evidence)
    assert conditions.over_resnet(evidence) == conditions.optimiser(evidence)  # ResNet-18 was not run
    supervised = {"scenario": "supervised", "model": "resnet18", "num_initial": 1100, "num_rounds": 0}
    beside = read(logged([supervised], name="resnet", accuracy=lambda c, n: 0.9 - 0.01 * c.seed))
    evidence.own = beside.own
    assert "; there it has 5.0 [4." in conditions.over_resnet(evidence)


def test_what_more_samples_or_dropout_in_training_change_of_bald_stands_beside_what_is_judged_with_ten(logged, found):
    plain = "with BALD over 10 samples, of LeNet trained without dropout"
    assert conditions.ten_samples(Evidence(read(logged([{"scenario": "constrained"}])))) == plain
    ideal, bald = {"num_initial": 1000, "num_rounds": 10}, {"acquisition": "bald"}
    grid = [
        {"scenario": "a", "acquisition": "entropy"},
        {"scenario": "b", **bald},
        {"scenario": "c", **bald, "num_samples": 100},
        {"scenario": "d", "acquisition": "entropy", "train_dropout": 0.5},
        {"scenario": "e", **bald, "train_dropout": 0.5},
    ]
    level = {("entropy", 10, 0.0): 0.98, ("bald", 10, 0.0): 0.5, ("bald", 100, 0.0): 0.97, ("entropy", 10, 0.5): 0.93,
             ("bald", 10, 0.5): 0.95}  # fmt: skip
    evidence = found("bald_samples", [{**one, **ideal} for one in grid],
                     lambda c, n: level[c.acquisition, c.num_samples, c.train_dropout])  # fmt: skip
    said = conditions.ten_samples(evidence)
    assert re.fullmatch(re.escape(plain) + r" \(entropy − BALD, LeNet, ideal data: over 100 samples 1\.0 \[.*\], "
                        r"trained with dropout -2\.0 \[.*\] points\)", said)  # fmt: skip
