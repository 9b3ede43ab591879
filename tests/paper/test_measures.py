"""The claims' quantities against hand-worked numbers of made-up logs."""

import pytest

from alkit.paper import measures
from alkit.paper.evidence import Evidence
from alkit.paper.results import read

MODELS = ["lenet", "resnet18"]
NOISES = ["none", *measures.NOISES.values()]


def test_losses_to_noise_ranges_and_consistency_are_those_of_the_logs(noisy):
    assert [q.values.tolist() for q in measures.losses("MNIST")(noisy)] == [pytest.approx([2, 2]), pytest.approx([6, 6])]
    found, *others = measures.ranges(noisy)
    assert found.values == pytest.approx([5 - 2] * 2)
    assert [len(one.values) for one in others] == [0, 0]  # CIFAR-10 and Fashion-MNIST, not run
    unmoved = measures.unmoved({})(noisy)
    assert [q.values.tolist() for q in unmoved] == [pytest.approx([-1, -1]), pytest.approx([1, 1])]
    assert all(q.same for q in unmoved)


def test_the_best_acquisition_is_held_against_each_other_one_and_a_curve_against_the_next(logged):
    level = {"random": 0.5, "entropy": 0.7, "bald": 0.6}
    grid = [{"scenario": "ideal", "acquisition": list(level), "num_rounds": 2}]
    evidence = Evidence(read(logged(grid, accuracy=lambda c, n: level[c.acquisition] + (0.1 if n == 0 else 0))))
    ends = measures.best(measures.LENET, "entropy", "ideal")(evidence)
    assert {q.what: q.values.round(9).tolist() for q in ends} == {"entropy − random": [20, 20], "entropy − BALD": [10, 10]}
    curves = measures.curves_in_order(measures.LENET, "ideal", "random", "entropy", "bald")(evidence)
    assert {q.what: q.values.round(9).tolist() for q in curves} == {"random − entropy": [-20, -20], "entropy − BALD": [10, 10]}
    grid[0] |= {"acquisition": ["entropy", "bald"]}
    grid.append({"scenario": "ideal", "acquisition": "random", "num_rounds": 2, "evaluate_every": 2})
    profile = logged(grid, name="coarser", accuracy=lambda c, n: level[c.acquisition] + (0.1 if n == 0 else 0))
    entropy, _ = measures.curves_in_order(measures.LENET, "ideal", "entropy", "random", "bald")(Evidence(read(profile)))
    assert entropy.values == pytest.approx([20, 20])  # though random was not looked at in round 1
    assert ends[0].known > 0
    assert curves[0].known == 0  # each seed has its own validation set


def test_an_improvement_under_noise_is_held_against_the_same_without(logged):
    slope = {"none": 0.001, "gaussian": 0.002, "salt_and_pepper": 0.003}
    grid = [{"scenario": "constrained", "acquisition": "bald", "noise": NOISES}]
    evidence = Evidence(read(logged(grid, accuracy=lambda c, n: 0.1 + slope[c.noise] * n)))
    found = measures.improvement_over_control(evidence)
    assert [q.values.tolist() for q in found] == [pytest.approx([5, 5]), pytest.approx([10, 10])]  # 50 rounds apart
    late = measures.curve_under("salt_and_pepper", "gaussian", 600)(evidence)
    assert late[0].values == pytest.approx([7.5, 7.5])  # 0.1 points a round, over rounds 50 to 100


def test_salt_and_pepper_is_held_against_gaussian_noise_for_each_acquisition_and_data_set(logged):
    level = {"gaussian": {"random": 0.5, "entropy": 0.6, "bald": 0.7}, "salt_and_pepper": dict.fromkeys(measures.NAMES, 0.6)}
    grid = [{"scenario": "constrained", "dataset": ["cifar10", "fashion_mnist"], "acquisition": list(measures.NAMES),
             "noise": list(level), "num_rounds": 1}]  # fmt: skip
    evidence = Evidence(read(logged(grid, accuracy=lambda c, n: level[c.noise][c.acquisition] + 0.01 * c.seed)))
    found = {q.what: q.values.round(9).tolist() for q in measures.kinds_of_noise(evidence)}
    assert found == {
        f"{name}, {acquisition}: salt and pepper − Gaussian": [points, points]
        for name in ("CIFAR-10", "Fashion-MNIST") for acquisition, points in (("random", 10), ("entropy", 0), ("BALD", -10))
    }  # fmt: skip


