"""The project's files agree with each other: environments, help, pages."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions

import pytest
import yaml

from alkit.paths import PROJECT


def names(requirements):
    return {re.split(r"[\[=<>~! ;]", r)[0].lower().replace("_", "-") for r in requirements}


def test_environment_pyproject_and_constraints_are_in_step():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = names(project["dependencies"] + project["optional-dependencies"]["test"])
    lines = [line for line in (PROJECT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[^=]+", line) for line in lines)
    assert wanted <= names(lines)
    environment = yaml.safe_load((PROJECT / "environment.yml").read_text())
    (pip,) = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    assert pip == ["-c constraints.txt", "-e .[test]"]  # what `make setup` installs, by the same files
    assert "-c constraints.txt -e '.[test]'" in (PROJECT / "Makefile").read_text()
    assert "python>=3.11,<3.14" in environment["dependencies"]
    assert project["requires-python"] == ">=3.11,<3.14"


def test_setup_installs_into_the_environment_whatever_pip_is_told_of_users():
    """A PIP_USER=1 or `user = true` in pip.conf is an error inside an environment (pip#8977)."""
    planned = subprocess.run(["make", "-n", "-B", "setup"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    (command,) = [line for line in planned.splitlines() if "pip install" in line]
    command = command.replace(".venv/bin/pip", f"{sys.executable} -m pip").replace("-e '.[test]'", "--dry-run --no-index pip")
    environment = {**os.environ, "PIP_USER": "1"}
    found = subprocess.run(["bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, env=environment)
    assert found.returncode == 0, found.stderr


def test_make_names_the_pythons_it_takes_where_there_is_none(tmp_path):
    found = subprocess.run(["make", "-B", "setup", "PYTHON=/bin/false"], cwd=PROJECT, capture_output=True, text=True)
    assert found.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed, /bin/false is not" in found.stdout + found.stderr


def test_every_import_is_a_dependency():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    ours, extra = names(project["dependencies"]) | {"alkit"}, names(project["optional-dependencies"]["test"])
    packages = {"sklearn": "scikit-learn", "yaml": "pyyaml", "IPython": "ipython", "PIL": "pillow"}
    for path in [*(PROJECT / "alkit").rglob("*.py"), *(PROJECT / "notebooks").rglob("*.py")]:
        imported = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
        imported = {packages.get(m, m).lower().replace("_", "-") for m in imported - set(sys.stdlib_module_names)}
        allowed = ours | extra if path.parent.name == "bench" else ours
        assert imported <= allowed, (path, imported - allowed)


def test_what_is_installed_is_what_the_constraints_say():
    pins = dict(re.findall(r"^([A-Za-z0-9._-]+)==(.+)$", (PROJECT / "constraints.txt").read_text(), re.M))
    installed = {d.name.lower().replace("_", "-"): d.version.split("+")[0] for d in distributions() if d.name}
    pins = {name.lower().replace("_", "-").replace(".", "-"): version for name, version in pins.items()}
    differ = {name: (installed[name], pin) for name, pin in pins.items() if installed.get(name, pin) != pin}
    assert not differ


def test_importing_alkit_is_about_as_fast_as_importing_torch():
    """torchvision, pandas, scikit-learn and matplotlib wait until they are needed."""
    slow = ("torchvision", "pandas", "sklearn", "matplotlib", "papermill", "torch._dynamo")
    code = f"import alkit, sys; print([m for m in {slow} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_make_help_lists_every_target():
    text = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "reproduce", "plan", "report", "findings", "bench", "test", "test-all", "lint", "lab", "clean"):
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
    assert len(folders) == 6
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


def test_the_committed_results_are_small():
    listed = subprocess.run(["git", "ls-files", "outputs"], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    sizes = {name: (PROJECT / name).stat().st_size for name in listed.stdout.splitlines() if (PROJECT / name).exists()}
    assert sum(sizes.values()) <= 60_000_000
    assert [name for name, size in sizes.items() if name.endswith(".ipynb") and size > 300_000] == []


def test_the_committed_pages_name_no_path_of_a_machine():
    pages = [path for kind in ("*.ipynb", "*.html", "*.md") for path in (PROJECT / "outputs").rglob(kind)]
    assert pages
    assert [str(p) for p in pages if re.search(r"site-packages|/(tmp|home|root)/\w", p.read_text())] == []
