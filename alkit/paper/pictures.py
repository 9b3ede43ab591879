"""What every figure of the notebooks shares: type and lines, the note on its data, images in a row."""

import textwrap
from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from alkit.paper.words import mathtext, word
from alkit.run.sweep import loaded


def style(fine: bool = False) -> None:
    """Type and lines for a page's width; call once in a notebook. `fine`: two pixels for one of the page's."""
    if fine and (shell := get_ipython()):
        shell.run_line_magic("config", "InlineBackend.figure_format = 'retina'")
    plt.rcdefaults()  # a user's own matplotlibrc is for her figures: LaTeX, say, is not everywhere
    sns.set_theme("paper", "ticks", rc={
        "figure.dpi": 100, "savefig.dpi": 200, "font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"],
        "font.size": 11, "axes.titlesize": 11, "axes.labelsize": 11, "xtick.labelsize": 10, "ytick.labelsize": 10,
        "legend.fontsize": 10, "legend.title_fontsize": 11, "lines.linewidth": 1.2, "lines.markersize": 4.8,
        "axes.grid": True, "axes.axisbelow": True, "grid.color": "#e6e6e6", "axes.spines.top": False,
        "axes.spines.right": False, "patch.edgecolor": "white", "patch.force_edgecolor": True,
    })  # fmt: skip


def note(figure: Figure, text: str) -> None:
    """A line under a figure that says on what data it was made."""
    wrapped = "\n".join(textwrap.fill(line, int(figure.get_figwidth() * 17)) for line in text.splitlines())
    figure.supxlabel(mathtext(wrapped), fontsize=8, color="#555555", x=0.01, ha="left")


def made_on(datasets: Iterable[str]) -> str:
    """The data sets of a figure, a line each: name, digest and source."""
    found = (loaded(name, device="cpu") for name in dict.fromkeys(datasets))
    return "\n".join(f"{word(data.name)} {data.digest}: {data.source}" for data in found)


def strip(ax: Axes, images: Tensor, titles: list[str] | None = None) -> None:
    """uint8 images [N, C, H, W] in a row, one pixel apart."""
    count, _, height, width = images.shape
    canvas = np.full((height, count * (width + 1) - 1, 3), 255, dtype=np.uint8)
    for i, image in enumerate(images.cpu().numpy()):
        canvas[:, i * (width + 1) : i * (width + 1) + width] = np.broadcast_to(image.transpose(1, 2, 0), (height, width, 3))
    ax.imshow(canvas, interpolation="nearest")
    centres = [(width + 1) * i + width / 2 for i in range(count)] if titles else []
    ax.set_xticks(centres, list(map(mathtext, titles or [])), fontsize=8)
    ax.set_yticks([])
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
