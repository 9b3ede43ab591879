"""Params files as YAML: what is not read is refused in one line, at once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alkit.run.grid import read_profile


def laughs(levels: int) -> str:
    """A kilobyte of YAML that stands for 10 to the power of `levels` values."""
    lines = [f"  - &l{n} [{', '.join([f'*l{n - 1}'] * 10 if n else ['lol'] * 10)}]" for n in range(levels)]
    return "\n".join(["seeds: [0]", "grid: [{scenario: a}]", "about:", *lines])


def test_aliases_that_multiply_are_refused_before_they_do(write):
    assert len(laughs(12)) < 1500
    with pytest.raises(ValueError, match="line 4: aliases"):
        write(laughs(12))


def test_a_params_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "latin.yaml").write_bytes("about: Köln".encode("latin-1"))
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(ValueError, match="latin.yaml is no UTF-8 text"):
        read_profile("latin", tmp_path, tmp_path)
    with pytest.raises(ValueError, match="folder.yaml cannot be read"):
        read_profile("folder", tmp_path, tmp_path)
    with pytest.raises(ValueError, match="profile='../latin' is no name"):
        read_profile("../latin", tmp_path, tmp_path)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=60), st.text("abc:- []{}&*!#|>'\"\n0123\t?,%@", max_size=60).map(str.encode)))
def test_whatever_a_params_file_holds_it_is_read_or_refused_in_one_line(tmp_path, content):
    (tmp_path / "any.yaml").write_bytes(b"grid: [{scenario: a}]\nabout: " + content)
    try:
        read_profile("any", tmp_path, tmp_path)
    except ValueError as error:
        assert "any.yaml" in str(error) and "\n" not in str(error)
