"""Notebooks of one's own: a copy of each shipped notebook, made once and never written again."""

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import jupytext
import nbformat

from alkit.files.whole import written


class Copy(NamedTuple):
    """A shipped notebook, and the copy of it that is the person's."""

    path: Path  # of the copy
    title: str  # of the shipped notebook: its first heading
    changed: bool  # whether the shipped notebook is another than the one that the copy was made from


def copies(notebooks: Path, lab: Path) -> list[Copy]:
    """A copy in `lab` of every notebook of `notebooks` and its findings; those that are there stay as they are."""
    found = []
    for source in (*sorted(notebooks.glob("*.py")), *sorted(notebooks.glob("findings/*.py"))):
        target = lab / source.relative_to(notebooks).with_suffix(".ipynb")
        text = source.read_text(encoding="utf-8")
        if not os.path.lexists(target):
            _copy(source, target, _digest(text))
        found.append(Copy(target, title(text), _made_from(target) not in (None, _digest(text))))
    return found


def title(text: str) -> str:
    """The first heading of a notebook in percent format."""
    return next((line[4:] for line in text.splitlines() if line.startswith("# # ")), "")


def _copy(source: Path, target: Path, digest: str) -> None:
    notebook = jupytext.read(source)
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook.metadata["alkit"] = {"copy_of": digest}
    notebook.metadata.pop("jupytext", None)  # the copy is a notebook, paired with no text
    target.parent.mkdir(parents=True, exist_ok=True)
    with written(target) as partial:
        nbformat.write(notebook, partial)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _made_from(copy: Path) -> str | None:
    """The digest of what a copy was made from; None where that is not known, as of a notebook that was put there."""
    try:
        return json.loads(copy.read_text(encoding="utf-8"))["metadata"]["alkit"]["copy_of"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
