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
# # Three seeds: no difference of Tables 2 and 3 stands out from chance once all are counted
#
# **Claim** (sections 4 and 5). "For each experimental condition, we perform runs with three different random seeds to ensure
# statistical reliability. The results are then averaged, and the standard error is reported." Tables 2 and 3 print means
# without it, and the text reads their differences as effects: Maximum Entropy "achieves an even lower error", Random "shows an
# unexpected robustness", noise "generally results in lower validation accuracy".
#
# **Test.** Two kinds of chance are set against these differences: the images that an accuracy is measured on, and the seed
# (labels, weights, batches, noise). The first follows from a count; the second is measured on our own runs at the paper's
# settings, by the seeds that two conditions have in common.
#
# **Cost**: none. It reads the logs of other runs, as many as are finished, and says how many.
#
# **Differs from the paper**: our seeds also draw the split into initial labels, validation set and pool; those of the released
# code share one split.

# %%
import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML, Markdown, display
from scipy import stats

from alkit.paper.figures import note, style
from alkit.paper.published import published
from alkit.paper.results import CONDITION, provenance, rounds
from alkit.paper.tables import name, sources
from alkit.paths import PROJECT
from alkit.run.grid import read_profile

style()
folder = PROJECT / "outputs/findings/statistics"
folder.mkdir(parents=True, exist_ok=True)

# %% tags=["parameters"]
profiles = ["headline"]  # profiles at the paper's settings; a run that two of them hold is taken from the first
confidence = 0.95
power = 0.8  # the chance of finding a difference that is there
seed_counts = [3]  # numbers of seeds that the intervals are tried out for; the first is the paper's
levels = [90, 95]  # per cent: how many labels does it take to get there?
num_simulated = 200  # simulated experiments

# %% [markdown]
# ## The runs
# Finished runs alone. A supervised baseline counts as random labels bought at once, so that it has a row to be compared with.

# %%
read = [read_profile(profile) for profile in profiles]
runs = pd.concat([rounds(profile) for profile in read]).drop_duplicates([*CONDITION, "seed", "round"])
data = pd.concat([provenance(profile) for profile in read])
if runs.empty:
    raise ValueError(f"no run of {', '.join(profiles)} is finished; begin with: python -m alkit reproduce headline")
test = runs.dropna(subset="test_accuracy").set_index([*CONDITION, "seed"])
data_note = sources(data, runs.dataset.unique())
alpha, paper_seeds = 1 - confidence, seed_counts[0]
have = test.groupby(CONDITION).test_accuracy.agg(["mean", "std", "count"]).reset_index()


def page(frame: pd.DataFrame, titles: dict[str, str] | None = None, digits: int = 2) -> HTML:
    """A table for people: the paper's names, no index, small type."""
    named = frame.assign(**{key: frame[key].map(name) for key in CONDITION[1:] if key in frame}).rename(columns=titles or {})
    text = named.to_html(index=False, border=0, na_rep="–", float_format=f"{{:.{digits}f}}".format)
    return HTML(f'<div style="font-size: 0.85em">{text}</div>')


display(Markdown(f"{len(test)} finished runs of {len(have)} conditions, test accuracy in per cent:"))
page(have, {"std": "sd over seeds", "count": "seeds"})

# %% [markdown]
# ## The images: what a count of right answers leaves open
# Of n images, each right with the same probability, the share that is right has a binomial standard error. It is the least that
# an accuracy is uncertain by, for one given network. The dots are what three seeds do to the test accuracy: their standard
# deviation, which has all of the seed in it.

# %%
accuracy = np.linspace(0, 1, 201)
IMAGES = {300: "#D55E00", 5000: "#E69F00", 10000: "#0072B2"}  # both validation sets and the test set of section 4


def standard_error(percent, images: int):
    """Binomial standard error of an accuracy on `images` images; both in per cent."""
    return 100 * stats.binom.std(images, np.asarray(percent) / 100) / images


figure, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
for images, colour in IMAGES.items():
    ax.plot(100 * accuracy, standard_error(100 * accuracy, images), color=colour, lw=1.8, label=f"chance of {images:,} images")
