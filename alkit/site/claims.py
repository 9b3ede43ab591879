"""The paper's claims as HTML: a list with the verdicts, and the page with the evidence for each."""

import html
import re

import numpy as np
import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from alkit.paper.page import Link
from alkit.paper.verdicts import RULE
from alkit.site.drawings import anchor
from alkit.site.experiments import shown

LOOKS = {"holds": "holds", "does not hold": "against", "artefact": "against", "inconclusive": "open", "not run": "open"}
BETWEEN = re.compile(r"; (?![^(]*\))")  # between two quantities, not within the brackets of one


def listed(claims: pd.DataFrame, page: str) -> str:
    """The claims in the order of the paper, each a link to its evidence on `page`."""
    lines = [
        f"<li>{chip(claim.verdict)}{anchor(Link(f'{page}#claim-{i}', claim.claim))}</li>"
        for i, claim in enumerate(claims.itertuples(), 1)
    ]
    return f'<ul class="cards">{"".join(lines)}</ul>'


def cells(claims: pd.DataFrame, pages: dict[str, str]) -> list[NotebookNode]:
    """Each claim with its verdict, ours, and the paper's evidence; `pages` has the address of a notebook's page."""
    parts = [shown("text/html", _claim(i, claim, pages)) for i, claim in enumerate(claims.to_dict("records"), 1)]
    return [new_markdown_cell(RULE), *parts]


def _claim(i: int, claim: dict, pages: dict[str, str]) -> str:
    text = {key: html.escape(value) for key, value in claim.items() if isinstance(value, str)}
    notebook, evidence = claim["notebook"], text["the paper's evidence"]
    where = anchor(Link(pages[notebook], notebook)) if notebook in pages else text["notebook"]
    more = [claim["verdict"].removeprefix(kind_of(claim["verdict"])).lstrip(": "), claim["only"]]
    more += [] if np.isnan(claim["p"]) else [f"p = {claim['p']:.2g}, adjusted {claim['adjusted p']:.2g}"]
    verdict = f"{chip(claim['verdict'])} {html.escape('; '.join(filter(None, more)))}"
    lines = "".join(f"<li>{html.escape(one)}</li>" for one in BETWEEN.split(claim["ours: mean [95 % interval]"]))
    return (
        f'<section id="claim-{i}"><h2>{text["claim"]}</h2><p>{verdict}</p>'
        f"<p><b>Ours</b>, mean [95 % interval]:</p><ul>{lines}</ul>"
        f"<p><b>The paper's evidence</b>, section {text['section']}: {evidence}.</p>"
        f"<p>Judged in {where}.</p></section>"
    )


def chip(verdict: str) -> str:
    kind = kind_of(verdict)
    return f'<span class="chip {LOOKS[kind]}">{kind}</span>'


def kind_of(verdict: str) -> str:
    """The first words of a verdict, by which it is counted."""
    return next(kind for kind in LOOKS if verdict.startswith(kind))
