"""The notebooks about a whole profile: its data, and the report, also as a page."""

from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from alkit.execute import execute, is_current
from alkit.grid import Profile
from alkit.paths import NOTEBOOKS, shown


def data_notebook(profile: Profile) -> None:
    """The data sets of a profile and its first split and noises, as data.ipynb."""
    datasets = list(dict.fromkeys(c.dataset for e in profile.experiments for c in e.configs))
    first = profile.experiments[0].configs[0]
    parameters = {"datasets": datasets, "num_initial": first.num_initial, "num_valid": first.num_valid}
    notebook = NOTEBOOKS / "data.py", profile.folder / "data.ipynb", parameters
    if not is_current(*notebook):
        execute(*notebook)


def report(profile: Profile) -> str:
    """Tables, figures and report.ipynb from the logs that exist, without any computing; the path of report.html."""
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
    target.write_text(page)
    return target