for model, marker in (("lenet", "o"), ("resnet18", "s")):
    of = have[(have.model == model) & (have["count"] > 1)]
    if len(of):
        ax.plot(of["mean"], of["std"], marker, color="black", mfc="white", label=f"sd over seeds, {name(model)} ({len(of)})")
ax.set(xlabel="accuracy (%)", ylabel="standard error, sd (points)", xlim=(0, 100), ylim=(0, None))
ax.legend(frameon=False, fontsize=8.5)
note(figure, f"Dots: one condition each, test accuracy, 2 or 3 seeds. {data_note}")
figure.savefig(folder / "standard_error.png")
plt.show()

# %%
errors = pd.DataFrame({f"{n:,} images": standard_error([10, 30, 50, 70, 90, 95, 98], n) for n in IMAGES})
errors.insert(0, "accuracy (%)", [10, 30, 50, 70, 90, 95, 98])
display(page(errors))
far = stats.norm.ppf(1 - alpha / 2) * np.sqrt(2)
apart = {(n, at): f"{far * standard_error(at, n):.1f}" for n in IMAGES for at in (50, 90)}
display(Markdown(
    f"Two networks measured on {min(IMAGES)} images of their own must be {apart[min(IMAGES), 50]} points apart at 50 % and "
    f"{apart[min(IMAGES), 90]} at 90 % before the images alone no longer explain it ({confidence:.0%}); on {max(IMAGES):,} "
    f"images {apart[max(IMAGES), 50]} and {apart[max(IMAGES), 90]}. On the same images somewhat less, as easy images are easy "
    "for both."
))  # fmt: skip

# %% [markdown]
# Does the binomial describe our own validation sets? In each run the last network was measured twice, on its validation and on
# the test images. If images are all that differs, the difference over its standard error is a standard normal. Runs of
# one seed share validation images: the test takes them for more independent than they are, and its p is too small.

# %%
last = runs.dropna(subset=["test_accuracy", "valid_accuracy"])
last = last[last.scenario.isin(["constrained", "supervised"])]  # those with 300 validation images
gap = last.valid_accuracy - last.test_accuracy
z = gap / np.hypot(*(standard_error(last.test_accuracy, n) for n in (300, 10000)))
fits = stats.chi2.sf((z**2).sum(), len(z)), stats.chi2.cdf((z**2).sum(), len(z))
display(Markdown(
    f"Over {len(z)} runs the validation accuracy is off the test accuracy by {np.sqrt((gap**2).mean()):.2f} points (root mean "
    f"square), {np.sqrt((z**2).mean()):.2f} times what the binomial says (two-sided p = {2 * min(fits):.2f}): "
    + ("no contradiction." if 2 * min(fits) > alpha else "the binomial does not describe it.")
))  # fmt: skip

# %% [markdown]
# ## What an interval from three seeds is worth
# Normal differences with a mean of 0 are drawn again and again, and each kind of 95 % interval is asked whether it holds 0.
# Student's t is exact here. The bootstrap draws the seeds it has with replacement: of three numbers there are ten different
# samples, and the one that repeats the smallest comes up once in 27, which is more than 2.5 %. So its percentile interval is
# simply the range of the three.


# %%
def holds_zero(draws: np.ndarray, kind: str) -> np.ndarray:
    """Of each row of `draws`, whether its interval of this kind holds 0."""
    if kind == "t":
        low, high = stats.ttest_1samp(draws, 0, axis=1).confidence_interval(confidence)
    else:
        again = stats.bootstrap((draws,), np.mean, axis=1, n_resamples=999, confidence_level=confidence, method=kind, rng=1)
        low, high = again.confidence_interval
    return (low <= 0) & (high >= 0)


draw = np.random.default_rng(0)
simulated = {n: draw.standard_normal((num_simulated, n)) for n in seed_counts}
coverage = {n: {kind: holds_zero(rows, kind).mean() for kind in ("t", "percentile", "BCa")} for n, rows in simulated.items()}
kinds = {"t": "Student's t", "percentile": "bootstrap, percentile", "BCa": "bootstrap, BCa"}
display(pd.DataFrame(coverage).rename(index=kinds).rename_axis(columns="seeds").map("{:.1%}".format))
short = coverage[paper_seeds]["percentile"]
display(Markdown(
    f"Share of {num_simulated:,} simulated experiments whose {confidence:.0%} interval holds the truth. At {paper_seeds} seeds "
    f"the percentile bootstrap holds it in {short:.0%}. " + (
        "The bootstrap intervals below are printed because they are asked for often; the t intervals decide."
        if short < confidence - 0.02 else "It keeps its promise.")
))  # fmt: skip

