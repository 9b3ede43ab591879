"""What tests of logs share."""

from dataclasses import replace

import pytest

from alkit.files.log import resume


@pytest.fixture(scope="session")
def quick(tiny):
    return replace(tiny, epochs=1)


@pytest.fixture(scope="session")
def logged_once(tmp_path_factory, digits, quick):
    """What a run of four rounds has logged; trained once for all tests."""
    path = tmp_path_factory.mktemp("logged") / "run.jsonl"
    list(resume(path, quick, digits))
    return path.read_bytes()


@pytest.fixture
def finished(tmp_path, logged_once):
    """The log of a finished run of four rounds: its path."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(logged_once)
    return path
