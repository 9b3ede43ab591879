"""How the claims' quantities are measured: each takes the evidence and gives what one claim says is above its threshold."""

import functools
from collections.abc import Callable
from itertools import pairwise

import pandas as pd

from alkit.paper import stats
from alkit.paper.evidence import Accuracies, Evidence, Quantity, gap, mean

Measure = Callable[[Evidence], list[Quantity]]

LENET, RESNET = {"model": "lenet"}, {"model": "resnet18"}
NAMES = {"random": "random", "entropy": "entropy", "bald": "BALD"}
SETS = {"MNIST": {"dataset": "mnist"}, "CIFAR-10": {"dataset": "cifar10"}, "Fashion-MNIST": {"dataset": "fashion_mnist"}}
HARDER = {name: SETS[name] for name in ("CIFAR-10", "Fashion-MNIST")}
NOISES = {"Gaussian": "gaussian", "salt and pepper": "salt_and_pepper"}
ON_MNIST = {**LENET, **SETS["MNIST"], "noise": "none"}
SECOND_HALF = {"first": 600}  # labels: rounds 50 to 100
DIPS = {"model": "resnet18", "epochs": 100, "learning_rate": 1e-3, "momentum": 0.0, "initial_weights": "pytorch"}
TRAINED = {**ON_MNIST, "num_initial": 1100, "epochs": 100, "learning_rate": 0.01, "momentum": 0.9}


def all_of(*measures: Measure) -> Measure:
    """The quantities of several measures: a claim that says all of them."""
    return lambda e: [quantity for measure in measures for quantity in measure(e)]


def best(model: dict, acquisition: str, scenario: str) -> Measure:
    """How far an acquisition's test accuracy lies above each other one's."""

    def measure(e: Evidence) -> list[Quantity]:
        found = {one: e.accuracy(**model, scenario=scenario, acquisition=one) for one in NAMES}
        top = found.pop(acquisition)
        return [gap(f"{NAMES[acquisition]} − {NAMES[one]}", top - other) for one, other in found.items()]

    return measure


def curves_in_order(model: dict, scenario: str, *order: str) -> Measure:
    """How far each acquisition's curve lies above the next one's: validation accuracy averaged over the labels at which all of
    them were evaluated."""

    def measure(e: Evidence) -> list[Quantity]:
        runs = stats.evaluated_alike(*(e.runs(**model, scenario=scenario, acquisition=one) for one in order))
        curves = dict(zip(order, map(stats.by_seed, runs), strict=True))
        return [gap(f"{NAMES[a]} − {NAMES[b]}", curves[a] - curves[b]) for a, b in pairwise(order)]

    return measure


def value(what: str, threshold: float, error: bool = False, **condition: str) -> Measure:
    """A test accuracy, or error, against a threshold."""

    def measure(e: Evidence) -> list[Quantity]:
        accuracy = e.accuracy(**condition)
        values = (100 - accuracy.by_seed if error else accuracy.by_seed).to_numpy()
        return [Quantity(what, values, threshold, known=accuracy.of_test_set, unit="%")]

    return measure


def apart(what: str, more: dict, less: dict) -> Measure:
    """The test accuracy of one condition minus that of another."""
    return lambda e: [gap(what, e.accuracy(**more) - e.accuracy(**less))]


def uncertainty_late_and_early(e: Evidence) -> list[Quantity]:
    """What entropy gains over random under ideal data minus what it gains under constrained data, LeNet."""
    ideal, constrained = (
        e.accuracy(**LENET, scenario=s, acquisition="entropy") - e.accuracy(**LENET, scenario=s, acquisition="random")
        for s in ("ideal", "constrained")
    )
    return [gap("(entropy − random), ideal − constrained", ideal - constrained)]


def random_over_uncertainty(e: Evidence) -> list[Quantity]:
    """What random queries gain over each uncertainty, LeNet without noise, averaged over the data sets."""
    return [
        gap(f"random − {NAMES[one]}",
            mean([e.accuracy(**LENET, acquisition="random", **of) - e.accuracy(**LENET, acquisition=one, **of)
                  for of in SETS.values()]))
        for one in ("entropy", "bald")
    ]  # fmt: skip


def dips(e: Evidence) -> list[Quantity]:
    """How far the accuracy at 450 labels lies below the mean of that at 440 and 460, on each data set."""
    found = []
    for name, of in SETS.items():
        dip, *beside = (e.finding("dips", **DIPS, **of, num_initial=n, last_batch="keep") for n in (450, 440, 460))
        found.append(gap(f"{name}, 440 and 460 − 450 labels", mean(beside) - dip))
    return found


