"""What a verdict stands under: each takes the evidence and gives the words that follow it, with what else was measured."""

from collections.abc import Callable

from alkit.paper.evidence import Accuracies, Evidence, gap
from alkit.paper.measures import (
    LENET,
    NAMES,
    NOISES,
    ON_MNIST,
    RESNET,
    SETS,
    improvement_over_control,
    range_over_noises,
    trained_lenet,
)

IDEAL = {**ON_MNIST, "num_initial": 1000, "num_rounds": 10, "train_dropout": 0.0}
MANY = {"acquisition": "bald", "num_samples": 100}
ADDED_LAST = 10  # the first seed of those that were added when the claim was last open


def optimiser(e: Evidence) -> str:
    """The condition of what rests on LeNet's hardly training, beside its error once it trains: the finding undertraining."""
    (trained,), words = trained_lenet(e), "at the paper's optimiser"
    if len(trained.values) < 2:
        return words
    return f"{words} (at learning rate 0.01, momentum 0.9 LeNet errs on {trained.interval} % from 1,100 labels)"


def ten_samples(e: Evidence) -> str:
    """The condition of what is judged with BALD at its default, beside what the finding bald_samples measured with more."""
    entropy, bald = (e.finding("bald_samples", **IDEAL, **query) for query in ({"acquisition": "entropy"}, MANY))
    words, more = "with BALD over 10 samples", gap("entropy − BALD", entropy - bald)
    if len(more.values) < 2:
        return words
    return f"{words} (over {MANY['num_samples']}, ideal data: {more.what} {more.interval} points)"


def data_sets_alone(e: Evidence) -> str:
    """The condition of what is judged over the data sets together, beside what random queries gain on each of them, LeNet."""

    def random_over(one: str) -> str:
        found = [gap(name, e.accuracy(**LENET, acquisition="random", **of) - e.accuracy(**LENET, acquisition=one, **of))
                 for name, of in SETS.items()]  # fmt: skip
        return ", ".join(f"{each.what} {each.interval}" for each in found if len(each.values) > 1)

    said = "; ".join(f"random − {NAMES[one]}: {each}" for one in ("entropy", "bald") if (each := random_over(one)))
    return f"over the data sets together (each alone, not adjusted for their number: {said} points)" if said else ""


def last_seeds(e: Evidence) -> str:
    """The condition of what held only as seeds were added again and again, beside what the last of them say alone."""
    found = [one for one in improvement_over_control(e, ADDED_LAST) if len(one.values) > 1]
    said = "; ".join(f"{one.what.partition(', ')[2]} {one.interval}" for one in found)
    return f"as more seeds came in (CHANGES.md; the last {len(found[0].values)} alone: {said} points)" if found else ""


def ranges_by_bald(e: Evidence) -> str:
    """The condition of what is judged of random queries, beside LeNet's range by BALD, the paper's example."""
    found = [gap(name, range_over_noises(e, **LENET, **of, acquisition="bald")) for name, of in SETS.items()]
    said = "; ".join(f"{one.what} {one.interval}" for one in found if len(one.values) > 1)
    return f"queried at random (by BALD LeNet's range is {said} points)" if said else "queried at random"


def gains(*names: str) -> Callable[[Evidence], str]:
    """What each network gains by noise, queried at random, beside what LeNet has to lose: with whom it is that a loss is
    compared."""

    def under(e: Evidence, noise: str, **condition: str) -> Accuracies:
        return e.accuracy(**condition, acquisition="random", noise=noise)

    def gained(e: Evidence, noise: str, **condition: str) -> str:
        return f"{(under(e, noise, **condition) - under(e, 'none', **condition)).by_seed.mean():+.1f}"

    def one(e: Evidence, name: str) -> str:
        of = SETS[name]
        each = [f"{noise} {gained(e, code, **RESNET, **of)} (LeNet {gained(e, code, **LENET, **of)})"
                for noise, code in NOISES.items()]  # fmt: skip
        lenet = under(e, "none", **LENET, **of).by_seed.mean()
        return f"{name}, of which LeNet has {lenet:.1f} % right without noise, {' and '.join(each)} points"

    return lambda e: f"by what noise adds to ResNet-18: {'; '.join(one(e, name) for name in names)}; 10 % are right by chance"
