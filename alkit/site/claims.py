"""The paper's claims as HTML: a list with the verdicts, and the page with the evidence for each."""

import html
import re

import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from alkit.paper.claims import RULE
from alkit.paper.page import Link
from alkit.site.drawings import anchor
from alkit.site.experiments import shown

LOOKS = {"holds": "holds", "does not hold": "against", "artefact": "against", "cannot be told": "open"}
BETWEEN = re.compile(r"; (?![^(]*\))")  # between two quantities, not within the brackets of one


def listed(claims: pd.DataFrame, page: str) -> str:
    """The claims in the order of the paper, each a link to its evidence on `page`."""
    lines = [
        f"<li>{chip(claim.verdict.split(' of ')[0])}{anchor(Link(f'{page}#claim-{i}', claim.claim))}</li>"
        for i, claim in enumerate(claims.itertuples(), 1)
    ]
    return f'<ul class="cards">{"".join(lines)}</ul>'


def cells(claims: pd.DataFrame, pages: dict[str, str]) -> list[NotebookNode]:
    """Each claim with its verdict, ours, and the paper's evidence; `pages` has the address of a notebook's page."""
    parts = [shown("text/html", _claim(i, *claim, pages)) for i, claim in enumerate(claims.itertuples(index=False), 1)]
    return [new_markdown_cell(RULE), *parts]


def _claim(i: int, claim: str, section: str, paper: str, ours: str, verdict: str, notebook: str, pages: dict[str, str]) -> str:
    where = anchor(Link(pages[notebook], notebook)) if notebook in pages else html.escape(notebook)
    lines = "".join(f"<li>{html.escape(one)}</li>" for one in BETWEEN.split(ours))
    return (
        f'<section id="claim-{i}"><h2>{html.escape(claim)}</h2>'
        f"<p>{chip(verdict)} Section {html.escape(section)}; judged in {where}.</p>"
        f"<p><b>Ours</b>, mean [95 % interval]:</p><ul>{lines}</ul>"
        f"<p><b>The paper's evidence</b>: {html.escape(paper)}.</p></section>"
    )


def chip(verdict: str) -> str:
    look = next(look for start, look in LOOKS.items() if verdict.startswith(start))
    return f'<span class="chip {look}">{html.escape(verdict)}</span>'