# %% [markdown]
# ## Our paired differences
# One seed gives every acquisition the same split, initial weights and order, so conditions are compared seed by seed. Read
# together, p values are adjusted for the false discovery rate (Benjamini and Hochberg): of the differences called real, at most
# 5 % should not be. Two measures: the accuracy on the 10,000 test images after the last round, and the validation accuracy
# averaged over the labels (area under the budget curve, by trapezoids), which uses all rounds.

# %%
CONTRASTS = [
    *(("acquisition", *pair) for pair in (("entropy", "random"), ("bald", "random"), ("bald", "entropy"))),
    *(("noise", noise, "none") for noise in ("gaussian", "salt_and_pepper")),
    ("scenario", "constrained", "supervised"),
]


def contrasts(values: pd.Series) -> dict[tuple, pd.Series]:
    """One minus other by seed: of each pair that differs in an axis, wherever all the rest is the same."""
    found = {}
    for axis, one, other in CONTRASTS:
        both = values.unstack(axis)
        if {one, other} <= set(both):
            rest = [key for key in CONDITION if key != axis]
            for place, of in (both[one] - both[other]).dropna().groupby(rest):
                pair = f"{one} − {other}" if axis == "scenario" else f"{name(one)} − {name(other)}"
                found[(*place[: CONDITION.index(axis)], pair, *place[CONDITION.index(axis) :])] = of
    return found


def curve(run: pd.DataFrame) -> pd.Series:
    """Validation accuracy by number of labels, where it was measured."""
    return run.dropna(subset="valid_accuracy").set_index("num_labelled").valid_accuracy


def area(points: pd.Series) -> float:
    """Accuracy averaged over the labels, in per cent."""
    return np.trapezoid(points, points.index) / (points.index[-1] - points.index[0])


curves = {key: curve(run) for key, run in runs.groupby([*CONDITION, "seed"])}
curves = {key: points for key, points in curves.items() if len(points) >= 10}  # two points are no curve
areas = pd.Series({key: area(points) for key, points in curves.items()}, dtype=float)
areas.index = pd.MultiIndex.from_tuples(areas.index, names=[*CONDITION, "seed"]) if len(areas) else test.index[:0]


# %%
def judged(values: pd.Series) -> pd.DataFrame:
    """The contrasts that two seeds or more have: their mean with its intervals, and p values."""
    rows = []
    for place, of in contrasts(values).items():
        if len(of) > 1:
            result = stats.ttest_1samp(of, 0)
            again = stats.bootstrap((of,), np.mean, confidence_level=confidence, method="percentile", rng=1).confidence_interval
            bounds = (*result.confidence_interval(confidence), *again)
            rows.append([*place, len(of), of.mean(), of.std(), *bounds, result.pvalue])
    columns = ["seeds", "difference", "sd", "t_low", "t_high", "boot_low", "boot_high", "p"]
    frame = pd.DataFrame(rows, columns=[*CONDITION, *columns])
    return frame.assign(adjusted=stats.false_discovery_control(frame.p) if len(frame) else [])


def intervals(low: pd.Series, high: pd.Series) -> list[str]:
    return [f"[{a:.2f}, {b:.2f}]" for a, b in zip(low, high, strict=True)]


compared = {"test accuracy": judged(test.test_accuracy), "area under the curve": judged(areas)}
for what, table in compared.items():
    count = f"{len(areas)} runs have a curve" if what != "test accuracy" else f"{len(test)} runs"
    display(Markdown(f"**Difference in {what}** (points), {len(table)} contrasts with two seeds or more ({count})"))
    if len(table):
        layout = table.assign(t=intervals(table.t_low, table.t_high), again=intervals(table.boot_low, table.boot_high))
        layout = layout[[*CONDITION, "seeds", "difference", "sd", "t", "again", "p", "adjusted"]]
        display(page(layout, {"t": "t interval", "again": "bootstrap", "adjusted": "adjusted p"}))

