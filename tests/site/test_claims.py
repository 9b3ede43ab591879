"""The claims as HTML."""

import pandas as pd

from alkit.site.claims import cells, chip, listed

CLAIMS = pd.DataFrame(
    [["A < B", "5.1", "errors", "a: 1.0 [0.5, 1.5] points (n = 3; claimed > 70); b: not run", "cannot be told", "paper/report"],
     ["Dips", "5.2", "Figure 5", "c: 2.0 points (n = 1)", "artefact of epochs", "findings/dips"]],
    columns=["claim", "section", "the paper's evidence", "ours: mean [95 % interval]", "verdict", "notebook"],
)  # fmt: skip


def test_each_claim_leads_to_its_evidence():
    text = listed(CLAIMS, "claims.html")
    assert '<a href="claims.html#claim-1">A &lt; B</a>' in text
    assert '<span class="chip against">artefact</span>' in text
    first, second = (cell.outputs[0].data["text/html"] for cell in cells(CLAIMS, {"findings/dips": "findings/dips.html"})[1:])
    assert '<section id="claim-1">' in first
    assert '<a href="findings/dips.html">findings/dips</a>' in second
    assert "<a" not in first  # its notebook has no page


def test_quantities_are_a_line_each_with_their_brackets():
    first = cells(CLAIMS, {})[1].outputs[0].data["text/html"]
    assert "<li>a: 1.0 [0.5, 1.5] points (n = 3; claimed &gt; 70)</li><li>b: not run</li>" in first


def test_a_verdict_shows_its_kind_by_look_and_by_word():
    assert chip("holds") == '<span class="chip holds">holds</span>'
    assert chip("does not hold") == '<span class="chip against">does not hold</span>'
