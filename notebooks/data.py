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
# # The images, the noises and the splits (Table 1)
#
# What the models see: how many images there are and how large, samples of every class, the two noises of section 3.6
# as they are added, and how a seed divides the training set.

# %%
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import torch
from IPython.display import Markdown, display

from alkit.config import Config
from alkit.determinism import generator
from alkit.files.sources import load
from alkit.paper.pictures import note, strip, style
from alkit.paper.words import mathtext, word
from alkit.passes import Pass
from alkit.split import split

style()

# %% tags=["parameters"]
datasets = {"digits": {"num_initial": 20, "num_valid": 100}}  # and how each is split
noises = {"gaussian": {}, "salt_and_pepper": {}}  # and how strong each is, where not as in the paper: {"noise_sd": 2.0}

# %%
data = {one: load(one, device="cpu") for one in datasets}

# %% [markdown]
# ## Table 1: data set statistics
# The mean and standard deviation are those of the training images, in 0 .. 1; images are standardised with them.

# %%
pd.DataFrame(
    [
        {
            "Dataset": word(d.name), "Images": d.size_in_words,
            "Training": f"{len(d.y_train):,}", "Testing": f"{len(d.y_test):,}",
            "Classes": d.num_classes, "Mean": ", ".join(f"{v:.4f}" for v in d.mean.flatten()),
            "Sd": ", ".join(f"{v:.4f}" for v in d.sd.flatten()), "Source": d.source, "Digest": d.digest,
        }
        for d in data.values()
    ]
).style.hide()  # fmt: skip

# %% [markdown]
# ## Samples
# Columns are classes; rows are two random training images of each.

# %%
for d in data.values():
    draw = generator(0, "query")
    figure, axes = plt.subplots(2, 1, figsize=(7, 2.1), layout="constrained")
    order = torch.randperm(len(d.y_train), generator=draw)
    by_class = torch.stack([order[d.y_train[order] == c][:2] for c in range(d.num_classes)])
    for row, ax in enumerate(axes):
        strip(ax, d.x_train[by_class[:, row]], list(d.class_names) if row == 0 else None)
        ax.xaxis.tick_top()
    note(figure, f"{word(d.name)} {d.digest}: {d.source}")
    plt.show()

# %% [markdown]
# ## The noises
# An image is hit with `noise_probability`. Gaussian noise has standard deviation `noise_sd` in standardised units; salt and
# pepper sets the share `noise_pixels` of the pixels to the extremes, the released code's pepper to the mean grey. What is set,
# in the profile's first experiment with the noise (a constrained one, if any has it):

# %%
configs = {kind: Config(noise=kind, **strength) for kind, strength in noises.items()}
fields = {word(kind): {k: v for k, v in vars(c).items() if k.startswith("noise_")} for kind, c in configs.items()}
display(pd.DataFrame(fields).T if noises else Markdown("No experiment has noise."))

# %% [markdown]
# The same images without noise and with each of these, all of them hit. Values outside black and white, which Gaussian noise
# makes and the models see, are drawn as black and white.

# %%
for d in data.values():
    index = torch.stack([(d.y_train == c).nonzero()[0, 0] for c in range(d.num_classes)])
    rows = {
        kind: Pass(replace(c, noise_probability=1.0, noise_splits=["train"]), d, "train", index, generator(0, "noise-train"))[:]
        for kind, c in {"none": Config(), **configs}.items()
    }
    figure, axes = plt.subplots(len(rows), 1, figsize=(7, 0.9 * len(rows)), squeeze=False, layout="constrained")
    for ax, (kind, images) in zip(axes[:, 0], rows.items(), strict=True):
        strip(ax, ((images * d.sd + d.mean) * 255).round().clamp(0, 255).to(torch.uint8))
        ax.set_ylabel(mathtext(word(kind)).replace(" and ", " and\n"), rotation=0, ha="right", va="center")
    note(figure, f"{word(d.name)} {d.digest}: {d.source}")
    plt.show()

# %% [markdown]
# ### Are the rates what they should be?
# Measured on every training image of one pass.

# %%
rows = []
for d in data.values():
    everything = torch.arange(len(d.y_train))
    for kind, config in configs.items():
        seen = Pass(replace(config, noise_splits=["train"]), d, "train", everything, generator(0, "noise-train"))
        if seen.noisy is None:  # a probability of zero
            continue
        hit = seen.place >= 0
        change = seen.noisy - d.standardised(d.x_train[everything[hit]])
        replaced = ""
        if kind == "salt_and_pepper":
            extreme = torch.stack([(seen.noisy == value).all(dim=1) for value in d.extremes]).any(dim=0)
            replaced = f"{100 * (extreme & (change != 0).any(dim=1)).double().mean():.2f} of pixels"
        elif kind == "released_pepper":  # each channel by itself
            replaced = f"{100 * ((seen.noisy == 0) & (change != 0)).double().mean():.2f} of values"
        rows.append({
            "Dataset": word(d.name), "Noise": word(kind), "Images hit (%)": f"{100 * hit.double().mean():.2f}",
            "Mean change": f"{change.mean():+.4f}", "Sd of the change": f"{change.std():.4f}",
            "Replaced (%)": replaced,
        })  # fmt: skip
display(Markdown("A pixel, or value, that was already what it was set to does not count as replaced."))
pd.DataFrame(rows).style.hide()

# %% [markdown]
# ## The splits
# Those of the profile's first experiment on each data set (a constrained one, if there is any); others may start from more
# labels or query another pool. The parts are disjoint; the validation set has the training set's proportions of the classes.
# The initial labels hold the same number of each class; with the split `given` they are all labels outside the validation set,
# with `released` they have those proportions too. The pool is what is left, or `num_pool` images of it. All are drawn anew for
# every seed; with a `split_seed`, or with `released`, they are the same for all seeds.

# %%
rows = []
for d in data.values():
    for seed in range(3):
        config = Config(dataset=d.name, seed=seed, **datasets[d.name])
        initial, valid, pool = split(config, d)
        counts = lambda part, d=d: d.y_train[part].bincount(minlength=d.num_classes)  # noqa: E731
        rows.append({
            "Dataset": word(d.name), "Split": config.split, "Seed": seed,
            **{
                f"{label} (a class)": f"{len(part):,} ({counts(part).min():,} to {counts(part).max():,})"
                for label, part in (("Initial", initial), ("Validation", valid), ("Pool", pool))
            },
            "In two parts": len(initial) + len(valid) + len(pool) - len(torch.cat([initial, valid, pool]).unique()),
            "First initial images": ", ".join(map(str, initial[:4].tolist())),
        })  # fmt: skip
pd.DataFrame(rows).style.hide()
