"""Queries that took nearly all their images from one class, said in words, and what that usually means."""

from collections.abc import Mapping, Sequence

from scipy.stats import binom

from alkit.data import Dataset
from alkit.loop import Round

NEARLY = 0.9  # share of a query
CHANCE = 1e-4  # below this, random queries would hardly do so once
UNTRAINED = 1.5  # times the accuracy of guessing: a network that is no better has not trained


def lopsided(rounds: Mapping[int, Sequence[Round]], data: Dataset) -> list[str]:
    """A sentence for each seed that has such queries, and one on what they mean; nothing where there are none."""
    labels = data.y_train.cpu()
    share = labels.bincount(minlength=data.num_classes) / len(labels)
    lines, accuracies = [], []
    for seed, found in rounds.items():
        bought = []
        for one in found:
            counts = labels[list(one.query)].bincount(minlength=data.num_classes)
            most = int(counts.argmax())
            if counts[most] and _is_lopsided(int(counts[most]), len(one.query), float(share[most])):
                words = f"{int(counts[most])} of {len(one.query)} images from {data.class_names[most]}"
                bought.append(f"{words} (round {one.number})")
                accuracies += [one.valid_accuracy] if one.valid_accuracy is not None else []
        if bought:
            queries = sum(bool(one.query) for one in found)
            more = f" and {len(bought) - 4} more" if len(bought) > 4 else ""
            said = f"{len(bought)} of {queries} queries took nearly one class alone: {', '.join(bought[:4])}{more}"
            lines.append(f"Seed {seed}: {said}.")
    return [*lines, _meaning(accuracies, data.num_classes)] if lines else []


def _is_lopsided(count: int, size: int, share: float) -> bool:
    return count >= NEARLY * size and binom.sf(count - 1, size, share) < CHANCE


def _meaning(accuracies: list[float], num_classes: int) -> str:
    usual = "This usually means a network that has not trained: its scores then follow brightness or size, not doubt"
    if not accuracies:
        return f"{usual}. Look at its accuracy, the learning rate and the epochs."
    low, high = 100 * min(accuracies), 100 * max(accuracies)
    seen = f"{low:.0f} %" if round(low) == round(high) else f"{low:.0f} to {high:.0f} %"
    beside = f"validation accuracy in those rounds {seen}, by guessing {100 / num_classes:.0f} %"
    if max(accuracies) <= UNTRAINED / num_classes:
        return f"{usual}. So it is here: {beside}. Try a higher learning rate or more epochs."
    return f"{usual}. Here {beside}: where it had trained, that class is what it doubts, or its images are much alike."
