"""The project's files agree with each other: environments, published numbers, help."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions

import pandas as pd
import pytest
import yaml

from alkit.paper import claims, readme
from alkit.paper.published import published
from alkit.paper.results import full_scale, rounds
from alkit.paper.tables import in_short
from alkit.paths import PROJECT
from alkit.run.grid import read_profile


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


def test_the_published_numbers_agree_with_each_other():
    numbers = published()
    assert numbers.table.value_counts().to_dict() == {2: 54, 3: 14}
    assert numbers.percent.between(0, 100).all()
    # LeNet, MNIST, constrained stands in both tables: once as accuracy, once as error.
    lenet = numbers.query("dataset == 'mnist' and noise == 'none' and model == 'lenet' and scenario == 'constrained'")
    sums = lenet.groupby("acquisition").percent.sum()
    pd.testing.assert_series_equal(sums, pd.Series(100.0, sums.index, name="percent"), check_names=False)


def test_importing_alkit_is_about_as_fast_as_importing_torch():
    """torchvision, pandas, scikit-learn and matplotlib wait until they are needed."""
    slow = ("torchvision", "pandas", "sklearn", "matplotlib", "papermill", "torch._dynamo")
    code = f"import alkit, sys; print([m for m in {slow} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_make_help_lists_every_target():
    text = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "reproduce", "plan", "report", "findings", "bench", "test", "lab", "clean"):
        assert f"make {target} " in text
    for profile in ("digits", "mini", "paper"):
        assert profile in text


def test_the_readmes_numbers_are_those_of_the_committed_logs():
    text = readme.README.read_text()
    assert in_short(full_scale()).count("\n") > 5
    assert readme.filled(text) == text
    assert claims.text() == (PROJECT / "outputs/claims.md").read_text()


def test_a_changed_number_in_the_readme_is_put_right():
    text = readme.README.read_text()
    number = re.search(r"\d\d\.\d\d ± \d\.\d\d", text)[0]
    assert readme.filled(text.replace(number, "99.99 ± 0.00")) == text
    with pytest.raises(ValueError, match="no part 'speed'"):
        readme.filled(text.replace("<!-- speed -->", ""))


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


def test_the_readmes_count_of_dips_is_that_of_the_committed_logs():
    frame = rounds(read_profile("mini")).query("scenario == 'constrained' and model == 'resnet18'")
    curves = frame.pivot_table(index=["dataset", "acquisition", "noise"], columns="num_labelled", values="valid_accuracy")
    dips = ((curves[900] < curves[700]) & (curves[900] < curves[1100])).sum()
    assert f"in {dips} of its {len(curves)} constrained conditions" in (PROJECT / "README.md").read_text().replace("\n", " ")
