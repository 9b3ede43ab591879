"""Notebooks that were committed with their outputs are those that the sources of today would make."""

import jupytext
import nbformat

from alkit.paths import NOTEBOOKS, OUTPUTS, PARAMS
from alkit.run.grid import read_profile
from alkit.run.reproduce import notebook_of

INJECTED = "injected-parameters"


def cells(notebook: nbformat.NotebookNode) -> list[str]:
    kept = [cell.source.strip() for cell in notebook.cells if INJECTED not in cell.metadata.get("tags", [])]
    return [text for text in kept if text]


def test_their_cells_are_those_of_their_source(committed):
    sources = {path.stem: cells(jupytext.read(path)) for path in NOTEBOOKS.rglob("*.py")}
    sources["notebook"] = sources["experiment"]
    notebooks = [path for path in committed if path.suffix == ".ipynb"]
    assert len(notebooks) > 100
    assert [str(path) for path in notebooks if cells(nbformat.read(path, as_version=4)) != sources[path.stem]] == []


def test_every_whole_experiment_has_one_made_with_the_parameters_of_its_profile(committed):
    logs = {path.parent for path in committed if path.suffix == ".jsonl" and path.parents[2] == OUTPUTS}
    profiles = [read_profile(name) for name in {folder.parent.name for folder in logs} if (PARAMS / f"{name}.yaml").exists()]
    whole = [e for p in profiles for e in p.experiments if e.folder in logs and e.rounds_done() >= e.total_rounds]
    assert len(whole) > 100
    stale = []
    for experiment in whole:
        _, target, parameters = notebook_of(experiment)
        made: dict = {}
        if target in committed:
            injected = (cell for cell in nbformat.read(target, as_version=4).cells if INJECTED in cell.metadata.get("tags", []))
            exec(next(injected).source, made)
        if {key: made.get(key) for key in parameters} != parameters:
            stale.append(str(target))
    assert stale == []
