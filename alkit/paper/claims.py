"""The paper's claims, one line each, with its evidence, ours, and a verdict that follows by rule from the numbers shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alkit.paper.evidence import Evidence, Quantity

RULE = (
    "Every line tests its statement as one or more quantities, measured per seed, that it says are above a threshold. "
    "*Holds*: the 95 % t-interval of each mean lies above. *Does not hold*: one lies wholly below. *Cannot be told*: an "
    "interval includes the threshold, or there are fewer than two seeds. An *artefact* is a statement about the cause of what "
    "the paper saw: the quantities are those of another cause. The intervals are not adjusted for being read together."
)


@dataclass(frozen=True)
class Claim:
    text: str
    section: str
    paper: str  # its evidence
    measure: Callable[[Evidence], list[Quantity]]
    notebook: str
    if_so: str = "holds"  # the verdict when every quantity is above its threshold


def verdict(claim: Claim, quantities: list[Quantity]) -> str:
    """What the intervals say of the claim; see RULE."""
    intervals = [(q.interval, q.threshold) for q in quantities]
    if all(low > threshold for (low, _), threshold in intervals):
        return claim.if_so
    # An artefact's quantities are about our cause for what the paper saw: against them says nothing for the paper's.
    if claim.if_so == "holds" and any(high < threshold for (_, high), threshold in intervals):
        return "does not hold"
    return "cannot be told"


LENET, RESNET = {"model": "lenet"}, {"model": "resnet18"}
CIFAR10 = {"dataset": "cifar10"}
HARDER = {"CIFAR-10": {**LENET, **CIFAR10}, "Fashion-MNIST": {**LENET, "dataset": "fashion_mnist"}}
DIPS = {"dataset": "mnist", "model": "resnet18", "num_initial": 450, "epochs": 100, "learning_rate": 1e-3, "momentum": 0.0}
TRAINED = {
    "dataset": "mnist", "noise": "none", "model": "lenet", "num_initial": 1100, "epochs": 100,
    "learning_rate": 0.01, "momentum": 0.9,
}  # fmt: skip


def _better(model: str, best: str, others: tuple[str, ...], scenario: str) -> Callable[[Evidence], list[Quantity]]:
    """The best acquisition's test accuracy minus each of the others'."""

    def measure(evidence: Evidence) -> list[Quantity]:
        one = {"model": model, "scenario": scenario}
        return [
            evidence.difference(f"{best} − {other}", {**one, "acquisition": best}, {**one, "acquisition": other})
            for other in others
        ]

    return measure


def _noise_effect(noise: str, more: str, less: str, column: str = "valid_accuracy", last: int = 10):
    """How much higher LeNet's accuracy with BALD is under one noise than under another, late in the run."""
    one = {**LENET, "acquisition": "bald"}
    return lambda e: [e.difference(noise, {**one, "noise": more}, {**one, "noise": less}, column=column, last=last)]


def _resilience(dataset: str) -> Callable[[Evidence], list[Quantity]]:
    """How much LeNet loses to each noise, and how much more than ResNet-18, queried at random."""

    def measure(evidence: Evidence) -> list[Quantity]:
        found = []
        for noise, name in (("gaussian", "Gaussian"), ("salt_and_pepper", "salt and pepper")):
            both = [{**model, "acquisition": "random", "dataset": dataset} for model in (LENET, RESNET)]
            loss = [evidence.per_seed(**one) - evidence.per_seed(**{**one, "noise": noise}) for one in both]
            found.append(Quantity(f"LeNet's loss, {name}", loss[0].dropna().to_numpy()))
            found.append(Quantity(f"LeNet's loss − ResNet-18's, {name}", (loss[0] - loss[1]).dropna().to_numpy()))
        return found

    return measure


def _random(what: str, model: dict, threshold: float = 0.0, error: bool = False, **condition: str):
    """Test accuracy, or error, of a model queried at random, beside a threshold."""

    def measure(evidence: Evidence) -> list[Quantity]:
        accuracy = evidence.per_seed(**model, acquisition="random", **condition).to_numpy()
        return [Quantity(what, 100 - accuracy if error else accuracy, threshold, "%")]

    return measure


def _random_difference(what: str, more: dict, less: dict) -> Callable[[Evidence], list[Quantity]]:
    """The test accuracy of one condition minus another's, both queried at random."""
    return lambda e: [e.difference(what, {**more, "acquisition": "random"}, {**less, "acquisition": "random"})]


def _all(*measures: Callable[[Evidence], list[Quantity]]) -> Callable[[Evidence], list[Quantity]]:
    """The quantities of several measures: a claim that says all of them."""
    return lambda e: [quantity for measure in measures for quantity in measure(e)]


