"""What claims are judged by: quantities measured once a seed, from the logs at full scale and those of the findings."""

import functools
import operator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from alkit.files import log
from alkit.paper import stats
from alkit.paper.results import Results, frame_of
from alkit.prediction import unpacked

MARGIN = 1.0  # points; the paper's text concludes from differences of 0.9 (Table 3, ideal data) and more
TEST_IMAGES = 10_000  # section 3.1


@dataclass(frozen=True)
class Quantity:
    """Something measured once a seed, that a claim says is above `threshold`, or (`same`) no further from it than `margin`.

    `margin`: for a difference, how much of it counts as one, MARGIN; 0 for what is no difference.
    `known`: a variance of the mean beside that of the seeds, as of the test set's size.
    """

    what: str
    values: np.ndarray
    threshold: float = 0.0
    margin: float = 0.0
    known: float = 0.0
    same: bool = False
    unit: str = "points"

    @property
    def interval(self) -> stats.Interval:
        """95 % t-interval of the mean, of a percentage within 0 and 100; infinite where one value or none leaves no spread."""
        found = stats.interval(self.values, known=self.known)
        return replace(found, low=max(found.low, 0), high=min(found.high, 100)) if self.unit == "%" and found.n > 1 else found

    @property
    def p_for(self) -> float:
        """One-sided: small says that it is as claimed."""
        if self.same:
            return stats.equivalence(self.values - self.threshold, self.margin, self.known)
        return stats.above(self.values, self.threshold, self.known)

    @property
    def p_against(self) -> float:
        """One-sided: small says that it is not as claimed: below the threshold, or above it by less than the margin."""
        if not self.same:
            return stats.above(-self.values, -self.threshold - self.margin, self.known)
        beyond = (stats.above(sign * (self.values - self.threshold), self.margin, self.known) for sign in (1, -1))
        return min(1.0, 2 * min(beyond))

    def seeds_needed(self, claimed: bool, of: int = 1, times: int = 1) -> float:
        """Seeds that would show it to be as claimed (or not) if mean and spread stay as they are; infinite if none would.

        `of` quantities that are judged together: all have to be as claimed, with a power of 80 % in sum, or one not.
        `times` that the claim will then have been judged, which divides the level.
        """
        mean = float(np.mean(self.values)) - self.threshold
        if self.same:
            distance = (self.margin - abs(mean)) if claimed else (abs(mean) - self.margin)
        else:
            distance = mean if claimed else self.margin - mean
        if distance <= 0:
            return np.inf
        # As verdicts are: the contrary at a level divided by `of`, and by two where it may lie on either side.
        power, level = (0.8 ** (1 / of), 0.05) if claimed else (0.8, 0.05 / of / (2 if self.same else 1))
        return stats.seeds_needed(self.values, distance, power, level / times, known=self.known) or np.inf

    def __str__(self) -> str:
        if not len(self.values):
            return f"{self.what}: not run"
        claimed = f"within ±{self.margin:g}" if self.same else f"> {self.threshold:g}" if self.threshold else ""
        n = f"n = {len(self.values)}"
        return f"{self.what}: {self.interval} {self.unit} ({f'{n}; claimed {claimed}' if claimed else n})"


@dataclass(frozen=True)
class Accuracies:
    """Test accuracies in per cent, one a seed, or sums, differences and means of such, over the seeds that all parts have.

    `images`: a row a seed, a column a test image: 100 where it was right, else 0; the mean of a row is the accuracy. Of runs
    whose logs do not say which were right, the accuracy in every column.
    `independent`: what those runs add to the test set's variance, points^2: binomial, as if they erred like no other.
    """

    images: pd.DataFrame
    independent: float = 0.0

    @classmethod
    def of(cls, last: pd.DataFrame) -> "Accuracies":
        """Those of the last rounds of some runs, a row a seed."""
        if len(last) and last.test_correct.notna().all():
            right = [unpacked(text)[:TEST_IMAGES] for text in last.test_correct]
            return cls(pd.DataFrame(100.0 * np.array(right), index=last.seed.to_numpy()))
        percent = last.test_accuracy.to_numpy(dtype=float)
        images = pd.DataFrame(np.repeat(percent[:, None], TEST_IMAGES, axis=1), index=last.seed.to_numpy())
        return cls(images, float(percent.mean() * (100 - percent.mean())) / TEST_IMAGES if len(percent) else 0.0)

    @property
    def by_seed(self) -> pd.Series:
        return self.images.mean(axis=1)

    @property
    def of_test_set(self) -> float:
        """Variance of the mean over seeds, points^2, as the test images are drawn: what more seeds do not lessen."""
        own = float(self.images.mean(axis=0).var(ddof=0)) if len(self.images) else 0.0
        return own / TEST_IMAGES + self.independent

    def __add__(self, other: "Accuracies") -> "Accuracies":
        return Accuracies((self.images + other.images).dropna(), self.independent + other.independent)

    def __sub__(self, other: "Accuracies") -> "Accuracies":
        return self + -1 * other

    def __rmul__(self, factor: float) -> "Accuracies":
        return Accuracies(factor * self.images, factor**2 * self.independent)


def mean(accuracies: list[Accuracies]) -> Accuracies:
    """Their mean in each seed."""
    return 1 / len(accuracies) * functools.reduce(operator.add, accuracies)


def gap(what: str, points: "Accuracies | pd.Series", same: bool = False) -> Quantity:
    """A difference in points, one a seed; of test accuracies with the error of the test set's size."""
    if isinstance(points, Accuracies):
        return Quantity(what, points.by_seed.to_numpy(), margin=MARGIN, known=points.of_test_set, same=same)
    return Quantity(what, points.dropna().to_numpy(), margin=MARGIN, same=same)


class Evidence:
    """What claims are judged by: a profile's own runs, and those of the findings beside its folder."""

    def __init__(self, results: Results):
        self.own, self.folder = results.own, results.profile.folder.parent / "findings"

    @cached_property
    def _findings(self) -> list[tuple[str, dict, pd.DataFrame]]:
        """Of every log of a finding, which finding, the settings, and the rounds."""
        found = []
        for path in sorted(self.folder.glob("*/*.jsonl")):
            if log.is_empty(path):
                continue
            header, run = log.read(path)
            found.append((path.parent.name, vars(log.logged_config(header)), frame_of([({}, run)], [])))
        return found

    def runs(self, **condition: str) -> pd.DataFrame:
        """The rounds of a condition; MNIST, constrained, without noise, but where it says otherwise."""
        found = self.own
        for key, value in {"scenario": "constrained", "dataset": "mnist", "noise": "none", **condition}.items():
            found = found[found[key] == value]
        return found

    def accuracy(self, **condition: str) -> Accuracies:
        """Of each seed, the accuracy on the test set."""
        return Accuracies.of(self.runs(**condition).dropna(subset="test_accuracy"))

    def finding(self, name: str, **settings) -> Accuracies:
        """Of each seed of the runs with these settings among a finding's, the accuracy on the test set."""
        found = [
            run.assign(seed=config["seed"]).dropna(subset="test_accuracy")
            for finding, config, run in self._findings
            if finding == name and all(config[key] == value for key, value in settings.items())
        ]
        return Accuracies.of(pd.concat(found) if found else frame_of([], ["seed"]))
