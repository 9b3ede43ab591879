"""The claims as HTML."""

import math

import pandas as pd

from alkit.paper.verdicts import SHORT
from alkit.site.claims import LOOKS, cells, chip, listed

COLUMNS = [
    "claim",
    "section",
    "the paper's evidence",
    "ours: mean [95 % interval]",
    "p",
    "adjusted p",
    "verdict",
    "only",
    "notebook",
]
OURS = "a: 1.0 [0.5, 1.5] points (n = 3; claimed > 70); b: not run"
CLAIMS = pd.DataFrame(
    [["A < B", "5.1", "errors", OURS, math.nan, math.nan, "inconclusive: about 9 seeds", "", "paper/report"],
     ["Dips", "5.2", "Figure 5", "c: 2.0 points (n = 1)", 0.01, 0.05, "artefact of epochs", "on MNIST", "findings/dips"]],
    columns=COLUMNS,
)  # fmt: skip


def test_each_claim_leads_to_its_evidence():
    text = listed(CLAIMS, "claims.html")
    assert '<a href="claims.html#claim-1">A &lt; B</a>' in text
    assert '<span class="chip against">artefact</span>' in text
    first, second = (cell.outputs[0].data["text/html"] for cell in cells(CLAIMS, {"findings/dips": "findings/dips.html"})[1:])
    assert '<section id="claim-1">' in first
    assert "inconclusive</span> about 9 seeds</p>" in first
    assert "artefact</span> of epochs; on MNIST; p = 0.01, adjusted 0.05</p>" in second
    assert '<a href="findings/dips.html">findings/dips</a>' in second
    assert "<a" not in first  # its notebook has no page


def test_quantities_are_a_line_each_with_their_brackets():
    first = cells(CLAIMS, {})[1].outputs[0].data["text/html"]
    assert "<li>a: 1.0 [0.5, 1.5] points (n = 3; claimed &gt; 70)</li><li>b: not run</li>" in first


def test_a_verdict_shows_its_kind_by_look_and_by_word():
    assert chip("holds") == '<span class="chip holds">holds</span>'
    assert chip("does not hold: the method excludes it") == '<span class="chip against">does not hold</span>'
    assert set(LOOKS) == set(SHORT)
