"""An executed notebook as a page."""

import os
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter


def html(notebook: Path) -> Path:
    """The page of an executed notebook, without its code, beside it."""
    content = nbformat.read(notebook, as_version=4)
    page, _ = HTMLExporter(exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True).from_notebook_node(
        content, resources={"metadata": {"name": f"alkit: {notebook.parent.name} {notebook.stem}"}}
    )
    target = notebook.with_suffix(".html")
    partial = target.with_suffix(".partial")
    partial.write_text(page, encoding="utf-8")
    os.replace(partial, target)
    return target
