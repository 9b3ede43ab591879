"""What claims are judged by: quantities measured once a seed, from the logs at full scale and those of the findings."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alkit.files import log
from alkit.paper import stats
from alkit.paper.results import Results, frame_of


@dataclass(frozen=True)
class Quantity:
    """Something measured once a seed, that a claim says is above `threshold`."""

    what: str
    values: np.ndarray
    threshold: float = 0.0
    unit: str = "points"

    @property
    def interval(self) -> tuple[float, float]:
        """95 % t-interval of the mean; infinite where one value or none leaves no spread."""
        found = stats.interval(self.values)
        return found.low, found.high

    def __str__(self) -> str:
        if not len(self.values):
            return f"{self.what}: not run"
        low, high = self.interval
        spread = f" [{low:.1f}, {high:.1f}]" if len(self.values) > 1 else ""
        limit = f"; claimed > {self.threshold:g}" if self.threshold else ""
        return f"{self.what}: {self.values.mean():.1f}{spread} {self.unit} (n = {len(self.values)}{limit})"


class Evidence:
    """What claims are judged by: a profile's own runs, and those of the findings beside its folder."""

    def __init__(self, results: Results):
        self.paper, self.folder = results.own, results.profile.folder.parent / "findings"

    @cached_property
    def _findings(self) -> list[tuple[str, dict, pd.DataFrame]]:
        """Of every log of a finding, which finding, the settings, and the rounds."""
        found = []
        for path in sorted(self.folder.glob("*/*.jsonl")):
            header, run = log.read(path)
            found.append((path.parent.name, vars(log.logged_config(header)), frame_of([({}, run)], [])))
        return found

    def per_seed(self, column: str = "test_accuracy", last: int = 1, **condition: str) -> pd.Series:
        """Of each seed, the mean of its `last` values of a column, in per cent."""
        wanted = {"scenario": "constrained", "dataset": "mnist", "noise": "none", **condition}
        found = self.paper
        for key, value in wanted.items():
            found = found[found[key] == value]
        return found.dropna(subset=column).groupby("seed")[column].apply(lambda values: values.tail(last).mean())

    def difference(self, what: str, more: dict, less: dict, **options) -> Quantity:
        """Paired by seed: `more` minus `less`."""
        pairs = (self.per_seed(**more, **options) - self.per_seed(**less, **options)).dropna()
        return Quantity(what, pairs.to_numpy())

    def finding(self, name: str, **settings) -> pd.Series:
        """The test accuracy of each seed of the runs with these settings among a finding's, in per cent."""
        found = {}
        for finding, config, run in self._findings:
            if finding == name and all(config[key] == value for key, value in settings.items()):
                found[config["seed"]] = run.test_accuracy.iloc[-1] if len(run) else np.nan
        return pd.Series(found, dtype=float).dropna()
