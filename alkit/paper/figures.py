"""The paper's Figures 4 to 6 and the pictures of the experiment and data notebooks, in colour-blind-safe colours."""

import textwrap
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from torch import Tensor

from alkit.paper.published import published
from alkit.paper.tables import name, sources

# Okabe and Ito's palette; acquisitions and noises never share a figure, so a colour means one thing in each.
COLOURS = {
    "random": "#444444", "entropy": "#D55E00", "bald": "#0072B2",
    "none": "#444444", "gaussian": "#D55E00", "salt_and_pepper": "#009E73",
    "released_entropy": "#D55E00", "released_bald": "#0072B2", "released_pepper": "#009E73",
}  # fmt: skip
PAPER_DATASETS = ("mnist", "cifar10", "fashion_mnist")
ACQUISITIONS = ("random", "entropy", "bald")
NOISES = ("none", "gaussian", "salt_and_pepper")


def style() -> None:
    """Type and lines for a page's width; call once in a notebook."""
    # Close to seaborn's "ticks", whose import would take a fifth of an experiment's start.
    plt.rcParams.update({
        "figure.dpi": 100, "savefig.dpi": 200, "font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"],
        "font.size": 11, "axes.titlesize": 11, "axes.labelsize": 11, "xtick.labelsize": 10, "ytick.labelsize": 10,
        "legend.fontsize": 10, "legend.title_fontsize": 11, "lines.linewidth": 1.2, "lines.markersize": 4.8,
        "axes.grid": True, "axes.axisbelow": True, "grid.color": "#e6e6e6", "axes.spines.top": False,
        "axes.spines.right": False, "axes.edgecolor": ".15", "axes.labelcolor": ".15", "text.color": ".15",
        "patch.edgecolor": "white", "patch.force_edgecolor": True,
    })  # fmt: skip


def figure4(frame: pd.DataFrame, data: pd.DataFrame) -> Figure:
    """Validation accuracy of LeNet without noise in the ideal scenario's finer variant, one line an acquisition."""
    shown = frame.query("scenario == 'ideal_fine' and model == 'lenet' and noise == 'none'")
    return _panels(shown, "acquisition", {"lenet": "-"}, _datasets(shown, ("mnist",)), data)


def figure5(frame: pd.DataFrame, data: pd.DataFrame) -> Figure:
    """Validation accuracy without noise in the constrained scenario: colour acquisition, line style model.

    Where neither of the paper's models was run, those that were.
    """
    shown = frame.query("scenario == 'constrained' and noise == 'none'")
    styles, models = {"resnet18": "-", "lenet": (0, (4, 2))}, set(shown.model)
    if models and not models & set(styles):
        styles = dict(zip(sorted(models), cycle(["-", (0, (4, 2)), ":"]), strict=False))
    return _panels(shown, "acquisition", styles, _datasets(shown, PAPER_DATASETS), data)


def figure6(frame: pd.DataFrame, data: pd.DataFrame) -> Figure:
    """Validation accuracy of LeNet with BALD in the constrained scenario, one line a noise."""
    shown = frame.query("scenario == 'constrained' and model == 'lenet' and acquisition == 'bald'")
    return _panels(shown, "noise", {"lenet": "-"}, _datasets(shown, PAPER_DATASETS), data)


def _datasets(frame: pd.DataFrame, paper: tuple[str, ...]) -> list[str]:
    """The paper's panels, or those of other data where none of the paper's was run."""
    others = [d for d in frame.dataset.unique() if d not in paper]
    return others + [d for d in paper if d in set(frame.dataset) or not others]


