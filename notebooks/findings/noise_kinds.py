# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # What noise does to the images that it hits, and whether its kinds differ, under random queries
#
# **Claim** (sections 3.6 and 5.2). Gaussian and salt-and-pepper noise hit one image in ten. The paper's text sets pixels to
# black and white; its released code sets them to the mean grey and calls that salt and pepper. Neither says whether the noise
# is drawn once or anew at every access.
#
# **Questions.** How much does an image that is hit suffer, and does a network that was trained with noise bear it better? Would
# it matter which of the two peppers was used, and how often noise is drawn?
#
# **Cost**: printed at the end; the runs are logged, most of them those of `noise`.
#
# **Differs from the paper.** Random labels, balanced over the classes and bought at once, not queried. Besides LeNet as the
# paper trains it, one that fits the labels (learning rate 0.01, momentum 0.9, 30 epochs), so that an effect can be seen. Runs
# are paired: a seed has the same labels, initial weights and order of batches under every noise.

# %%
import numpy as np
import pandas as pd
import torch
from IPython.display import Markdown, display

from alkit.config import PARTS, Config
from alkit.files.sources import load
from alkit.paper.pictures import made_on
from alkit.paper.stats import as_row, in_words, write_numbers
from alkit.passes import passes
from alkit.paths import PROJECT
from alkit.run.sweep import sweep

# %% tags=["parameters"]
trainings = {  # fields of alkit.Config
    "LeNet as the paper trains": {"dataset": "digits", "epochs": 3},
    "LeNet well trained": {"dataset": "digits", "learning_rate": 0.01, "momentum": 0.9, "epochs": 5},
}
num_seeds = [2, 2]  # of each
num_labels = 100
logs = "outputs/tests/noise"  # the runs', which are those of `noise`
folder = "outputs/tests/noise_kinds"  # of numbers.json, from the project's folder

# %% [markdown]
# ## Run
# Noise in the training images, in validation and test images, or in all; and once without. Noise in validation and test
# images does not touch training, so one run shows both.

# %%
folder, logs = PROJECT / folder, PROJECT / logs
WHERE = {"training": ("train",), "evaluation": ("valid", "test"), "everywhere": PARTS}
TITLES = {"gaussian": "Gaussian", "salt_and_pepper": "salt and pepper", "released_pepper": "released pepper"}
frames = {}
for (title, settings), count in zip(trainings.items(), num_seeds, strict=True):
    clean = {"num_initial": num_labels, "num_rounds": 0, **settings}
    noisy = [{**clean, "noise": n, "noise_splits": where} for n in TITLES for where in WHERE.values()]
    frames[title] = sweep([Config(seed=s, **one) for s in range(count) for one in (clean, *noisy)], logs)


# %%
def by_seed(frame, noise, where=None, metric="test_accuracy"):
    """One accuracy a seed, in per cent."""
    chosen = (frame.noise == noise) & (True if where is None else frame.noise_splits.map(tuple) == WHERE[where])
    return frame[chosen].set_index("seed")[metric]


display(Markdown(made_on(one["dataset"] for one in trainings.values()).replace("\n", "\n\n")))

# %% [markdown]
# ## The images that are hit
# Training is the same whether the test images are noisy or not. So the difference between two such runs falls on the hit
# test images alone, about a tenth of them, and their own change is that difference times test images / hit images. Noise
# everywhere is the sum of two parts: what training on noise changes on clean images, and what noise changes on the images
# that it hits. Which test images are hit is known from the seed alone.


# %%
def share_hit(settings, noise, seed):
    """Of the test images, those that noise hits."""
    config, data = Config(noise=noise, seed=seed, **settings), load(settings["dataset"], device="cpu")
    return (next(passes(config, data, "test", torch.arange(len(data.y_test)), 0)).place >= 0).double().mean().item()


# %% [markdown]
# Below, in points: the change of the hit images' accuracy, in networks trained on clean and on noisy images. If training with
# noise teaches a network to see through it, the second is the smaller. Then the two parts of noise everywhere.

