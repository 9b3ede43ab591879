"""The start page: links that lead somewhere, what has changed said in words, and nothing of a person's lost with it."""

import re
import shutil

import nbformat
import pytest

from alkit.lab.start import prepare
from alkit.paths import PROJECT


@pytest.fixture
def project(tmp_path):
    """The shipped notebooks and params, a report and a finding that were made, nothing else."""
    for folder in ("notebooks", "params"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.ipynb"))
    for made in ("outputs/mini/report.ipynb", "outputs/findings/dips.ipynb", "outputs/claims.md", "README.md"):
        (tmp_path / made).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / made, tmp_path / made)
    return tmp_path


def text(page):
    return "\n\n".join(cell.source for cell in nbformat.read(page, as_version=4).cells)


def test_all_notebooks_findings_and_results_and_the_readme_are_one_link_away_and_none_twice(project):
    page = prepare(project)
    links = re.findall(r"\]\(([^)]+)\)", text(page))
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert len(set(links)) == len(links)
    sources = [path.relative_to(project / "notebooks") for path in (project / "notebooks").rglob("*.py")]
    assert {str(source.with_suffix(".ipynb")) for source in sources} <= set(links)
    made = {"outputs/mini/report.ipynb", "outputs/findings/dips.ipynb", "outputs/claims.md", "README.md"}
    assert {f"../{one}" for one in made} == {link for link in links if link.startswith("../")}


def test_the_page_says_in_words_which_shipped_notebook_has_changed_since_and_how_to_get_it(project):
    assert "has changed" not in text(prepare(project))
    with (project / "notebooks/experiment.py").open("a") as file:
        file.write("\n# %%\n1 + 1\n")
    (line,) = [line for line in text(prepare(project)).splitlines() if "has changed" in line]
    assert line.startswith("- [experiment]") and "rename yours" in line


def test_notebooks_of_ones_own_are_listed_with_those_of_an_earlier_version(project):
    page = prepare(project)
    for path in ("lab/my idea.ipynb", "lab/5 % (#2).ipynb", "lab/.ipynb_checkpoints/old.ipynb", "notebooks/experiment.ipynb"):
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text("{}")
    (own,) = [part for part in text(prepare(project)).split("## ") if part.startswith("Other")]
    assert "(my%20idea.ipynb)" in own and "(5%20%25%20%28%232%29.ipynb)" in own and "(../notebooks/experiment.ipynb)" in own
    assert "old" not in own and "start" not in own
    assert page.exists()


@pytest.mark.parametrize("change", [lambda text: text.replace("Start here", "My page"), lambda text: text[:100]])
def test_a_start_page_that_somebody_wrote_in_is_kept_beside_the_new_one(project, change):
    page = prepare(project)
    page.write_text(change(page.read_text()))
    mine = page.read_bytes()
    prepare(project)
    prepare(project)
    assert (page.parent / "start-of-your-own-1.ipynb").read_bytes() == mine
    assert not (page.parent / "start-of-your-own-2.ipynb").exists()
    assert "Start here" in text(page)


def test_a_params_file_that_cannot_be_read_does_not_keep_the_page_from_being_made(project):
    (project / "params/mini.yaml").write_text("grid: [")
    assert "the report of mini" in text(prepare(project))
