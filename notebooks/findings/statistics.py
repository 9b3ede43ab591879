# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Three seeds tell networks and label budgets of Tables 2 and 3 apart, acquisitions and noises mostly not
#
# **Claim** (sections 4 and 5). "For each experimental condition, we perform runs with three different random seeds to ensure
# statistical reliability. The results are then averaged, and the standard error is reported." Tables 2 and 3 print means
# without it, and the text reads their differences as effects: Maximum Entropy "achieves an even lower error", Random "shows an
# unexpected robustness", noise "generally results in lower validation accuracy".
#
# **Test.** How far does a mean of three seeds stray? Our own runs at the paper's settings say it for each data set, network and
# scenario; every published difference between two conditions that differ in one thing is then held against that.
#
# **Cost**: none. It reads the logs of other runs, as many as are finished, and says how many.
#
# **Differs from the paper**: our seeds also draw the split into labels, validation set and pool; the released code's share one.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display
from scipy import stats

from alkit.paper.contrasts import contrasts
from alkit.paper.pictures import note, style
from alkit.paper.published import published
from alkit.paper.results import CONDITION, read
from alkit.paper.stats import benjamini_hochberg, shared_freedom, write_numbers
from alkit.paper.tables import sources
from alkit.paper.words import word
from alkit.paths import PARAMS, PROJECT
from alkit.run.grid import read_profile

style()

# %% tags=["parameters"]
profile = "paper"  # a profile at the paper's settings
level = 0.05  # of every test
power = 0.8  # the chance of finding a difference that is there
paper_seeds = 3
logs = "outputs"  # the folder of the profile's logs
folder = "outputs/lab/statistics"  # of figures and numbers

# %% [markdown]
# ## The spread over seeds
# Finished runs alone: the accuracy on the 10,000 test images after the last round. A supervised baseline counts as random
# labels bought at once. The variance over seeds is pooled over acquisitions and noises, which share seeds and so add no degrees
# of freedom: n seeds count as n - 1, a seed that only some have as less than one (`shared_freedom`, alkit/paper/stats.py).

# %%
(folder := PROJECT / folder).mkdir(parents=True, exist_ok=True)
found = read(read_profile(profile, PROJECT / logs, PARAMS))
test = found.rounds.dropna(subset="test_accuracy").drop_duplicates([*CONDITION, "seed"], keep="last")
each = test.groupby(CONDITION).test_accuracy.agg(["var", "count"]).query("count > 1").reset_index()
pooled = each.groupby(["scenario", "dataset", "model"])[["var", "count"]].apply(
    lambda of: pd.Series({"sd": np.sqrt(np.average(of["var"], weights=of["count"] - 1)), "free": shared_freedom(of["count"])})
)
display(Markdown(f"{len(test)} finished runs; sd over seeds in points of test accuracy, and its degrees of freedom:"))
display(pooled.rename(index=word).reset_index().style.hide().format({"sd": "{:.2f}", "free": "{:.1f}"}))

# %% [markdown]
# Where training moves LeNet, but not far (MNIST, Fashion-MNIST), seeds differ by many points; elsewhere by about one or less.
#
# ## The published differences
# A published number is the mean of three seeds, printed without a spread. With our standard deviation s, two independent means
# of three differ by chance with a standard error of s √(2/3); the released code draws its seeds anew for every run, so its
# conditions are not paired. The p values are Student's; adjusted (Benjamini and Hochberg), so that of the differences called
# real at most 5 % should be chance. Where we have no runs, nothing is said; for an acquisition without any, the spread is
# borrowed from its network's other acquisitions. A difference that both tables have counts once, as Table 2 has it.

# %%
paper = published()
paper["accuracy"] = paper.percent.where(paper.metric == "test_accuracy", 100 - paper.percent)
paper.loc[paper.scenario == "supervised", "acquisition"] = "random"
paper = paper.assign(seed=0).set_index([*CONDITION, "seed"])
theirs = pd.concat(contrasts(of.accuracy).assign(table=table) for table, of in paper.groupby("table"))
theirs = theirs.drop_duplicates([*CONDITION, "kind"])


