"""The site of a tiny profile, and what a page holds."""

import shutil
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from alkit.paper.pictures import style


class Reader(HTMLParser):
    """What a page names and where it leads."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.led = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        self.ids |= {attributes["id"]} if "id" in attributes else set()
        self.led += [(tag, attributes[key]) for key in ("href", "src", "xlink:href", "srcset") if key in attributes]

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(autouse=True)
def figures():
    style()


@pytest.fixture(scope="session")
def site(made, pipeline, tmp_path_factory):
    """The folder of the tiny profile's site, one of whose notebooks is missing, its pages by address, and what was printed."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(made[0], folder, dirs_exist_ok=True)
    (folder / "outputs/tiny/ideal_fine-digits-lenet-entropy-none/notebook.ipynb").unlink()
    (folder / "outputs/site").mkdir()
    (folder / "outputs/site/stray.html").write_text("old")
    process = pipeline.alkit(folder, "site")
    assert process.returncode == 0, process.stderr
    root = folder / "outputs/site"
    pages = {p.relative_to(root).as_posix(): Reader(p.read_text(encoding="utf-8")) for p in root.rglob("*.html")}
    return SimpleNamespace(root=root, pages=pages, printed=process.stdout)
