"""Text files are UTF-8, whatever the machine's locale is."""

import ast

import pytest

from alkit.paths import PROJECT

CALLS = {"open", "read_text", "write_text", "Popen", "run", "check_output"}


def without_encoding(tree: ast.AST) -> list[int]:
    """Lines of calls that read or write text in whatever encoding the locale has."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            words = {k.arg for k in node.keywords}
            modes = [a.value for a in [*node.args, *(k.value for k in node.keywords)] if isinstance(a, ast.Constant)]
            binary = any(isinstance(m, str) and "b" in m and set(m) <= set("rwab+x") for m in modes)
            of_processes = name in ("Popen", "run", "check_output") and "text" not in words
            archive = (
                name == "open" and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in ("Image", "archive")
            )
            if name in CALLS and not (binary or of_processes or archive) and "encoding" not in words:
                found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "call", ["open('a')", "p.open('w')", "p.read_text()", "p.write_text('a')", "subprocess.run(['a'], text=True)"]
)
def test_a_call_without_an_encoding_is_seen(call):
    assert without_encoding(ast.parse(call)) == [1]


def test_every_text_file_is_read_and_written_as_utf_8():
    sources = [path for folder in ("alkit", "notebooks") for path in sorted((PROJECT / folder).rglob("*.py"))]
    assert sources
    found = {str(path): without_encoding(ast.parse(path.read_text(encoding="utf-8"))) for path in sources}
    assert not {path: lines for path, lines in found.items() if lines}
