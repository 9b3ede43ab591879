"""What claims are judged by: quantities measured once a seed, from the logs at full scale and those of the findings."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alkit.files import log
from alkit.paper import stats
from alkit.paper.results import Results, frame_of

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
        """95 % t-interval of the mean; infinite where one value or none leaves no spread."""
        return stats.interval(self.values, known=self.known)

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

    def seeds_needed(self, claimed: bool, of: int = 1) -> float:
        """Seeds that would show it to be as claimed (or not) if mean and spread stay as they are; infinite if none would.

        `of` quantities that are judged together: all have to be as claimed, with a power of 80 % in sum, or one not.
        """
        mean = float(np.mean(self.values)) - self.threshold
        if self.same:
            distance = (self.margin - abs(mean)) if claimed else (abs(mean) - self.margin)
        else:
            distance = mean if claimed else self.margin - mean
        if distance <= 0:
            return np.inf
        power, level = (0.8 ** (1 / of), 0.05) if claimed else (0.8, 0.05 / of)
        return stats.seeds_needed(self.values, distance, power, level, known=self.known) or np.inf

    def __str__(self) -> str:
        if not len(self.values):
            return f"{self.what}: not run"
        claimed = f"within ±{self.margin:g}" if self.same else f"> {self.threshold:g}" if self.threshold else ""
        n = f"n = {len(self.values)}"
        return f"{self.what}: {self.interval} {self.unit} ({f'{n}; claimed {claimed}' if claimed else n})"


def gap(what: str, more: pd.Series, less: pd.Series, known: float = 0.0, same: bool = False) -> Quantity:
    """The difference of two accuracies, in points, paired by seed."""
    return Quantity(what, (more - less).dropna().to_numpy(), margin=MARGIN, known=known, same=same)


def of_test_set(*accuracies: pd.Series) -> float:
    """Variance that the test set's size gives to sums and differences of these accuracies (per cent): binomial, in points^2.

    As if networks erred independently on the one test set; nearly equal networks err alike, and their differences vary less.
    """
    return sum(float(a.mean() * (100 - a.mean())) / TEST_IMAGES for a in accuracies if len(a))


class Evidence:
    """What claims are judged by: a profile's own runs, and those of the findings beside its folder."""

    def __init__(self, results: Results):
        self.paper, self.folder = results.own, results.profile.folder.parent / "findings"

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
        found = self.paper
        for key, value in {"scenario": "constrained", "dataset": "mnist", "noise": "none", **condition}.items():
            found = found[found[key] == value]
        return found

    def accuracy(self, **condition: str) -> pd.Series:
        """Of each seed, the accuracy on the test set, in per cent."""
        return self.runs(**condition).dropna(subset="test_accuracy").groupby("seed").test_accuracy.last()

    def curve(self, first: int = 0, last: float = np.inf, **condition: str) -> pd.Series:
        """Of each seed, the validation accuracy averaged over the curve from `first` to `last` labels, in per cent."""
        return stats.by_seed(self.runs(**condition), "valid_accuracy", first, last)

    def difference(self, what: str, more: dict, less: dict) -> Quantity:
        """Of test accuracies: that of one condition minus that of another."""
        both = self.accuracy(**more), self.accuracy(**less)
        return gap(what, *both, known=of_test_set(*both))

    def finding(self, name: str, **settings) -> pd.Series:
        """The test accuracy of each seed of the runs with these settings among a finding's, in per cent."""
        found = {}
        for finding, config, run in self._findings:
            if finding == name and all(config[key] == value for key, value in settings.items()):
                found[config["seed"]] = run.test_accuracy.iloc[-1] if len(run) else np.nan
        return pd.Series(found, dtype=float).dropna()
