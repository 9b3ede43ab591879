"""A notebook as a page of plain HTML: verdict first, code folded, figures described, nothing loaded from afar."""

import base64
import os
import re
import struct
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode

from alkit.paper.captions import described, drawing_line, is_photo

TEMPLATES = Path(__file__).parent / "templates"
CSS = (TEMPLATES / "alkit/style.css").read_text(encoding="utf-8")
VERDICTS = ("Verdict", "Test error")  # headings under which a notebook says what came out
LONG, FINE = 2.2, 1000  # a figure wider than so many heights, of so many pixels or more, is shown wider than the text


@dataclass(frozen=True)
class Link:
    href: str
    words: str


@dataclass(frozen=True)
class Page:
    """What stands around a notebook. `root` is the way to the folder of style.css; None: the page holds its style itself."""

    title: str
    lead: str = ""  # HTML
    verdict: str = ""  # Markdown
    root: str | None = None
    trail: tuple[Link, ...] = ()  # from the first page to here
    before: Link | None = None
    after: Link | None = None
    footer: str = "Made from a notebook and its logs; every number here was measured by them."
    css: str = field(default=CSS, repr=False)


def html(notebook: Path) -> Path:
    """The page of an executed notebook, whole in itself, beside it."""
    content = nbformat.read(notebook, as_version=4)
    target = notebook.with_suffix(".html")
    partial = target.with_suffix(".partial")
    text = render(prepared(content, notebook.with_suffix("")), Page(title_of(content), verdict=verdict_of(content)))
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, target)
    return target


def render(notebook: NotebookNode, page: Page) -> str:
    """The text of a page."""
    exporter = TemplateExporter(
        template_name="alkit", extra_template_basedirs=[str(TEMPLATES)], file_extension=".html",
        filters={"highlight_code": Highlight2HTML(pygments_lexer="python")},
    )  # fmt: skip
    exporter.display_data_priority = ["text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain"]
    exporter.config.DataTypeFilter.display_data_priority = exporter.display_data_priority
    text, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    return text


def title_of(notebook: NotebookNode) -> str:
    """A notebook's first heading."""
    lines = (line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.splitlines())
    return next((line[2:] for line in lines if line.startswith("# ")), "Notebook")


def verdict_of(notebook: NotebookNode) -> str:
    """What a notebook says came out, in Markdown: the first words that it wrote itself under such a heading, or nothing."""
    is_under = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            headings = re.findall(r"^#+ (.*)", cell.source, re.M)
            is_under = headings[-1].startswith(VERDICTS) if headings else is_under
        for output in cell.get("outputs", []) if is_under else []:
            if "text/markdown" in output.get("data", {}):
                return output.data["text/markdown"]
    return ""


def prepared(notebook: NotebookNode, saved: Path | None = None, drawn: Callable[[str], Link] | None = None) -> NotebookNode:
    """A notebook as a page shows it: without its title, its figures described, its tables each in a box.

    Of a figure that its cell saves in the folder `saved` the file is taken, which is finer. `drawn` gives the link to a line
    of the notebook's code.
    """
    made, heading = deepcopy(notebook), ""
    for cell in made.cells:
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^#+ (.*)", cell.source, re.M) or [heading])[-1]
            cell.source = re.sub(r"^# .*\n?", "", cell.source, count=1, flags=re.M)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = boxed(data["text/html"])
            elif "image/png" in data:
                _finest(cell.source, data, saved)
                output.metadata["shown"] = _shown(cell.source, data["image/png"], heading, drawn)
    made.cells = _together(made.cells)
    return made


def _together(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Cells with the code of those that show nothing at the top of the code cell that follows: one fold for them all."""
    found: list[NotebookNode] = []
    for cell in cells:
        if cell.cell_type == "code" and found and found[-1].cell_type == "code" and not found[-1].outputs:
            cell.source = f"{found.pop().source}\n\n{cell.source}"
        found.append(cell)
    return found


def boxed(text: str) -> str:
    """HTML with each of its tables in a box that it scrolls in, the first cell of a row being its name."""
    text = re.sub(r"<style scoped>.*?</style>", "", text, flags=re.DOTALL).replace('border="1" ', "")
    if "row_heading" not in text:  # a table of pandas without its index
        text = re.sub(r'<td id="\w+_row\d+_col0" (class="[^"]*") ?>(.*?)</td>', r'<th scope="row" \1>\2</th>', text)
    box = '<div class="table" tabindex="0" role="region" aria-label="Table, scrolls sideways">'
    return re.sub(r"(<table.*?</table>)", rf"{box}\1</div>", text, flags=re.DOTALL)


def _finest(code: str, data: dict, saved: Path | None) -> None:
    names = re.findall(r'savefig\(folder / "([\w.]+\.png)"', code)
    if saved and len(names) == 1 and (saved / names[0]).exists():
        data["image/png"] = base64.b64encode((saved / names[0]).read_bytes()).decode()


def _shown(code: str, png: str, heading: str, drawn: Callable[[str], Link] | None) -> dict:
    """How a figure stands on the page: its class, its size, its text, and the link to what drew it."""
    width, height = struct.unpack(">II", base64.b64decode(png)[16:24])
    kind = "photo" if is_photo(code) else "plot long wide" if width > LONG * height and width >= FINE else "plot"
    link = drawn(drawing_line(code)) if drawn else None
    alt = described(code, re.sub(r"[*`]", "", heading))
    return {"kind": kind, "width": width, "height": height, "alt": alt, "drawn": link}
