"""The notebook label in a real browser: clicks, keys, undo, and a reload in the middle of a query."""

import base64
import json
import os
import subprocess
import sys

import jupytext
import nbformat
import pytest

from alkit.paths import NOTEBOOKS

SOURCE = NOTEBOOKS / "label.py"
pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path, wait):
    """A JupyterLab of its own, rooted where label.ipynb lies, whose labels go to the folder `labels` there."""
    root, config = tmp_path / "root", tmp_path / "config"
    root.mkdir()
    notebook = jupytext.read(SOURCE)
    for cell in notebook.cells:
        cell.source = cell.source.replace("folder = None", f"folder = {str(tmp_path / 'labels')!r}").replace(
            '"epochs": 40', '"epochs": 5'
        )
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, root / "label.ipynb")
    own = {name: str(config) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token=",
         f"--ServerApp.root_dir={root}", "--LabApp.news_url=None",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        env={**os.environ, **own, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait(lambda: list(config.glob("jpserver-*.json")))
        (about,) = config.glob("jpserver-*.json")
        wait(lambda: about.read_text().endswith("}"))
        yield f"{json.loads(about.read_text())['url']}lab/tree/label.ipynb"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def page(address, chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(40_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("request", lambda request: page.errors.append(request.url) if not is_local(request.url) else None)
    page.goto(address)
    yield page
    page.close()


def is_local(url):
    return url.startswith(("http://localhost", "http://127.0.0.1", "ws://localhost", "ws://127.0.0.1", "data:", "blob:"))


def test_clicks_keys_undo_and_a_reload_in_mid_query(page, tmp_path, wait):
    labels = tmp_path / "labels" / "labels.jsonl"

    def answers():
        records = [json.loads(line) for line in labels.read_text().splitlines()]
        return [one.get("label", "taken back") for one in records if "label" in one or "taken_back" in one]

    def picture():
        read = "r => r.arrayBuffer().then(b => btoa(String.fromCharCode(...new Uint8Array(b))))"
        return page.evaluate(f"fetch(document.querySelector('.alkit-label img').src).then({read})")

    def after(action):
        """The picture that shows after an action, which is another one."""
        before = picture()
        action()
        wait(lambda: picture() != before)
        return picture()

    def to_the_panel():
        """JupyterLab draws the cells that are in sight alone."""
        page.locator(".jp-MarkdownCell").filter(has_text="The line under the buttons").scroll_into_view_if_needed()
        page.locator(".alkit-label .alkit-key-0:not([disabled])").wait_for()
        page.locator(".alkit-label").scroll_into_view_if_needed()

    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    to_the_panel()
    assert base64.b64decode(picture())[:4] == b"\x89PNG"

    second = after(lambda: page.locator(".alkit-key-7").click())
    assert answers() == [7]
    after(lambda: page.keyboard.press("3"))
    assert answers() == [7, 3]
    assert after(lambda: page.keyboard.press("u")) == second
    assert answers() == [7, 3, "taken back"]
    after(lambda: page.keyboard.press("s"))
    third = after(lambda: page.keyboard.press("9"))
    assert answers()[-2:] == [None, 9]
    page.locator(".alkit-label").get_by_text("2 labelled, 1 skipped").wait_for()
    page.locator(".alkit-label").screenshot(path=tmp_path / "panel.png")

    page.keyboard.press("Control+s")
    notebook = tmp_path / "root" / "label.ipynb"
    wait(lambda: '"output_type"' in notebook.read_text())
    # No digit made a heading of a cell, as the notebook's own keys would.
    kinds = [[cell.cell_type for cell in cells] for cells in (nbformat.read(notebook, 4).cells, jupytext.read(SOURCE).cells)]
    assert kinds[0] == kinds[1]
    page.reload()
    to_the_panel()
    wait(lambda: picture() == third)
    one = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'KEY', bubbles: true}));"
    after(lambda: page.evaluate(one.replace("KEY", "4") + one.replace("KEY", "6")))
    after(lambda: page.locator(".alkit-key-5").click())
    assert answers()[-3:] == [9, 4, 5]  # the second key of two came before the next image, and meant nothing
    page.screenshot(path=tmp_path / "page.png")
    assert page.errors == []
