"""The house: which room imports which, how large a file may grow, and where its tests are."""

import ast
from pathlib import Path

import pytest

from alkit.paths import PROJECT

PACKAGE = PROJECT / "alkit"
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
MAY_IMPORT = {
    "speed": set(),
    "method": {"speed"},  # and of the method only models.py, which does without where the folder is deleted
    "plugins": {"method"},
    "files": {"method"},
    "human": {"method", "files"},
    "run": {"method", "plugins", "files"},
    "paper": {"method", "plugins", "files", "run"},
    "site": {"method", "plugins", "files", "run", "paper"},
    "lab": {"method", "plugins", "files", "run", "paper"},
    "__main__": {"method", "plugins", "files", "run", "paper", "site"},
    "bench": {"speed", "method", "plugins", "files", "run", "paper"},
}
FACE = Path("__init__.py")  # what a user imports: it shows the method and registers the plugins


def room(file: Path) -> str:
    """The folder of a file of alkit, given relative to it; the files at the top are the method."""
    return file.parts[0] if len(file.parts) > 1 else "__main__" if file.stem == "__main__" else "method"


def imported(file: Path, source: str) -> set[Path]:
    """The files of alkit that `source`, standing at `file`, imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            here = ["alkit", *file.parts[: len(file.parts) - node.level]] if node.level else []
            module = ".".join([*here, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    places = [Path(*name.split(".")[1:]) for name in found if name.split(".")[0] == "alkit"]
    paths = {path for place in places for path in (place / "__init__.py", place.parent / f"{place.name}.py")}
    return paths & set(FILES)


def runs_back(file: Path, source: str) -> list[str]:
    """What `source`, standing at `file`, imports from rooms that its own room may not know, or from the face."""
    if file == FACE:
        return []
    at, foreign = room(file), []
    for other in sorted(imported(file, source) - {FACE}):
        inside = room(other) == at or room(other) in MAY_IMPORT[at]
        if not inside or (at == "method" and room(other) == "speed" and file != Path("models.py")):
            foreign.append(str(other))
    return foreign


@pytest.mark.parametrize("file", FILES, ids=str)
def test_imports_run_one_way(file):
    assert runs_back(file, (PACKAGE / file).read_text()) == []


def test_an_import_that_runs_back_is_seen():
    assert runs_back(Path("loop.py"), "from alkit.run import grid") == ["run/__init__.py", "run/grid.py"]
    assert runs_back(Path("loop.py"), "def late():\n    import alkit.plugins.released") == ["plugins/released.py"]
    assert runs_back(Path("training.py"), "from alkit.speed import quicker") == ["speed/__init__.py"]
    assert runs_back(Path("speed/trim.py"), "from .. import models") == ["models.py"]
    assert runs_back(Path("run/grid.py"), "from alkit import paper") == ["paper/__init__.py"]
    assert runs_back(Path("paper/tables.py"), "from alkit.files import log\nfrom alkit.run.grid import Profile") == []
    assert runs_back(Path("bench/grid.py"), "from alkit.speed.trim import trimmed\nimport alkit.paper.tables") == []


def test_every_room_is_one_that_the_tests_know():
    assert {room(file) for file in FILES} == set(MAY_IMPORT)


def num_lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_file_of_alkit_is_longer_than_220_lines():
    assert {str(f): num_lines(PACKAGE / f) for f in FILES if num_lines(PACKAGE / f) > 220} == {}


def test_the_method_is_at_most_1200_lines():
    assert sum(num_lines(PACKAGE / file) for file in FILES if room(file) == "method") <= 1200


def test_no_notebook_is_longer_than_200_lines():
    sources = sorted((PROJECT / "notebooks").rglob("*.py"))
    assert {source.stem: num_lines(source) for source in sources if num_lines(source) > 200} == {}


def test_whatever_file_is_changed_its_tests_are_found_by_name():
    """The measurements alone are tested together, in tests/bench/test_bench.py: their sides are compared with each other."""
    own = [file for file in FILES if file.stem != "__init__" and room(file) != "bench"]
    tests = {file: Path("tests") / file.parent / f"test_{file.stem.strip('_')}.py" for file in own}
    assert [str(test) for test in tests.values() if not (PROJECT / test).exists()] == []