def test_what_uncertainty_gains_is_compared_between_rich_and_scarce_data(logged):
    level = {"ideal": {"entropy": 0.98, "random": 0.95}, "constrained": {"entropy": 0.2, "random": 0.3}}
    labels = {"ideal": 1000, "constrained": 100}
    grids = [
        {"scenario": s, "acquisition": ["random", "entropy"], "num_initial": n, "num_rounds": 1} for s, n in labels.items()
    ]
    scenario = {1000: "ideal", 100: "constrained"}
    profile = logged(grids, accuracy=lambda c, n: level[scenario[c.num_initial]][c.acquisition])
    (found,) = measures.uncertainty_late_and_early(Evidence(read(profile)))
    assert found.values == pytest.approx([3 + 10] * 2)


def test_a_value_is_an_accuracy_or_an_error_and_two_conditions_stand_apart_by_their_difference(logged):
    level = {"lenet": 0.25, "resnet18": 0.9}
    evidence = Evidence(read(logged([{"scenario": "constrained", "model": MODELS}], accuracy=lambda c, n: level[c.model])))
    for error, percent in ((False, [25, 25]), (True, [75, 75])):
        (found,) = measures.value("LeNet", 70, error, model="lenet")(evidence)
        assert (found.values.tolist(), found.threshold, found.unit) == (percent, 70, "%")
    (found,) = measures.apart("", {"model": "resnet18"}, {"model": "lenet"})(evidence)
    assert found.values == pytest.approx([65, 65])


def test_what_random_queries_gain_is_averaged_over_the_data_sets(logged):
    level = {"random": 0.5, "entropy": 0.4, "bald": 0.6}
    more = {"mnist": 0.0, "cifar10": 0.03, "fashion_mnist": 0.06}  # by which random is better there
    grid = [{"scenario": "constrained", "dataset": list(more), "acquisition": list(level)}]
    profile = logged(grid, accuracy=lambda c, n: level[c.acquisition] + (c.acquisition == "random") * more[c.dataset])
    entropy, bald = measures.random_over_uncertainty(Evidence(read(profile)))
    assert (entropy.what, bald.what) == ("random − entropy", "random − BALD")
    assert entropy.values == pytest.approx([10 + 3] * 2) and bald.values == pytest.approx([-10 + 3] * 2)


def test_a_dip_is_what_lies_below_its_neighbours_and_what_another_last_batch_gives_is_held_against_keeping_it(found):
    run = {"scenario": "constrained", "num_rounds": 0, **measures.DIPS}
    grid = [{**run, "scenario": f"keep{n}", "num_initial": n} for n in (440, 450, 460)]
    grid += [{**run, "scenario": way, "num_initial": 450, "last_batch": way} for way in ("merge", "drop")]
    level = {(440, "keep"): 0.8, (450, "keep"): 0.5, (460, "keep"): 0.9, (450, "merge"): 0.85, (450, "drop"): 0.7}
    evidence = found("dips", grid, lambda c, n: level[c.num_initial, c.last_batch])
    mnist, *others = measures.dips(evidence)
    assert mnist.values == pytest.approx([35, 35]) and [len(one.values) for one in others] == [0, 0]
    merged, dropped = measures.two_images(evidence)
    assert merged.values == pytest.approx([35, 35]) and dropped.values == pytest.approx([20, 20])


def test_a_lenet_that_trains_is_told_by_its_error(found):
    rates = {0.01: 0.95, 0.001: 0.3}
    grid = [{**measures.TRAINED, "scenario": f"a{i}", "num_rounds": 0, "learning_rate": rate} for i, rate in enumerate(rates)]
    evidence = found("undertraining", grid, lambda c, n: rates[c.learning_rate] - 0.01 * c.seed)
    (error,) = measures.trained_lenet(evidence)
    assert (error.values.round(9).tolist(), error.threshold, error.unit) == ([5, 6], 70, "%")
