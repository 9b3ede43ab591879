"""A profile beside the paper: all numbers in one figure, Tables 2 and 3, Figures 4 to 6, as cells of a page."""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from alkit.paper.figures import figure4, figure5, figure6, figure_of_pairs
from alkit.paper.page import Link
from alkit.paper.results import Results
from alkit.paper.tables import pairs, sources
from alkit.site.code import place
from alkit.site.drawings import Behind, figure_html, points
from alkit.site.experiments import shown
from alkit.site.tables import METRICS, paper_table

REPORT, FIGURES = Path("notebooks/report.py"), Path("alkit/paper/figures.py")
SHOWN = {
    "Figure 4": (figure4, "LeNet under ideal data, queried in small steps"),
    "Figure 5": (figure5, "the acquisition functions under constrained data"),
    "Figure 6": (figure6, "LeNet with BALD under noise"),
}


def cells(results: Results, behind: Behind, root: str) -> list[NotebookNode]:
    """What the report of a profile shows; every number, point and line leads to the experiment `behind` it."""
    found, run = [], pairs(results.rounds).dropna(subset="mean")
    origins = sources(results.provenance, results.provenance.dataset.unique()).splitlines()

    def drawing(make: Callable[[Results], Figure], figure: Figure, stem: str) -> NotebookNode:
        return shown("text/html", figure_html(figure, behind, _drawn_by(make, stem, root), origins))

    if len(run):
        figure = figure_of_pairs(results)
        points(figure.axes[0], run.published, run["mean"], run.experiment)
        text = (
            "## All of the paper's numbers, against ours\nEvery number of Tables 2 and 3 as an accuracy on the test set: on "
            "the line ours equals the paper's, above it ours is higher. Each point leads to its experiment."
        )
        found += [new_markdown_cell(text), drawing(figure_of_pairs, figure, "pairs")]
    for number, what in METRICS.items():
        found += [new_markdown_cell(f"## Table {number}\n{what}"), shown("text/html", paper_table(results, number, behind))]
    for name, (make, what) in SHOWN.items():
        figure = make(results)
        if any(line.get_gid() for ax in figure.axes for line in ax.lines):
            text = f"## {name}\nValidation accuracy: {what}. Each line leads to its experiment."
            found += [new_markdown_cell(text), drawing(make, figure, make.__name__)]
        else:
            plt.close(figure)
            why = "Not run yet." if figure.axes else "This profile does not have it."
            found.append(new_markdown_cell(f"## {name}\nValidation accuracy: {what}. {why}"))
    return found


def _drawn_by(make: Callable[[Results], Figure], stem: str, root: str) -> list[Link]:
    """The function that makes a figure, and the line of the report's notebook that calls it."""
    name = make.__name__
    lines = {FIGURES: f"def {name}(results: Results) -> Figure:", REPORT: f'save({name}(results), "{stem}")'}
    return [place(file, line, root) for file, line in lines.items()]
