"""The paper's claims, one entry each, as the paper makes them: its evidence, and the quantities that ours are judged by."""

from collections.abc import Callable
from dataclasses import dataclass

from alkit.paper import conditions
from alkit.paper import measures as m
from alkit.paper.evidence import Evidence
from alkit.paper.measures import HARDER, LENET, NAMES, NOISES, RESNET, SETS, Measure, all_of
from alkit.paper.published import published


@dataclass(frozen=True)
class Claim:
    text: str
    section: str
    paper: str  # its evidence
    measure: Measure
    notebook: str = "paper/report"
    if_so: str = "holds"  # the verdict when every quantity is as claimed
    only: Callable[[Evidence], str] = lambda e: ""  # a condition that the verdict stands under
    theirs: Callable[[], dict[str, float]] = dict  # what the claim says is above zero, by the paper's own tables
    fact: str = ""  # what settles it without a measurement


def _printed(table: int, **condition: str) -> float:
    """A published number, in per cent: an accuracy in Table 2, an error in Table 3."""
    wanted = {"table": table, "scenario": "constrained", "dataset": "mnist", "noise": "none", **condition}
    found = published()
    for key, value in wanted.items():
        found = found[found[key] == value]
    return float(found.percent.item())


def _random_is_best() -> dict[str, float]:
    errors, accuracies = ([_printed(t, model="resnet18", acquisition=a) for a in NAMES] for t in (3, 2))
    return {
        "Table 3: the others' least error − random's": min(errors[1:]) - errors[0],
        "Table 2: random's accuracy − the others' highest": accuracies[0] - max(accuracies[1:]),
    }


def _errors_over_91() -> dict[str, float]:
    return {f"Table 3: {NAMES[a]}'s error − 91": _printed(3, model="resnet18", acquisition=a) - 91 for a in NAMES}