# %%
def spread(row) -> tuple[float, float]:
    """Our sd over seeds and its degrees of freedom; of two places, the root mean square and the fewer degrees."""
    both = pooled.reindex([(s, row.dataset, m) for s in row.scenario.split(" − ") for m in row.model.split(" − ")])
    return np.sqrt((both.sd**2).mean(skipna=False)), both.free.min(skipna=False)


theirs[["sd", "free"]] = [spread(row) for row in theirs.itertuples()]
judged, seen = theirs[theirs.sd.notna()].copy(), set(each[CONDITION].itertuples(index=False, name=None))
sides = [[tuple(row[key].split(" − ")[side] for key in CONDITION) for side in (0, -1)] for _, row in judged.iterrows()]
judged["borrowed"] = [not seen.issuperset(both) for both in sides]
error = judged.sd * np.sqrt(2 / paper_seeds)
judged["p"] = 2 * stats.t.sf(judged.difference.abs() / error, judged.free)
judged["limit"] = stats.t.ppf(1 - level / 2, judged.free) * error
judged["adjusted"] = benjamini_hochberg(judged.p)

# %%
places = list(judged.groupby(["table", "scenario", "dataset", "model"], sort=False))[::-1]
figure, ax = plt.subplots(figsize=(7.2, 1.9 + 0.42 * len(places)), layout="constrained")
ax.axvspan(0.01, 1, color="#e8e8e8", lw=0)
for height, (_, of) in enumerate(places):
    for (small, called), some in of.groupby([of.kind.isin(["acquisition", "noise"]), of.adjusted < level]):
        shade = "#0072B2" if small else "#D55E00"
        times = (some.difference.abs() / some.limit).clip(lower=0.012)
        ax.plot(times, [height] * len(some), "o", mfc=shade if called else "white", mec=shade, ms=5.5)
dots = [ax.plot([], [], "o", color=shade)[0] for shade in ("#0072B2", "#D55E00")]
figure.legend(dots, ["acquisitions, noises", "networks, label budgets"], loc="outside upper center", ncols=2, frameon=False)
ax.set_yticks(range(len(places)), [f"Table {t}, {word(d)}, {word(m)}, {s}" for (t, s, d, m), _ in places], fontsize=8)
ax.set(xscale="log", xlim=(0.01, 20), xlabel="difference / the most by chance (95 %)")
ax.set_xticks(ticks := (0.01, 0.1, 1, 10), ticks)
note(figure, f"Grey: chance, read alone; filled: beyond it, adjusted. {sources(found.provenance, judged.dataset.unique())}")
figure.savefig(folder / "published.png")

# %% [markdown]
# A circle is the size of a published difference, divided by how far chance takes two means of three (the grey ends at 1).
# If each is read alone (counted as `alone`), chance puts one in twenty beyond. Ours are judged with the claims: claims.md.

# %%
by_network = judged.groupby(["kind", "model"], sort=False).agg(
    differences=("p", "size"), alone=("p", lambda p: (p < level).sum()), adjusted=("adjusted", lambda p: (p < level).sum())
)
by_kind = by_network.groupby("kind", sort=False).sum()
by_network.rename(index=word, level="model").rename_axis(["what differs", "network"]).reset_index().style.hide()

# %% [markdown]
# Both tables hold MNIST without noise under constrained data: ResNet-18's should be the same three numbers twice. BALD's are,
# but for rounding; entropy's are 0.05 points apart, and 6.84 %, Table 3's error of random queries, is Table 2's of BALD.

# %%
again = paper.reset_index().query("scenario == 'constrained' and dataset == 'mnist' and noise == 'none'")
again = again.assign(error=100 - again.accuracy).pivot(index=["model", "acquisition"], columns="table", values="error")
apart = again[(again[2] - again[3]).abs() > 0.02]
again.rename(columns="error (%), Table {}".format, index=word).style.format("{:.2f}")

