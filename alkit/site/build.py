"""All pages in one folder: the first, the claims, the findings, the profiles, every experiment, the code."""

import html
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from alkit.paper import verdicts
from alkit.paper.beside import error_beside
from alkit.paper.page import CSS, Link, Page, prepared, render, title_of, verdict_of
from alkit.paper.pictures import style
from alkit.paper.results import Results, as_published, read, together
from alkit.paper.words import word
from alkit.paths import OUTPUTS, PARAMS
from alkit.run.grid import Experiment, read_profile
from alkit.site import claims, code, experiments, front, profiles
from alkit.site.drawings import Behind

FOOTER = "Written by <code>make site</code> from logs and executed notebooks; every number of ours was measured by them."


@dataclass(frozen=True)
class Part:
    """A page to be written: its address from the site's folder, its cells, its head, and what it is part of."""

    address: str
    notebook: NotebookNode
    page: Page
    up: tuple[Link, ...] = ()

    @property
    def root(self) -> str:
        """The way from the page to the site's folder."""
        return "../" * self.address.count("/")


def build(name: str = "paper", outputs: Path = OUTPUTS, params: Path = PARAMS) -> Path:
    """Write <outputs>/site, anew, from what is there; the first page, which is about the profile `name`.

    Raises ValueError for a profile that is not there, or whose logs are not of its configuration.
    """
    style()
    target, partial = outputs / "site", outputs / "site.partial"
    shutil.rmtree(partial, ignore_errors=True)
    for section in _sections(name, outputs, params):
        for before, part, after in zip([None, *section], section, [*section[1:], None], strict=False):
            _write(partial, part, before, after)
    (partial / "style.css").write_text(CSS, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)
    return target / "index.html"


def _sections(name: str, outputs: Path, params: Path) -> Iterator[list[Part]]:
    """The pages, in lists of those that come one after the other."""
    main = together(read_profile(name, outputs, params))
    every = _profiles(name, outputs, params)
    findings = {path.stem: nbformat.read(path, as_version=4) for path in sorted((outputs / "findings").glob("*.ipynb"))}
    judged = verdicts.table(main) if main.profile.claims else None
    first = front.cells(main, judged, findings, _behind(every, ""), every)
    yield [
        Part(
            "index.html", new_notebook(cells=first), Page(front.TITLE, front.lead(main), trail=front.parts(first), between="·")
        )
    ]
    if judged is not None:
        pages = {f"{name}/report": "index.html"} | {f"findings/{one}": f"findings/{one}.html" for one in findings}
        page = Page("The paper's claims, and what the runs say", verdict=verdicts.in_short(judged))
        yield [Part("claims.html", new_notebook(cells=claims.cells(judged, pages)), page)]
    yield [_finding(one, notebook, outputs) for one, notebook in findings.items()]
    yield [_profile(one, every, one.profile.name == name) for one in every]
    for one in every:
        yield [_experiment(experiment, one) for experiment in profiles.finished(one)]
    yield [_notebook(*one) for one in _others(outputs, every)]
    yield [_code_index(), *map(_code, code.files())]


def _profiles(first: str, outputs: Path, params: Path) -> list[Results]:
    """The profiles with finished runs, each alone, `first` first. What cannot be read is said, and left out."""
    found = []
    for path in sorted(params.glob("*.yaml"), key=lambda path: (path.stem != first, path.stem)):
        try:
            results = read(read_profile(path.stem, outputs, params))
            found += [replace(results, rounds=as_published(results.rounds))] if len(results.rounds) else []
        except ValueError as error:
            print(f"left out: {error}", flush=True)
    return found


def _behind(every: Iterable[Results], root: str) -> Behind:
    """The page of every experiment that has one, from a page that is `root` away from the site's folder."""
    names = [name for one in every for name in one.rounds.experiment.unique()]
    return {name: Link(f"{root}experiments/{name}.html", name) for name in names}


def _finding(name: str, notebook: NotebookNode, outputs: Path) -> Part:
    source = Path(f"notebooks/findings/{name}.py")
    made = prepared(notebook, outputs / "findings" / name, lambda line: code.place(source, line, "../"))
    page = Page(title_of(notebook), verdict=verdict_of(notebook))
    return Part(f"findings/{name}.html", made, page, (Link("index.html#The-findings", "Findings"),))


def _profile(results: Results, every: Iterable[Results], is_first: bool) -> Part:
    name = results.profile.name
    made = prepared(new_notebook(cells=profiles.cells(results, _behind(every, "../"), is_first)))
    return Part(f"profiles/{name}.html", made, Page(f"Profile {name}"), (Link("index.html#All-experiments", "Profiles"),))


def _experiment(experiment: Experiment, results: Results) -> Part:
    name, root = f"{results.profile.name}/{experiment.name}", "../../"
    notebook = experiments.executed(experiment) or experiments.from_logs(experiment, results, root)
    made = prepared(notebook, None, lambda line: code.place(experiments.SOURCE, line, root))
    runs = results.rounds[results.rounds.experiment == name]
    lead = f"{html.escape(word(experiment.scenario))}; <code>{html.escape(name)}</code>"
    page = Page(experiments.in_words(experiment), lead, error_beside(experiment.configs[0], experiment.scenario, runs))
    up = Link(f"profiles/{results.profile.name}.html", results.profile.name)
    return Part(f"experiments/{name}.html", made, page, (up,))


def _others(outputs: Path, every: Iterable[Results]) -> list[tuple[str, Path, Path]]:
    """The other executed notebooks, of a profile's data and of the speed: address, notebook, source."""
    names = [one.profile.name for one in every]
    found = [(f"data/{name}.html", outputs / name / "data.ipynb", Path("notebooks/data.py")) for name in names]
    found.append(("performance.html", outputs / "performance/performance.ipynb", Path("notebooks/performance.py")))
    return [one for one in found if one[1].exists()]


def _notebook(address: str, path: Path, source: Path) -> Part:
    notebook, profile = nbformat.read(path, as_version=4), path.parent.name
    made = prepared(notebook, path.parent, lambda line: code.place(source, line, "../" * address.count("/")))
    if "/" not in address:
        return Part(address, made, Page(title_of(notebook)))
    return Part(address, made, Page(f"{title_of(notebook)}: {profile}"), (Link(f"profiles/{profile}.html", profile),))


def _code_index() -> Part:
    links = [f"- [{file}]({Path(code.address(file)).relative_to('code').as_posix()})" for file in code.files()]
    return Part("code/index.html", new_notebook(cells=[new_markdown_cell("\n".join(links))]), Page("The code"))


def _code(file: Path) -> Part:
    cells = [experiments.shown("text/html", code.listing(file))]
    return Part(code.address(file), new_notebook(cells=cells), Page(str(file)), (Link("code/index.html", "Code"),))


def _write(folder: Path, part: Part, before: Part | None, after: Part | None) -> None:
    """A page into the folder, what leads away from it being addressed from where it stands."""
    up = () if part.address == "index.html" else (Link("index.html", "Results"), *part.up)
    page = replace(
        part.page, root=part.root, footer=FOOTER,
        trail=part.page.trail or tuple(Link(part.root + one.href, one.words) for one in up),
        before=before and Link(part.root + before.address, before.page.title),
        after=after and Link(part.root + after.address, after.page.title),
    )  # fmt: skip
    target = folder / part.address
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(part.notebook, page), encoding="utf-8")
