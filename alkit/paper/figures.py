"""The paper's Figures 4 to 6, and one with all its numbers beside ours; colours are the words' (colour-blind-safe)."""

import math

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from alkit.paper.pictures import note
from alkit.paper.published import published
from alkit.paper.results import CONDITION, Results, as_published
from alkit.paper.tables import is_near, pairs, sources
from alkit.paper.words import colour, mathtext, ordered, word

DASHES = ("-", (0, (4, 2)), (0, (1, 1.3)), (0, (6, 1.5, 1, 1.5)), (0, (2.5, 1)))  # a network's line, in the order of the legend
FEW = 25  # numbers of labels, up to which each that was looked at shows as a dot on its line
BUDGET = 1100  # labels after the paper's last round of constrained data, of which its Table 2 is


def figure4(results: Results) -> Figure:
    """Validation accuracy of LeNet without noise in the ideal scenario's finer variant, one line an acquisition."""
    shown = "scenario == 'ideal_fine' and model == 'lenet' and noise == 'none'"
    return _panels(results, results.own.query(shown), _planned(results).query(shown), "acquisition")


def figure5(results: Results) -> Figure:
    """Validation accuracy without noise in the constrained scenario: colour acquisition, line style network.

    With the lines of the profiles beside, where those were evaluated along the way.
    """
    which = "scenario == 'constrained' and noise == 'none'"
    shown = results.rounds.query(which)
    counts = shown.dropna(subset="valid_accuracy").groupby("experiment").num_labelled.nunique()
    shown = shown[(shown.line == results.profile.label) | shown.experiment.isin(counts[counts > 2].index)]
    return _panels(results, shown, _planned(results).query(which), "acquisition")


def figure6(results: Results) -> Figure:
    """Validation accuracy of LeNet with BALD in the constrained scenario, one line a noise."""
    shown = "scenario == 'constrained' and model == 'lenet' and acquisition == 'bald'"
    return _panels(results, results.own.query(shown), _planned(results).query(shown), "noise")


def figure_of_pairs(results: Results) -> Figure:
    """All 68 published numbers against ours, as test accuracies, with our 95 % intervals; on the diagonal they are equal."""
    found = pairs(results.rounds)
    own = results.profile.label
    figure, ax = plt.subplots(figsize=(6.4, 6.6), layout="constrained")
    ax.axline((0, 0), slope=1, color="#777777", lw=1)
    run = found.dropna(subset="mean")
    lines = list(dict.fromkeys([own, *run.line]))
    for (model, line), of in run.groupby(["model", "line"]):
        error = [of["mean"] - of.low.clip(lower=0), of.high.clip(upper=100) - of["mean"]]
        face = {"mfc": colour(model)} if line == own else {"mfc": "white"}
        marker = "osD^v"[lines.index(line) % 5]
        look = {"fmt": marker, "ms": 5.5, "elinewidth": 0.8, "alpha": 0.8, "zorder": 3 if line == own else 2}
        ax.errorbar(of.published, of["mean"], error, color=colour(model), **look, **face)
    done = run[run.line == own]
    missing = found.drop(index=run.index)
    for model, of in missing.groupby("model"):
        sns.rugplot(of, x="published", height=0.025, lw=1.2, color=colour(model), ax=ax)
    ax.set(xlim=(0, 100), ylim=(0, 100), aspect="equal")
    ax.set(xlabel="test accuracy, published (%)", ylabel="test accuracy, ours (%)")
    handles = [Line2D([], [], color=colour(m), marker="o", ls="", label=mathtext(word(m))) for m in ordered(found.model)]
    handles += [Line2D([], [], color="#777777", marker="osD^v"[i % 5], mfc="white", ls="", label=mathtext(line))
                for i, line in enumerate(lines) if line != own]  # fmt: skip
    if len(missing):
        handles.append(Line2D([], [], color="#777777", marker="|", ms=9, ls="", label="not run yet"))
    figure.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False, handletextpad=0.3, columnspacing=1.4)
    count = done.chance.notna().sum()
    near = f" {is_near(done).sum()} of {count} are as near to the paper's as two means are by chance." if count else ""
    bars = ("Bars: 95 % t-intervals of our means." if run.chance.notna().any() else "One seed each.") + near
    note(figure, f"{len(done)} of the paper's {len(published())} numbers (Tables 2 and 3; errors as accuracies). {bars}\n"
                 f"{sources(results.provenance, run.dataset.unique())}")  # fmt: skip
    return figure


