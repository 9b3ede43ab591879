"""The statistics that findings and claims share; scipy does the work. Differences are paired by seed."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from alkit.files.whole import write


@dataclass(frozen=True)
class Interval:
    """A mean over seeds with its t-interval, and the p-value of its being zero."""

    mean: float
    low: float
    high: float
    p: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.1f} [{self.low:.1f}, {self.high:.1f}]" if self.n > 1 else f"{self.mean:.1f}"

    @property
    def direction(self) -> int:
        """1 above zero, -1 below it, 0 where the interval includes it."""
        return int(self.low > 0) - int(self.high < 0)


def interval(values, known: float = 0.0) -> Interval:
    """Student's 95 % t-interval of the mean of one value a seed; without a spread to tell from, it is infinite.

    `known` is a further variance of the mean, one that more seeds do not lessen, as that of a test set's size: the interval is
    the wider of that without and that with it.
    """
    values = np.asarray(pd.Series(values).dropna(), dtype=float)
    n, mean = len(values), float(np.mean(values)) if len(values) else math.nan
    if n < 2:
        return Interval(mean, -math.inf, math.inf, math.nan, n)
    errors = _standard_errors(np.std(values, ddof=1), n, known)
    if errors[-1][0] == 0:
        return Interval(mean, mean, mean, float(mean == 0), n)
    half = max(float(stats.t.ppf(0.975, free)) * error for error, free in errors)
    p = max(float(2 * stats.t.sf(abs(mean) / error, free)) for error, free in errors if error)
    return Interval(mean, mean - half, mean + half, p, n)


def _standard_errors(sd: float, n: int, known: float) -> list[tuple[float, float]]:
    """Of a mean of n, with its degrees of freedom: from its spread alone, and with `known`, which has no end of them.

    Satterthwaite's (1946) degrees of the sum are more than n - 1, so that alone it could make an interval narrower.
    """
    own = sd**2 / n
    total = own + known
    return [(math.sqrt(own), n - 1), (math.sqrt(total), (n - 1) * (total / own) ** 2 if own else math.inf)]


def above(values, limit: float = 0.0, known: float = 0.0) -> float:
    """p-value of a one-sided t-test: small says that the mean lies above `limit`; NaN for fewer than two values."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return math.nan
    errors, distance = _standard_errors(np.std(values, ddof=1), len(values), known), float(np.mean(values)) - limit
    return max(float(stats.t.sf(distance / error, free)) if error else float(distance <= 0) for error, free in errors)


def shared_freedom(counts) -> float:
    """Degrees of freedom of a variance pooled over groups of so many values each, where all groups share their units (seeds).

    A unit's deviations are taken as the same in each group that has it, so that groups alike add none; where some have more
    units, by Satterthwaite's (1946) formula, (Σw)² / Σw², with w the groups that have a second unit, a third and so on.
    """
    counts = np.asarray(counts, dtype=int)
    having = np.array([(counts >= units).sum() for units in range(2, counts.max(initial=0) + 1)])
    return float(having.sum() ** 2 / (having**2).sum()) if len(having) else 0.0


def as_row(values) -> dict:
    """The interval of the mean as cells of a table: mean, low, high, n; no bounds for a single value."""
    found = interval(values)
    low, high = (found.low, found.high) if found.n > 1 else (math.nan, math.nan)
    return {"mean": found.mean, "low": low, "high": high, "n": found.n}


def in_words(rows: pd.DataFrame, form: str = "+.2f") -> list[str]:
    """Mean and interval of every row of such cells, as text."""
    return [f"{row['mean']:{form}} ({row.low:{form}} to {row.high:{form}})" for _, row in rows.iterrows()]


def paired(more: pd.Series, less: pd.Series) -> Interval:
    """The interval of `more` minus `less`, two series of one value a seed, over the seeds that both have."""
    return interval((more - less).dropna())


def by_seed(runs: pd.DataFrame, column: str = "valid_accuracy", first: int = 0, last: float = math.inf) -> pd.Series:
    """Of each seed, a column averaged over `first` to `last` labels: the area under its curve, by trapezoids, per label."""
    inside = runs[runs.num_labelled.between(first, last)].dropna(subset=column)
    areas = {seed: _area(one.num_labelled, one[column]) for seed, one in inside.groupby("seed")}
    return pd.Series(areas, dtype=float).rename_axis("seed")


def evaluated_alike(*runs: pd.DataFrame) -> list[pd.DataFrame]:
    """Of each, the rounds at the numbers of labels at which all of them have a validation accuracy, in every seed.

    Between fewer points the trapezoids of a curve that flattens lie lower, so that only areas over the same points compare.
    """
    evaluated = [one.dropna(subset="valid_accuracy") for one in runs]
    each = [set(labels) for one in evaluated for _, labels in one.groupby("seed").num_labelled]
    shared = set.intersection(*each) if each else set()
    return [one[one.num_labelled.isin(shared)] for one in evaluated]


def _area(labels: pd.Series, values: pd.Series) -> float:
    span = labels.iloc[-1] - labels.iloc[0]
    return float(np.trapezoid(values, labels) / span) if span else float(values.iloc[0])


def labels_to(runs: pd.DataFrame, level: float) -> pd.Series:
    """Of each seed, the fewest labels with a validation accuracy of `level` per cent; missing if it never gets there."""
    there = runs[runs.valid_accuracy >= level].groupby("seed").num_labelled.min()
    return there.reindex(sorted(runs.seed.unique())).astype(float)


def holm(p_values) -> np.ndarray:
    """Holm's adjustment: the chance of any false finding among these stays below the level; NaN stays NaN."""
    p = np.asarray(p_values, dtype=float)
    adjusted, known = np.full(p.shape, np.nan), np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known])]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def benjamini_hochberg(p_values) -> np.ndarray:
    """Benjamini and Hochberg's adjustment: the expected share of false findings stays below the level; NaN stays NaN."""
    p = np.asarray(p_values, dtype=float)
    adjusted, known = np.full(p.shape, np.nan), ~np.isnan(p)
    if known.any():
        adjusted[known] = stats.false_discovery_control(p[known])
    return adjusted


def equivalence(values, margin: float, known: float = 0.0) -> float:
    """p-value of two one-sided t-tests (Schuirmann, 1987): small says that the mean lies within +- `margin`."""
    values = np.asarray(values, dtype=float)
    return max(above(values, -margin, known), above(-values, -margin, known))


def seeds_needed(values, distance: float, power: float = 0.8, level: float = 0.05, known: float = 0.0) -> int | None:
    """Seeds with which a two-sided t-test finds a mean `distance` from zero, spread as these are; None above 1,000."""
    sd = float(np.std(np.asarray(values, dtype=float), ddof=1))
    if not distance:
        return None
    for n in range(2, 1001):
        tests = [(error, free) for error, free in _standard_errors(sd, n, known) if error]
        if all(stats.nct.sf(stats.t.ppf(1 - level / 2, free), free, abs(distance) / error) >= power for error, free in tests):
            return n
    return None


def write_numbers(numbers: dict, folder: Path) -> None:
    """What a finding found as <folder>/numbers.json, to three digits, so that the same numbers give the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_rounded(numbers), indent=1, sort_keys=True, ensure_ascii=False)
    write(folder / "numbers.json", text + "\n")


def _rounded(value):
    if isinstance(value, Interval):
        value = vars(value)
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    if isinstance(value, (float, np.floating)):
        return round(float(value), 3) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
