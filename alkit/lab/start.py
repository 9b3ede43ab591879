"""The page that JupyterLab opens at: from it, everything is one click away."""

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from alkit.files.whole import written
from alkit.lab.copies import Copy, copies, title
from alkit.paper.words import markdown
from alkit.run.grid import read_profile
from alkit.run.steady import NO_NOTEBOOK

NEW = (
    "**The shipped notebook has changed since this copy was made**; yours is as you left it. "
    "To have the new one beside it, rename yours (in the list of files: right click, Rename) and run `make lab` again."
)


def prepare(project: Path) -> Path:
    """Make what is missing in the project's folder `lab`, and its start page anew; the page's path.

    A start page that somebody has changed is kept under another name.
    """
    lab = project / "lab"
    lab.mkdir(exist_ok=True)
    page = lab / "start.ipynb"
    found = copies(project / "notebooks", lab)
    _keep(page)
    notebook = new_notebook(
        cells=[new_markdown_cell(text, id=f"start-{i}") for i, text in enumerate(_texts(project, lab, found))],
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
    )
    notebook.metadata["alkit"] = {"written": _digest(notebook)}
    with written(page) as partial:
        nbformat.write(notebook, partial)
    return page


def _keep(page: Path) -> None:
    """Move a start page aside that is not as it was written."""
    if not os.path.lexists(page):
        return
    try:
        old = nbformat.read(page, as_version=4)
        if _digest(old) == old.metadata["alkit"]["written"]:
            return
    except NO_NOTEBOOK:  # damaged, or not ours: it stays
        pass
    number = 1
    while os.path.lexists(kept := page.with_name(f"start-of-your-own-{number}.ipynb")):
        number += 1
    os.replace(page, kept)


def _digest(notebook: nbformat.NotebookNode) -> str:
    return hashlib.sha256("\n\n".join(cell.source for cell in notebook.cells).encode()).hexdigest()[:12]


def _texts(project: Path, lab: Path, found: list[Copy]) -> list[str]:
    own, shipped = [c for c in found if c.path.parent == lab], {c.path for c in found}
    others = [p for p in sorted(lab.rglob("*.ipynb")) if ".ipynb_checkpoints" not in p.parts]
    others = [p for p in others if p not in shipped and p != lab / "start.ipynb"]
    others += sorted((project / "notebooks").glob("*.ipynb"))  # where an earlier version of `make lab` had them
    texts = [
        "# Start here\n\nThe folder `lab/` is yours. The notebooks in it are copies: change them, run them, save them; no "
        "command of the project writes to them again or deletes them. What they compute goes where each one's `folder` says: "
        "in `outputs/`, except for the report's. This page alone is written anew by every `make lab`.\n\n"
        "[README: the paper, and what came out](../README.md)",
        "## Change and run\n\n" + "\n".join(_line(c, lab) for c in own),
        "## Findings\nOne question each. *The result* is the notebook as it was run in full; *your copy* has small "
        "settings to begin with, to change and run.\n\n" + "\n".join(_finding(c, project, lab) for c in found if c not in own),
        "## Results\n\n" + "\n".join(_results(project, lab)),
    ]
    if others:
        links = "\n".join(f"- [{markdown(os.path.relpath(p, lab))}]({_link(p, lab)})" for p in others)
        texts.insert(2, f"## Other notebooks of yours\n\n{links}")
    return texts


def _line(copy: Copy, lab: Path) -> str:
    return f"- [{copy.path.stem}]({_link(copy.path, lab)}): {markdown(copy.title)}" + (f"<br>{NEW}" if copy.changed else "")


def _finding(copy: Copy, project: Path, lab: Path) -> str:
    result = project / "outputs/findings" / copy.path.name
    links = [f"[the result]({_link(result, lab)})"] if result.exists() else []
    links.append(f"[your copy]({_link(copy.path, lab)})")
    return f"- {markdown(copy.title)}: {', '.join(links)}" + (f"<br>{NEW}" if copy.changed else "")


def _results(project: Path, lab: Path) -> list[str]:
    """A line for each report that was made, then the claims and the measurements of speed, as far as they are there."""
    lines, outputs = [], project / "outputs"
    for report in sorted(outputs.glob("*/report.ipynb")):
        name = report.parent.name
        try:
            about = read_profile(name, outputs, project / "params").about
        except ValueError:  # its params file is gone or being changed; its report can be read all the same
            about = ""
        lines.append(f"- [the report of {markdown(name)}]({_link(report, lab)})" + (f": {markdown(about)}" if about else ""))
    speed = project / "notebooks/performance.py"
    named = {outputs / "claims.md": "The paper's claims, one by one"}
    if speed.exists():
        named[outputs / "performance/performance.ipynb"] = title(speed.read_text(encoding="utf-8"))
    lines += [f"- [{markdown(text)}]({_link(path, lab)})" for path, text in named.items() if path.exists()]
    return lines or ["None yet: `make reproduce` makes the first, in minutes."]


def _link(path: Path, lab: Path) -> str:
    return quote(os.path.relpath(path, lab).replace(os.sep, "/"))