def _trajectory(evidence: Evidence) -> list[Quantity]:
    found = []
    for noise, name in (("gaussian", "Gaussian"), ("salt_and_pepper", "salt and pepper")):
        one = {**LENET, "acquisition": "bald", "noise": noise, "column": "valid_accuracy"}
        frame = evidence.paper.query("scenario == 'constrained' and dataset == 'mnist' and model == 'lenet'")
        middle = frame[frame["round"].between(41, 50) & (frame.noise == noise) & (frame.acquisition == "bald")]
        gain = evidence.per_seed(**one, last=10) - middle.groupby("seed").valid_accuracy.mean()
        found.append(Quantity(f"rounds 91 to 100 − rounds 41 to 50, {name}", gain.dropna().to_numpy()))
    return found


def _equal_labels(model: dict) -> Callable[[Evidence], list[Quantity]]:
    supervised = {**model, "scenario": "supervised", "acquisition": "random"}
    return lambda e: [
        e.difference(f"{acquisition} − supervised", {**model, "acquisition": acquisition}, supervised)
        for acquisition in (("random", "entropy", "bald") if model == LENET else ("random",))
    ]


def _dips(evidence: Evidence) -> list[Quantity]:
    keep, merge, drop = (evidence.finding("dips", **DIPS, last_batch=last) for last in ("keep", "merge", "drop"))
    return [
        Quantity("450 labels, last two images merged − kept", (merge - keep).dropna().to_numpy()),
        Quantity("dropped − kept", (drop - keep).dropna().to_numpy()),
    ]