# %%
shown = pd.concat(table.assign(what=what) for what, table in compared.items()).iloc[::-1]
figure, ax = plt.subplots(figsize=(8.4, 1.5 + 0.27 * len(shown)), layout="constrained")
MEASURES = dict(zip(compared, ["#0072B2", "#D55E00"], strict=True))
for place, row in enumerate(shown.itertuples()):
    ax.plot([row.t_low, row.t_high], [place, place], color=MEASURES[row.what], lw=1.4)
    ax.plot([row.boot_low, row.boot_high], [place, place], color=MEASURES[row.what], lw=5, alpha=0.35, solid_capstyle="butt")
    ax.plot(row.difference, place, "o", color=MEASURES[row.what], ms=5)
labels = [", ".join(dict.fromkeys(map(name, row[2:6]))) for row in shown.itertuples()]  # all but the scenario
labels = [f"{words} ({row.scenario}, n = {row.seeds})" for words, row in zip(labels, shown.itertuples(), strict=True)]
ax.set_yticks(range(len(shown)), labels, fontsize=7.5)
ax.axvline(0, color="black", lw=0.8)
ax.set(xlabel="difference (points)")
handles = [ax.plot([], [], "o-", color=colour, label=what)[0] for what, colour in MEASURES.items()]
figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False)
note(figure, f"Thin: {confidence:.0%} t interval; thick: percentile bootstrap; n: seeds. {data_note}")
figure.savefig(folder / "paired.png")
plt.show()

# %%
display(Markdown(" ".join(
    f"In **{what}**, {(table.adjusted < alpha).sum()} of {len(table)} differences can be told from chance after the adjustment "
    f"({(table.p < alpha).sum()} without it, where pure chance would give {alpha * len(table):.1f})."
    for what, table in compared.items()
)))  # fmt: skip

# %% [markdown]
# What does pairing by seed bring? The spread of the paired difference, beside that of a difference of two independent runs (√2
# times the pooled spread of the runs themselves).

# %%
pooled = {}
for place, of in have[have["count"] > 1].groupby(["scenario", "dataset", "model"]):
    variance = ((of["count"] - 1) * of["std"] ** 2).sum() / (of["count"] - 1).sum()
    # One seed's runs share split, weights and batches: more conditions of the same seeds are not more degrees of freedom.
    pooled[place] = variance, of["count"].max() - 1


def spread(place: tuple) -> tuple[float, float]:
    """Our sd over seeds of this condition's runs and its degrees of freedom, pooled over acquisitions and noises.

    Of two scenarios compared, the root of the mean of their variances, and the fewer degrees of freedom.
    """
    found = [pooled.get((scenario, place[1], place[3]), (np.nan, np.nan)) for scenario in place[0].split(" − ")]
    return np.sqrt(np.mean([variance for variance, _ in found])), min(free for _, free in found)


pairing = compared["test accuracy"].copy()
pairing["independent"] = [np.sqrt(2) * spread(row[1:6])[0] for row in pairing.itertuples()]
pairing["ratio"] = pairing.sd / pairing.independent
heads = {"sd": "sd, paired", "independent": "sd, independent"}
page(pairing[[*CONDITION, "seeds", "sd", "independent", "ratio"]], heads)

# %% [markdown]
# ## Labels needed
# The labels at which the validation accuracy first reaches a level; the median over seeds counts a run that never does as
# larger than any budget. With 300 images a curve touches a level before the network is there: each of its points has the
# standard error of the first table, and the first of many to exceed the level decides.


# %%
def labels_to(points: pd.Series, level: float) -> float:
    """The fewest labels with an accuracy of `level` per cent or more; infinite where it is never reached."""
    return points.index[points >= level].min() if (points >= level).any() else np.inf