# %% [markdown]
# ## How many seeds would it take?
# The fewest at which a t test of two independent means at 5 % finds a true difference as large as the published one with a
# chance of 80 % (by the noncentral t, with our spread as if exact); and the least difference that three seeds find so.


# %%
def chance_to_find(effect, seeds):
    """Power of the two-sided test of two means of `seeds` each to find the true sign; `effect` is in sd of a run."""
    free = 2 * seeds - 2
    return stats.nct.sf(stats.t.ppf(1 - level / 2, free), free, np.minimum(effect, 30) * np.sqrt(seeds / 2))


counts, effects = np.arange(2, 2001), np.linspace(0.5, 10, 951)
least = effects[np.argmax(chance_to_find(effects, paper_seeds) >= power)]
enough = [np.flatnonzero(chance_to_find(abs(row.difference) / row.sd, counts) >= power) for row in judged.itertuples()]
judged["seeds"] = [counts[of[0]] if len(of) else np.inf for of in enough]
middle = judged.groupby(["scenario", "dataset", "model"], sort=False).seeds.quantile([0, 0.5, 1]).unstack()
middle.columns = ["fewest", "median", "most"]
middle.map(lambda n: f"{n:,.0f}" if n < np.inf else f"over {counts[-1]:,}").rename(index=word).reset_index().style.hide()

# %% [markdown]
# ## Verdict
# A published difference counts as told from chance if its adjusted p is below 5 %. The claim of statistical reliability holds
# if that is so for at least four in five of those that could be judged, does not hold if it is so for less than half, and is
# mixed in between.

# %%
real, alone = int((judged.adjusted < level).sum()), int((judged.p < level).sum())
borrowed = int((judged.borrowed & (judged.adjusted < level)).sum())
share = real / len(judged) if len(judged) else None
verdict = "inconclusive" if share is None else "holds" if share >= 0.8 else "does not hold" if share < 0.5 else "is mixed"
display(Markdown(
    f"**That three seeds make the differences reliable: {verdict}.** {real} of the {len(judged)} published differences that we "
    f"have a spread for are beyond chance, adjusted for reading them together, and {alone} if each is read alone "
    f"({level * len(judged):.0f} would be if all were chance); {len(theirs) - len(judged)} more could not be judged. "
    f"The spread is borrowed for {judged.borrowed.sum()} of the {len(judged)}, {borrowed} of the {real}. With a "
    f"chance of {power:.0%}, {paper_seeds} seeds find a difference of {least:.1f} standard deviations or more; "
    f"{(judged.seeds <= paper_seeds).sum()} of the {len(judged)} are so large."
))  # fmt: skip

# %%
write_numbers({
    "verdict": verdict, "runs": len(test), "published_differences": len(theirs), "judged": len(judged),
    "beyond_chance_alone": alone, "beyond_chance_adjusted": real,
    "beyond_chance_by_what_differs": by_kind.adjusted.to_dict(), "judged_by_what_differs": by_kind.differences.to_dict(),
    "least_effect_in_sd_at_three_seeds": least,
    "large_enough_for_three_seeds": int((judged.seeds <= paper_seeds).sum()), "beyond_chance_with_a_borrowed_spread": borrowed,
    "sd_over_seeds": {" ".join(place): dict(of) for place, of in pooled.iterrows()},
    "table_2_and_3_disagree": [list(place) for place in apart.index],
}, folder)  # fmt: skip

# %% [markdown]
# **Limits.** Our spread is over splits too, so it may be wider than that of the published runs, whose seeds share one split. It
# is pooled as if it were the same in all conditions, and comes from few seeds; a t test trusts it to be normal. Where the
# released code is not what the paper's text says (BALD, noise, weight decay), its spread may be another. Not every condition
# has runs of ours, so not every difference is judged. A difference beyond chance is not yet an effect of what the paper names.
