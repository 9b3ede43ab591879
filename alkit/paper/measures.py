"""How the claims' quantities are measured: each takes the evidence and gives what one claim says is above its threshold."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from alkit.paper.evidence import Evidence, Quantity, gap, of_test_set

Measure = Callable[[Evidence], list[Quantity]]

LENET, RESNET = {"model": "lenet"}, {"model": "resnet18"}
NAMES = {"random": "random", "entropy": "entropy", "bald": "BALD"}
SETS = {"MNIST": {"dataset": "mnist"}, "CIFAR-10": {"dataset": "cifar10"}, "Fashion-MNIST": {"dataset": "fashion_mnist"}}
HARDER = {name: SETS[name] for name in ("CIFAR-10", "Fashion-MNIST")}
NOISES = {"Gaussian": "gaussian", "salt and pepper": "salt_and_pepper"}
SECOND_HALF = {"first": 600}  # labels: rounds 50 to 100
DIPS = {"model": "resnet18", "epochs": 100, "learning_rate": 1e-3, "momentum": 0.0, "initial_weights": "pytorch"}
TRAINED = {
    "dataset": "mnist", "noise": "none", "model": "lenet", "num_initial": 1100, "epochs": 100,
    "learning_rate": 0.01, "momentum": 0.9,
}  # fmt: skip


def together(*measures: Measure) -> Measure:
    """The quantities of several measures: a claim that says all of them."""
    return lambda e: [quantity for measure in measures for quantity in measure(e)]


def best(model: dict, acquisition: str, scenario: str, by: str = "accuracy") -> Measure:
    """How far an acquisition lies above each other one: in test accuracy, or in the validation accuracy of the whole curve."""

    def measure(e: Evidence) -> list[Quantity]:
        found = {one: getattr(e, by)(**model, scenario=scenario, acquisition=one) for one in NAMES}
        top = found.pop(acquisition)
        known = {one: of_test_set(top, other) if by == "accuracy" else 0.0 for one, other in found.items()}
        return [gap(f"{NAMES[acquisition]} − {NAMES[one]}", top, other, known[one]) for one, other in found.items()]

    return measure


def value(what: str, threshold: float, error: bool = False, **condition: str) -> Measure:
    """A test accuracy, or error, against a threshold."""

    def measure(e: Evidence) -> list[Quantity]:
        accuracy = e.accuracy(**condition)
        values = (100 - accuracy if error else accuracy).to_numpy()
        return [Quantity(what, values, threshold, known=of_test_set(accuracy), unit="%")]

    return measure


def apart(what: str, more: dict, less: dict) -> Measure:
    """The test accuracy of one condition minus that of another."""
    return lambda e: [e.difference(what, more, less)]


def uncertainty_late_and_early(e: Evidence) -> list[Quantity]:
    """What entropy gains over random under ideal data minus what it gains under constrained data, LeNet."""
    both = [(e.accuracy(**LENET, scenario=s, acquisition="entropy"), e.accuracy(**LENET, scenario=s, acquisition="random"))
            for s in ("ideal", "constrained")]  # fmt: skip
    gains = [entropy - random for entropy, random in both]
    return [gap("(entropy − random), ideal − constrained", *gains, known=of_test_set(*both[0], *both[1]))]


def random_over_uncertainty(e: Evidence) -> list[Quantity]:
    """What random queries gain over each uncertainty, LeNet without noise, averaged over the data sets."""
    mean = {}
    for one in NAMES:
        each = [e.accuracy(**LENET, acquisition=one, **of) for of in SETS.values()]
        mean[one] = pd.concat(each, axis=1, keys=SETS).dropna().mean(axis=1), of_test_set(*each) / len(SETS) ** 2
    return [
        gap(f"random − {NAMES[one]}", mean["random"][0], mean[one][0], mean["random"][1] + mean[one][1])
        for one in ("entropy", "bald")
    ]


def dips(e: Evidence) -> list[Quantity]:
    """How far the accuracy at 450 labels lies below the mean of that at 440 and 460, on each data set."""
    found = []
    for name, of in SETS.items():
        dip, *beside = (e.finding("dips", **DIPS, **of, num_initial=n, last_batch="keep") for n in (450, 440, 460))
        known = of_test_set(*beside) / len(beside) ** 2 + of_test_set(dip)
        found.append(gap(f"{name}, 440 and 460 − 450 labels", sum(beside) / 2, dip, known=known))
    return found


def two_images(e: Evidence) -> list[Quantity]:
    """What merging, or dropping, the last two images of an epoch gives at 450 labels of MNIST."""
    keep, *others = (
        e.finding("dips", **DIPS, dataset="mnist", num_initial=450, last_batch=last) for last in ("keep", "merge", "drop")
    )
    return [gap(f"450 labels, last two images {way} − kept", other, keep, known=of_test_set(other, keep))
            for way, other in zip(("merged", "dropped"), others, strict=True)]  # fmt: skip


def trained_lenet(e: Evidence) -> list[Quantity]:
    error = 100 - e.finding("undertraining", **TRAINED)
    return [
        Quantity("test error at learning rate 0.01, momentum 0.9", error.to_numpy(), 70, known=of_test_set(error), unit="%")
    ]


def curve_under(more: str, less: str, first: int = 0) -> Measure:
    """LeNet with BALD on MNIST: validation accuracy along the curve under one noise minus that under another."""
    words = {code: name for name, code in NOISES.items()} | {"none": "none"}
    return lambda e: [
        gap(f"{words[more]} − {words[less]}", *(e.curve(first, **LENET, acquisition="bald", noise=n) for n in (more, less)))
    ]


def improvement_over_control(e: Evidence) -> list[Quantity]:
    """What the second half of the curve gains over the first, under each noise minus without noise; LeNet with BALD, MNIST."""

    def gain(noise: str) -> pd.Series:
        one = {**LENET, "acquisition": "bald", "noise": noise}
        return e.curve(**SECOND_HALF, **one) - e.curve(last=SECOND_HALF["first"], **one)

    return [gap(f"second − first half of the curve, {name} − none", gain(of), gain("none")) for name, of in NOISES.items()]


def ranges(e: Evidence) -> list[Quantity]:
    """LeNet's range over the three noises minus ResNet-18's, random queries on MNIST."""
    found = []
    for model in (LENET, RESNET):
        columns = [e.accuracy(**model, acquisition="random", noise=n) for n in ("none", *NOISES.values())]
        table = pd.concat(columns, axis=1).dropna()
        found.append((np.ptp(table.to_numpy(), axis=1), table.index, sum(sorted(map(of_test_set, columns))[1:])))
    (more, seeds, a), (less, others, b) = found
    return [gap("LeNet's range over noises − ResNet-18's", pd.Series(more, seeds), pd.Series(less, others), a + b)]


def losses(of: dict) -> Measure:
    """How much more LeNet loses to each noise than ResNet-18, queried at random."""

    def measure(e: Evidence) -> list[Quantity]:
        found = []
        for name, noise in NOISES.items():
            pairs = [[e.accuracy(**m, **of, acquisition="random", noise=n) for n in ("none", noise)] for m in (LENET, RESNET)]
            loss = [clean - noisy for clean, noisy in pairs]
            found.append(gap(f"LeNet's loss − ResNet-18's, {name}", *loss, known=of_test_set(*pairs[0], *pairs[1])))
        return found

    return measure


def unmoved(of: dict) -> Measure:
    """What each noise changes of ResNet-18's accuracy, queried at random: claimed to be nothing."""

    def measure(e: Evidence) -> list[Quantity]:
        clean, *noisy = (e.accuracy(**RESNET, **of, acquisition="random", noise=n) for n in ("none", *NOISES.values()))
        each = zip(NOISES, noisy, strict=True)
        return [gap(f"{name} − none", one, clean, of_test_set(one, clean), same=True) for name, one in each]

    return measure


def kinds_of_noise(of: dict, name: str) -> Measure:
    """Salt and pepper minus Gaussian noise, LeNet, averaged over the acquisitions."""

    def measure(e: Evidence) -> list[Quantity]:
        both = [[e.accuracy(**LENET, **of, acquisition=one, noise=n) for one in NAMES] for n in ("salt_and_pepper", "gaussian")]
        means = [pd.concat(each, axis=1).dropna().mean(axis=1) for each in both]
        return [gap(f"{name}: salt and pepper − Gaussian", *means, known=of_test_set(*both[0], *both[1]) / len(NAMES) ** 2)]

    return measure
