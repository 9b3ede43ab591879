"""What a run shows while it goes on: its curve, what it has bought, the images of its last query and their scores."""

import base64
import html
import io
from dataclasses import dataclass, field

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from alkit.config import CONDITION, Config
from alkit.data import Dataset
from alkit.loop import Round
from alkit.paper.pictures import note, strip
from alkit.paper.words import OTHERS, colour, mathtext, word

SHOWN = 10  # images of a query


@dataclass
class Shown:
    """A run as far as it has come. `scores` are those of the pool at the last query; None where images were not scored."""

    config: Config
    rounds: list[Round] = field(default_factory=list)
    scores: Tensor | None = None
    published: float | None = None  # the paper's test accuracy in per cent, of a run at its settings

    @property
    def points(self) -> list[tuple[int, float]]:
        """Labelled images and validation accuracy, in per cent."""
        return [(r.num_labelled, 100 * r.valid_accuracy) for r in self.rounds if r.valid_accuracy is not None]


def told_apart(configs: list[Config]) -> list[str]:
    """A name for each run that says in what it differs from the others; the acquisition of a single one."""
    all_fields = [config.as_dict() for config in configs]
    differ = [key for key in all_fields[0] if len({str(fields[key]) for fields in all_fields}) > 1] or ["acquisition"]
    return [", ".join(_in_words(key, fields[key]) for key in differ) for fields in all_fields]


def _in_words(key: str, value: object) -> str:
    if key == "noise":
        return f"{word(str(value))} noise" if value != "none" else "no noise"
    return word(str(value)) if key in CONDITION else f"{key.removeprefix('num_').replace('_', ' ')} {value}"


def colours(configs: list[Config]) -> list[str]:
    """The acquisition's colour, and for one that has it already another."""
    found: list[str] = []
    for config in configs:
        own = colour(config.acquisition)
        found.append(own if own not in found else next((c for c in OTHERS if c not in found), OTHERS[-1]))
    return found


def figure(runs: list[Shown], data: Dataset) -> Figure:
    """All runs' curves, and of the last one (on `data`) what it bought."""
    last = runs[-1]
    query = next((r for r in reversed(last.rounds) if r.query), None)
    height = 5.2 if query else 3.6
    made = Figure(figsize=(7.8, height), dpi=130)  # laid out by hand: matplotlib's own way takes as long as a round
    ratios = {"height_ratios": [3, 1], "hspace": 0.5} if query else {}
    edges = {"left": 0.08, "right": 0.985, "top": 1 - 0.3 / height, "bottom": 0.62 / height, "wspace": 0.2}
    axes = made.subplots(2 if query else 1, 2, width_ratios=[1.75, 1], squeeze=False, gridspec_kw={**ratios, **edges})
    _curves(axes[0, 0], runs)
    bought = torch.tensor([image for r in last.rounds for image in r.query], dtype=torch.int64)
    _balance(axes[0, 1], bought, data, colours([run.config for run in runs])[-1])
    if query:
        _images(axes[1, 0], query, last, data)
        _scores(axes[1, 1], query, last)
    note(made, f"{word(data.name)} {data.digest}: {data.source}")
    return made


def image_html(made: Figure, alt: str, width: int = 900) -> str:
    """A figure as HTML, as wide as there is room and at most `width` pixels, with what it shows in words."""
    buffer = io.BytesIO()
    made.savefig(buffer, format="png")
    source = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return f'<img src="{source}" alt="{html.escape(alt)}" style="width:100%;max-width:{width}px;height:auto">'


def _curves(ax: Axes, runs: list[Shown]) -> None:
    configs = [run.config for run in runs]
    for run, name, shade in zip(runs, told_apart(configs), colours(configs), strict=True):
        now = run is runs[-1]
        x, y = zip(*run.points, strict=True) if run.points else ((), ())
        ax.plot(x, y, "o-", color=shade, lw=2 if now else 1.2, ms=5 if now else 3.5, label=mathtext(name))
        if run.published is not None:
            ax.plot(run.config.budget, run.published, "D", ms=7, mfc="white", mec=shade, mew=1.5, clip_on=False,
                    label="published, on the test set")  # fmt: skip
    start, end = min(c.num_initial for c in configs), max(c.budget for c in configs)
    margin = max((end - start) * 0.03, 1)
    ax.set(xlabel="labelled images", ylabel="validation accuracy (%)", ylim=(0, 100), xlim=(start - margin, end + margin))
    ax.legend(loc="lower right", frameon=False, fontsize=9)


def _balance(ax: Axes, bought: Tensor, data: Dataset, shade: str) -> None:
    counts = data.y_train.cpu()[bought].bincount(minlength=data.num_classes)
    share = data.y_train.cpu().bincount(minlength=data.num_classes) / len(data.y_train)
    ax.bar(range(data.num_classes), counts, color=shade, alpha=0.8, label="queried")
    ax.step(range(data.num_classes), share * len(bought), where="mid", color="black", lw=1, label="random, on average")
    rotation = 0 if max(map(len, data.class_names)) < 4 else 60
    ax.set_xticks(range(data.num_classes), list(map(mathtext, data.class_names)), rotation=rotation, fontsize=8)
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.set_title(f"classes of the {len(bought)} queried", fontsize=10)
    ax.set_ylim(0, max(1.0, 1.3 * float(counts.max())))
    ax.grid(axis="x", visible=False)
    if len(bought):
        ax.legend(loc="upper right", frameon=False, fontsize=8, ncols=2, handlelength=1.2)


def _images(ax: Axes, query: Round, run: Shown, data: Dataset) -> None:
    picked = torch.tensor(query.query[:SHOWN])
    names = [data.class_names[c] for c in data.y_train.cpu()[picked]]
    if run.scores is not None:
        best = run.scores.sort(descending=True).values[: len(picked)].tolist()
        names = [f"{name}\n{score:.2f}" for name, score in zip(names, best, strict=True)]
    strip(ax, data.x_train[picked.to(data.device)], names)
    ax.tick_params(axis="x", labelsize=8 if max(map(len, data.class_names)) < 8 else 6)
    words = "label and score under each" if run.scores is not None else "label under each"
    ax.set_title(f"queried in round {query.number}: {words}", fontsize=10)


def _scores(ax: Axes, query: Round, run: Shown) -> None:
    if run.scores is None:
        ax.text(0.5, 0.5, "random queries: no image is scored", ha="center", va="center", color="#666666", fontsize=9)
        ax.set_axis_off()
        return
    low = run.scores.sort(descending=True).values[len(query.query) - 1].item()
    ax.hist(run.scores.numpy(), bins=40, color="#999999", log=True)
    ax.axvline(low, color="black", lw=1)
    ax.set_title("pool's scores; line: lowest queried", fontsize=9)
    ax.set(ylabel="images")
    ax.tick_params(labelsize=8)
    ax.minorticks_off()
