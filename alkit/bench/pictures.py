"""The performance notebook's figures."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from alkit.paper.pictures import note
from alkit.paper.words import BLUE, ORANGE, word


def whole_runs(runs: pd.DataFrame, about: str) -> Figure:
    """Minutes of a run on each side, training and querying, from `throughput.whole_runs`."""
    figure, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
    places = range(len(runs))[::-1]
    ax.barh(places, runs.train / 60, color=BLUE, label="training")
    ax.barh(places, runs["query"] / 60, left=runs.train / 60, color=ORANGE, label="querying")
    for place, minutes, times in zip(places, runs.seconds / 60, runs.times, strict=True):
        ax.text(minutes, place, f" {minutes:.0f} min" + (f" ({times:.3g} x)" if times > 1 else ""), va="center", fontsize=9)
    ax.set_yticks(places, runs.index)
    ax.set(xlabel="minutes of all cores for one run of 100 rounds", xlim=(0, 1.35 * runs.seconds.max() / 60))
    ax.grid(axis="y", visible=False)
    ax.legend(frameon=False, loc="upper right")
    note(figure, about)
    return figure


def large_pools(large: pd.DataFrame, about: str) -> Figure:
    """Seconds and memory of scoring pools of growing size."""
    figure, axes = plt.subplots(1, 2, figsize=(8.4, 3), layout="constrained")
    axes[0].loglog(large.pool, large.seconds, "o-", color=BLUE)
    axes[0].set(xlabel="images in the pool", ylabel="seconds, one thread")
    axes[1].semilogx(large.pool, large.MB, "o-", color=ORANGE)
    axes[1].set(xlabel="images in the pool", ylabel="MB over the data itself", ylim=(0, None))
    note(figure, about)
    return figure


def steps(profiles: pd.DataFrame, about: str) -> Figure:
    """What a training step's time is made of, a panel a network."""
    figure, axes = plt.subplots(1, len(profiles.columns), figsize=(8.4, 3), sharex=True, sharey=True, layout="constrained")
    for ax, (model, part) in zip(axes, profiles.items(), strict=True):
        ax.barh(part.index[::-1], 100 * part[::-1] / part.sum(), color=BLUE)
        ax.set(xlabel="share of a step's time (%)", title=word(model))
        ax.grid(axis="y", visible=False)
    note(figure, about)
    return figure
