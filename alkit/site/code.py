"""The project's code as pages, a place to each line: what drew a figure is a link away."""

from functools import cache
from pathlib import Path

from nbconvert.filters import Highlight2HTML

from alkit.paper.page import Link
from alkit.paths import PROJECT


def files() -> list[Path]:
    """The sources of the notebooks, and the package, from the project's folder."""
    found = [*sorted((PROJECT / "notebooks").rglob("*.py")), *sorted((PROJECT / "alkit").rglob("*.py"))]
    return [path.relative_to(PROJECT) for path in found if ".ipynb_checkpoints" not in path.parts]


def address(file: Path) -> str:
    """Where the page of a file of `files` lies, from the site's folder."""
    return f"code/{file.with_suffix('.html').as_posix()}"


def listing(file: Path) -> str:
    """A file as HTML, its lines numbered and named L1, L2, ..."""
    text = (PROJECT / file).read_text(encoding="utf-8").rstrip("\n")
    block = Highlight2HTML(pygments_lexer="python")(text)
    lines = block[block.index("<pre>") + 5 : block.index("</pre>")].removeprefix("<span></span>").rstrip("\n").split("\n")
    numbered = (f'<span class="l" id="L{i}"><a href="#L{i}">{i}</a>{line}</span>' for i, line in enumerate(lines, 1))
    return f'<pre class="source" tabindex="0">{"".join(numbered)}</pre>'


def place(file: Path, line: str, root: str) -> Link:
    """The link to a line of a file, by its text; to the file alone where it is not there, or not once."""
    found = [i for i, text in enumerate(_lines(file), 1) if text.strip() == line.strip()]
    if len(found) != 1:
        return Link(f"{root}{address(file)}", str(file))
    return Link(f"{root}{address(file)}#L{found[0]}", f"{file}, line {found[0]}")


@cache
def _lines(file: Path) -> list[str]:
    return (PROJECT / file).read_text(encoding="utf-8").splitlines()
