"""What JupyterLab may save: everything but what the commands write."""

import asyncio

import pytest
from tornado.web import HTTPError

from alkit.lab.contents import Contents


@pytest.fixture
def contents(tmp_path):
    for folder in ("outputs/mini", "lab"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.txt").write_text("kept")
    return Contents(root_dir=str(tmp_path))


def save(contents, path):
    return asyncio.run(contents.save({"type": "file", "format": "text", "content": "new"}, path))


def test_a_file_in_outputs_is_read_only_and_saving_it_says_where_to(contents, tmp_path):
    assert asyncio.run(contents.get("outputs/mini/a.txt"))["writable"] is False
    with pytest.raises(HTTPError, match="save a copy in lab/"):
        save(contents, "/outputs/mini/a.txt")
    assert (tmp_path / "outputs/mini/a.txt").read_text() == "kept"


def test_a_file_elsewhere_is_saved(contents, tmp_path):
    assert asyncio.run(contents.get("lab/a.txt"))["writable"] is True
    save(contents, "lab/a.txt")
    save(contents, "outputs.txt")
    assert (tmp_path / "lab/a.txt").read_text() == (tmp_path / "outputs.txt").read_text() == "new"