CLAIMS = (
    Claim("Maximum entropy is the best of the three under ideal data, LeNet", "5.1, 6", "errors 2.39, BALD 3.37, random 4.44 %",
          m.best(LENET, "entropy", "ideal"), only=conditions.ten_samples),
    Claim("Maximum entropy is the best of the three under ideal data, ResNet-18", "5.1, 6",
          "errors 1.47, BALD 2.36, random 2.6 %", m.best(RESNET, "entropy", "ideal"), only=conditions.ten_samples),
    Claim("Under ideal data BALD's accuracy rises first, maximum entropy's next and random's last, LeNet", "5.1",
          "Figure 4, without a word on it in the text", m.curves_in_order(LENET, "ideal_fine", "bald", "entropy", "random"),
          only=conditions.ten_samples),
    Claim("Random is the best of the three for ResNet-18 under constrained data", "5.1, 6",
          "errors 6.84, entropy 8.63, BALD 6.83 % (Table 3); accuracies 91.47, 91.32, 93.16 % (Table 2, by which 6.84 % is "
          "BALD's error)",
          m.best(RESNET, "random", "constrained"), theirs=_random_is_best),
    Claim("With scarce data random queries can serve better than uncertain ones, LeNet without noise", "5.1",
          "concluded from ResNet-18's 6.84 %; LeNet's accuracies: MNIST 28.79 against 19.06 and 20.77, CIFAR-10 13.92 against "
          "13.10 and 15.02, Fashion-MNIST 22.99 against 19.01 and 16.22 %", m.random_over_uncertainty,
          only=conditions.data_sets_alone),
    Claim("Entropy gains more over random when data are rich than when they are scarce, LeNet", "5.1, 6",
          "errors 4.44, 2.39 % (random, entropy) against 71.21, 80.94 %", m.uncertainty_late_and_early),
    Claim("LeNet does noticeably worse with constrained than with ideal data, whatever the strategy", "5.1",
          "errors 71.21, 80.94, 79.23 % against 4.44, 2.39, 3.37 %",
          all_of(*(m.apart(f"{NAMES[a]}: ideal − constrained", {**LENET, "acquisition": a, "scenario": "ideal"},
                             {**LENET, "acquisition": a}) for a in NAMES)), only=conditions.optimiser),
    Claim("LeNet's test errors exceed 70 % under constrained data across all strategies", "5.1", "71.21, 80.94, 79.23 %",
          all_of(*(m.value(f"{NAMES[a]}: test error", 70, error=True, **LENET, acquisition=a) for a in NAMES)),
          only=conditions.optimiser),
    Claim("ResNet-18 generalises better than LeNet from small data", "5.1", "errors 6.84 against 71.21 %",
          m.apart("ResNet-18's accuracy − LeNet's", {**RESNET, "acquisition": "random"}, {**LENET, "acquisition": "random"}),
          only=conditions.over_resnet),
    Claim("LeNet's errors show a limit of its capacity to generalise from small data", "5.1",
          "LeNet's errors beside ResNet-18's", m.trained_lenet, "findings/undertraining"),
    Claim("ResNet-18's accuracy dips on all three data sets", "5.1", "Figure 5, about rounds 35, 67 and 99", m.dips,
          "findings/dips"),
    Claim("ResNet-18's dips come from noisy or complex data points", "5.1", "Figure 5, about rounds 35, 67 and 99",
          m.two_images, "findings/dips", "artefact of epochs that end on two images under batch norm"),
    Claim("Validation accuracy guides the selection of samples in later rounds", "3.4", "none", all_of(),
          fact="no acquisition of Equations 4 and 5 sees the validation set: with other labels there the queries are the same"),
    Claim("Without noise ResNet-18's error on MNIST is over 91 % across all strategies", "5.2",
          "Table 2, which holds accuracies",
          all_of(*(m.value(f"{NAMES[a]}: test error", 91, error=True, **RESNET, acquisition=a) for a in NAMES)),
          theirs=_errors_over_91),
    Claim("ResNet-18 has higher error rates than LeNet on MNIST", "5.2", "91 % against 19 to 28 %",
          m.apart("LeNet's accuracy − ResNet-18's", {**LENET, "acquisition": "random"}, {**RESNET, "acquisition": "random"})),
    Claim("With noise ResNet-18's error rates are about 33 to 95 % on all data sets", "5.2", "Table 2, which holds accuracies",
          all_of(*(m.value(f"{name}, {noise}: test error", 33, error=True, **RESNET, **of, acquisition="random", noise=code)
                     for name, of in SETS.items() for noise, code in NOISES.items()))),
    Claim("Gaussian noise raises LeNet's error with BALD on MNIST", "5.2",
          '"spiked to 42.79 %", which is an accuracy (20.77 without)',
          m.apart("accuracy without − with Gaussian noise", {**LENET, "acquisition": "bald"},
                  {**LENET, "acquisition": "bald", "noise": "gaussian"})),
    Claim("Noise lowers validation accuracy on MNIST (LeNet, BALD, the whole curve)", "5.2",
          "Figure 6: 29 without, 26 and 24 % with noise at round 100",
          all_of(*(m.curve_under("none", noise) for noise in NOISES.values()))),
    Claim("In later rounds accuracy with noise improves, more than without (MNIST, LeNet, BALD)", "5.2", "Figure 6",
          m.improvement_over_control, only=conditions.last_seeds),
    Claim("After some rounds accuracy under salt and pepper surpasses that under Gaussian noise (MNIST, LeNet, BALD, second "
          "half)", "5.2", "Figure 6; at round 100, 24 and 26 %",
          m.curve_under("salt_and_pepper", "gaussian", m.SECOND_HALF["first"])),
    Claim("LeNet's accuracy varies more with the type of noise than ResNet-18's (random queries)", "5.2, 6",
          "Table 2: on MNIST a range of 13.59 against 1.97 points", m.ranges, only=conditions.ranges_by_bald),
    Claim("ResNet-18 is more resilient to noise than LeNet on all data sets: it loses less accuracy (random queries)", "5.2, 6",
          "accuracies with noise, MNIST: ResNet-18 +1.97, +1.25; LeNet +2.83, −10.76 points", m.losses(*SETS),
          only=conditions.gains(*SETS)),
    Claim("ResNet-18's accuracy on CIFAR-10 is consistent under noise (random queries)", "5.2",
          "accuracies without and with noise 33.04, 35.21, 34.38 %", m.unmoved(SETS["CIFAR-10"])),
    Claim("ResNet-18's accuracy on CIFAR-10 dips less under noise than LeNet's (random queries)", "5.2",
          "ResNet-18 33.04, 35.21, 34.38 %; LeNet 13.92, 15.76, 14.86 %", m.losses("CIFAR-10"),
          only=conditions.gains("CIFAR-10")),
    Claim("LeNet does better under salt and pepper than under Gaussian noise on CIFAR-10 and Fashion-MNIST", "5.2",
          "accuracies, by strategy: CIFAR-10 14.86, 17.41, 19.04 against 15.76, 15.68, 17.44 %; Fashion-MNIST 20.74, 11.35, "
          "22.20 against 25.98, 14.63, 17.11 %", m.kinds_of_noise),
    Claim("LeNet's error rates under salt and pepper on CIFAR-10 and Fashion-MNIST are 11.35 to 22.20 %: its accuracies are "
          "above 77.8 %", "5.2", "Table 2, which holds accuracies",
          all_of(*(m.value(f"{name}, salt and pepper: accuracy", 77.8, **LENET, **of, acquisition="random",
                             noise="salt_and_pepper") for name, of in HARDER.items()))),
    Claim("Both models reach lower accuracies on CIFAR-10 than on the other data sets (random queries)", "5.2",
          "LeNet 13.92 against 28.79 and 22.99 %; ResNet-18 33.04 against 91.47 and 77.99 %",
          all_of(*(m.apart(f"{model}: {other} − CIFAR-10", {**of, **SETS[other], "acquisition": "random"},
                             {**of, **SETS["CIFAR-10"], "acquisition": "random"})
                     for model, of in (("LeNet", LENET), ("ResNet-18", RESNET)) for other in ("MNIST", "Fashion-MNIST")))),
)  # fmt: skip