def curve(ax: Axes, runs: pd.DataFrame, colour: str, line="-") -> None:
    """Mean validation accuracy over seeds, and a band of one standard error to either side where there is more than one.

    A run evaluated only at its ends shows as two points, not as a line between them; one evaluated seldom has a dot at each
    time.
    """
    look = {"x": "num_labelled", "y": "valid_accuracy", "errorbar": "se", "color": colour, "ax": ax, "legend": False}
    if _is_ends(runs):
        face = colour if line == "-" else "white"
        sns.lineplot(runs, **look, ls="", marker="o", ms=5, err_style="bars", mfc=face, mec=colour)
    else:
        dot = "o" if runs.dropna(subset="valid_accuracy").num_labelled.nunique() <= FEW else ""
        sns.lineplot(runs, **look, ls=line, lw=1.8, marker=dot, ms=4, mew=0, err_kws={"alpha": 0.18, "lw": 0})


def _is_ends(runs: pd.DataFrame) -> bool:
    """Whether runs were evaluated in their first and last round alone."""
    return runs.num_labelled.nunique() < 3 and runs["round"].max() > 2


def _planned(results: Results) -> pd.DataFrame:
    """The conditions that a profile holds, run or not, under the paper's names."""
    first = [(e.scenario, e.configs[0]) for e in results.profile.experiments]
    rows = [(scenario, one.dataset, one.noise, one.model, one.acquisition) for scenario, one in first]
    return as_published(pd.DataFrame(rows, columns=CONDITION, dtype=str))


def _panels(results: Results, frame: pd.DataFrame, planned: pd.DataFrame, hue: str) -> Figure:
    """A panel a data set: a colour a value of `hue`, a line style a network and line; all that was run or is planned.

    Without axes where nothing was or is.
    """
    own = frame.line.cat.categories[0]
    datasets, models, values = (ordered([*planned[key], *frame[key]]) for key in ("dataset", "model", hue))
    if not datasets:
        return plt.figure()
    found = list(frame[["model", "line"]].drop_duplicates().itertuples(index=False, name=None))
    kinds = list(dict.fromkeys([*((m, own) for m in models), *sorted(found, key=lambda kind: kind[1] != own)]))
    dashes = {kind: DASHES[i % len(DASHES)] for i, kind in enumerate(kinds)}
    width = {1: 6.4, 2: 8.4}.get(len(datasets), 10.5)
    figure, axes = plt.subplots(1, len(datasets), figsize=(width, 4.2), squeeze=False, layout="constrained")
    keys = ["dataset", "model", hue]
    marks = published().query("table == 2").merge(pd.concat([planned[keys], frame[keys]]).drop_duplicates())
    marks = marks[marks.noise == "none"] if hue == "acquisition" else marks[marks.acquisition == "bald"]
    budgets = frame[frame.scenario == "constrained"].groupby("dataset").num_labelled.max()
    marks = marks[marks.dataset.isin(budgets.index[budgets == BUDGET])]
    for ax, dataset in zip(axes[0], datasets, strict=True):
        panel = frame[frame.dataset == dataset].dropna(subset="valid_accuracy")
        for (model, line, value), runs in panel.groupby(["model", "line", hue], observed=True):
            curve(ax, runs, colour(value), dashes[model, line])
            ax.lines[-1].set_gid(runs.experiment.iloc[0])  # a page leads from the line to what is behind it
        if panel.empty:
            ax.set_xticks([])
            ax.text(0.5, 0.5, "not run yet", transform=ax.transAxes, ha="center", va="center", color="#777777")
        else:
            for mark in marks[marks.dataset == dataset].to_dict("records"):
                # Beside our last point, not over it.
                ax.plot(1.05 * BUDGET, mark["percent"], "D", ms=6, mfc="none", mec=colour(mark[hue]), mew=1.4, clip_on=False,
                        zorder=5)  # fmt: skip
        if len(panel) and (missing := _not_run(panel, planned[planned.dataset == dataset], hue)):
            text = "\n".join(["not run yet:", *missing])
            ax.text(0.98, 0.62, text, transform=ax.transAxes, ha="right", va="center", fontsize=8, color="#777777")
        ax.set(title=mathtext(word(dataset)), xlabel="labelled images", ylabel="", ylim=_limits(frame, marks))
    axes[0, 0].set_ylabel("validation accuracy (%)")
    handles = [Line2D([], [], color=colour(v), lw=2.2, label=mathtext(word(v))) for v in values]
    drawn = [kind for kind in kinds if kind in found or kind[0] not in set(frame.model)]
    handles += [_key(frame, model, line, own, dashes[model, line]) for model, line in drawn]
    if len(marks):
        handles.append(Line2D([], [], color="#777777", marker="D", mfc="none", ls="", label="paper's final test accuracy"))
    rows = math.ceil(len(handles) / (6 if width > 8 else 3))
    columns = math.ceil(len(handles) / rows)
    figure.legend(
        # matplotlib fills a column before the next; read by rows they keep their order.
        handles=[handle for column in range(columns) for handle in handles[column::columns]],
        loc="outside upper center", ncols=columns, frameon=False, handlelength=2.4, columnspacing=1.4,
    )  # fmt: skip
    note(figure, f"{in_seeds(frame)}. {_looked_at(frame, hue)}{sources(results.provenance, datasets)}")
    return figure