rows = []
for place in dict.fromkeys(key[:-1] for key in curves):
    of = [points for key, points in curves.items() if key[:-1] == place]
    row = {**dict(zip(CONDITION, place, strict=True)), "seeds": len(of), "highest (%)": max(map(max, of))}
    for level in levels:
        needed = [labels_to(points, level) for points in of]
        middle, most = np.median(needed), max(points.index[-1] for points in of)
        reached = f"{np.isfinite(needed).sum()} of {len(of)} seeds"
        row[f"labels to {level} %"] = f"{middle:,.0f} ({reached})" if np.isfinite(middle) else f"> {most:,} ({reached})"
    rows.append(row)
page(pd.DataFrame(rows), digits=1) if rows else display(Markdown("No run has a curve yet."))

# %% [markdown]
# ## The published numbers
# A published number is the mean of three seeds, printed without a spread. Ours at the same settings say how far such a mean
# strays: with a standard deviation s over seeds (pooled over the acquisitions and noises of one data set, model and scenario),
# two independent means of three differ by chance with a standard error of s √(2/3). The released code draws its seeds anew for
# every run, so its conditions are not paired. Where we have no runs, nothing is said.

# %%
paper = published()
paper["accuracy"] = paper.percent.where(paper.metric == "test_accuracy", 100 - paper.percent)
paper.loc[paper.scenario == "supervised", "acquisition"] = "random"
rows = []
for number, of in paper.groupby("table"):
    for place, difference in contrasts(of.assign(seed=0).set_index([*CONDITION, "seed"]).accuracy).items():
        rows.append([number, *place, difference.iloc[0]])
theirs = pd.DataFrame(rows, columns=["table", *CONDITION, "difference"])
theirs[["sd", "free"]] = [spread(row[2:7]) for row in theirs.itertuples()]
theirs["p"] = 2 * stats.t.sf(theirs.difference.abs() / (theirs.sd * np.sqrt(2 / paper_seeds)), theirs.free)
beside = theirs[theirs.sd.notna()].copy()
beside["adjusted"] = stats.false_discovery_control(beside.p)
beside["limit"] = stats.t.ppf(1 - alpha / 2, beside.free) * beside.sd * np.sqrt(2 / paper_seeds)

# %%
places = list(dict.fromkeys(zip(beside.table, beside.dataset, beside.model, beside.limit.round(6), strict=True)))[::-1]
figure, ax = plt.subplots(figsize=(7.2, 1.6 + 0.42 * len(places)), layout="constrained")
for height, (table, dataset, model, limit) in enumerate(places):
    of = beside[
        (beside.table == table) & (beside.dataset == dataset) & (beside.model == model) & (beside.limit.round(6) == limit)
    ]
    ax.barh(height, limit, color="#dddddd", height=0.6)
    for called, fill in ((True, "#D55E00"), (False, "white")):
        chosen = of[(of.adjusted < alpha) == called]
        ax.plot(chosen.difference.abs(), [height] * len(chosen), "o", mfc=fill, mec="#D55E00", ms=5.5)
ax.set_yticks(range(len(places)), [f"Table {t}, {name(d)}, {name(m)}" for t, d, m, _ in places], fontsize=8.5)
ax.set(xlabel="published difference, without its sign (points)", xlim=(0, None))
ax.barh(0, 0, color="#dddddd", label=f"within chance at {paper_seeds} seeds ({confidence:.0%}, each alone)")
ax.plot([], [], "o", mfc="#D55E00", mec="#D55E00", label="beyond chance, adjusted for all")
ax.plot([], [], "o", mfc="white", mec="#D55E00", label="not beyond chance")
figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=8)
note(figure, f"Chance: our own spread over seeds. {data_note}")
figure.savefig(folder / "published.png")
plt.show()

# %%
summary = beside.groupby(["table", "dataset", "model"], sort=False).agg(
    differences=("p", "size"), sd=("sd", "first"), free=("free", "first"), limit=("limit", "first"),
    alone=("p", lambda p: (p < alpha).sum()), together=("adjusted", lambda p: (p < alpha).sum()),
).reset_index()  # fmt: skip
heads = {"sd": "our sd over seeds", "free": "degrees of freedom", "limit": "least told from chance"}
display(page(summary, {**heads, "alone": "beyond it, each alone", "together": "beyond it, adjusted"}))
real = beside[beside.adjusted < alpha]
display(Markdown(
    f"**Published differences beyond chance**: {len(real)} of {len(beside)} that we have a spread for, of {len(theirs)} in all."
))  # fmt: skip
page(real.drop(columns=["free", "limit"]), {"sd": "our sd over seeds", "adjusted": "adjusted p"}) if len(real) else None

