"""Where the project's files are, from a terminal or a notebook alike."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
if not (PROJECT / "pyproject.toml").exists():  # installed away from its sources: the folder one works in
    PROJECT = Path.cwd()
NOTEBOOKS, PARAMS, OUTPUTS = PROJECT / "notebooks", PROJECT / "params", PROJECT / "outputs"


def data_root() -> Path:
    """The folder of the data sets: $ALKIT_DATA (a relative one from the project's folder), else the project's `data`."""
    return PROJECT / (os.environ.get("ALKIT_DATA") or "data")


def shown(path: Path) -> str:
    """A path as a reader on another machine can use it: relative to the project where it lies inside."""
    path = Path(path).absolute()
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
