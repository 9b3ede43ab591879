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
# # How fast the loop is, and what bounds it
#
# The same runs by alkit, by a plain PyTorch loop and by baal, on the same machine in one go; then each part of the loop against
# the least it could cost. Targets stand beside the measurements; what misses its target is explained below.

# %%
import platform

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from IPython.display import Markdown, display
from joblib import cpu_count
from scipy import stats

from alkit.bench import overheads, pictures
from alkit.bench.grid import grid
from alkit.bench.targets import BOUNDS, Targets
from alkit.bench.throughput import throughput, whole_runs
from alkit.files.sources import load
from alkit.paper.pictures import style
from alkit.paths import PROJECT

style()
torch.set_num_threads(1)  # as an experiment's process runs on a CPU

# %% tags=["parameters"]
dataset = "mnist"  # 28x28 grey images
epochs = 10  # of 100 that are timed in a round
pool = 1920  # images of the pool that are scored and timed
sizes = [10_000, 100_000, 1_000_000]  # synthetic pools for memory and time
experiments = 6  # of the small grid; 0 leaves it out
repeats = 7  # of every small measurement; medians
folder = "outputs/lab/performance"  # where figures and numbers go

# %%
data = load(dataset, device="cpu")
(folder := PROJECT / folder).mkdir(parents=True, exist_ok=True)
machine = f"{platform.processor() or platform.machine()}, {cpu_count()} cores, torch {torch.__version__}, float32, no GPU"
data_note = f"{data.name} {data.digest}: {data.source}. {machine}"
display(Markdown(f"Measured on: {machine}."))
targets = Targets()


def show(figure, name):
    figure.savefig(folder / f"{name}.png", dpi=200)
    plt.show()


# %% [markdown]
# ## Whole runs, side by side
# The paper's constrained scenario: LeNet, BALD with T = 10 over the whole pool, 100 epochs in batches of 64. The plain loop
# has a DataLoader over PIL images and makes T full passes; baal's `ModelWrapper` does the same (T passes), or repeats each
# batch T times in memory. Each side gets all cores in the better of two ways: one run a core side by side, or one run with a
# thread a core; images are loaded in the process that trains. Rounds 0, 50 and 100 are timed (a part of the epochs and of the
# pool, multiplied), the rest interpolated.

# %%
measured = throughput(dataset=dataset, epochs=epochs, pool=pool)
runs = whole_runs(measured)
for side in runs.index.drop("alkit"):
    targets.add(f"a run, times faster than {side}", runs.times[side], 20 if side == "plain loop" else 12, at_least=True)
runs.assign(train=runs.train / 60, query=runs["query"] / 60, minutes=runs.seconds / 60).drop(columns="seconds").style.format(
    precision=1
)

# %%
show(pictures.whole_runs(runs, data_note), "runs")

# %% [markdown]
# ## Scoring the pool
# One deterministic pass is what any uncertainty needs. Monte-Carlo dropout lives in the classifier alone, so BALD's T samples
# share one pass through the features.

# %%
rows = {}
for model, count in (("lenet", 6400), ("resnet18", 640)):
    seconds = overheads.scoring(model, data, count, repeats)
    rows[model] = 1e6 * seconds / count
    targets.add(f"BALD / one deterministic pass, {model}", seconds["BALD, T = 10"] / seconds["one deterministic pass"], 1.4)
    targets.add(f"maximum entropy / bare forward pass, {model}", seconds["maximum entropy"] / seconds["bare forward pass"], 1.1)
pd.DataFrame(rows).rename_axis("microseconds an image").style.format(precision=1)

# %% [markdown]
# ## Training
# An epoch against a bare eager loop over tensors on the device, and a ResNet-18 step against torchvision's as it is: on 28x28
# images most of its weights only multiply padding and are left out; 3x3 convolutions of small maps take fewer multiplications.

# %%
count = 20
seconds = overheads.epochs(data, count=count, repeats=repeats)
for name in seconds.index.drop("bare loop"):
    limit = 1.05 if name == "alkit, none" else 1.3
    targets.add(f"epoch / bare loop: {name}", seconds[name] / seconds["bare loop"], limit)
