"""The words that follow a claim's verdict: under what conditions it was found, and what else was measured."""

from collections.abc import Callable

import pandas as pd

from alkit.paper.evidence import Evidence, gap
from alkit.paper.measures import (
    LENET,
    NAMES,
    NOISES,
    ON_MNIST,
    RESNET,
    SETS,
    TRAINED,
    improvement_over_control,
    range_over_noises,
    trained_lenet,
)

IDEAL = {**ON_MNIST, "num_initial": 1000, "num_rounds": 10}
OTHER_BALD = {  # than the default's 10 samples, of a network trained without dropout
    "over 100 samples": {"train_dropout": 0.0, "num_samples": 100},
    "trained with dropout": {"train_dropout": 0.5, "num_samples": 10},
}
ADDED_LAST = 10  # the first seed of those that were added last


def optimiser(e: Evidence) -> str:
    """The condition of what rests on LeNet's hardly training, beside its error once it trains: the finding undertraining."""
    (trained,), words = trained_lenet(e), "at the paper's optimiser"
    if len(trained.values) < 2:
        return words
    return f"{words} (at learning rate 0.01, momentum 0.9 LeNet errs on {trained.interval} % from 1,100 labels)"


def over_resnet(e: Evidence) -> str:
    """`optimiser`, and how a LeNet that trains compares with ResNet-18 at the paper's optimiser, from the same labels."""
    trained, paper = e.finding("undertraining", **TRAINED), e.accuracy(**RESNET, scenario="supervised")
    found = gap("", trained - paper)
    if len(found.values) < 2:
        return optimiser(e)
    return (
        f"{optimiser(e)}; there it has {found.interval} points more right than ResNet-18 at the paper's, from the same labels"
    )


def ten_samples(e: Evidence) -> str:
    """The condition of what is judged with BALD at its default, beside what the finding bald_samples measured otherwise."""
    found = []
    for name, of in OTHER_BALD.items():
        entropy = e.finding("bald_samples", **IDEAL, acquisition="entropy", train_dropout=of["train_dropout"])
        found.append(gap(name, entropy - e.finding("bald_samples", **IDEAL, acquisition="bald", **of)))
    said = ", ".join(f"{one.what} {one.interval}" for one in found if len(one.values) > 1)
    words = "with BALD over 10 samples, of LeNet trained without dropout"
    return f"{words} (entropy − BALD, LeNet, ideal data: {said} points)" if said else words


def data_sets_alone(e: Evidence) -> str:
    """The condition of what is judged over the data sets together, beside what random queries gain on each of them, LeNet."""

    def random_over(one: str) -> str:
        found = [gap(name, e.accuracy(**LENET, acquisition="random", **of) - e.accuracy(**LENET, acquisition=one, **of))
                 for name, of in SETS.items()]  # fmt: skip
        return ", ".join(f"{each.what} {each.interval}" for each in found if len(each.values) > 1)

    said = "; ".join(f"random − {NAMES[one]}: {each}" for one in ("entropy", "bald") if (each := random_over(one)))
    return f"over the data sets together (each alone, not adjusted for their number: {said} points)" if said else ""


def last_seeds(e: Evidence) -> str:
    """The condition of what was looked at again as seeds were added, beside what the last of them say alone."""
    found = [one for one in improvement_over_control(e, ADDED_LAST) if len(one.values) > 1]
    said = "; ".join(f"{one.what.partition(', ')[2]} {one.interval}" for one in found)
    return f"after seeds were added while it was open (those from {ADDED_LAST} on alone: {said} points)" if found else ""


def ranges_by_bald(e: Evidence) -> str:
    """The condition of what is judged of random queries, beside LeNet's range by BALD, the paper's example."""
    found = [gap(name, range_over_noises(e, **LENET, **of, acquisition="bald")) for name, of in SETS.items()]
    said = "; ".join(f"{one.what} {one.interval}" for one in found if len(one.values) > 1)
    if not said:
        return "queried at random"
    return f"queried at random (by BALD LeNet's range, which is never below zero, is {said} points)"


def gains(*names: str) -> Callable[[Evidence], str]:
    """What noise adds to each network's accuracy, queried at random, and how much accuracy LeNet has that it could lose."""

    def under_noises(e: Evidence, **condition: str) -> pd.DataFrame:
        """A row a seed that has them all, a column a noise."""
        found = {n: e.accuracy(**condition, acquisition="random", noise=n).by_seed for n in ("none", *NOISES.values())}
        return pd.DataFrame(found).dropna()

    def one(e: Evidence, name: str) -> str:
        lenet, resnet = (under_noises(e, **model, **SETS[name]) for model in (LENET, RESNET))
        if lenet.empty or resnet.empty:
            return ""
        added = [[of[code].mean() - of["none"].mean() for code in NOISES.values()] for of in (resnet, lenet)]
        each = [f"{noise} {more:+.1f} (LeNet {less:+.1f})" for noise, more, less in zip(NOISES, *added, strict=True)]
        return f"{name} (without noise LeNet has {lenet['none'].mean():.1f} % right): {' and '.join(each)} points"

    def words(e: Evidence) -> str:
        said = "; ".join(filter(None, (one(e, name) for name in names)))
        return f"noise adds to ResNet-18: {said}; chance is 10 %, so near it LeNet has little to lose" if said else ""

    return words