CLAIMS = (
    Claim("Maximum entropy is the best of the three under ideal data, LeNet", "5.1, 6", "errors 2.39, BALD 3.37, random 4.44 %",
          _better("lenet", "entropy", ("random", "bald"), "ideal"), "paper/report"),
    Claim("Maximum entropy is the best of the three under ideal data, ResNet-18", "5.1, 6",
          "errors 1.47, BALD 2.36, random 2.6 %", _better("resnet18", "entropy", ("random", "bald"), "ideal"), "paper/report"),
    Claim("Random is the best of the three for ResNet-18 under constrained data", "5.1, 6",
          "errors 6.84, entropy 8.63, BALD 6.83 % (Table 3); accuracies 91.47, 91.32, 93.16 % (Table 2)",
          _better("resnet18", "random", ("entropy", "bald"), "constrained"), "paper/report"),
    Claim("Every strategy does much better with ideal than with constrained data, LeNet", "5.1",
          "errors 4.44, 2.39, 3.37 % against 71.21, 80.94, 79.23 %",
          lambda e: [e.difference(f"{a}: ideal − constrained", {**LENET, "acquisition": a, "scenario": "ideal"},
                                  {**LENET, "acquisition": a}) for a in ("random", "entropy", "bald")], "paper/report"),
    Claim("LeNet's test errors exceed 70 % under constrained data, queried at random", "5.1", "71.21 %",
          _random("test error", LENET, 70, error=True), "paper/report"),
    Claim("ResNet-18 generalises better than LeNet from small data", "5.1", "errors 6.84 against 71.21 %",
          _random_difference("ResNet-18's accuracy − LeNet's", RESNET, LENET), "paper/report"),
    Claim("That is a limit of LeNet's capacity to generalise from small data", "5.1", "LeNet's errors beside ResNet-18's",
          lambda e: [Quantity("test error at 1,100 labels, learning rate 0.01, momentum 0.9",
                              100 - e.finding("undertraining", **TRAINED).to_numpy(), 70, "%")], "findings/undertraining"),
    Claim("ResNet-18's dips come from noisy or complex data points", "5.1", "Figure 5, about rounds 35, 67 and 99",
          _dips, "findings/dips", "artefact of epochs that end on two images under batch norm"),
    Claim("Active learning beats supervised learning at equal labels, LeNet", "5.1",
          "errors 71.21, 80.94, 79.23 %, supervised 65.49 %", _equal_labels(LENET), "paper/report"),
    Claim("Active learning beats supervised learning at equal labels, ResNet-18 (random queries)", "5.1",
          "errors 6.84, 8.63, 6.83 %, supervised 7.69 %", _equal_labels(RESNET), "paper/report"),
    Claim("Without noise ResNet-18's error on MNIST is over 91 %", "5.2", "Table 2, which holds accuracies",
          _random("test error", RESNET, 91, error=True), "paper/report"),
    Claim("ResNet-18 has higher error rates than LeNet on MNIST", "5.2", "91 % against 19 to 28 %",
          _random_difference("LeNet's accuracy − ResNet-18's", LENET, RESNET), "paper/report"),
    Claim("With noise ResNet-18's error rates are about 33 to 95 % on all data sets", "5.2", "Table 2, which holds accuracies",
          _all(_random("MNIST, Gaussian: test error", RESNET, 33, error=True, noise="gaussian"),
               _random("MNIST, salt and pepper: test error", RESNET, 33, error=True, noise="salt_and_pepper")), "paper/report"),
    Claim("Gaussian noise raises LeNet's error with BALD on MNIST", "5.2",
          '"spiked to 42.79 %", which is an accuracy (20.77 without)',
          _noise_effect("accuracy without − with Gaussian noise", "none", "gaussian", "test_accuracy", 1), "paper/report"),
    Claim("Noise lowers validation accuracy on MNIST (LeNet, BALD)", "5.2", "Figure 6: 29 without, 26 and 24 % with noise",
          _all(_noise_effect("none − Gaussian, last 10 rounds", "none", "gaussian"),
               _noise_effect("none − salt and pepper, last 10 rounds", "none", "salt_and_pepper")), "paper/report"),
    Claim("In later rounds the accuracy with noise improves (MNIST, LeNet, BALD)", "5.2", "Figure 6", _trajectory,
          "paper/report"),
    Claim("After some rounds accuracy under salt and pepper surpasses that under Gaussian noise (MNIST, LeNet, BALD)", "5.2",
          "Figure 6; at round 100, 24 and 26 %",
          _noise_effect("salt and pepper − Gaussian, last 10 rounds", "salt_and_pepper", "gaussian"), "paper/report"),
    Claim("LeNet's accuracy varies more with the type of noise than ResNet-18's (MNIST, random queries)", "5.2, 6",
          "Table 2: a range of 13.59 against 1.97 points",
          lambda e: [Quantity("LeNet's range over noises − ResNet-18's", _range(e, LENET, RESNET))], "paper/report"),
    Claim("ResNet-18 is more resilient to noise: LeNet loses accuracy, and more than ResNet-18 (MNIST, random queries)",
          "5.2, 6",
          "accuracies with noise: ResNet-18 +1.97, +1.25; LeNet +2.83, −10.76 points", _resilience("mnist"), "paper/report"),
    Claim("ResNet-18's accuracy dips less under noise than LeNet's, which does dip, on CIFAR-10 (random queries)", "5.2",
          "accuracies without and with noise: ResNet-18 33.04, 35.21, 34.38 %; LeNet 13.92, 15.76, 14.86 %",
          _resilience("cifar10"), "paper/report"),
    Claim("LeNet does better with salt and pepper than without noise on CIFAR-10 and Fashion-MNIST (random queries)", "5.2",
          "accuracies 14.86 against 13.92 %, 20.74 against 22.99 %",
          _all(*(_random_difference(f"{words}: salt and pepper − none", {**one, "noise": "salt_and_pepper"}, one)
                 for words, one in HARDER.items())), "paper/report"),
    Claim("LeNet's error rates there are 11.35 to 22.20 %: its accuracies are above 77.8 % (random queries)", "5.2",
          "Table 2, which holds accuracies",
          _all(*(_random(f"{words}, salt and pepper: accuracy", {**one, "noise": "salt_and_pepper"}, 77.8)
                 for words, one in HARDER.items())), "paper/report"),
    Claim("Both models reach lower accuracies on CIFAR-10 than on the other data sets (random queries)", "5.2",
          "LeNet 13.92 against 28.79 and 22.99 %; ResNet-18 33.04 against 91.47 and 77.99 %",
          _all(*(_random_difference(f"{words}: {other} − CIFAR-10", {**model, **of}, {**model, **CIFAR10})
                 for words, model in (("LeNet", LENET), ("ResNet-18", RESNET))
                 for other, of in (("MNIST", {}), ("Fashion-MNIST", {"dataset": "fashion_mnist"})))), "paper/report"),
)  # fmt: skip


def _range(evidence: Evidence, more: dict, less: dict) -> np.ndarray:
    """Per seed, the range of the accuracy over the three noises, of one model minus another's."""
    ranges = []
    for model in (more, less):
        noises = ("none", "gaussian", "salt_and_pepper")
        columns = pd.DataFrame({n: evidence.per_seed(**model, acquisition="random", noise=n) for n in noises}).dropna()
        ranges.append(columns.max(axis=1) - columns.min(axis=1))
    return (ranges[0] - ranges[1]).dropna().to_numpy()
