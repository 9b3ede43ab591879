"""The README's numbers, written by `make report PROFILE=paper` between its markers from logs and executed notebooks."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd

from alkit.files import whole
from alkit.files.lock import held
from alkit.files.provenance import in_words
from alkit.paper import tables, verdicts
from alkit.paper.page import title_of
from alkit.paper.results import Results
from alkit.paths import PROJECT
from alkit.run.verify import QUERIED, TOLERANCE, failures

README = PROJECT / "README.md"


def filled(text: str, results: Results, claims: pd.DataFrame) -> str:
    """`text` with what stands between `<!-- part -->` and `<!-- end -->` made anew, for each part that was measured.

    `claims` are judged by `verdicts.table`.
    """
    outputs = results.profile.folder.parent
    text = put(text, "results", _results(results))
    text = put(text, "claims", verdicts.in_short(claims))
    text = put(text, "findings", _findings(outputs))
    for name, (source, make) in MEASURED.items():
        if (outputs / source).exists():
            text = put(text, name, make(outputs))
    return text


def put(text: str, name: str, content: str) -> str:
    """`text` with `content` between `<!-- name -->` and `<!-- end -->`."""
    part = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
    if not part.search(text):
        raise ValueError(f"the README has no part {name!r}")
    return part.sub(lambda found: found[1] + content + found[2], text)


def write(results: Results, claims: pd.DataFrame) -> None:
    _rewrite(lambda text: filled(text, results, claims))


def write_part(name: str, outputs: Path) -> None:
    """Only what one of MEASURED found."""
    _rewrite(lambda text: put(text, name, MEASURED[name][1](outputs)))


def _rewrite(changed: Callable[[str], str]) -> None:
    """By one process at a time, so that of a report and a `make verify` that end together neither undoes the other's part."""
    with held(README.with_suffix(".lock"), seconds=-1):
        whole.write(README, changed(README.read_text(encoding="utf-8")))


def _results(results: Results) -> str:
    """The figure with all the paper's numbers, and Tables 2 and 3."""
    folder = f"outputs/{results.profile.name}"
    parts = [
        f'<img src="{folder}/figures/pairs.png" width="520" alt="The numbers of the paper\'s Tables 2 and 3 against ours">',
        tables.nearness(results.own),
        "**Table 2: test accuracy under noise, constrained data (%)**; ours: mean ± standard error (seeds)",
        tables.text(results.rounds, 2),
        "**Table 3: test error by scenario, without noise (%)**",
        tables.text(results.rounds, 3),
        "On " + "; ".join(tables.sources(results.provenance, results.rounds.dataset.unique()).splitlines()) + ".",
    ]
    return "\n\n".join(parts)


def _findings(outputs: Path) -> str:
    """The executed notebooks of the findings, by their titles."""
    lines = []
    for path in sorted((outputs / "findings").glob("*.ipynb")):
        title = title_of(nbformat.read(path, as_version=4))
        lines.append(f"- [{path.stem.replace('_', ' ')}](outputs/findings/{path.name}): {title}")
    return "\n".join(lines)


def _speed(outputs: Path) -> str:
    """The measurements of `python -m alkit.bench --full`, beside their targets."""
    found = pd.read_csv(outputs / "performance/targets.csv")
    lines = [f"| {row.what} | {row.measured:.2f} | {row.target} | {row.verdict} |" for row in found.itertuples()]
    return "\n".join(["| what | measured | target |  |", "|---|---|---|---|", *lines])


def verified(outputs: Path) -> str:
    """What the last `make verify` found, in a paragraph."""
    found = json.loads((outputs / "verified.json").read_text(encoding="utf-8"))
    rounds, (code, _, machine) = found["rounds"], in_words(found["by"])
    counts = Counter(one["verdict"] for one in rounds)
    failed = [one for one in failures(found) if "points" in one]  # of the others the data or the device is not here
    like = [one for one in rounds if one.get("same_code_and_machine")]
    counted = f"each of {found['experiments']}" if found["finished"] else f"{len(rounds)} of {found['experiments']}"
    parts = [
        f"The last `make verify`, of {found['day']}, by code {code} on {machine}, computed one random round of {counted} "
        f"experiments again: {counts['to the bit']} came out to the bit, {counts['within tolerance']} within "
        f"{TOLERANCE:g} point of accuracy with {QUERIED:.0%} of the query, {len(failed)} did not"
    ]
    if failed:
        groups = Counter(one["experiment"].rpartition("/")[0] for one in failed)
        parts[0] += f" ({', '.join(f'{name} {count}' for name, count in groups.items())})"
        near = sum(one["points"] <= TOLERANCE and one["queried"] < QUERIED for one in failed)
        unknown, of = (sum(one["made_by"] is None for one in ones) for ones in (failed, rounds))
        farthest = max(one["points"] for one in failed)
        parts.append(
            f"Of those, {near} are within {TOLERANCE:g} point too but bought other images, and the farthest is {farthest:.1f} "
            f"points off; {unknown} are among the {of} whose logs do not say by which code they were made"
        )
    if missing := sum("points" not in one for one in rounds):
        parts.append(f"{missing} could not be repeated, for want of their data or device")
    if like:
        came = sum(one not in failed for one in like)
        parts.append(f"Of {len(like)} that the present code had made on a machine like this, {came} came out")
    return ". ".join(parts) + "."


def _faults(outputs: Path) -> str:
    """What the last `make faults` found, in a paragraph."""
    found = json.loads((outputs / "faults.json").read_text(encoding="utf-8"))
    inputs = ", ".join(f"{one['inputs']:,} {name}" for name, one in found["inputs"].items())
    differ, failed, crashes = (len(found[key]) for key in ("differences", "failures", "crashes"))
    return (
        f"The last `make faults`, of {found['day']}: a small grid was killed {found['kills']} times at random moments and "
        f"started again; but for recorded times {differ} files differ from those of one left alone, {failed} restarts failed. "
        f"Damaged files read as they stand, or refused in one line: {inputs}; {crashes} crashes."
    )


MEASURED = {  # parts that a command of their own measures: the file of what it found, and how it is said
    "speed": ("performance/targets.csv", _speed),
    "verified": ("verified.json", verified),
    "faults": ("faults.json", _faults),
}
