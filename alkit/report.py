"""The notebooks about a whole profile: its data, and the report, also as a page."""

import os
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from alkit.execute import execute
from alkit.grid import Profile
from alkit.paths import NOTEBOOKS, shown
from alkit.results import rounds


def data_notebook(profile: Profile) -> None:
    """The data sets of a profile, the noises and the splits, as data.ipynb."""
    splits = {}
    for experiment in sorted(profile.experiments, key=lambda e: e.scenario != "constrained"):  # section 3.1's splits first
        first = experiment.configs[0]
        splits.setdefault(first.dataset, {"num_initial": first.num_initial, "num_valid": first.num_valid})
    execute(NOTEBOOKS / "data.py", profile.folder / "data.ipynb", {"datasets": splits})


def report(profile: Profile) -> str:
    """Tables, figures and report.ipynb from the logs that exist, without any computing; the path of report.html."""
    rounds(profile)  # what could not be reported is said here, in one line
    notebook = profile.folder / "report.ipynb"
    folders = {"outputs": shown(profile.folder.parent), "params": shown(profile.params)}
    execute(NOTEBOOKS / "report.py", notebook, {"profile": profile.name, **folders})
    return shown(html(notebook))


def html(notebook: Path) -> Path:
    """The page of an executed notebook, without its code, beside it."""
    content = nbformat.read(notebook, as_version=4)
    page, _ = HTMLExporter(exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True).from_notebook_node(
        content, resources={"metadata": {"name": f"alkit: {notebook.parent.name} {notebook.stem}"}}
    )
    target = notebook.with_suffix(".html")
    partial = target.with_suffix(".partial")
    partial.write_text(page)
    os.replace(partial, target)
    return target
