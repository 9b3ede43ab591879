# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # In a noisy pool a barely trained LeNet's entropy avoids the images that noise hit, and its BALD buys mostly those
#
# **Claim** (section 5.2, Figure 6). The paper adds noise to all images, the pool's among them, and shows accuracies by
# acquisition. What noise does to a query alone it does not show.
#
# **Question.** Pool noise changes what is queried, and nothing else: labels are bought for the clean image. How many of the
# queried images are the same as without noise? Are those that noise hit preferred, or avoided?
#
# **Cost**: printed at the end; the runs are logged, so that rendering again costs seconds.
#
# **Differs from the paper.** One query of a hundred, not a hundred queries of ten; noise in the pool and nowhere else. Besides
# LeNet as the paper trains it, one that fits the labels (learning rate 0.01, momentum 0.9, 30 epochs). Runs are paired: a seed
# has the same labels, pool and initial weights with and without noise.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import Markdown, display

from alkit.config import Config
from alkit.files.sources import load
from alkit.paper.pictures import made_on, note, style
from alkit.paper.stats import as_row, in_words, write_numbers
from alkit.paper.words import colour, word
from alkit.passes import passes
from alkit.paths import PROJECT
from alkit.run.sweep import sweep
from alkit.split import split

# %% tags=["parameters"]
trainings = {  # fields of alkit.Config
    "LeNet as the paper trains": {"dataset": "digits", "epochs": 3},
    "LeNet well trained": {"dataset": "digits", "learning_rate": 0.01, "momentum": 0.9, "epochs": 5},
}
seeds = [0, 1]
num_queried = 20
folder = "outputs/tests/noise_pool"  # of logs, figures and numbers.json, from the project's folder

# %% [markdown]
# ## Run
# From the paper's first 100 labels, one query, with the pool noisy or not, and a training on what it bought. Entropy looks at
# one pass over the pool, BALD at ten dropout samples of one pass: both see the noise once, so an image is either hit or not.

# %%
style()
folder = PROJECT / folder
TITLES = {"gaussian": "Gaussian", "salt_and_pepper": "salt and pepper"}
KEY, runs, frames = ["seed", "acquisition", "noise"], {}, {}
for title, settings in trainings.items():
    start = Config(num_rounds=1, query_size=num_queried, **settings)
    clean = [replace(start, seed=s, acquisition=a) for s in seeds for a in ("entropy", "bald")]
    runs[title] = [replace(one, noise=noise, noise_splits=("pool",)) for one in clean for noise in TITLES]
    frames[title] = sweep([*clean, *runs[title]], folder)

# %% [markdown]
# Which images of the pool are hit is known from the seed alone, so the same pass over the pool is made once more to ask it.
# Three things are measured of a query: how much of it is the same as the clean pool's, how much of it was hit, and what the
# network that is then trained on it makes of the clean test images.


# %%
def was_hit(config, query):
    """Share of the queried images that noise hit, in per cent."""
    data = load(config.dataset, device="cpu")
    pool = split(config, data)[2]
    hit = pool[next(passes(config, data, "pool", pool, 0)).place >= 0]
    return 100 * np.isin(query, hit).mean()


# %%
rows = []
for title, frame in frames.items():
    queries = frame[frame.number == 0].set_index(KEY)["query"]
    after = frame.dropna(subset="test_accuracy").set_index(KEY).test_accuracy
    for config in runs[title]:
        key, calm = (config.seed, config.acquisition, config.noise), (config.seed, config.acquisition, "none")
        rows.append({"network": title, "acquisition": word(config.acquisition), "noise": TITLES[config.noise],
                     "same as without noise (%)": 100 * len({*queries[key]} & {*queries[calm]}) / num_queried,
                     "hit by noise (%)": was_hit(config, queries[key]),
                     "test accuracy, change (points)": after[key] - after[calm]})  # fmt: skip
bought = pd.DataFrame(rows)

# %% [markdown]
# One dot a seed; the dashes are the pool's own share of images that are hit, one in ten. Above them a query prefers noise,
# below it avoids it. A network that calls a noisy image uncertain would keep buying noisy ones, and learn from their clean
# label what the clean image could have told it as well.

# %%
figure, axes = plt.subplots(1, len(trainings), figsize=(8.4, 3.2), layout="constrained", sharey=True, squeeze=False)
palette = {TITLES[n]: colour(n) for n in TITLES}
for ax, (title, part) in zip(axes[0], bought.groupby("network", sort=False), strict=True):
    sns.stripplot(part, x="acquisition", y="hit by noise (%)", hue="noise", dodge=True, jitter=False, size=6, alpha=0.75, ax=ax,
                  palette=palette, legend=title == [*trainings][-1])  # fmt: skip
    ax.axhline(10, color="#777777", lw=1, ls=(0, (4, 2)))
    ax.set(xlabel="", ylabel="queried images hit by noise (%)", ylim=(-4, 104))
    ax.set_title(title, fontsize=10)
note(figure, f"A dot each of {len(seeds)} seeds; dashes: the pool's 10 %. 100 labels, {num_queried} queried. "
             f"{made_on(one['dataset'] for one in trainings.values())}")  # fmt: skip
figure.savefig(folder / "pool.png")

# %% [markdown]
# Means over seeds with 95 % intervals (Student's t); the accuracy is that of the network trained on the query, on clean
# test images, as the change in points from the network trained on the clean pool's query:

# %%
rows = []
for key, part in bought.groupby(["network", "acquisition", "noise"], sort=False):
    place = dict(zip(("network", "acquisition", "noise"), key, strict=True))
    rows += [{**place, "measure": measure, **as_row(part[measure])} for measure in bought.columns[3:]]
effects = pd.DataFrame(rows)
shares, ends = effects.measure.str.endswith("(%)"), ["low", "high"]
effects.loc[shares, ends] = effects.loc[shares, ends].clip(0, 100)  # Student's t does not know that a share ends there
said = effects.assign(value=in_words(effects, ".1f"))
said.pivot_table(index=["network", "acquisition", "noise"], columns="measure", values="value", aggfunc="first", sort=False)

# %% [markdown]
# ## Verdict
# In a cell of network, acquisition and noise a query prefers the images that were hit if the interval of their share lies
# above one in ten, and avoids them if it lies below. Pool noise changes the accuracy where its interval leaves out zero. The
# intervals are not adjusted for their number.

# %%
drawn, same, change = (effects[effects.measure == measure] for measure in bought.columns[[4, 3, 5]])
minutes = sum(f[["train_seconds", "evaluate_seconds", "query_seconds"]].sum().sum() for f in frames.values()) / 60
display(Markdown(
    f"*Queries prefer images that noise hit*: in {(drawn.low > 10).sum()} of {len(drawn)} cells; they avoid them in "
    f"{(drawn.high < 10).sum()}. Of a query, {same['mean'].min():.0f} to {same['mean'].max():.0f} % is the same as without "
    f"noise. The accuracy changes in {((change.low > 0) | (change.high < 0)).sum()} cells.\n\n"
    f"Cost: {minutes:.0f} minutes on one core, all runs together."
))  # fmt: skip

# %%
write_numbers({"pool_95_percent_t": effects.round(3).to_dict("records")}, folder)

# %% [markdown]
# **Limits.** One query, from a network of 100 labels. With noise in training too, a network would know noisy images, and might
# be less unsure of them. Labels here are right whatever the noise: an oracle that had to read the noisy image might err. And
# a hundred images bought at once are ten of the paper's queries without the training between them.
