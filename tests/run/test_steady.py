"""Two runs with the same numbers make the same page."""

import nbformat
import pytest

from alkit.run.execute import execute
from alkit.run.steady import replace_if_changed, steady

SOURCE = """# %% tags=["parameters"]
count = 1

# %%
import pandas as pd
from IPython.display import display
import matplotlib.pyplot as plt

table = pd.DataFrame({"a": [count, 2]})
display(table.style.hide())
table.style.format("{:.1f}")

# %%
plt.plot([1, count])
plt.show()
object()
"""


def write(path, text=SOURCE):
    path.write_text(text)
    return path


def test_running_again_to_the_same_numbers_writes_nothing_and_to_others_does(tmp_path):
    source, target = write(tmp_path / "source.py"), tmp_path / "notebook.ipynb"
    assert execute(source, target, {"count": 1})
    before, stamp = target.read_bytes(), target.stat().st_mtime_ns
    assert not execute(source, target, {"count": 1})
    assert (target.read_bytes(), target.stat().st_mtime_ns) == (before, stamp)
    assert execute(source, target, {"count": 3})
    assert target.read_bytes() != before


@pytest.mark.slow
def test_a_page_made_anew_is_the_same_byte_for_byte(tmp_path):
    source = write(tmp_path / "source.py")
    for name in ("one", "two"):
        execute(source, tmp_path / name / "notebook.ipynb", {})
    assert (tmp_path / "one/notebook.ipynb").read_bytes() == (tmp_path / "two/notebook.ipynb").read_bytes()


@pytest.fixture
def old():
    """A page as earlier versions wrote it, with times, random names and addresses, and one of other ones."""

    def page(cell, styler, address, digest, number="1"):
        html = f'<style>#{styler}_row0_col0 {{}}</style><td id="{styler}_row0_col0">{number}</td>'
        data = {"text/html": html, "text/plain": f"<pandas.Styler at {address}>"}
        output = nbformat.v4.new_output("execute_result", data, execution_count=1)
        made = nbformat.v4.new_code_cell("table", id=cell, outputs=[output], execution_count=1)
        made.metadata["execution"] = {"iopub.execute_input": f"at {cell}"}
        made.metadata["papermill"] = {"duration": len(cell)}
        return nbformat.v4.new_notebook(
            cells=[made], metadata={"papermill": {"duration": 1.5, "version": "2"}, "alkit": {"digest": digest}}
        )

    return page


def test_a_page_with_other_names_and_times_stays_but_for_what_it_is_made_from(tmp_path, old):
    target = tmp_path / "notebook.ipynb"
    nbformat.write(old("aaaa", "T_12ab3", "0x7f01", "before"), target)
    before = target.read_text().splitlines()
    assert not replace_if_changed(target, steady(old("bbbb", "T_98fe7", "0x7f99", "now")))
    after = target.read_text().splitlines()
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [('   "digest": "before"', '   "digest": "now"')]


def test_a_page_with_another_number_is_replaced(tmp_path, old):
    target = tmp_path / "notebook.ipynb"
    nbformat.write(old("aaaa", "T_12ab3", "0x7f01", "now"), target)
    assert replace_if_changed(target, steady(old("aaaa", "T_12ab3", "0x7f01", "now", number="2")))
    assert ">2</td>" in target.read_text()


def test_two_tables_keep_two_names_and_text_that_looks_like_one_stays_text(old):
    page = old("a", "T_12ab3", "0x1", "")
    page.cells.append(old("b", "T_45cd6", "0x2", "").cells[0])
    page.cells[1].source = "T_12ab3 = 1"
    steady(page)
    first, second = (cell.outputs[0].data["text/html"] for cell in page.cells)
    assert first.count("T_00000_row0") == second.count("T_00001_row0") == 2
    assert page.cells[1].source == "T_12ab3 = 1"
    nbformat.validate(page)
