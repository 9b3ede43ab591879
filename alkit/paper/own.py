"""The report of a profile on someone's own images: whether its acquisitions beat random queries there."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from alkit.files.sources import CLASS_NAMES
from alkit.paper import stats
from alkit.paper.figures import curve, in_seeds
from alkit.paper.pictures import note
from alkit.paper.results import Results, final
from alkit.paper.tables import cell, sources
from alkit.paper.words import colour, mathtext, ordered, word
from alkit.run.grid import Profile

PLACE = ["scenario", "dataset", "noise", "model"]  # what is the same where two acquisitions are compared
TEST, CURVE = "test accuracy at the end", "validation accuracy, mean over the curve"


def is_own(profile: Profile) -> bool:
    """Whether none of a profile's data sets is one that this companion brings or downloads."""
    return not {config.dataset for e in profile.experiments for config in e.configs} & set(CLASS_NAMES)


def against_random(frame: pd.DataFrame) -> pd.DataFrame:
    """Each acquisition minus random queries, in points, paired by seed: a row for each of two measures.

    The condition, `what`, mean, low and high of the 95 % t-interval, n, p, `holm` (p, adjusted for all rows of that measure),
    `verdict`. Compared are ends with equally many labels, and curves over the numbers of labels at which both were evaluated,
    three or more.
    """
    found = []
    for place, of in frame.groupby(PLACE, sort=False):
        kinds = {acquisition: runs for acquisition, runs in of.groupby("acquisition")}
        for acquisition in ordered(kinds):
            if acquisition != "random" and "random" in kinds:
                for what, (one, other) in _measures(kinds[acquisition], kinds["random"]).items():
                    values = (one - other).dropna()
                    interval = stats.interval(values)
                    row = {**stats.as_row(values), "p": interval.p, "verdict": verdict(interval, values)}
                    found.append({**dict(zip(PLACE, place, strict=True)), "acquisition": acquisition, "what": what, **row})
    columns = [*PLACE, "acquisition", "what", "mean", "low", "high", "n", "p", "verdict"]
    rows = pd.DataFrame(found, columns=columns).assign(holm=np.nan)
    for _, of in rows.groupby("what"):
        rows.loc[of.index, "holm"] = stats.holm(of.p)
    return rows


def _measures(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, tuple[pd.Series, pd.Series]]:
    ends = [runs.dropna(subset="test_accuracy").set_index(["seed", "num_labelled"]).test_accuracy for runs in (one, other)]
    shared = stats.evaluated_alike(one, other)
    shared = shared if shared[0].num_labelled.nunique() > 2 else [runs.iloc[:0] for runs in shared]
    return {TEST: tuple(ends), CURVE: tuple(map(stats.by_seed, shared))}


def verdict(interval: stats.Interval, values: pd.Series) -> str:
    """What an interval says of a difference from random; where it is inconclusive, how many seeds would decide."""
    if interval.n < 2:
        return "inconclusive: no two seeds" if interval.n else "not evaluated with equally many labels"
    if interval.direction:
        return "better than random" if interval.direction > 0 else "worse than random"
    if interval.low == interval.high:  # a mean of zero alone may be that of +5 and -5
        return "no difference"
    seeds = stats.seeds_needed(values, interval.mean)
    needed = f"about {seeds}" if seeds else "more than 1,000"
    return f"inconclusive: a difference of {abs(interval.mean):.1f} needs {needed} seeds"


def condition(row) -> str:
    """Where a row of a table is from, in words: what is the same in it everywhere may be left out by who shows it."""
    noise = "no noise" if row.noise == "none" else f"{word(row.noise)} noise"
    return f"{word(row.scenario)}, {word(row.dataset)}, {word(row.model)}, {noise}"


def answers(rows: pd.DataFrame) -> list[str]:
    """The answer in sentences, one a comparison, from the test accuracies."""
    test = rows[rows.what == TEST]
    seeds = test.n.map(lambda n: f" points, {n} seeds" if n > 1 else " points, one seed" if n else "")
    return [
        f"{word(row.acquisition)} ({condition(row)}): {row.verdict}{'; ' if row.n else ''}{gap}{of}"
        for row, gap, of in zip(test.itertuples(), _differences(test), seeds, strict=True)
    ]


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of `against_random` as a table for people."""
    return pd.DataFrame({
        "Condition": [condition(row) for row in rows.itertuples()], "Acquisition": rows.acquisition.map(word),
        "What": rows.what, "Minus random, points (95 %)": _differences(rows),
        "Seeds": rows.n, "p": rows.p.map(_p), "p, Holm": rows.holm.map(_p), "Verdict": rows.verdict,
    })  # fmt: skip


def _differences(rows: pd.DataFrame) -> list[str]:
    """Mean and interval; the mean alone where there is one seed, nothing where there is none."""
    single = rows["mean"].map(lambda mean: f"{mean:+.2f}")
    texts = zip(rows.n, stats.in_words(rows), single, strict=True)
    return [text if n > 1 else alone if n else "" for n, text, alone in texts]


def _p(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}" if value >= 0.001 else "< 0.001"


def ends(frame: pd.DataFrame) -> pd.DataFrame:
    """Test accuracy after the last round, a row a condition, a column an acquisition; nothing where nothing ran."""
    found = final(frame).assign(condition=lambda f: [condition(row) for row in f.itertuples()])
    found["text"] = [cell(row.mean, row.sem, row.n) for row in found[["mean", "sem", "n"]].itertuples(name="Row")]
    table = found.pivot(index="condition", columns="acquisition", values="text").fillna("")
    table = table[ordered(["random", *table.columns])] if "random" in table else table[ordered(table.columns)]
    return table.rename(columns=word).rename_axis(index="Test accuracy (%)", columns=None)


def curves(results: Results) -> Figure:
    """Validation accuracy by labels: a panel for every condition that was queried in, a line an acquisition."""
    frame = results.own.dropna(subset="valid_accuracy")
    frame = frame[frame.groupby("experiment").num_labelled.transform("nunique") > 1]
    places = list(frame.groupby(PLACE, sort=False))
    columns = min(len(places), 2)
    height = -(-len(places) // columns)
    figure, axes = plt.subplots(height, columns, figsize=(6.4 if columns == 1 else 9, 3.4 * height + 0.5), squeeze=False,
                                layout="constrained")  # fmt: skip
    for ax, (_, of) in zip(axes.flat, places, strict=False):
        for acquisition, runs in of.groupby("acquisition"):
            curve(ax, runs, colour(acquisition))
        ax.set(xlabel="labelled images", ylabel="validation accuracy (%)")
        ax.set_title(mathtext(condition(of.iloc[0])), fontsize=10)
    for ax in axes.flat[len(places) :]:
        ax.set_visible(False)
    handles = [Line2D([], [], color=colour(a), lw=2.2, label=mathtext(word(a))) for a in ordered(frame.acquisition)]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)
    note(figure, f"{in_seeds(frame)}. {sources(results.provenance, frame.dataset.unique())}")
    return figure
