# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # To LeNet the ten images of one BALD query are closer in angle than ten random ones, on MNIST
#
# **Claim** (section 3.5). Scores are given to single images, and ten are bought together. BALD's and entropy's highest
# scores may then all belong to the same few kinds of image, which one label would have taught as well as ten: the paper does
# not ask.
#
# **Question.** Are the ten images of one query closer together than ten random ones?
#
# **Cost**: ten networks, and a thousand dropout samples of each, measured once and kept.
#
# **Differs from the paper.** One query of LeNet, without the rounds around it; a random subset of the pool. Two ways of
# training: the paper's (SGD, learning rate 1e-3) and one that fits the labels (learning rate 0.01, momentum 0.9).

# %%
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from alkit.config import Config
from alkit.files.sources import load
from alkit.paper.pictures import made_on, note, strip, style
from alkit.paper.queries import MEASURES, RELEASED, alike
from alkit.paper.stats import as_row, in_words, write_numbers
from alkit.paths import PROJECT
from alkit.run.sweep import measured

# %% tags=["parameters"]
dataset = "digits"  # mnist | fashion_mnist | cifar10 | digits
settings = {"as the paper trains": {}, "well trained": {"learning_rate": 0.01, "momentum": 0.9}}  # fields of alkit.Config
num_labels = 100
num_pool = 500  # images that are scored, drawn per seed
seeds = [0, 1]
num_reference = 50  # dropout masks of the BALD that ten samples are set beside
folder = "outputs/tests/bald_queries"  # of measurements, figures and numbers.json, from the project's folder

# %% [markdown]
# ## Run
# One network for each way of training and seed; a seed draws its own labels, pool and weights. Of the ten images that a score
# picks: the effective number of classes (exponential of the entropy of the ten labels), and the mean distance between two
# of them in LeNet's features, as a share of that between ten random images (mean of 200 draws). 1 is as far apart as random.

# %%
style()
folder, parts = PROJECT / folder, {}
base = {"dataset": dataset, "num_initial": num_labels, "num_rounds": 0, "num_pool": num_pool}
for setting, values in settings.items():
    configs = [Config(seed=seed, **base, **values) for seed in seeds]
    found = measured(alike, configs, folder, num_reference=num_reference, number=2)
    parts |= {(setting, seed): one for seed, one in zip(seeds, found, strict=True)}
queries = pd.DataFrame([{"LeNet": key[0], **row} for key, part in parts.items() for row in part["rows"]])

# %% [markdown]
# ## Four queries
# Of one network, the last way of training and the first seed. Highest score first. Which classes a query leaves out can be
# seen at once; whether ten pictures are near-copies of each other less well, so it is measured below.

# %%
data, picked = load(dataset, device="cpu"), parts[[*settings][-1], seeds[0]]["picked"]
shown = ["random", "maximum entropy", "BALD by dropout, T = 10", RELEASED["none"]]
figure, axes = plt.subplots(len(shown), 1, figsize=(5, 0.5 * len(shown)), layout="constrained")
for ax, acquisition in zip(axes, shown, strict=True):
    strip(ax, data.x_train[picked[acquisition]])
    ax.set_ylabel(acquisition.replace(", ", ",\n"), rotation=0, ha="right", va="center", fontsize=8)
note(figure, f"LeNet, {[*settings][-1]}, {dataset}, {num_labels} labels, seed {seeds[0]}. {made_on([dataset])}")
figure.savefig(folder / "queries.png")

# %% [markdown]
# ## All networks
# Mean ± standard deviation over seeds, distances as a share of random's. Ten images of one class have an effective number
# of classes of 1, ten images of ten classes one of 10:

# %%
queries.groupby(["LeNet", "acquisition"], sort=False)[[*MEASURES]].agg(lambda v: f"{v.mean():.2f} ± {v.std():.2f}")

# %% [markdown]
# Is a query closer together than random? Change from random in per cent, one value a network, with 95 % t interval. "Closer"
# and "farther" are intervals that leave out zero; there are many, and they are not adjusted for their number.

# %%
rows = []
for (setting, acquisition), part in queries.groupby(["LeNet", "acquisition"], sort=False):
    for measure in MEASURES[2:] if not acquisition.startswith("random") else ():
        found = as_row(part[measure] - 1)
        answer = "closer" if found["high"] < 0 else "farther" if found["low"] > 0 else "inconclusive"
        row = {"LeNet": setting, "acquisition": acquisition, "distance": measure, "change": found.pop("mean"), **found}
        rows.append({**row, "ten images are": answer})
closeness = pd.DataFrame(rows)

# %%
percent = 100 * closeness[["change", "low", "high"]].rename(columns={"change": "mean"})
closeness["text"] = in_words(percent, "+.0f")
closeness.pivot_table(index=["LeNet", "acquisition"], columns="distance", values="text", aggfunc="first", sort=False)

# %% [markdown]
# ## Verdict
# BALD's ten images are closer together than random ones if the interval of the cosine distance of BALD with T = 10 lies below
# zero; they are not if it lies above. The Euclidean distance is not judged: it also measures how long the features are.

# %%
near = closeness.query("distance == 'cosine distance' and acquisition == 'BALD by dropout, T = 10'").set_index("LeNet")
ANSWERS = {"closer": "holds", "farther": "does not hold", "inconclusive": "inconclusive"}
display(Markdown("\n\n".join(
    f"*BALD's ten images are closer together than random ones, {setting}*: **{ANSWERS[row['ten images are']]}**: cosine "
    f"distance {row.text} % (n = {row.n})."
    for setting, row in near.iterrows()
)))  # fmt: skip

# %%
write_numbers({
    "networks": len(parts), "num_pool": num_pool, "num_labels": num_labels,
    "closeness_to_random_95_percent_t": closeness.drop(columns="text").round(4).to_dict("records"),
}, folder)  # fmt: skip

# %% [markdown]
# **Limits.** A subset of the pool holds fewer near-copies of an image than the whole pool: a query from it may be less alike.
# Distances are in the features of the network that asks; another network may see these images apart. It is not shown
# here that closeness costs accuracy.
