"""The page of a profile: what it is for, what it found beside the paper, where it differs, and all its experiments."""

from collections.abc import Iterable

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from alkit.paper.results import Results, differences
from alkit.paper.words import markdown, word
from alkit.run.grid import Experiment
from alkit.site import compared
from alkit.site.drawings import Behind
from alkit.site.experiments import in_words, shown


def finished(results: Results) -> list[Experiment]:
    """The experiments of a profile with a finished run."""
    names = set(results.rounds.experiment)
    return [e for e in results.profile.experiments if f"{results.profile.name}/{e.name}" in names]


def cells(results: Results, behind: Behind, is_first: bool) -> list[NotebookNode]:
    """The cells of its page; the tables and figures of the profile that the first page is about are there."""
    profile, ran = results.profile, results.coverage
    told = f"{markdown(profile.about)}\n\n{ran.finished.sum()} of {ran.runs.sum()} runs are finished."
    if is_first:
        found = [new_markdown_cell(f"{told} Tables and figures are on the [first page](../index.html).")]
    else:
        found = [new_markdown_cell(told), *compared.cells(results, behind, "../")]
    in_full = ran.assign(scenario=ran.scenario.map(word), model=ran.model.map(word))
    found += [new_markdown_cell("## What was run"), shown("text/html", in_full.to_html(border=0, index=False))]
    different = differences(profile).rename(columns=word)
    text = "## Where it differs from the paper\nThe paper's value → the profile's; everything else is as the paper's text says."
    found += [new_markdown_cell(text if len(different) else f"{text.splitlines()[0]}\nNowhere, in what it runs.")]
    found += [shown("text/html", different.to_html(border=0))] if len(different) else []
    found.append(new_markdown_cell("## Its experiments\n" + "\n".join(_links(profile.name, finished(results)))))
    if (profile.folder / "data.ipynb").exists():
        found.append(new_markdown_cell(f"## Its data\n[The images, the noises and the splits](../data/{profile.name}.html)"))
    origins = results.provenance.to_html(border=0, index=False)
    return [*found, new_markdown_cell("## On what data and machines"), shown("text/html", origins)]


def _links(name: str, experiments: Iterable[Experiment]) -> list[str]:
    return [f"- [{markdown(f'{word(e.scenario)}: {in_words(e)}')}](../experiments/{name}/{e.name}.html)" for e in experiments]
