"""The page of an experiment: its executed notebook, or, where there is none, what its logs say."""

from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from alkit.config import CONDITION, Config
from alkit.paper.beside import error_beside, limits
from alkit.paper.figures import curve
from alkit.paper.results import Results, differing
from alkit.paper.tables import sources
from alkit.paper.words import colour, word
from alkit.run.grid import Experiment
from alkit.site.code import place
from alkit.site.drawings import figure_html

SOURCE, HERE = Path("notebooks/experiment.py"), Path("alkit/site/experiments.py")


def in_words(experiment: Experiment) -> str:
    """The condition of an experiment, for its title."""
    first = experiment.configs[0]
    noise = f"{word(first.noise)} noise" if first.noise != "none" else "no noise"
    acquisition = () if experiment.scenario == "supervised" else (word(first.acquisition),)
    return ", ".join((word(first.dataset), word(first.model), *acquisition, noise))


def executed(experiment: Experiment) -> NotebookNode | None:
    """Its notebook, if it was executed."""
    path = experiment.folder / "notebook.ipynb"
    return nbformat.read(path, as_version=4) if path.exists() else None


def from_logs(experiment: Experiment, results: Results, root: str) -> NotebookNode:
    """What the logs of an experiment's finished runs say, laid out as its notebook."""
    runs = results.rounds[results.rounds.experiment == f"{results.profile.name}/{experiment.name}"]
    condition = {key: getattr(experiment.configs[0], key) for key in CONDITION}
    changed = differing([experiment.configs], [[Config(**condition, seed=seed) for seed in range(3)]])
    settings = pd.DataFrame({"paper → here": changed}).to_html(border=0) if changed else ""
    return new_notebook(cells=[
        new_markdown_cell("Made from its logs: its notebook, which shows the queried images too, is not among the outputs."),
        new_markdown_cell("## What runs\nEverything is as in the paper's constrained scenario" + (" but:" if changed else ".")),
        shown("text/html", settings),
        new_markdown_cell("## Validation accuracy"),
        *_curves(experiment, runs, results, root),
        new_markdown_cell("## Test error, beside the paper's"),
        shown("text/markdown", error_beside(experiment.configs[0], experiment.scenario, runs)),
        new_markdown_cell("## Each seed"),
        shown("text/html", _each(runs).to_html(border=0, index=False, float_format="{:.2f}".format, na_rep="")),
        new_markdown_cell(limits(experiment.configs[0])),
    ])  # fmt: skip


def shown(kind: str, text: str) -> NotebookNode:
    """A cell that shows something, without code."""
    return new_code_cell("", outputs=[new_output("display_data", data={kind: text})] if text else [])


def _curves(experiment: Experiment, runs: pd.DataFrame, results: Results, root: str) -> list[NotebookNode]:
    evaluated, first = runs.dropna(subset="valid_accuracy"), experiment.configs[0]
    if not first.num_rounds:
        return [new_markdown_cell("All labels were there from the start: there is no curve.")]
    figure, ax = plt.subplots(layout="constrained")  # the drawing
    if evaluated.num_labelled.nunique() > 2:
        for _, one in evaluated.groupby("seed"):
            ax.plot(one.num_labelled, one.valid_accuracy, color=colour(first.acquisition), lw=0.7, alpha=0.5)
    curve(ax, evaluated, colour(first.acquisition))
    count = evaluated.seed.nunique()
    ax.lines[-1].set_label(f"mean of {count} seeds" if count > 1 else "one seed")
    ax.set(xlabel="labelled images", ylabel="validation accuracy (%)", ylim=(0, 100))
    drawn = place(HERE, 'figure, ax = plt.subplots(layout="constrained")', root)
    lines = "Thin lines are single seeds; the band" if evaluated.num_labelled.nunique() > 2 else "A bar"
    text = f"{lines} is one standard error of their mean to either side." if count > 1 else "One seed."
    origins = sources(results.provenance, [first.dataset]).splitlines()
    figure.supxlabel(" ".join(origins))
    return [new_markdown_cell(text), shown("text/html", figure_html(figure, {}, [drawn], origins))]


def _each(runs: pd.DataFrame) -> pd.DataFrame:
    """A row a seed: what it ended on."""
    last = runs.groupby("seed").agg(
        labels=("num_labelled", "last"), valid=("valid_accuracy", "last"), test=("test_accuracy", "last")
    )
    return last.reset_index().rename(columns={"valid": "validation accuracy (%)", "test": "test accuracy (%)"})
