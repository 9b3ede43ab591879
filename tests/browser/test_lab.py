"""JupyterLab as `make lab` starts it, in a real browser: its start page, its notebooks, what a person writes there."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import nbformat
import pytest

from alkit.paths import NOTEBOOKS, PROJECT

LOCAL = re.compile(r"(https?|wss?)://(localhost|127\.0\.0\.1)[:/]|data:|blob:")
RUN = {"data": 4, "experiment": 7}  # those that are cheap (report: below), and how many outputs each has at least
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, so that nobody's own lab/ is touched."""
    folder = tmp_path_factory.mktemp("lab") / "project"
    folder.mkdir()
    for name in ("alkit", "notebooks", "params", "outputs"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("lab", "tests", "site"))
    shutil.copytree(PROJECT / "alkit/lab", folder / "alkit/lab", dirs_exist_ok=True)
    for name in ("pyproject.toml", "README.md"):
        shutil.copyfile(PROJECT / name, folder / name)
    return folder


@contextlib.contextmanager
def make_lab(project):
    """What `make lab` runs, without opening a browser; the address that it says."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JUPYTERLAB_WORKSPACES_DIR")
    own = {name: str(project.parent / name.lower()) for name in names}
    server = subprocess.Popen(
        [sys.executable, "-m", "alkit.lab", "--no-browser", "--port=0"], cwd=project, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, env={**os.environ, **own, "PYTHONPATH": str(project)},
    )  # fmt: skip
    try:
        said = server.stdout.readline()
        yield re.fullmatch(r"JupyterLab is at (http://localhost:\d+/lab/tree/lab/start.ipynb\?token=\w+)\n", said)[1]
    finally:
        server.terminate()  # it waits for kernels that are just starting
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()
        server.wait()


@pytest.fixture(scope="module")
def address(project):
    with make_lab(project) as address:
        yield address


@pytest.fixture
def page(chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if LOCAL.match(request.url) else wrong.append(request.url))
    yield page
    page.close()
    assert wrong == []


def open_notebook(page, address, path, heading):
    """A notebook alone in the window, its kernel waiting."""
    page.goto(address.replace("lab/start.ipynb", path).replace("/lab/tree", "/lab/workspaces/test/tree") + "&reset")
    page.get_by_role("heading", name=heading).locator("visible=true").first.wait_for()
    page.get_by_text("| Idle").wait_for()


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def saved_when_run(page, path, seconds=240):
    """The notebook on disk once every cell of it has run; saved from the page until it has."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1500)
        notebook = nbformat.read(path, as_version=4)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source]
        errors = [o for cell in cells for o in cell.outputs if o.output_type == "error"]
        if errors or all(cell.execution_count for cell in cells):
            return notebook, errors
    pytest.fail(f"{path.name} did not end in {seconds} s")


def heading(source):
    text = next(line[4:] for line in source.read_text().splitlines() if line.startswith("# # "))
    return re.compile(re.escape(text.replace("`", "")[:60]))


def test_the_start_page_leads_to_the_readme_the_results_and_the_notebooks_in_a_click(page, address):
    page.goto(address + "&reset")
    start = page.get_by_role("link", name="README: the paper, and what came out")
    start.click()
    page.get_by_role("heading", name=re.compile("alkit: a companion")).wait_for()  # as a page, not as its text
    page.get_by_role("tab", name=re.compile("start.ipynb")).click()
    page.get_by_role("link", name="the result").first.click()
    page.get_by_text("notebook is read-only").wait_for()
    page.get_by_role("tab", name=re.compile("start.ipynb")).click()
    page.get_by_role("link", name="experiment", exact=True).click()
    page.get_by_role("heading", name=re.compile("^One experiment")).locator("visible=true").wait_for()


@pytest.mark.parametrize("source", sorted(NOTEBOOKS.rglob("*.py")), ids=lambda path: path.stem)
def test_every_notebook_opens_as_a_notebook_and_the_cheap_ones_run(page, address, project, source):
    path = project / "lab" / source.relative_to(NOTEBOOKS).with_suffix(".ipynb")
    open_notebook(page, address, str(path.relative_to(project)), heading(source))
    if source.stem in RUN:
        run_all(page)
        notebook, errors = saved_when_run(page, path)
        assert errors == []
        assert sum(len(cell.get("outputs", [])) for cell in notebook.cells) >= RUN[source.stem]


