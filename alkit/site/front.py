"""What the first page says: the paper, what came out, and where everything is. No number is written by hand."""

import html
from collections.abc import Iterable

import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from alkit.paper import verdicts
from alkit.paper.page import Link, title_of, verdict_of
from alkit.paper.results import Results
from alkit.paper.tables import nearness
from alkit.paper.words import markdown
from alkit.site import claims as judged
from alkit.site import compared
from alkit.site.drawings import Behind
from alkit.site.experiments import shown

TITLE = "Human-in-the-Loop ML Project, run again"
PAPER = (
    "The paper asks which images to label next when labels are scarce: at random, where the network is unsure (maximum "
    "entropy), or where its parameters disagree (BALD). It compares the three with LeNet and ResNet-18 on MNIST, CIFAR-10 and "
    "Fashion-MNIST, with ample and with few labels, with and without noise in the images. It finds entropy best with ample "
    "labels, random queries surprisingly strong with few, and ResNet-18 more resilient to noise than LeNet."
)
PARTS = {"Table-2": "Tables", "Figure-4": "Figures", "The-paper's-claims": "Claims", "The-findings": "Findings",
         "All-experiments": "Experiments", "The-code": "Code"}  # fmt: skip
DECIDED = ("holds", "does not hold", "artefact")  # how a verdict begins that the runs gave
CODE = "[The code](code/index.html), notebooks and package, with a place for each line."
SPEED = " [How fast it is](performance.html), and what bounds it."


def lead(results: Results) -> str:
    name = html.escape(results.profile.name)
    ran = f"{results.coverage.finished.sum()} of the {results.coverage.runs.sum()} runs"
    return (
        f"A companion to the paper of that name by Luca Pantea: {ran} of the profile <code>{name}</code>, beside its numbers."
    )


def cells(
    results: Results,
    claims: pd.DataFrame | None,
    findings: dict[str, NotebookNode],
    behind: Behind,
    profiles: Iterable[Results],
) -> list[NotebookNode]:
    """The cells of the first page; `claims` are judged by `verdicts.table`, `findings` are executed notebooks by name."""
    found = [new_markdown_cell(f"{PAPER}\n\n## What came out\n{came_out(results, claims, findings)}")]
    found += compared.cells(results, behind, "")
    if claims is not None:
        text = "## The paper's claims\nEach leads to its evidence."
        found += [new_markdown_cell(text), shown("text/html", judged.listed(claims, "claims.html"))]
    if findings:
        lines = [_finding(name, notebook) for name, notebook in findings.items()]
        found.append(new_markdown_cell("## The findings\nNotebooks that ask one question each.\n\n" + "\n".join(lines)))
    names = [f"- [{p.name}](profiles/{p.name}.html): {markdown(p.about)}" for p in (one.profile for one in profiles)]
    found.append(new_markdown_cell("## All experiments\nBy profile.\n\n" + "\n".join(names)))
    speed = SPEED if (results.profile.folder.parent / "performance/performance.ipynb").exists() else ""
    return [*found, new_markdown_cell(f"## The code\n{CODE}{speed}")]


def parts(found: Iterable[NotebookNode]) -> tuple[Link, ...]:
    """Links to those of PARTS that the first page has."""
    headings = {line[3:].replace(" ", "-") for cell in found for line in cell.source.splitlines() if line.startswith("## ")}
    return tuple(Link(f"#{heading}", words) for heading, words in PARTS.items() if heading in headings)


def came_out(results: Results, claims: pd.DataFrame | None, findings: dict[str, NotebookNode]) -> str:
    """A sentence each from the numbers, from the claims, and from the findings that a claim is judged by; in Markdown."""
    said = [nearness(results.own)]
    if claims is not None:
        said.append(verdicts.counted(claims))
        decided = claims[claims.verdict.str.startswith(DECIDED)]
        names = [name.removeprefix("findings/") for name in dict.fromkeys(decided.notebook)]
        causes = [markdown(title_of(findings[name])) for name in names if name in findings]
        said += [f"Where a claim asks for a cause, the findings say: {'; '.join(causes)}."] if causes else []
    return " ".join(said).replace(" %", "\N{NO-BREAK SPACE}%")


def _finding(name: str, notebook: NotebookNode) -> str:
    """Its title, and the first paragraph of its verdict."""
    verdict = verdict_of(notebook).split("\n\n")[0]
    return f"- [{markdown(title_of(notebook))}](findings/{name}.html)<br>{verdict}"
