"""A notebook as a page of plain HTML: verdict first, code folded, figures described, nothing loaded from afar."""

import base64
import re
import struct
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode

from alkit.files.whole import write
from alkit.paper.captions import described, drawing_line, is_photo, with_functions
from alkit.run.execute import smaller

TEMPLATES = Path(__file__).parent / "templates"
CSS = (TEMPLATES / "alkit/style.css").read_text(encoding="utf-8")
VERDICTS = ("Verdict", "Test error")  # headings under which a notebook says what came out
SAVES = re.compile(r'(?:savefig\(folder / |save\(\w+\(results\), |show\(pictures.*, )"(\w+)(?:\.png)?"\)')
FINE = 2  # pixels of a saved figure for one of the page
LONG = 760  # pixels of the page, from which on a figure is shown wider than the text


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
    trail: tuple[Link, ...] = ()  # from the first page to here; on the first page, its parts
    between: str = "/"  # of the links in the trail
    before: Link | None = None
    after: Link | None = None
    footer: str = "Made from a notebook and its logs; every number of ours was measured by them."
    css: str = field(default=CSS, repr=False)


def html(notebook: Path) -> Path:
    """The page of an executed notebook, whole in itself, beside it."""
    content = nbformat.read(notebook, as_version=4)
    target = notebook.with_suffix(".html")
    folders = (notebook.with_suffix(""), notebook.parent / "figures", notebook.parent)
    saved = next(folder for folder in folders if folder.is_dir())
    text = render(prepared(content, saved), Page(title_of(content), verdict=verdict_of(content)))
    write(target, text)
    return target


def render(notebook: NotebookNode, page: Page) -> str:
    """The text of a page."""
    return _exporter().from_notebook_node(notebook, resources={"page": page})[0]


@cache
def _exporter() -> TemplateExporter:
    """nbconvert with our template, which it compiles once."""
    return TemplateExporter(
        template_name="alkit", extra_template_basedirs=[str(TEMPLATES)], file_extension=".html",
        filters={"highlight_code": Highlight2HTML(pygments_lexer="python"), "boxed": boxed},
    )  # fmt: skip


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
    made, heading, before = deepcopy(notebook), "", ""
    for cell in made.cells:
        code = with_functions(cell.source, before) if cell.cell_type == "code" else ""
        before += f"{cell.source}\n" if cell.cell_type == "code" else ""
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^#+ (.*)", cell.source, re.M) or [heading])[-1]
            cell.source = re.sub(r"^# .*\n?", "", cell.source, count=1, flags=re.M)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = boxed(data["text/html"])
            elif "image/png" in data:
                output.metadata["shown"] = _figure(code, output, saved, heading, drawn)
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


def _figure(code: str, output: NotebookNode, saved: Path | None, heading: str, drawn: Callable[[str], Link] | None) -> dict:
    """How a figure stands on the page: its kind, its size there, its text, and the link to what drew it."""
    names, width = SAVES.findall(code), None
    if saved and len(names) == 1 and (file := saved / f"{names[0]}.png").exists():
        output.data["image/png"] = smaller(file.read_bytes())
        width = _pixels(output)[0] // FINE
    width = width or output.metadata.get("image/png", {}).get("width") or _pixels(output)[0]
    height = round(width * _pixels(output)[1] / _pixels(output)[0])
    kind = "photo" if is_photo(code) else "plot long wide" if width > LONG else "plot"
    link = drawn(drawing_line(code)) if drawn else None
    return {"kind": kind, "width": width, "height": height, "alt": described(code, re.sub(r"[*`]", "", heading)), "drawn": link}


def _pixels(output: NotebookNode) -> tuple[int, int]:
    """Width and height of a picture, which stand at one place in every PNG."""
    return struct.unpack(">II", base64.b64decode(output.data["image/png"])[16:24])
