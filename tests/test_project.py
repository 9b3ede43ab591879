"""The project's files agree with each other: environments, published numbers, help."""

import re
import subprocess
import sys
import tomllib

import pandas as pd
import yaml

from alkit.paths import PROJECT
from alkit.results import published


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
    assert "python=3.11" in environment["dependencies"]
    assert project["requires-python"] == ">=3.11,<3.12"


def test_what_is_installed_is_what_the_constraints_say():
    from importlib.metadata import version

    pins = dict(re.findall(r"^([A-Za-z0-9._-]+)==(.+)$", (PROJECT / "constraints.txt").read_text(), re.M))
    for name in ("torch", "torchvision", "papermill", "pandas", "scikit-learn"):
        assert version(name).split("+")[0] == pins[name]


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
    for target in ("setup", "reproduce", "plan", "report", "test", "lab", "clean"):
        assert f"make {target} " in text
    for profile in ("digits", "mini", "paper"):
        assert profile in text


def test_notebooks_run_by_hand_with_their_own_parameters_are_the_sources_papermill_runs():
    for path in (PROJECT / "notebooks").glob("*.py"):
        assert 'tags=["parameters"]' in path.read_text(), path.name
