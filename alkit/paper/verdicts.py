"""The claims judged: as a table, in a sentence, and as the page outputs/claims.md."""

from pathlib import Path

import pandas as pd

from alkit.paper.claims import CLAIMS, RULE, verdict
from alkit.paper.evidence import Evidence
from alkit.paper.results import Results


def table(results: Results) -> pd.DataFrame:
    """All claims with the paper's evidence, ours, the verdict and the notebook, a row each."""
    evidence, rows = Evidence(results), []
    for claim in CLAIMS:
        quantities = claim.measure(evidence)
        ours = "; ".join(map(str, quantities))
        rows.append([claim.text, claim.section, claim.paper, ours, verdict(claim, quantities), claim.notebook])
    return pd.DataFrame(
        rows, columns=["claim", "section", "the paper's evidence", "ours: mean [95 % interval]", "verdict", "notebook"]
    )


def in_short(found: pd.DataFrame) -> str:
    """How many of the claims in `table` got which verdict, in a sentence."""
    kinds = {"holds": "holds", "does not hold": "does not hold", "artefact": "artefact", "cannot be told": "cannot be told yet"}
    counted = [f"*{words}* {found.verdict.str.startswith(kind).sum()}" for kind, words in kinds.items()]
    return f"The verdicts on {len(found)} claims: {', '.join(counted)}."


def text(found: pd.DataFrame, outputs: Path) -> str:
    """The `table` as a Markdown page in `outputs`; a notebook that is there is a link."""
    lines = ["# The paper's claims, and what the runs say", "", in_short(found), "", RULE, ""]
    lines += ["| " + " | ".join(found.columns) + " |", "|" + "---|" * len(found.columns)]
    for row in found.itertuples(index=False):
        *cells, notebook = row
        link = f"[{notebook}]({notebook}.ipynb)" if (outputs / f"{notebook}.ipynb").exists() else notebook
        lines.append("| " + " | ".join([*cells, link]) + " |")
    lines += ["", "Written by `make report PROFILE=paper` from the logs under `paper` and `findings`."]
    return "\n".join(lines) + "\n"