display((1000 * seconds / count).rename("milliseconds an epoch").to_frame().style.format(precision=1))
resnets = overheads.resnet_steps(repeats)
times = resnets.loc["torchvision"] / resnets.loc["alkit"]
targets.add("ResNet-18 step, times faster than torchvision's", times.seconds, 1.4, at_least=True)
resnets.assign(seconds=1000 * resnets.seconds).rename(columns={"seconds": "milliseconds a step"}).style.format(precision=1)

# %% [markdown]
# ## Memory and time of large pools
# BALD with T = 100 over synthetic images of MNIST's size: memory over the data itself, and the time, fitted by a power law.

# %%
large = pd.DataFrame([overheads.scoring_memory(size) for size in sizes])
slope = stats.linregress(np.log(large.pool), np.log(large.seconds))
targets.add(f"MB over the data, {sizes[-1]:,} images, T = 100", large.MB.iloc[-1], 300)
display(Markdown(f"time ~ pool^{slope.slope:.2f} (standard error {slope.stderr:.2f})"))
show(pictures.large_pools(large, machine), "pool")
large.style.format(precision=1)

# %% [markdown]
# ## A grid on all cores
# Experiments of about a minute each, run as `make reproduce` runs them: a notebook and a process each, as many at a time as
# there are cores. What is not training or scoring is overhead: starting the kernels, figures, and a core that waits
# for the last experiment of the other.

# %%
if experiments:
    found = grid(dataset, experiments)
    targets.add("share of the cores that train or score", found["busy"], 0.9, at_least=True)
    targets.add("overhead of an experiment, seconds of a core", found["overhead"], 5)
    display(Markdown(
        f"{experiments} experiments in {found['minutes']:.1f} min: {found['busy']:.0%} of the cores' time trained or scored, "
        f"{found['overhead']:.1f} s of a core an experiment did not. Before the first, the command took {found['start']:.1f} s."
    ))  # fmt: skip

# %% [markdown]
# ## The import

# %%
imports = overheads.import_seconds(repeats)
targets.add("import alkit / import torch", imports["import alkit"] / imports["import torch"], 1.2)
imports.rename("seconds").to_frame().style.format(precision=2)

# %% [markdown]
# ## What the machine could do
# The FLOPs of a training step and of a pass, over the rate of a large matrix product on the same thread.

# %%
limits = pd.concat([overheads.utilisation(model, repeats=repeats) for model in ("lenet", "resnet18")])
limits.style.hide().format(precision=2)

# %% [markdown]
# A step taken apart by torch's profiler, which itself costs some of "the rest". (*) LeNet's include pooling and ReLU.

# %%
profiles = pd.DataFrame([overheads.step_profile("lenet"), overheads.step_profile("resnet18", steps=10)]).T
show(pictures.steps(profiles, machine), "step")
profiles.rename_axis("milliseconds a step").style.format(precision=2)

# %% [markdown]
# ## Targets

# %%
table = targets.table()
table.to_csv(folder / "targets.csv", index=False)
display(table.style.hide().format(precision=2))
missed = table[table.verdict == "missed"]
display(Markdown(f"{len(table) - len(missed)} of {len(table)} targets are met."))

# %%
lenet = limits[limits.model == "lenet"].set_index("work")["share of matmul rate"]
ours = runs.loc["alkit"]
at_full_rate = ours.train * lenet["training step"] + ours["query"]
display(Markdown(
    f"**What bounds a run.** {ours.train / ours.seconds:.0%} of it is training, from fresh weights in every round. A LeNet "
    f"step reaches {lenet['training step']:.0%} of the matrix-multiply rate, a pass {lenet['pass']:.0%}. Were a step at the "
    f"full rate, a run would take {at_full_rate / ours.seconds:.0%} of its time."
))  # fmt: skip

most = {f"a run, times faster than {side}": ours.seconds / at_full_rate * times for side, times in runs.times.items()}


def why(what):
    full = f"At the full matrix-multiply rate the run would be {most[what]:.0f} times faster." if what in most else ""
    return full or BOUNDS.get(what, "Close to the target.")


for row in missed.itertuples():
    display(Markdown(f"- *{row.what}*: {row.measured} (target {row.target}). {why(row.what)}"))

# %% [markdown]
# **Limits.** One machine, CPU only; a busy machine moves single numbers by tens of per cent, ratios less, as the sides take
# turns. The plain loop is ours: written as its libraries' tutorials do, without the paper's code.
