"""A copy is made once, and what is in it is the person's from then on."""

import re

import nbformat
import pytest

from alkit.lab.copies import copies
from alkit.paths import NOTEBOOKS

SHIPPED = "# %% [markdown]\n# # How many?\n\n# %%\ncount = 3\n"


@pytest.fixture
def notebooks(tmp_path):
    (tmp_path / "notebooks/findings").mkdir(parents=True)
    (tmp_path / "notebooks/count.py").write_text(SHIPPED)
    (tmp_path / "notebooks/findings/dips.py").write_text(SHIPPED.replace("How many?", "It dips"))
    return tmp_path / "notebooks"


def test_every_notebook_and_finding_has_a_copy_that_is_a_notebook_with_its_code(notebooks, tmp_path):
    one, finding = copies(notebooks, tmp_path / "lab")
    assert [one.title, finding.title] == ["How many?", "It dips"]
    assert [one.path, finding.path] == [tmp_path / "lab/count.ipynb", tmp_path / "lab/findings/dips.ipynb"]
    assert [c.source for c in nbformat.read(one.path, as_version=4).cells if c.cell_type == "code"] == ["count = 3"]
    assert not one.changed


def test_what_was_written_into_a_copy_is_still_there_byte_for_byte_when_the_shipped_notebook_has_changed(notebooks, tmp_path):
    path = copies(notebooks, tmp_path / "lab")[0].path
    path.write_text(path.read_text().replace("count = 3", "count = 4  # mine"))
    written = path.read_bytes()
    assert not copies(notebooks, tmp_path / "lab")[0].changed
    (notebooks / "count.py").write_text(SHIPPED + "\n# %%\ncount + 1\n")
    one, finding = copies(notebooks, tmp_path / "lab")
    assert (one.changed, finding.changed) == (True, False)
    assert path.read_bytes() == written


def test_a_copy_that_was_renamed_stays_and_the_new_one_comes_beside_it(notebooks, tmp_path):
    path = copies(notebooks, tmp_path / "lab")[0].path
    mine = path.rename(path.with_name("mine.ipynb"))
    (notebooks / "count.py").write_text(SHIPPED.replace("3", "5"))
    one, _ = copies(notebooks, tmp_path / "lab")
    assert not one.changed
    assert "count = 5" in one.path.read_text() and "count = 3" in mine.read_text()


@pytest.mark.parametrize("content", ["", "no JSON", "[]", '{"metadata": null}'])
def test_a_file_in_the_place_of_a_copy_is_left_whatever_it_is(notebooks, tmp_path, content):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab/count.ipynb").write_text(content)
    assert not copies(notebooks, tmp_path / "lab")[0].changed
    assert (tmp_path / "lab/count.ipynb").read_text() == content


@pytest.mark.parametrize("source", sorted(NOTEBOOKS.rglob("*.py")), ids=lambda path: path.stem)
def test_no_copy_writes_into_results_that_are_committed(source):
    (parameters,) = [cell for cell in source.read_text().split("# %%") if 'tags=["parameters"]' in cell] or [""]
    folders = re.findall(r'^folder = (?:"([^"]*)"|None)', parameters, re.M)
    assert [f for f in folders if not re.match(r"$|outputs/(lab|tests)/|lab$", f)] == []
    assert folders or source.stem in ("data", "explore")