def _not_run(panel: pd.DataFrame, planned: pd.DataFrame, hue: str) -> list[str]:
    """The planned lines that a panel lacks, in words; a network that lacks all of several by its name."""
    shown, missing = set(zip(panel.model, panel[hue], strict=True)), []
    for model, values in planned.groupby("model", sort=False)[hue]:
        left = [word(value) for value in ordered(values) if (model, value) not in shown]
        if planned.model.nunique() == 1:
            missing += left
        elif len(left) > 1 and len(left) == values.nunique():
            missing.append(word(model))
        else:
            missing += [f"{word(model)} {value}" for value in left]
    return missing


def _key(frame: pd.DataFrame, model: str, line: str, own: str, dash) -> Line2D:
    """What a network's line stands as in the legend: a point where all its runs were evaluated at their ends alone."""
    name = word(model) if line == own else f"{word(model)}, {line}"
    runs = frame[(frame.model == model) & (frame.line == line)].dropna(subset="valid_accuracy")
    if len(runs) and all(_is_ends(one) for _, one in runs.groupby("experiment")):
        face = "#777777" if dash == "-" else "white"
        return Line2D([], [], color="#777777", marker="o", mfc=face, ls="", label=mathtext(f"{name} (first and last round)"))
    if line != own and runs.groupby("experiment").seed.nunique().eq(1).all():
        name += " (one seed)"
    return Line2D([], [], color="#777777", lw=1.8, ls=dash, label=mathtext(name))


def _limits(frame: pd.DataFrame, marks: pd.DataFrame) -> tuple[float, float]:
    """The axis of means and marks: 0 to 100; to 50 where all lie below 45; from the ten below the lowest where above 60."""
    means = frame.groupby(["experiment", "num_labelled"]).valid_accuracy.mean()
    drawn = pd.Series([*means, *marks.percent], dtype=float)
    low, high = drawn.min(), drawn.max()
    return (10 * (low // 10) if low > 60 else 0, 50 if high < 45 else 100)


def _looked_at(frame: pd.DataFrame, hue: str) -> str:
    """Of the lines that were looked at in some of their rounds alone, in how many."""
    said = []
    for _, runs in frame.groupby("experiment"):
        first, seen = runs.iloc[0], runs.dropna(subset="valid_accuracy")["round"].nunique()
        if seen < (of := runs["round"].nunique()):
            said.append(f"{word(first['model'])}, {word(first[hue])}: looked at in {seen} of {of} rounds. ")
    return "".join(dict.fromkeys(said))


def in_seeds(frame: pd.DataFrame) -> str:
    """Of how many seeds the curves of experiments are the means, and what their bands are."""
    counts = sorted(frame.groupby("experiment").seed.nunique().unique())
    if not counts:
        return "No finished run"
    words = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"Mean of {words} seeds, band ± 1 standard error" if counts[-1] > 1 else "One seed"
