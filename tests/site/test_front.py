"""What the first page says."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from alkit.paper import verdicts
from alkit.paper.results import together
from alkit.paper.tables import nearness
from alkit.site import front
from alkit.site.front import PAPER, came_out, cells, lead

GRID = [{"scenario": "constrained", "dataset": "mnist", "acquisition": ["random", "entropy"], "num_rounds": 2}]


@pytest.fixture
def no_figures(monkeypatch):
    """Tables and figures, which take their time, are tested by themselves."""
    monkeypatch.setattr(front.compared, "cells", lambda *arguments: [])


def sentences(text):
    return re.split(r"(?<=\.) (?=[A-Z])", text)


def finding(title):
    output = new_output("display_data", data={"text/markdown": "**It holds**: so.\n\nMore."})
    return new_notebook(
        cells=[new_markdown_cell(f"# {title}"), new_markdown_cell("## Verdict"), new_code_cell("", outputs=[output])]
    )


def test_the_paper_is_said_in_three_sentences_and_what_came_out_by_numbers_claims_and_causes(logged):
    results = together(logged(GRID, accuracy=lambda config, number: 0.2879 + 0.001 * config.seed))
    judged = verdicts.table(results)
    findings = {"dips": finding("Why it dips"), "undertraining": finding("Why it is low")}
    numbers = nearness(results.own)
    assert len(sentences(came_out(results, judged, findings)[len(numbers) :])) == 1  # nothing of the findings was run
    judged.loc[judged.notebook == "findings/dips", "verdict"] = "artefact of epochs that end on two images"
    said = came_out(results, judged, findings).replace("\N{NO-BREAK SPACE}", " ")
    assert len(sentences(PAPER)) == 3 and said.startswith(numbers)
    claims, causes = sentences(said[len(numbers) :].lstrip())
    assert verdicts.in_short(judged).startswith(claims)
    assert causes.endswith("Why it dips.")


def test_without_claims_and_findings_their_parts_are_left_out(logged, no_figures):
    results = together(logged(GRID))
    text = "\n".join(cell.source for cell in cells(results, None, {}, {}, [results]))
    assert "claims" not in text
    assert "## The findings" not in text
    assert "[mine](profiles/mine.html)" in text
    assert "4 of the 4 runs" in lead(results)


def test_a_finding_stands_with_the_first_of_its_verdict(logged, no_figures):
    results = together(logged(GRID))
    text = "\n".join(cell.source for cell in cells(results, None, {"dips": finding("Why it dips")}, {}, []))
    assert "- [Why it dips](findings/dips.html)<br>**It holds**: so.\n" in f"{text}\n"
    assert "More." not in text
