# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Once LeNet trains, entropy and BALD beat random queries on MNIST, and not on Fashion-MNIST
#
# **Claim** (section 5.1). "In a scenario with sparse data, a less complex strategy like Random can be more beneficial", said of
# ResNet-18; of LeNet, Table 3 has the lowest error for Random too. At the paper's settings LeNet hardly trains (the finding
# *undertraining*), so what is queried can hardly matter. The literature, with networks that train, reports the opposite on
# MNIST: BALD reaches 90 and 95 % accuracy with about half of the labels that random queries need, or fewer.
#
# **Test.** Two profiles. `tuned` is the paper's constrained scenario for LeNet with an optimiser that trains it. `literature`
# is the setting of Gal et al. (arXiv:1703.02910) and BatchBALD (arXiv:1906.08158) as far as this package has it: a wider
# network trained with dropout, 100 Monte-Carlo samples, 20 labels at the start. Then one choice of `literature` is changed at a
# time.
#
# **Cost**: printed under *The runs* and *What does it take?*, from the logs.
#
# **Differs from the paper**: the settings printed there, on purpose. **Differs from the literature**: SGD with momentum for a
# fixed number of epochs (BatchBALD: Adam with early stopping), dropout in the classifier alone, one deterministic pass for
# accuracy and for entropy (theirs average the Monte-Carlo samples), fewer images to query from.

# %%
import json
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display
from scipy import stats

from alkit import log
from alkit.paper.figures import COLOURS, curve, note, style
from alkit.paper.results import provenance, rounds
from alkit.paper.tables import name, sources
from alkit.paths import PROJECT
from alkit.run.grid import read_profile, settings
from alkit.run.sweep import sweep

style()
folder = PROJECT / "outputs/findings/when_it_works"
folder.mkdir(parents=True, exist_ok=True)

# %% tags=["parameters"]
profiles = ["literature"]
ablated = "literature"  # the profile whose choices are changed one at a time
variants = {"fewer samples": {"num_samples": 10}}  # a name and the fields it changes
variant_seeds = [0]
variant_budget = 60  # labels that these go up to
levels = [90, 95]  # per cent
confidence = 0.95

# %% [markdown]
# ## The runs
# Finished runs alone; the numbers below are theirs.

# %%
read = {profile: read_profile(profile) for profile in profiles}
runs = pd.concat([rounds(profile).assign(profile=key) for key, profile in read.items()])
runs = runs[runs.valid_accuracy.notna()]
data = pd.concat([provenance(profile) for profile in read.values()]).drop_duplicates("digest")
data_note = sources(data, runs.dataset.unique())
for key, profile in read.items():
    paths = [e.log_path(c) for e in profile.experiments for c in e.configs if not log.is_empty(e.log_path(c))]
    logged = [found for path in paths for found in log.read(path)[1]]
    minutes = sum(r.train_seconds + r.evaluate_seconds + r.query_seconds for r in logged) / 60
    finished = len(runs[runs.profile == key].drop_duplicates(["dataset", "acquisition", "seed"]))
    asked = sum(len(e.configs) for e in profile.experiments)
    display(Markdown(f"**{key}**: {finished} of {asked} runs are finished, {minutes:.0f} minutes of one core as logged."))
    display(pd.DataFrame({e.name: pd.Series(settings(e.configs[0])).astype(str) for e in profile.experiments}).fillna(""))

# %% [markdown]
# ## Accuracy by budget
# Validation accuracy; a diamond is the literature's number of labels for a level, in the colour of its acquisition function.