# %% [markdown]
# Two of the paper's tables hold the same conditions (MNIST, no noise, constrained). Do they agree?

# %%
again = paper[(paper.scenario == "constrained") & (paper.dataset == "mnist") & (paper.noise == "none")]
again = again.assign(error=100 - again.accuracy).pivot(index=["model", "acquisition"], columns="table", values="error")
again = again.rename_axis(columns=None)
apart = again[(again[2] - again[3]).abs() > 0.005]
lowest = {table: again.loc["resnet18", table].idxmin() for table in again}
display(page(again.reset_index().rename(columns={2: "error (%), Table 2", 3: "error (%), Table 3"})))
display(Markdown(
    (f"They differ in {len(apart)} of {len(again)}: "
     + "; ".join(f"{name(m)} {name(a)} {row[2]:.2f} against {row[3]:.2f} %" for (m, a), row in apart.iterrows()) + ". "
     if len(apart) else "They agree. ")
    + f"ResNet-18's lowest error is that of {name(lowest[2])} in Table 2 and of {name(lowest[3])} in Table 3; the text says "
    "Random."
))  # fmt: skip

# %% [markdown]
# ## How many seeds would each claim need?
# For a paired t test at 5 %, the fewest seeds at which a true difference as large as the published one is found with a chance
# of 80 % (by the noncentral t distribution). The standard deviation of a paired difference is the measured one where both
# conditions have two common seeds; else √2 times our pooled spread, as if pairing did not help; else unknown. A standard
# deviation from a few seeds is itself loosely known: the range in brackets is what its own 95 % interval (χ²) allows. The last
# column needs no runs of ours: the spread that would have to be undercut for three seeds to do.


# %%
def chance_to_find(effect: float, seeds) -> np.ndarray:
    """Power of the two-sided paired t test to find the true sign; the effect is the true difference over its sd."""
    return stats.nct.sf(stats.t.ppf(1 - alpha / 2, seeds - 1), seeds - 1, effect * np.sqrt(seeds))


def seeds_needed(difference: float, sd: float, most: int = 10_000) -> float:
    """The fewest seeds with a power of `power`; infinite if that is more than `most`."""
    seeds = np.arange(2, most + 1)
    enough = chance_to_find(min(abs(difference) / sd, 40), seeds) >= power  # beyond 40 sd two seeds do
    return seeds[enough.argmax()] if enough.any() else np.inf


effects = np.linspace(0.5, 10, 951)
least_effect = effects[np.argmax([chance_to_find(e, paper_seeds) >= power for e in effects])]
found = contrasts(test.test_accuracy)
CLAIMS = {
    "Max. Entropy is best under ideal data": "table == 3 and scenario == 'ideal' and acquisition != 'BALD − Random'",
    "Random is best for ResNet-18 when constrained": "scenario == 'constrained' and dataset == 'mnist' and noise == 'none' "
    "and model == 'resnet18' and acquisition in ['Max. Entropy − Random', 'BALD − Random']",
    "Noise changes LeNet's accuracy on MNIST": "dataset == 'mnist' and model == 'lenet' and noise.str.contains('−')",
    "LeNet loses by querying when constrained": "table == 3 and scenario == 'constrained' and model == 'lenet' "
    "and acquisition in ['Max. Entropy − Random', 'BALD − Random']",
    "Random queries differ from supervised learning": "scenario.str.contains('−')",
}
rows = []
for claim, which in CLAIMS.items():
    for row in theirs.query(which).itertuples():
        place = row[2:7]
        paired = found.get(place, pd.Series(dtype=float))
        own = len(paired) > 1
        sd, free = (paired.std(), len(paired) - 1) if own else (np.sqrt(2) * row.sd, row.free)
        bounds = sd * np.sqrt(free / stats.chi2.ppf([1 - alpha / 2, alpha / 2], free))
        needed = [seeds_needed(row.difference, one) for one in (sd, *bounds)] if sd > 0 else [np.nan] * 3
        kind = f"paired, n = {len(paired)}" if own else "independent" if sd > 0 else "unknown"
        rows.append([claim, row.table, *place, row.difference, sd, kind, *needed, abs(row.difference) / least_effect])