def two_images(e: Evidence) -> list[Quantity]:
    """What merging, or dropping, the last two images of an epoch gives at 450 labels of MNIST."""
    keep, *others = (
        e.finding("dips", **DIPS, dataset="mnist", num_initial=450, last_batch=last) for last in ("keep", "merge", "drop")
    )
    return [
        gap(f"450 labels, last two images {way} − kept", other - keep)
        for way, other in zip(("merged", "dropped"), others, strict=True)
    ]


def trained_lenet(e: Evidence) -> list[Quantity]:
    found = e.finding("undertraining", **TRAINED)
    error = (100 - found.by_seed).to_numpy()
    return [Quantity("test error at learning rate 0.01, momentum 0.9", error, 70, known=found.of_test_set, unit="%")]


def curve_under(more: str, less: str, first: int = 0) -> Measure:
    """LeNet with BALD on MNIST: validation accuracy along the curve under one noise minus that under another."""
    words = {code: name for name, code in NOISES.items()} | {"none": "none"}

    def measure(e: Evidence) -> list[Quantity]:
        one, other = (stats.by_seed(runs, first=first) for runs in _bald_curves(e, more, less))
        return [gap(f"{words[more]} − {words[less]}", one - other)]

    return measure


def _bald_curves(e: Evidence, *noises: str) -> list[pd.DataFrame]:
    """LeNet's rounds with BALD on MNIST under each noise, at the numbers of labels at which all were evaluated."""
    return stats.evaluated_alike(*(e.runs(**LENET, acquisition="bald", noise=one) for one in noises))


def improvement_over_control(e: Evidence, from_seed: int = 0) -> list[Quantity]:
    """What the second half of the curve gains over the first, under each noise minus without noise; LeNet with BALD, MNIST.

    Of the seeds from `from_seed` on.
    """

    def gain(runs: pd.DataFrame) -> pd.Series:
        found = stats.by_seed(runs, **SECOND_HALF) - stats.by_seed(runs, last=SECOND_HALF["first"])
        return found[found.index >= from_seed]

    none, *noisy = map(gain, _bald_curves(e, "none", *NOISES.values()))
    each = zip(NOISES, noisy, strict=True)
    return [gap(f"second − first half of the curve, {name} − none", one - none) for name, one in each]


def range_over_noises(e: Evidence, **condition: str) -> Accuracies:
    """In each seed, the highest accuracy under the three noises minus the lowest."""
    under = [e.accuracy(**condition, noise=n) for n in ("none", *NOISES.values())]
    by_seed = pd.concat([one.by_seed for one in under], axis=1, keys=range(len(under))).dropna()
    ends = zip(by_seed.idxmax(axis=1), by_seed.idxmin(axis=1), by_seed.index, strict=True)
    rows = {seed: under[high].images.loc[seed] - under[low].images.loc[seed] for high, low, seed in ends}
    return Accuracies(pd.DataFrame(rows).T, sum(sorted(one.independent for one in under)[-2:]))  # of its two ends, at most


def ranges(e: Evidence) -> list[Quantity]:
    """LeNet's range over the three noises minus ResNet-18's, queried at random, on each data set."""
    found = functools.partial(range_over_noises, e, acquisition="random")
    return [gap(f"{name}: LeNet's range over noises − ResNet-18's", found(**LENET, **of) - found(**RESNET, **of))
            for name, of in SETS.items()]  # fmt: skip


def losses(*names: str) -> Measure:
    """How much more LeNet loses to each noise than ResNet-18, queried at random, on each of the data sets."""

    def loss(e: Evidence, noise: str, **condition: str) -> Accuracies:
        clean, noisy = (e.accuracy(**condition, acquisition="random", noise=n) for n in ("none", noise))
        return clean - noisy

    return lambda e: [
        gap(f"{name}, {noise}: LeNet's loss − ResNet-18's",
            loss(e, code, **LENET, **SETS[name]) - loss(e, code, **RESNET, **SETS[name]))
        for name in names for noise, code in NOISES.items()
    ]  # fmt: skip


def unmoved(of: dict) -> Measure:
    """What each noise changes of ResNet-18's accuracy, queried at random: claimed to be nothing."""

    def measure(e: Evidence) -> list[Quantity]:
        clean, *noisy = (e.accuracy(**RESNET, **of, acquisition="random", noise=n) for n in ("none", *NOISES.values()))
        return [gap(f"{name} − none", one - clean, same=True) for name, one in zip(NOISES, noisy, strict=True)]

    return measure


def kinds_of_noise(e: Evidence) -> list[Quantity]:
    """Salt and pepper minus Gaussian noise, LeNet, for each acquisition on the two harder data sets."""
    return [
        gap(f"{name}, {NAMES[one]}: salt and pepper − Gaussian",
            e.accuracy(**LENET, **of, acquisition=one, noise="salt_and_pepper")
            - e.accuracy(**LENET, **of, acquisition=one, noise="gaussian"))
        for name, of in HARDER.items() for one in NAMES
    ]  # fmt: skip
