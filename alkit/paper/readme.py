"""The README's numbers, written by `make report PROFILE=paper` between its markers from logs and executed notebooks."""

import re
from pathlib import Path

import nbformat
import pandas as pd

from alkit.paper import claims
from alkit.paper.results import full_scale
from alkit.paper.tables import in_short
from alkit.paths import OUTPUTS, PROJECT

README = PROJECT / "README.md"


def filled(text: str, outputs: Path = OUTPUTS) -> str:
    """`text` with what stands between `<!-- part -->` and `<!-- end -->` made anew, for each part that was measured."""
    parts = {
        "results": lambda: in_short(full_scale(outputs)),
        "claims": lambda: claims.in_short(claims.table(outputs)),
        "findings": lambda: _findings(outputs),
        "speed": lambda: _speed(outputs),
    }
    if not (outputs / "performance/targets.csv").exists():
        del parts["speed"]
    for name, make in parts.items():
        part = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        if not part.search(text):
            raise ValueError(f"the README has no part {name!r}")
        text = part.sub(lambda found, make=make: found[1] + make() + found[2], text)
    return text


def write(outputs: Path = OUTPUTS) -> None:
    README.write_text(filled(README.read_text(), outputs))


def _findings(outputs: Path) -> str:
    """The executed notebooks of the findings, by their titles."""
    lines = []
    for path in sorted((outputs / "findings").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        title = next(line[2:] for c in cells for line in c.source.splitlines() if line.startswith("# "))
        lines.append(f"- [{path.stem.replace('_', ' ')}](outputs/findings/{path.name}): {title}")
    return "\n".join(lines)


def _speed(outputs: Path) -> str:
    """The measurements of `python -m alkit.bench --full`, beside their targets."""
    rows = pd.read_csv(outputs / "performance/targets.csv").itertuples()
    lines = [f"| {row.what} | {row.measured:.2f} | {row.target} |" for row in rows]
    return "\n".join(["| what | measured | target |", "|---|---|---|", *lines])