# %%
LITERATURE = pd.DataFrame(  # MNIST, 10 labels a query; random's 95 % are given as 740 to 835
    [["BatchBALD's logs, median", "bald", 130, 260], ["about", "random", 255, 740], ["about", "random", 255, 835]],
    columns=["source", "acquisition", 90, 95],
)
panels = list(runs.groupby(["profile", "dataset"], sort=False))
figure, axes = plt.subplots(1, len(panels), figsize=(3.6 * len(panels) + 0.6, 4), squeeze=False, layout="constrained")
for ax, ((profile, dataset), of) in zip(axes[0], panels, strict=True):
    for acquisition, one in of.groupby("acquisition", sort=False):
        curve(ax, one, COLOURS[acquisition])
    if profile == "literature":
        for row in LITERATURE.itertuples():
            ax.plot(row[3:5], [90, 95], "D", ms=5.5, mfc="white", mec=COLOURS[row.acquisition], mew=1.4, zorder=5)
    for level in levels:
        ax.axhline(level, color="#999999", lw=0.8, ls=":")
    ax.set(title=f"{profile}: {name(dataset)}", xlabel="labelled images", ylim=(min(60, of.valid_accuracy.min()), 100))
axes[0, 0].set_ylabel("validation accuracy (%)")
handles = [plt.Line2D([], [], color=COLOURS[a], lw=2.2, label=name(a)) for a in ("random", "entropy", "bald")]
figure.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False)
counts = runs.groupby(["profile", "dataset", "acquisition"]).seed.nunique()
seeds = " to ".join(map(str, sorted({counts.min(), counts.max()})))
note(figure, f"Mean of {seeds} seeds, band ± 1 standard error. {data_note}")
figure.savefig(folder / "curves.png")
plt.show()

# %% [markdown]
# ## Labels needed
# The fewest labels whose network reaches the level on the validation set. The median counts a run that never does as larger
# than its budget; behind it, how many seeds do.


# %%
def labels_to(points: pd.Series, level: float) -> float:
    """The fewest labels with an accuracy of `level` per cent or more; infinite where it is never reached."""
    return points.index[points >= level].min() if (points >= level).any() else np.inf


def interval(values: pd.Series) -> tuple[float, float]:
    """Of the mean, by Student's t; unbounded for a single seed."""
    return tuple(stats.ttest_1samp(values, 0).confidence_interval(confidence)) if len(values) > 1 else (-np.inf, np.inf)


def in_brackets(low: float, high: float) -> str:
    return f"[{low:.2f}, {high:.2f}]" if np.isfinite(low) else "no interval"


def in_words(needed: list[float], most: int) -> str:
    middle = np.median(needed)
    return f"{middle:,.0f}" if np.isfinite(middle) else f"> {most:,}"


needed, rows = {}, []
for (profile, dataset, acquisition), of in runs.groupby(["profile", "dataset", "acquisition"], sort=False):
    each = [one.set_index("num_labelled").valid_accuracy for _, one in of.groupby("seed")]
    step = int(np.diff(each[0].index).max())
    row = [profile, name(dataset), name(acquisition), len(each), step]
    published = LITERATURE[(LITERATURE.acquisition == acquisition) & (profile == "literature")]
    for level in levels:
        needed[profile, dataset, acquisition, level] = [labels_to(points, level) for points in each]
        reached = np.isfinite(needed[profile, dataset, acquisition, level]).sum()
        row += [in_words(needed[profile, dataset, acquisition, level], of.num_labelled.max()), f"{reached} of {len(each)}"]
        row += [" to ".join(map(str, published[level].unique())) if level in published else ""]
    rows.append(row)
columns = pd.MultiIndex.from_tuples(
    [("", c) for c in ("profile", "data", "queries", "seeds", "step between looks")]
    + [(f"{level} %", c) for level in levels for c in ("labels, median", "reached by", "literature")]
)
pd.DataFrame(rows, columns=columns).style.hide()

# %%
cited = [f"{row.source}, {name(row.acquisition)}: {row[3]} and {row[4]}" for row in LITERATURE.itertuples()]
display(Markdown(f"Labels for 90 and 95 % in the literature: {'; '.join(cited)}. A step between looks is the largest one."))

# %% [markdown]
# Random was trained at fewer numbers of labels. For a fair difference, seed by seed, the others are looked at where random was
# alone. Where either had not reached the level when its run ended, what is saved is unknown (–). Leaving such seeds out would
# flatter one side or the other, so there is no interval unless every seed of both reaches the level.

