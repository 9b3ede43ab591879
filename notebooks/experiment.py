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
# # One experiment: a data set, a model, an acquisition function, a noise
#
# A network is trained on a few labels, looks for the images it would learn most from, gets their labels, and is trained
# again from scratch: the loop of the paper's Eq. 1. Below: the validation accuracy round by round with its spread over
# seeds, what was queried, and the test error beside the published one.
#
# Change the parameters and run all cells. What is computed is kept: running again with the same parameters replays it,
# and an interrupted run goes on where it stopped.

# %%
import matplotlib.pyplot as plt
import pandas as pd
import torch
from IPython.display import Markdown, display

from alkit.config import Config, from_dict
from alkit.files.sources import load
from alkit.lab.live import follow, said
from alkit.paper.beside import error_beside, limits
from alkit.paper.figures import curve
from alkit.paper.lopsided import lopsided
from alkit.paper.pictures import note, strip, style
from alkit.paper.results import differing, frame_of
from alkit.paper.words import colour, markdown, mathtext, word
from alkit.paths import PROJECT
from alkit.split import check

style(fine=True)

# %% tags=["parameters"]
scenario = "my own"  # names the setting; the published numbers are for constrained, ideal and supervised
dataset = "digits"  # digits | mnist | cifar10 | fashion_mnist | the name of an .npz file in data/
model = "lenet"  # lenet | resnet18
acquisition = "bald"  # random | entropy | bald
noise = "none"  # none | gaussian | salt_and_pepper
seeds = [0, 1, 2]
settings = {  # any other field of alkit.Config; what is not here is the paper's
    "num_initial": 20, "num_valid": 100, "num_rounds": 4, "query_size": 25,
    "epochs": 40, "learning_rate": 0.1, "batch_size": 16, "last_batch": "merge",
}  # fmt: skip
folder = None  # where the logs go; None: a folder of outputs/lab named after the parameters

# %% [markdown]
# ## What runs

# %%
condition = {"dataset": dataset, "model": model, "acquisition": acquisition, "noise": noise}
with said():
    configs = [from_dict({**settings, **condition, "seed": seed}) for seed in seeds]
    data = load(dataset, device=configs[0].device)
    check(configs[0], data)
folder = PROJECT / (folder or f"outputs/lab/{configs[0].label}")

title = f"{word(dataset)}, {word(model)}, {word(acquisition)}, " + (f"{word(noise)} noise" if noise != "none" else "no noise")
data_note = f"{word(data.name)} {data.digest}: {data.source}"
display(Markdown(f"**{markdown(f'{word(scenario)}: {title}')}**. {markdown(data.source)} (digest {data.digest})."))
changed = differing([configs], [[Config(**condition, seed=seed) for seed in range(3)]])
display(Markdown("Everything is as in the paper's constrained scenario" + (" but:" if changed else ".")))
if changed:
    display(pd.DataFrame({"paper → here": changed}))
looked_at = [number for number in range(configs[0].num_rounds + 1) if configs[0].evaluated(number)]
if len(looked_at) <= configs[0].num_rounds:
    where = "in round 0 and the last alone" if len(looked_at) == 2 else f"in {len(looked_at)} rounds alone"
    scored = configs[0].trains(1)  # by a network, whether it is evaluated or not
    what = "The networks are evaluated" if scored else "Random queries need no network: one is trained and evaluated"
    display(Markdown(f"{what} {where}, which changes no number."))

# %% [markdown]
# ## Run: validation accuracy, round by round
# It grows while it runs. Thin lines are single seeds; the band is one standard error of their mean to either side.


# %%
start, end = configs[0].num_initial, configs[0].budget
room, look = max((end - start) / 30, 1), "o-" if len(looked_at) <= 21 else "-"
look = "o" if len(looked_at) == 2 and configs[0].num_rounds > 2 else look  # its ends alone: nothing is known between them


def draw(rounds):
    """The validation accuracies of the rounds that there are: of all seeds, or while they are run."""
    runs = frame_of([({"seed": seed}, found) for seed, found in rounds.items()], ["seed"])
    evaluated = runs.dropna(subset="valid_accuracy")
    figure, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    for _, one in evaluated.groupby("seed"):
        ax.plot(one.num_labelled, one.valid_accuracy, look, ms=3, color=colour(acquisition), lw=0.7, alpha=0.5)
    curve(ax, evaluated, colour(acquisition))
    ax.set(xlabel="labelled images", ylabel="validation accuracy (%)", ylim=(0, 100), xlim=(start - room, end + room))
    ax.set_title(f"{mathtext(title)}: {len(seeds)} seed{'s' if len(seeds) > 1 else ''}", fontsize=11)
    note(figure, data_note)
    plt.close(figure)  # shown where it is asked for, and not by itself
    return figure


rounds = follow(configs, folder, data, draw)
if configs[0].num_rounds:
    display(draw(rounds))

# %%
runs = frame_of([({"seed": seed}, found) for seed, found in rounds.items()], ["seed"])
evaluated = runs.dropna(subset="valid_accuracy")
ends = evaluated[evaluated.num_labelled.isin([evaluated.num_labelled.min(), evaluated.num_labelled.max()])]
ends.pivot_table(index="num_labelled", columns="seed", values="valid_accuracy").round(2)

# %% [markdown]
# ## What was queried
# How often each class was bought, all seeds together. The line is what random queries would buy on average.

# %%
bought = [image for found in rounds.values() for one in found for image in one.query]
bought = torch.tensor(bought, dtype=torch.int64, device=data.device)
if len(bought):
    share = 100 * data.y_train[bought].bincount(minlength=data.num_classes).cpu() / len(bought)
    random_share = 100 * data.y_train.bincount(minlength=data.num_classes).cpu() / len(data.y_train)
    figure, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
    ax.bar([mathtext(name) for name in data.class_names], share, color=colour(acquisition), alpha=0.8)
    ax.step(
        range(-1, data.num_classes + 1),
        [*random_share[:1], *random_share, *random_share[-1:]],
        where="mid",
        color="black",
        lw=1.2,
    )
    ax.set(ylabel="share of queries (%)", xlabel="class", xlim=(-0.6, data.num_classes - 0.4))
    ax.tick_params(axis="x", rotation=0 if max(map(len, data.class_names)) < 4 else 30)
    ax.grid(axis="x", visible=False)
    note(figure, data_note)
    plt.show()
else:
    display(Markdown("Nothing: all labels were there from the start."))
display(Markdown("\n\n".join(map(markdown, lopsided(rounds, data)))))

# %%
queries = {found.number: found.query for found in rounds[seeds[0]] if found.query}
if numbers := list(queries):
    order = "as they were drawn" if acquisition == "random" else "highest score first"
    display(Markdown(f"The first images of single rounds' queries, {order}, with their labels (the first seed's):"))
    shown = sorted({numbers[round(i * (len(numbers) - 1) / 3)] for i in range(4)})
    figure, axes = plt.subplots(len(shown), 1, figsize=(6.4, 0.85 * len(shown)), squeeze=False, layout="constrained")
    for ax, number in zip(axes[:, 0], shown, strict=True):
        picked = torch.tensor(queries[number][:10])
        strip(ax, data.x_train[picked.to(data.device)], [data.class_names[c] for c in data.y_train.cpu()[picked]])
        ax.set_ylabel(f"round {number}", rotation=0, ha="right", va="center", fontsize=9)
    note(figure, data_note)
    plt.show()

# %% [markdown]
# ## Test error, beside the paper's

# %%
display(Markdown(error_beside(configs[0], scenario, runs)))

# %%
display(Markdown(limits(configs[0])))
