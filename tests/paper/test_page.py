"""A notebook as a page: its verdict first, its code folded, its figures described, its tables in boxes."""

import base64
import io
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from alkit.paper.page import Link, Page, boxed, html, prepared, render, title_of, verdict_of


def picture(size=(640, 360)):
    file = io.BytesIO()
    Image.new("P", size).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def drawn(code, size=(640, 360)):
    return new_code_cell(
        code, outputs=[new_output("display_data", data={"image/png": picture(size), "text/plain": "<Figure>"})]
    )


def said(text, kind="text/markdown"):
    return new_code_cell("display(1)", outputs=[new_output("display_data", data={kind: text})])


@pytest.fixture
def notebook():
    cells = [
        new_markdown_cell("# The title\n\nWhy."), new_code_cell("import this"),
        drawn("figure, ax = plt.subplots()\nax.set(xlabel='labels')"), said("a number"),
        new_markdown_cell("## Verdict\nBy rule."), said("**It holds.**"), said("Much later."),
    ]  # fmt: skip
    return new_notebook(cells=cells)


def test_a_page_shows_title_prose_and_results_and_folds_the_code(tmp_path, notebook):
    nbformat.write(notebook, tmp_path / "some.ipynb")
    page = html(tmp_path / "some.ipynb")
    assert page == tmp_path / "some.html"
    text = page.read_text(encoding="utf-8")
    assert (text.count("<title>The title</title>"), text.count("<h1>The title</h1>"), text.count(">The title<")) == (1, 1, 2)
    assert len(re.findall(r"<details class=\"code\"><summary>Show code</summary>", text)) == 4
    assert "open" not in re.findall(r"<details[^>]*>", text)[0]
    assert not list(tmp_path.glob("*.partial"))


def test_a_page_alone_holds_its_style_and_loads_nothing(tmp_path, notebook):
    nbformat.write(notebook, tmp_path / "some.ipynb")
    text = html(tmp_path / "some.ipynb").read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text
    assert len(text) < 20_000
    assert not re.search(r"<script|<link rel=\"stylesheet\"|src=\"(?!data:)|url\(", text)


def test_the_verdict_comes_before_everything_else(notebook):
    assert title_of(notebook) == "The title"
    assert verdict_of(notebook) == "**It holds.**"
    text = render(prepared(notebook), Page("t", verdict=verdict_of(notebook)))
    assert text.index("<strong>It holds.</strong>") < text.index("Why.")
    assert verdict_of(new_notebook(cells=[said("a number")])) == ""


def test_a_figure_has_its_text_its_size_and_the_line_that_drew_it(notebook):
    found = prepared(notebook, drawn=lambda line: Link("code.html#L3", line))
    text = render(found, Page("t"))
    assert 'width="640" height="360" alt="The title. Plot: labels."' in text
    assert 'Drawn by <a href="code.html#L3">figure, ax = plt.subplots()</a>' in text


@pytest.mark.parametrize(
    "save", ['figure.savefig(folder / "fine.png")', 'save(figure5(results), "fine")', 'show(pictures.steps(parts, ""), "fine")']
)
def test_a_figure_that_its_cell_saved_is_shown_from_there(tmp_path, notebook, save):
    (tmp_path / "fine.png").write_bytes(base64.b64decode(picture((1280, 700))))
    notebook.cells[2].source += f"\n{save}"
    text = render(prepared(notebook, tmp_path), Page("t"))
    assert 'width="640" height="350"' in text
    assert 'width="640" height="360"' in render(prepared(notebook, tmp_path / "elsewhere"), Page("t"))


def test_a_fine_figure_has_the_size_that_the_notebook_gives_it(notebook):
    notebook.cells[2].outputs[0].metadata["image/png"] = {"width": 320, "height": 180}
    assert 'width="320" height="180"' in render(prepared(notebook), Page("t"))


@pytest.mark.parametrize(
    ("code", "size", "kind"),
    [
        ("plt.plot(x)", (640, 360), "plot"),
        ("plt.plot(x)", (840, 300), "plot long wide"),
        ("strip(ax, x)", (840, 300), "photo"),
    ],
)
def test_photographs_are_told_from_drawings_and_long_ones_are_wide(code, size, kind):
    assert f'<figure class="{kind}">' in render(prepared(new_notebook(cells=[drawn(code, size)])), Page("t"))


def test_code_that_shows_nothing_is_folded_with_what_follows():
    cells = [new_code_cell("a = 1"), new_code_cell("b = 2"), said("c"), new_markdown_cell("Prose."), new_code_cell("d = 3")]
    found = prepared(new_notebook(cells=cells)).cells
    assert [cell.source for cell in found] == ["a = 1\n\nb = 2\n\ndisplay(1)", "Prose.", "d = 3"]


def test_every_table_has_a_box_and_its_rows_have_names():
    cells = "".join(f'<td id="T_1_row0_col{i}" class="data row0 col{i}" >{text}</td>' for i, text in enumerate(("LeNet", "3")))
    styler = f'<style type="text/css"></style><table id="T_1"><tbody><tr>{cells}</tr></tbody></table>'
    text = boxed(styler)
    assert '<th scope="row" class="data row0 col0">LeNet</th><td' in text
    assert re.search(r'<div class="table" tabindex="0"[^>]*><table id="T_1">.*</table></div>', text)
    plain = boxed('<div><style scoped>td {}</style><table border="1" class="dataframe"><tr><th>0</th></tr></table></div>')
    assert "scoped" not in plain
    assert "border" not in plain


def test_a_table_in_markdown_has_a_box_too():
    text = render(new_notebook(cells=[said("| a | b |\n|---|---|\n| 1 | 2 |")]), Page("t"))
    assert re.search(r'<div class="table"[^>]*><table>', text)


def test_what_a_notebook_prints_is_shown_as_text():
    cells = [new_code_cell("print()", outputs=[new_output("stream", name="stdout", text="1 < 2 \x1b[31mred\x1b[0m")])]
    text = render(new_notebook(cells=cells), Page("t"))
    assert "1 &lt; 2" in text
    assert "\x1b" not in text


def test_ways_and_trail_are_there_where_they_are_given():
    page = Page("t", root="../", trail=(Link("../index.html", "Results"),), before=Link("a.html", "A & B"))
    text = render(new_notebook(), page)
    assert '<link rel="stylesheet" href="../style.css">' in text
    assert '<a rel="prev" href="a.html">← A &amp; B</a>' in text
    assert 'rel="next"' not in text
    assert '<a href="../index.html">Results</a>' in text
