"""The project's files agree with each other: help, pages."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from alkit.paths import PROJECT


def test_importing_alkit_imports_nothing_slow_beside_torch():
    """torchvision, pandas, scikit-learn and matplotlib wait until they are needed."""
    slow = ("torchvision", "pandas", "sklearn", "matplotlib", "papermill", "torch._dynamo")
    code = f"import alkit, sys; print([m for m in {slow} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_make_help_lists_every_target():
    text = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    targets = "setup reproduce plan report findings verify faults site bench test test-all lint lab clean"
    for target in targets.split():
        assert f"make {target} " in text
    for profile in ("digits", "mini", "paper"):
        assert profile in text


def test_a_first_command_stands_in_the_readmes_first_20_lines():
    assert any(line.startswith("make reproduce") for line in (PROJECT / "README.md").read_text().splitlines()[:20])


def test_every_file_that_a_page_of_the_project_links_to_is_there():
    for page in ("README.md", "CONTRIBUTING.md", "CHANGES.md"):
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (PROJECT / page).read_text())
        assert [link for link in links if not (PROJECT / link).exists()] == []


def test_every_folder_of_the_package_has_its_line_in_the_readmes_tree():
    folders = [path.parent.name for path in (PROJECT / "alkit").glob("*/__init__.py")]
    assert len(folders) == 9
    lines = (PROJECT / "README.md").read_text().splitlines()
    for folder in [*(f"  {name}" for name in folders), "alkit", "notebooks", "params", "outputs", "tests"]:
        assert [line for line in lines if line.startswith(f"{folder}/ ")]


def test_the_margin_of_contributing_is_queried_as_it_stands_there():
    (example,) = re.findall(r"```python\n(.*?)```", (PROJECT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    found = subprocess.run([sys.executable, "-c", example], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"\[100, 110, 120, 130\] 0\.\d+\n", found)


def test_the_citation_names_this_repository_and_the_paper():
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text())
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert {"cff-version", "message", "title", "authors"} <= set(citation)  # what the format asks for
    assert citation["cff-version"] == "1.2.0"
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    (paper,) = citation["references"]
    assert {"type", "title", "authors"} <= set(paper)
    assert paper["title"] == "Human-in-the-Loop ML Project"
    assert paper["authors"] == [{"given-names": "Luca", "family-names": "Pantea"}]


def test_changes_names_commits_that_are_there():
    named = re.findall(r"^\| \d{4}-\d\d-\d\d \| ([^|]+) \|", (PROJECT / "CHANGES.md").read_text(), re.M)
    commits = [commit for cell in named for commit in cell.strip().split(", ")]
    assert len(commits) > 5
    if subprocess.run(["git", "cat-file", "-e", "e7926fd"], cwd=PROJECT, capture_output=True).returncode:
        pytest.skip("not a checkout with its history")
    for commit in commits:
        subprocess.run(["git", "cat-file", "-e", commit], cwd=PROJECT, check=True)


def test_the_committed_results_are_small(committed):
    sizes = {path: path.stat().st_size for path in committed}
    assert sum(sizes.values()) <= 60_000_000
    assert [str(path) for path, size in sizes.items() if path.suffix == ".ipynb" and size > 300_000] == []


def test_the_committed_pages_name_no_path_of_a_machine(committed):
    pages = [path for path in committed if path.suffix in (".ipynb", ".html", ".md")]
    assert pages
    assert [str(p) for p in pages if re.search(r"site-packages|/(tmp|home|root)/\w", p.read_text())] == []


def test_the_committed_pages_load_nothing_from_elsewhere(committed):
    pages = [path for path in committed if path.suffix == ".html"]
    assert pages
    assert [str(page) for page in pages if re.search(r"<script|<link[^>]* href=.https?:", page.read_text())] == []
