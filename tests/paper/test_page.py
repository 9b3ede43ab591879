"""An executed notebook as a page: its text and results, not its code."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from alkit.paper.page import html


def test_a_page_shows_prose_and_results_and_leaves_out_the_code(tmp_path):
    output = new_output("stream", name="stdout", text="what came out")
    cells = [new_markdown_cell("# The title"), new_code_cell("secret = 1", outputs=[output], execution_count=1)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "some.ipynb")
    page = html(tmp_path / "some.ipynb")
    assert page == tmp_path / "some.html"
    text = page.read_text(encoding="utf-8")
    assert "The title" in text
    assert "what came out" in text
    assert "secret" not in text
    assert not list(tmp_path.glob("*.partial"))
