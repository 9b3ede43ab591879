"""A file is what it was, or all of what it is to be."""

import json
from pathlib import Path

import pytest

from alkit.files.whole import write, written
from alkit.paper import readme, stats
from alkit.run.sweep import measured


def test_a_file_is_replaced_at_the_end_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "numbers.json"
    write(path, "ü = 1\n")
    with written(path) as partial:
        partial.write_text("2")
        assert path.read_text(encoding="utf-8") == "ü = 1\n"
    assert path.read_text() == "2"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "numbers.json"
    write(path, "1")
    with pytest.raises(KeyboardInterrupt), written(path) as partial:
        partial.write_text("2, but not all of")
        raise KeyboardInterrupt
    assert path.read_text() == "1"
    assert list(tmp_path.iterdir()) == [path]  # what it wrote may be what filled the disk


@pytest.fixture
def stopped(monkeypatch):
    """Every writing of a text stops half-way, as where the process is killed."""
    original = Path.write_text

    def half(path, text, **kwargs):
        original(path, text[: len(text) // 2], **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", half)


def test_a_process_killed_while_it_writes_tears_no_readme_and_no_numbers(tmp_path, monkeypatch, stopped):
    page, numbers = tmp_path / "README.md", tmp_path / "numbers.json"
    before = "<!-- speed -->\n\n<!-- end -->\n"
    page.write_bytes(before.encode())
    monkeypatch.setattr(readme, "README", page)
    monkeypatch.setitem(readme.MEASURED, "speed", ("", lambda outputs: "fast"))
    with pytest.raises(KeyboardInterrupt):
        readme.write_part("speed", tmp_path)
    assert page.read_text() == before
    with pytest.raises(KeyboardInterrupt):
        stats.write_numbers({"a": 1}, tmp_path)
    assert not numbers.exists()


def test_what_a_killed_process_measured_is_measured_again(tmp_path, tiny, monkeypatch):
    def twice(config):
        return {"seed": 2 * config.seed}

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", lambda path, text, **kwargs: path.write_bytes(text[:9].encode()) and 1 / 0)
        with pytest.raises(ZeroDivisionError):
            measured(twice, [tiny], tmp_path)
    assert measured(twice, [tiny], tmp_path) == [{"seed": 0}]
    (path,) = tmp_path.glob("*.json")
    assert json.loads(path.read_text())["found"] == {"seed": 0}