# %%
rows, savings = [], {}
for (profile, dataset), of in runs.groupby(["profile", "dataset"], sort=False):
    wide = of.pivot_table(index="num_labelled", columns=["acquisition", "seed"], values="valid_accuracy")
    for acquisition in [a for a in ("entropy", "bald") if {a, "random"} <= set(wide.columns.get_level_values(0))]:
        looks = wide["random"].dropna(how="all")
        for level in levels:
            first = looks.apply(labels_to, level=level)
            own = wide[acquisition].loc[wide.index.isin(looks.index)].dropna(how="all").apply(labels_to, level=level)
            both = pd.DataFrame({"random": first, "own": own}).dropna()  # the seeds that both have
            saved = (both.random - both.own).where(np.isfinite(both).all(axis=1))
            low, high = interval(saved) if saved.notna().all() else (-np.inf, np.inf)
            word = "fewer" if low > 0 else "more" if high < 0 else "cannot be told"
            savings[profile, dataset, acquisition, level] = (saved, low, high, word)
            each = ", ".join(f"{s:.0f}" if np.isfinite(s) else "–" for s in saved)
            reached = f"{saved.notna().sum()} of {len(saved)}"
            mean = f"{saved.mean():.0f}" if saved.notna().all() else "–"
            rows.append([profile, name(dataset), name(acquisition), f"{level} %", reached, each, mean,
                         in_brackets(low, high), word])  # fmt: skip
columns = ["profile", "data", "queries", "level", "both reach it", "labels saved, by seed", "mean"]
columns += [f"{confidence:.0%} interval", "labels needed"]
pd.DataFrame(rows, columns=columns).style.hide()

# %% [markdown]
# ## Does it beat random?
# The difference from random, seed by seed, wherever both were looked at: one seed has the same images, labels to begin with and
# initial weights under every acquisition function. Its average over the budget (area under the curve, by trapezoids) is the
# measure of the verdict; the figure shows where it comes from.


# %%
def differences(of: pd.DataFrame, acquisition: str) -> pd.DataFrame:
    """Accuracy minus that of random queries, in points: a row a number of labels that both have, a column a seed."""
    wide = of.pivot_table(index="num_labelled", columns=["acquisition", "seed"], values="valid_accuracy")
    if not {"random", acquisition} <= set(wide.columns.get_level_values(0)):
        return pd.DataFrame()
    return (wide[acquisition] - wide["random"]).dropna(axis="columns", how="all").dropna()


def area(points: pd.DataFrame) -> pd.Series:
    """Average over the budget, of each seed."""
    return pd.Series(np.trapezoid(points, points.index, axis=0) / np.ptp(points.index), index=points.columns)


figure, axes = plt.subplots(1, len(panels), figsize=(3.6 * len(panels) + 0.6, 3.6), squeeze=False, layout="constrained")
rows = []
for ax, ((profile, dataset), of) in zip(axes[0], panels, strict=True):
    for acquisition in ("entropy", "bald"):
        points = differences(of, acquisition)
        if points.empty:
            continue
        ax.plot(points.mean(axis=1), color=COLOURS[acquisition], lw=1.8)
        if points.shape[1] > 1:
            low, high = stats.ttest_1samp(points, 0, axis=1).confidence_interval(confidence)
            ax.fill_between(points.index, low, high, color=COLOURS[acquisition], alpha=0.15, lw=0)
        areas = area(points)
        row = {"profile": profile, "dataset": dataset, "acquisition": acquisition, "seeds": len(areas)}
        row |= {"first": points.index[0], "last": points.index[-1], "difference": areas.mean(), "sd": areas.std()}
        low, high = interval(areas)
        verdict = "beats random" if low > 0 else "loses to random" if high < 0 else "cannot be told from random"
        rows.append({**row, "low": low, "high": high, "each": areas.round(2).tolist(), "verdict": verdict})
    ax.axhline(0, color=COLOURS["random"], lw=1.2)
    ax.set(title=f"{profile}: {name(dataset)}", xlabel="labelled images")
axes[0, 0].set_ylabel("accuracy minus random's (points)")
handles = [plt.Line2D([], [], color=COLOURS[a], lw=2.2, label=f"{name(a)} − Random") for a in ("entropy", "bald")]
figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False)
note(figure, f"Mean over seeds, band: {confidence:.0%} t interval at each number of labels alone. {data_note}")
figure.savefig(folder / "differences.png")
plt.show()

