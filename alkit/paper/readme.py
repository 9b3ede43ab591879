"""The README's numbers, written by `make report PROFILE=paper` between its markers from logs and executed notebooks."""

import re
from pathlib import Path

import nbformat
import pandas as pd

from alkit.paper import tables, verdicts
from alkit.paper.results import Results
from alkit.paths import PROJECT

README = PROJECT / "README.md"


def filled(text: str, results: Results, claims: pd.DataFrame) -> str:
    """`text` with what stands between `<!-- part -->` and `<!-- end -->` made anew, for each part that was measured.

    `claims` are judged by `verdicts.table`.
    """
    outputs = results.profile.folder.parent
    parts = {
        "results": lambda: _results(results),
        "claims": lambda: verdicts.in_short(claims),
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


def write(results: Results, claims: pd.DataFrame) -> None:
    README.write_text(filled(README.read_text(encoding="utf-8"), results, claims), encoding="utf-8")


def _results(results: Results) -> str:
    """The figure with all the paper's numbers, and Tables 2 and 3."""
    folder = f"outputs/{results.profile.name}"
    parts = [
        f'<img src="{folder}/figures/pairs.png" width="520" alt="All 68 numbers of the paper\'s Tables 2 and 3 against ours">',
        "**Table 2: test accuracy under noise, constrained data (%)**; ours: mean ± standard error (seeds)",
        tables.text(results.rounds, 2),
        "**Table 3: test error by scenario, without noise (%)**",
        tables.text(results.rounds, 3),
    ]
    return "\n\n".join(parts)


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
