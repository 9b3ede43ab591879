"""The environment: what is pinned, what `make setup` installs, and with which Python."""

import ast
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from alkit.paths import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
DEPENDENCIES, TEST = PYPROJECT["dependencies"], PYPROJECT["optional-dependencies"]["test"]
PINS = [Requirement(line) for line in (PROJECT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
PYTHONS = ("3.11", "3.12", "3.13")


def names(requirements):
    return {canonicalize_name(Requirement(r).name) for r in requirements}


def needed(requirements, python):
    """The names of all that these requirements bring along on Linux, as far as what is installed here tells."""
    on = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux", "platform_system": "Linux"}
    found, todo = set(), [Requirement(r) for r in requirements]
    while todo:
        requirement = todo.pop()
        for wanted in {(canonicalize_name(requirement.name), extra) for extra in ("", *requirement.extras)} - found:
            found.add(wanted)
            with contextlib.suppress(PackageNotFoundError):  # a package that only another Python needs
                brought = [Requirement(r) for r in distribution(wanted[0]).requires or []]
                todo += [r for r in brought if not r.marker or r.marker.evaluate(on | {"extra": wanted[1]})]
    return {name for name, _ in found}


def make_setup(*arguments, **environment):
    """`make setup` as if nothing were installed, outside conda and whatever make this runs under."""
    command = [shutil.which("make"), "-B", "setup", *arguments]
    kept = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, env=kept | environment)


def test_environment_pyproject_and_constraints_are_in_step():
    assert all(re.fullmatch(r"==[^=,*]+", str(pin.specifier)) for pin in PINS)
    environment = yaml.safe_load((PROJECT / "environment.yml").read_text())
    (pip,) = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    assert pip == ["-c constraints.txt", "-e .[test]"]  # what `make setup` installs, by the same files
    makefile = (PROJECT / "Makefile").read_text()
    assert "-c constraints.txt -e '.[test]'" in makefile
    assert "python>=3.11,<3.14" in environment["dependencies"]
    assert PYPROJECT["requires-python"] == ">=3.11,<3.14"
    assert f"PYTHONS := {' '.join(reversed(PYTHONS))}\n" in makefile


@pytest.mark.parametrize("python", PYTHONS)
def test_every_package_that_the_environment_needs_is_pinned(python):
    pinned = {canonicalize_name(pin.name) for pin in PINS if not pin.marker or pin.marker.evaluate({"python_version": python})}
    assert needed(DEPENDENCIES + TEST, python) - pinned <= {"alkit"}


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pinned_version_that_is_installed_here_takes_the_first_release_of_each_python(python):
    """Debian 12's own Python is 3.11.2."""
    refused = []
    for pin in PINS:
        if not pin.marker or pin.marker.evaluate({"python_version": python, "python_full_version": f"{python}.0"}):
            with contextlib.suppress(PackageNotFoundError):  # a package that only another Python, or cluster.py, needs
                found = distribution(pin.name)
                takes = SpecifierSet(found.metadata.get("Requires-Python") or "")
                if pin.specifier.contains(found.version) and not takes.contains(f"{python}.0"):
                    refused.append(f"{pin} takes {takes}")
    assert not refused


def test_setup_installs_into_the_environment_whatever_pip_is_told_of_users(tmp_path):
    """PIP_USER=1 or `user = true` in pip.conf is an error inside an environment (pip#8977)."""
    (command,) = [line for line in make_setup("-n").stdout.splitlines() if "pip install" in line]
    command = command.replace(".venv/bin/pip", f"{sys.executable} -m pip").replace("-e '.[test]'", "--dry-run --no-index pip")
    (tmp_path / "pip.conf").write_text("[install]\nuser = true\n")

    def run(command, told):
        environment = {k: v for k, v in os.environ.items() if k != "PIP_USER"} | told
        return subprocess.run(["bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, env=environment)

    for told in ({"PIP_USER": "1"}, {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}):
        found = run(command, told)
        assert found.returncode == 0, found.stderr
    assert "user" in run(command.replace("PIP_USER=0", ""), told).stderr  # pip does heed what it is told


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        # None: a shim of pyenv for a version that is not active
        ({"a/python3.13": None, "a/python3.12": "3.12.1", "a/python3.11": "3.11.7"}, "a/python3.12"),
        ({"a/python3.12": "3.12.1", "a/python3": "3.13.0"}, "a/python3"),
        ({"a/python3.12": None, "b/python3.12": "3.12.1", "a/python3.11": "3.11.7"}, "b/python3.12"),
        ({"a/python3.14": "3.14.0", "a/python3": "3.14.0", "b/python3.11": "3.11.2"}, "b/python3.11"),
        ({"a/python3.10": "3.10.13", "a/python3": "3.9.18"}, ""),
    ],
)
def test_make_takes_the_newest_python_that_runs(tmp_path, pythons, chosen):
    for name, version in pythons.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"#!/bin/sh\necho Python {version}\n" if version else "#!/bin/sh\nexit 127\n")
        (tmp_path / name).chmod(0o755)
    planned = make_setup("-n", PATH=f"{tmp_path}/a:{tmp_path}/b")
    assert f'python="{tmp_path / chosen if chosen else ""}";' in planned.stdout


@pytest.mark.parametrize(("named", "said"), [(["PYTHON=/bin/false"], "/bin/false"), (["PYTHON="], "none")])
def test_make_names_the_pythons_it_takes_where_there_is_none(named, said):
    found = make_setup(*named)
    assert found.returncode != 0
    assert found.stdout == (
        f"error: Python 3.11, 3.12 or 3.13 is needed, got: {said}; name one: make PYTHON=/path/to/python3.13\n"
    )


def test_every_import_is_a_dependency():
    ours = names(DEPENDENCIES) | {"alkit"}
    extras = {"bench": names(TEST), "cluster.py": names(PYPROJECT["optional-dependencies"]["cluster"])}
    packages = {"sklearn": "scikit-learn", "yaml": "pyyaml", "IPython": "ipython", "PIL": "pillow"}
    for path in [*(PROJECT / "alkit").rglob("*.py"), *(PROJECT / "notebooks").rglob("*.py")]:
        imported = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
        imported = {packages.get(m, m).lower().replace("_", "-") for m in imported - set(sys.stdlib_module_names)}
        allowed = ours | extras.get(path.parent.name, set()) | extras.get(path.name, set())
        assert imported <= allowed, (path, imported - allowed)


def test_what_is_installed_is_what_the_constraints_say():
    installed = {canonicalize_name(d.name): d.version.split("+")[0] for d in distributions() if d.name}
    pins = {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in PINS if not pin.marker or pin.marker.evaluate()}
    differ = {name: (installed[name], pin) for name, pin in pins.items() if installed.get(name, pin) != pin}
    assert not differ