# %%
keys = ["profile", "dataset", "acquisition", "seeds", "first", "last", "difference", "sd", "low", "high", "each", "verdict"]
judged = pd.DataFrame(rows, columns=keys)
shown = judged.assign(dataset=judged.dataset.map(name), acquisition=judged.acquisition.map(name))
shown = shown.rename(
    columns={"first": "from labels", "last": "to labels", "difference": "mean difference (points)", "each": "by seed"}
)
shown = shown.drop(columns=["low", "high"]).assign(
    interval=[in_brackets(*b) for b in zip(judged.low, judged.high, strict=True)]
)
shown.style.hide().format(precision=2, na_rep="–") if len(shown) else display(
    Markdown("No condition has a common seed with random yet.")
)

# %% [markdown]
# ## What does it take?
# One choice of the profile is changed at a time, in shorter runs; the base is the profile itself, cut off at the same budget.
# All areas are over the numbers of labels that every run was looked at, so that they can be compared with each other. What a
# variant does not touch (random queries by the size of a query, say) is the profile's.

# %%
base = {e.configs[0].acquisition: {c.seed: c for c in e.configs} for e in read[ablated].experiments}


def asked(change: dict) -> list:
    """The configs of a variant. The samples are BALD's alone, and how many are queried at a time means nothing to random."""
    untouched = {"num_samples": ("random", "entropy"), "query_size": ("random",)}
    acquisitions = [a for a in base if not any(a in untouched.get(field, ()) for field in change)]
    configs = [replace(base[a][seed], num_rounds=0, **change) for a in acquisitions for seed in variant_seeds]
    return [replace(c, num_rounds=(variant_budget - c.num_initial) // c.query_size) for c in configs]


parts = [sweep(asked(change), folder).assign(variant=words) for words, change in variants.items()]
whole = runs[(runs.profile == ablated) & runs.seed.isin(variant_seeds)].assign(variant="the profile")
seconds = sum((part.train_seconds + part.evaluate_seconds + part.query_seconds).sum() for part in parts)
short = pd.concat([whole, *parts]).dropna(subset="valid_accuracy")
looked = short.groupby(["variant", "acquisition"]).num_labelled.agg(set)
common = sorted(set.intersection(*looked))
short = short[short.num_labelled.isin(common)]
count = sum(len(part.drop_duplicates(["acquisition", "seed"])) for part in parts)
display(Markdown(f"{count} runs, {seconds / 60:.0f} minutes of one core; compared at {', '.join(map(str, common))} labels."))

# %%
areas = {}
for (variant, acquisition), of in short.groupby(["variant", "acquisition"], sort=False):
    areas[variant, acquisition] = area(of.pivot(index="num_labelled", columns="seed", values="valid_accuracy"))
rows, gaps = [], {}
for variant in short.variant.unique():
    row = {"variant": variant}
    for acquisition in ("random", "entropy", "bald"):
        of = areas.get((variant, acquisition), areas.get(("the profile", acquisition), pd.Series(dtype=float)))
        row[f"{name(acquisition)} (%)"] = f"{of.mean():.1f}" if len(of) else "–"
        reference = areas.get((variant, "random"), areas.get(("the profile", "random"), pd.Series(dtype=float)))
        gap = (of - reference).dropna()
        if acquisition != "random" and len(gap) and (variant, acquisition) in areas:
            gaps[variant, acquisition] = gap
            low, high = interval(gap)
            row[f"{name(acquisition)} − Random (points)"] = f"{gap.mean():+.2f}, {in_brackets(low, high)} (n = {len(gap)})"
    rows.append(row)
pd.DataFrame(rows).fillna("–").style.hide()

# %%
names = list(short.variant.unique())[::-1]
figure, ax = plt.subplots(figsize=(6.8, 1.4 + 0.42 * len(names)), layout="constrained")
for (variant, acquisition), gap in gaps.items():
    height = names.index(variant) + (0.13 if acquisition == "entropy" else -0.13)
    ax.plot(gap, [height] * len(gap), "o", color=COLOURS[acquisition], ms=4, alpha=0.5)
    ax.plot(gap.mean(), height, "|", color=COLOURS[acquisition], ms=13, mew=2.5)
ax.axvline(0, color=COLOURS["random"], lw=1.2)
ax.set_yticks(range(len(names)), names)
ax.set(
    xlabel=f"accuracy minus random's (points),\naverage over {common[0]} to {common[-1]} labels", ylim=(-0.5, len(names) - 0.5)
)
handles = [plt.Line2D([], [], color=COLOURS[a], marker="o", lw=0, label=f"{name(a)} − Random") for a in ("entropy", "bald")]
figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False)
note(figure, f"Dots: seeds; bars: their mean. {sources(data, short.dataset.unique())}")
figure.savefig(folder / "variants.png")
plt.show()

# %% [markdown]
# ## Verdict
# An acquisition function beats random if the interval of its average difference lies above 0, loses to it if below, and cannot
# be told from it otherwise; the intervals are not adjusted for being read together.

# %%
for row in judged.itertuples():
    display(Markdown(
        f"- **{row.profile}, {name(row.dataset)}: {name(row.acquisition)} {row.verdict}**, {row.difference:+.2f} points on "
        f"average over {row.first} to {row.last} labels, {confidence:.0%} interval: "
        f"{in_brackets(row.low, row.high)}, n = {row.seeds}."
    ))  # fmt: skip
for (profile, dataset, acquisition, level), (saved, low, high, word) in savings.items():
    if word != "cannot be told":
        display(Markdown(
            f"- **{profile}, {name(dataset)}: {name(acquisition)} needs {word} labels for {level} %** than random: "
            f"{abs(saved.mean()):.0f} {word}, {confidence:.0%} interval of the saving: {in_brackets(low, high)}, "
            f"n = {len(saved)}."
        ))  # fmt: skip
wins = (judged.verdict == "beats random").sum()
losses = (judged.verdict == "loses to random").sum()
overall = {(True, True): "is mixed", (True, False): "does not hold", (False, True): "holds", (False, False): "cannot be told"}
overall = overall[wins > 0, losses > 0]
display(Markdown(
    f"**That random queries are the better choice with few labels {overall}** once the network trains: of {len(judged)} "
    f"comparisons, queries by uncertainty beat random in {wins}, lose to it in {losses}, and cannot be told from it in "
    f"{len(judged) - wins - losses}."
))  # fmt: skip

# %%
numbers = {
    "unit": "points of validation accuracy, average over the budget; t interval over seeds",
    "confidence": confidence, "verdict": overall,
    "differences": json.loads(judged.to_json(orient="records")),
    "labels_needed": [{"profile": p, "dataset": d, "acquisition": a, "level_percent": level, "n": len(each),
                       "median": float(np.median(each)) if np.isfinite(np.median(each)) else "not reached"}
                      for (p, d, a, level), each in needed.items()],
    "labels_saved": [{"profile": p, "dataset": d, "acquisition": a, "level_percent": level, "n": len(saved),
                      "each": [s if np.isfinite(s) else None for s in saved], "verdict": word,
                      "low": low if np.isfinite(low) else None, "high": high if np.isfinite(high) else None}
                     for (p, d, a, level), (saved, low, high, word) in savings.items()],
    "variants": {f"{v}: {a}": {"mean": gap.mean(), "n": len(gap), "each": gap.tolist()} for (v, a), gap in gaps.items()},
}  # fmt: skip
with (folder / "numbers.json").open("w") as file:
    json.dump(numbers, file, indent=1, default=float)

# %% [markdown]
# **Limits.** MNIST and Fashion-MNIST alone, five seeds at most (the variants: as many as the table says), and settings that
# were found by short trials with random labels and not tuned further. Accuracy is measured on the validation images, by which
# nothing was selected here. A network that is looked at in some rounds alone is seen to reach a level up to one step late,
# and has fewer chances to touch it by luck. Images are queried from a part of the training set; a larger pool holds more
# extreme images and more near copies of them.
