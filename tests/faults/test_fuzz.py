"""Whatever happens to the bytes of a file, it is read as it stands there or refused in one line, and soon."""

import json

import pytest
from fuzz import READERS, fuzz

from alkit.files.log import read


@pytest.mark.parametrize("num_inputs", [100, pytest.param(3000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_read_as_it_stands_there_or_refused_in_one_line(tmp_path, name, num_inputs):
    counts = fuzz(name, tmp_path, num_inputs)
    assert counts.total() >= num_inputs / 2
    assert counts["refused"]


def test_the_oracle_sees_a_reader_that_takes_a_key_that_stands_twice(tmp_path, monkeypatch):
    path = READERS["log"].write(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"number": 1', b'"number": 1, "number": 1'))
    assert not READERS["log"].check(path)
    monkeypatch.setattr("alkit.files.validate.record", lambda number, line: json.loads(line))
    assert read(path)
    with pytest.raises(AssertionError):
        READERS["log"].check(path)
