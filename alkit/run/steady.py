"""An executed notebook without what differs from run to run though the numbers are the same: names, times, addresses."""

import copy
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from alkit.files.whole import written

ADDRESS = re.compile(r" at 0x[0-9a-f]+>")
STYLER = re.compile(r"\bT_[0-9a-f]{5}(?=_|\b)")  # a styled table's random name


def steady(notebook: NotebookNode) -> NotebookNode:
    """`notebook`, changed in place: cells and styled tables are named by their order, times and addresses are gone."""
    names: dict[str, str] = {}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("execution", None)
        cell.metadata.pop("papermill", None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind, text in data.items():
                if kind.startswith("text/"):
                    data[kind] = _plain("".join(text), names)
    if "papermill" in notebook.metadata:  # it notes this machine's temporary paths, which mean nothing to a reader
        notebook.metadata["papermill"] = {"version": notebook.metadata["papermill"].get("version", "")}
    return notebook


# What reading a file and looking at its cells raises where it is not there, or not whole.
NO_NOTEBOOK = (OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError, nbformat.ValidationError)


def replace_if_changed(target: Path, notebook: NotebookNode) -> bool:
    """Write the steady `notebook` to `target` unless what is there shows the same; then only what it is made from is noted.

    Whether it was replaced.
    """
    content, changed = notebook, True
    try:
        old = nbformat.read(target, as_version=4)
        if steady(copy.deepcopy(old)).cells == notebook.cells:
            if old.metadata.get("alkit") == notebook.metadata.get("alkit"):
                return False
            old.metadata["alkit"] = notebook.metadata["alkit"]
            content, changed = old, False
    except NO_NOTEBOOK:  # it is made anew
        pass
    with written(target) as partial:
        nbformat.write(content, partial)
    return changed


def _plain(text: str, names: dict[str, str]) -> str:
    text = STYLER.sub(lambda match: names.setdefault(match[0], f"T_{len(names):05d}"), text)
    return ADDRESS.sub(">", text)