columns = ["claim", "table", *CONDITION, "difference", "sd", "kind", "needed", "low", "high", "enough"]
claims = pd.DataFrame(rows, columns=columns)


# %%
def in_words(count: float) -> str:
    return "–" if np.isnan(count) else f"{count:,.0f}" if np.isfinite(count) else "> 10,000"


seeds = [f"{in_words(row.needed)} ({in_words(row.low)} to {in_words(row.high)})" for row in claims.itertuples()]
seeds = [words if known else "–" for words, known in zip(seeds, claims.needed.notna(), strict=True)]
layout = claims.drop(columns=["scenario", "dataset", "needed", "low", "high", "enough"])
layout = layout.assign(seeds=seeds, enough=claims.enough).assign(claim=claims.claim.where(~claims.claim.duplicated(), ""))
heads = {"difference": "published difference", "sd": "our sd of it", "kind": "this sd is"}
page(layout, {**heads, "seeds": f"seeds for {power:.0%} power (range)", "enough": f"sd at which {paper_seeds} do"})

# %% [markdown]
# ## Verdict
# A published difference counts as told from chance if its adjusted p is below 5 % by the spread that we measured. The claim of
# statistical reliability holds if that is so for at least four in five of those that could be judged, does not hold if it is so
# for less than half, and is mixed in between.

# %%
share = len(real) / len(beside) if len(beside) else float("nan")
verdict = "cannot be told" if share != share else "holds" if share >= 0.8 else "does not hold" if share < 0.5 else "is mixed"
known = claims[claims.needed.notna()]
enough = (known.needed <= paper_seeds).sum()
display(Markdown(
    f"**That three seeds make the differences reliable {verdict}**: {len(real)} of the {len(beside)} published differences "
    f"that we have a spread for are beyond chance, adjusted for reading them together, and {(beside.p < alpha).sum()} if each "
    f"is read alone ({alpha * len(beside):.0f} would be if all were chance); {len(theirs) - len(beside)} more could not be "
    f"judged, as no runs of ours are finished there. Three seeds would find, with a chance of {power:.0%}, only a difference "
    f"of {least_effect:.1f} standard deviations or more. Of the {len(known)} contrasts behind the paper's claims for which we "
    f"have a spread, {enough} would need no more than {paper_seeds} seeds."
))  # fmt: skip

# %%
numbers = {
    "unit": "points of accuracy, unless named otherwise", "verdict": verdict,
    "runs": len(test), "published_differences": len(theirs), "judged": len(beside),
    "beyond_chance_alone": int((beside.p < alpha).sum()), "beyond_chance_adjusted": len(real),
    "sd_over_seeds": {" ".join(place): {"sd": sd, "degrees_of_freedom": int(free)} for place, (sd, free) in pooled.items()},
    "standard_error_of_300_images_at_90_percent": float(standard_error(90, 300)),
    "validation_minus_test_over_binomial": {"ratio": float(np.sqrt((z**2).mean())), "n": len(z), "p": float(2 * min(fits))},
    "coverage": {str(n): {k: float(v) for k, v in of.items()} for n, of in coverage.items()},
    "least_effect_in_sd_at_three_seeds": float(least_effect),
    "paired": {what: table.to_dict("records") for what, table in compared.items()},
    "seeds_needed": json.loads(claims.replace(np.inf, "> 10,000").to_json(orient="records")),
    "table_2_and_3_disagree": [list(place) for place in apart.index],
}  # fmt: skip
with (folder / "numbers.json").open("w") as file:
    json.dump(numbers, file, indent=1, default=float)

# %% [markdown]
# **Limits.** Our spread is over splits too, so it may be wider than that of the published runs, whose seeds share one split. It
# is pooled over conditions as if it were the same in all, and comes from few seeds; a t test trusts it to be normal. Where the
# released code is not what the paper's text says (BALD, noise, weight decay), its spread may be another. Nothing is known of
# CIFAR-10 and Fashion-MNIST where no runs of ours are. A difference beyond chance is not yet an effect of what the paper names.
