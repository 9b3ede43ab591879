"""What tests of logs share."""

from dataclasses import replace

import pytest

from alkit.files.log import resume


@pytest.fixture
def quick(tiny):
    return replace(tiny, epochs=1)


@pytest.fixture
def finished(tmp_path, digits, quick):
    """The log of a finished run of four rounds: its path."""
    list(resume(tmp_path / "run.jsonl", quick, digits))
    return tmp_path / "run.jsonl"