def test_report_opens_on_runs_that_are_there_and_writes_into_lab_alone(project, page, address):
    committed = {path: path.stat().st_mtime_ns for path in (project / "outputs/paper").rglob("*") if path.is_file()}
    open_notebook(page, address, "lab/report.ipynb", re.compile("^Tables 2 and 3, Figures"))
    run_all(page)
    notebook, errors = saved_when_run(page, project / "lab/report.ipynb")
    assert errors == []
    assert re.search(r"[1-9]\d* of \d+ runs are finished", str(notebook.cells))
    links = set(re.findall(r'href=\\?"([^"\\]+\.ipynb)', json.dumps(notebook)))
    assert links and all((project / "lab" / link).exists() for link in links)
    assert {p: p.stat().st_mtime_ns for p in (project / "outputs/paper").rglob("*") if p.is_file()} == committed
    assert (project / "lab/figures/figure5.png").exists()


def test_what_a_person_writes_is_there_after_two_more_make_lab(project, page, address):
    open_notebook(page, address, "lab/data.ipynb", re.compile("^The images, the noises"))
    page.get_by_role("heading", name=re.compile("^The images, the noises")).locator("visible=true").click()
    page.keyboard.press("Enter")
    page.locator(".jp-Notebook.jp-mod-editMode").wait_for()
    page.keyboard.press("Control+End")
    page.keyboard.type(" My own words.")
    page.keyboard.press("Control+s")
    deadline = time.monotonic() + 30
    while "My own words." not in (project / "lab/data.ipynb").read_text() and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    written = (project / "lab/data.ipynb").read_bytes()
    assert b"My own words." in written
    with (project / "notebooks/data.py").open("a") as file:
        file.write("\n# %%\n1 + 1\n")
    for _ in range(2):
        with make_lab(project) as again:
            assert (project / "lab/data.ipynb").read_bytes() == written
    with make_lab(project) as again:
        page.goto(again + "&reset")
        page.get_by_text("The shipped notebook has changed since this copy was made").locator("visible=true").wait_for()
        page.get_by_text("| Idle").wait_for()
        page.goto("about:blank")  # before its server goes


def test_explore_runs_is_stopped_at_once_and_says_beside_a_field_what_is_wrong(project, page, address):
    open_notebook(page, address, "lab/explore.ipynb", re.compile("^Explore"))
    run_all(page)
    run = page.get_by_role("button", name="Run", exact=True)
    run.wait_for()
    start = time.monotonic()
    run.click()
    page.locator(".alkit-image img").wait_for()
    print(f"first point after {time.monotonic() - start:.1f} s")
    page.get_by_text("Done:").wait_for()
    assert "180 labels" in page.locator(".alkit-image img").get_attribute("alt")

    rate, error = page.locator(".alkit-learning_rate input"), page.locator(".alkit-error-learning_rate")
    rate.fill("quick")
    run.click()
    error.get_by_text("learning_rate='quick' is str").wait_for()
    page.get_by_text("Not run: see the field in red").wait_for()
    rate.fill("0.1")
    rate.press("Tab")
    error.get_by_role("alert").wait_for(state="detached")

    page.locator(".alkit-acquisition select").select_option("Random")
    page.locator(".alkit-epochs input").fill("1000000")
    run.click()
    page.wait_for_timeout(2000)
    page.locator(".alkit-name input").fill("found")  # the page answers meanwhile
    start = time.monotonic()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped.").wait_for()
    assert time.monotonic() - start < 5  # half a second on a busy machine

    page.locator(".alkit-epochs input").fill("5")
    run.click()
    page.get_by_text("Done:").wait_for()
    page.get_by_role("button", name="Save as params file").click()
    page.get_by_text("make reproduce PROFILE=found").wait_for()
    assert (project / "params/found.yaml").exists()
    assert page.get_by_text("Traceback").count() == 0
