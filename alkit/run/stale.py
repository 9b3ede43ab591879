"""What a notebook was made from: when this changes, it is stale."""

import ast
import hashlib
import json
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def digest(source: Path, parameters: dict) -> str:
    """Of a notebook's source, its parameters, and the files of alkit that it imports."""
    text = source.read_text(encoding="utf-8")
    parts = [text, *contents(closure(text)), json.dumps(parameters, sort_keys=True)]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


def contents(paths: frozenset[Path]) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(paths)]


@cache
def closure(code: str, package: Path = PACKAGE) -> frozenset[Path]:
    """The files of alkit that `code` imports, directly or not; a table beside a module of its name counts as the module's."""
    found: set[Path] = set()
    left = [code]
    while left:
        for path in _imported(left.pop(), package) - found:
            found.add(path)
            if path.suffix == ".py":
                left.append(path.read_text(encoding="utf-8"))
    return frozenset(found)


def _imported(code: str, package: Path) -> set[Path]:
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    stems = [package.parent.joinpath(*name.split(".")) for name in names if name.split(".")[0] == package.name]
    files = [path for stem in stems for path in (stem / "__init__.py", stem.with_suffix(".py"), stem.with_suffix(".csv"))]
    files += [package / "__init__.py"] if stems else []
    return {path for path in files if path.exists()}