def _panels(frame: pd.DataFrame, colour: str, styles: dict, datasets: list[str], data: pd.DataFrame) -> Figure:
    width = {1: 6.4, 2: 8.4}.get(len(datasets), 10.5)
    figure, axes = plt.subplots(1, len(datasets), figsize=(width, 4.2), squeeze=False, layout="constrained")
    order = ACQUISITIONS if colour == "acquisition" else NOISES
    marks = published().query("table == 2")
    for ax, dataset in zip(axes[0], datasets, strict=True):
        panel, missing = frame.query("dataset == @dataset"), []
        for model, line in styles.items():
            for value in order:
                runs = panel[(panel[colour] == value) & (panel.model == model)].dropna(subset="valid_accuracy")
                if len(runs):
                    curve(ax, runs, COLOURS[value], line)
                else:
                    missing.append(f"{name(model)} {name(value)}" if len(styles) > 1 else name(value))
        if panel.empty:
            ax.set_xticks([])
            ax.text(0.5, 0.5, "not run yet", transform=ax.transAxes, ha="center", va="center", color="#777777")
        elif frame.scenario.iloc[0] == "constrained":
            _published_marks(ax, marks, panel, colour, dataset, styles)
        if missing and len(panel):
            text = "not run yet:\n" + "\n".join(missing)
            ax.text(0.98, 0.5, text, transform=ax.transAxes, ha="right", va="center", fontsize=8, color="#777777")
        ax.set(title=name(dataset), xlabel="labelled images", ylim=_limits(frame))
    axes[0, 0].set_ylabel("validation accuracy (%)")
    handles = [Line2D([], [], color=COLOURS[v], lw=2.2, label=name(v)) for v in order]
    if len(styles) > 1:
        handles += [Line2D([], [], color="#777777", lw=1.8, ls=s, label=name(m)) for m, s in styles.items()]
    marked = marks.model.isin(styles).any() and set(datasets) & set(PAPER_DATASETS)
    if marked and len(frame) and frame.scenario.iloc[0] == "constrained":
        handles.append(Line2D([], [], color="#777777", marker="D", mfc="white", ls="", label="paper's final test accuracy"))
    columns = len(handles) if width > 8 else 3
    figure.legend(
        handles=handles, loc="outside upper center", ncols=columns, frameon=False, handlelength=2.4, columnspacing=1.4
    )
    note(figure, f"{_seeds(frame)}. {sources(data, datasets)}")
    return figure


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    """The axis of accuracies: 0 to 100, or the half of it that all of them are in."""
    low, high = frame.valid_accuracy.min(), frame.valid_accuracy.max()
    return (10 * (low // 10) if low > 60 else 0, 50 if high < 45 else 100)


def _published_marks(ax: Axes, marks: pd.DataFrame, panel: pd.DataFrame, colour: str, dataset: str, styles: dict) -> None:
    right = panel.num_labelled.max()
    fixed = {"noise": "none"} if colour == "acquisition" else {"acquisition": "bald"}
    ((key, value),) = fixed.items()
    for _, mark in marks[(marks.dataset == dataset) & (marks[key] == value) & marks.model.isin(styles)].iterrows():
        ax.plot(right, mark.percent, "D", ms=5.5, mfc="white", mec=COLOURS[mark[colour]], mew=1.4, clip_on=False, zorder=5)


def curve(ax: Axes, runs: pd.DataFrame, colour: str, line="-") -> None:
    """Mean over seeds, and a band of one standard error to either side where there is more than one.

    A run evaluated only at its ends shows as two points, not as a line between them.
    """
    points = runs.groupby("num_labelled").valid_accuracy.agg(["mean", "sem"])
    if len(points) < 3 and runs["round"].max() > 2:
        ax.errorbar(
            points.index, points["mean"], points["sem"], color=colour, fmt="o", ms=4, mfc="none" if line != "-" else colour
        )
        return
    ax.plot(points.index, points["mean"], color=colour, ls=line, lw=1.8)
    if points["sem"].notna().any():
        ax.fill_between(
            points.index, points["mean"] - points["sem"], points["mean"] + points["sem"], color=colour, alpha=0.18, lw=0
        )


def _seeds(frame: pd.DataFrame) -> str:
    counts = sorted(frame.groupby(["dataset", "model", "acquisition", "noise"]).seed.nunique().unique())
    if not counts:
        return "No finished run"
    words = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"Mean of {words} seeds, band ± 1 standard error" if counts[-1] > 1 else "One seed"


def note(figure: Figure, text: str) -> None:
    """A line under a figure that says on what data it was made."""
    wrapped = "\n".join(textwrap.fill(line, int(figure.get_figwidth() * 19)) for line in text.splitlines())
    figure.supxlabel(wrapped, fontsize=7, color="#555555", x=0.01, ha="left")


def strip(ax: Axes, images: Tensor, titles: list[str] | None = None) -> None:
    """uint8 images [N, C, H, W] in a row, one pixel apart."""
    count, _, height, width = images.shape
    canvas = np.full((height, count * (width + 1) - 1, 3), 255, dtype=np.uint8)
    for i, image in enumerate(images.cpu().numpy()):
        canvas[:, i * (width + 1) : i * (width + 1) + width] = np.broadcast_to(image.transpose(1, 2, 0), (height, width, 3))
    ax.imshow(canvas, interpolation="nearest")
    ax.set_xticks([(width + 1) * i + width / 2 for i in range(count)] if titles else [], titles or [], fontsize=8)
    ax.set_yticks([])
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