# %%
rows = []
for title, frame in frames.items():
    for noise, shown in TITLES.items():
        clean, trained, everywhere = (by_seed(frame, *one) for one in (("none",), (noise, "training"), (noise, "everywhere")))
        share = pd.Series({seed: share_hit(trainings[title], noise, seed) for seed in clean.index})
        parts = {"hit images, trained without noise": (by_seed(frame, noise, "evaluation") - clean) / share,
                 "hit images, trained with noise": (everywhere - trained) / share,
                 "everywhere, of it by training": trained - clean,
                 "everywhere, of it on hit images": everywhere - trained}  # fmt: skip
        rows += [{"network": title, "noise": shown, "part": part, **as_row(v)} for part, v in parts.items()]
hit = pd.DataFrame(rows)
said = hit.assign(change=in_words(hit))
said.pivot_table(index=["network", "noise"], columns="part", values="change", aggfunc="first", sort=False)

# %% [markdown]
# ## Salt and pepper, or the released code's pepper; once, or at every access
# Differences between two kinds of noise, paired by seed: salt and pepper minus the released pepper, wherever it is, and noise
# drawn at every access minus noise drawn once for the whole run (in the training images of the second network, which then
# sees the same noise in every epoch).

# %%
METRICS = {"training": ("training", "test_accuracy"), "validation": ("evaluation", "valid_accuracy"),
           "test": ("evaluation", "test_accuracy"), "everywhere": ("everywhere", "test_accuracy")}  # fmt: skip
rows, second, PEPPERS = [], [*trainings][1], "salt and pepper - released pepper"
for title, frame in frames.items():
    for place, one in METRICS.items():
        change = by_seed(frame, "salt_and_pepper", *one) - by_seed(frame, "released_pepper", *one)
        rows.append({"network": title, "noise in": place, "difference": PEPPERS, **as_row(change)})
settings = {"num_initial": num_labels, "num_rounds": 0, "noise_splits": "train", "noise_draw": "once", **trainings[second]}
once = sweep([Config(seed=s, noise=n, **settings) for s in range(num_seeds[1]) for n in [*TITLES][:2]], logs)
for noise in [*TITLES][:2]:
    change = by_seed(frames[second], noise, "training") - by_seed(once, noise, "training")
    kind = {"network": second, "noise in": "training", "difference": f"{TITLES[noise]}: access - once"}
    rows.append({**kind, **as_row(change)})

# %%
kinds = pd.DataFrame(rows)
kinds["sign"] = np.select([kinds.low > 0, kinds.high < 0], ["above 0", "below 0"], "inconclusive")
kinds.set_index(["network", "difference", "noise in"]).round(2)

# %% [markdown]
# ## Verdict
# *Suffers* counts, over networks and noises, the intervals of the change on hit images that lie below zero, for networks
# trained without and with that noise. *Differs* counts the intervals that leave out zero: for the two peppers, over networks
# and splits; for noise drawn at every access or once, over noises. They are many and not adjusted for their number, so
# that one in twenty would leave out zero if nothing differed.

# %%
lines = []
for how in ("without", "with"):
    part = hit[hit.part == f"hit images, trained {how} noise"]
    told = part[part.high < 0]["mean"]
    span = f", by {-told.max():.1f} to {-told.min():.1f} points" if len(told) else ""
    lines.append(f"*A hit image suffers in networks trained {how} noise*: in {len(told)} of {len(part)} cells{span}.")
is_pepper, told = kinds.difference == PEPPERS, kinds.sign != "inconclusive"
lines.append(f"*Salt and pepper differs from the released pepper*: in {told[is_pepper].sum()} of {is_pepper.sum()} cells.")
lines.append(
    f"*Noise at every access differs from noise drawn once*: in {told[~is_pepper].sum()} of {(~is_pepper).sum()} cells."
)
minutes = sum(f[["train_seconds", "evaluate_seconds"]].sum().sum() for f in [*frames.values(), once]) / 60
display(Markdown("\n\n".join(lines) + f"\n\nCost: {minutes:.0f} minutes on one core, all runs together."))

# %%
write_numbers({
    "hit_images_points_95_percent_t": hit.round(3).to_dict("records"),
    "kinds_points_95_percent_t": kinds.round(3).to_dict("records"),
}, folder)  # fmt: skip

# %% [markdown]
# **Limits.** Random labels, and one strength of each noise. An interval with zero in it does not say that there is no
# difference, but that so few seeds do not show one.
