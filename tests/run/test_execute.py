"""One notebook: whole or not there, and made again when what it was made from changes."""

import base64
import io
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest

from alkit.paths import PROJECT
from alkit.run import execute as module
from alkit.run.execute import NotebookFailed, execute, scratch


@pytest.mark.slow
def test_executed_notebooks_are_whole_and_name_no_path_of_this_machine(made):
    folder, _ = made
    notebooks = list((folder / "outputs/tiny").rglob("*.ipynb"))
    assert len(notebooks) == 5  # three experiments, data, report
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        assert all(c.execution_count for c in notebook.cells if c.cell_type == "code" and c.source)
        assert not [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "error"]
        assert path.stat().st_size < 300_000
        assert str(PROJECT) not in path.read_text()
        assert "input_path" not in notebook.metadata.get("papermill", {})


def test_an_experiments_notebook_shows_its_curve_and_what_was_queried(made):
    folder, _ = made
    cells = nbformat.read(folder / "outputs/tiny/ideal_fine-digits-lenet-entropy-none/notebook.ipynb", as_version=4).cells
    outputs = [output for c in cells if c.cell_type == "code" for output in c.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3


def notebook_source(folder, body):
    path = folder / "source.py"
    path.write_text(f'# %% tags=["parameters"]\ncount = 1\n\n# %%\n{body}\n\n# %%\nprint("the end")\n')
    return path


def test_a_killed_kernel_leaves_no_notebook_that_looks_complete(tmp_path):
    source = notebook_source(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(NotebookFailed, match=r"(?s)died.*memory.*used (?!0\.0)\d+\.\d GiB.*run again.*failed/notebook\.ipynb"):
        execute(source, tmp_path / "out" / "notebook.ipynb", {})
    assert not (tmp_path / "out" / "notebook.ipynb").exists()


def test_a_failed_notebook_is_kept_beside_no_other_until_its_own_succeeds(tmp_path):
    out = tmp_path / "out"
    for name in ("data", "report"):
        with pytest.raises(NotebookFailed, match=rf"failed/{name}\.ipynb"):
            execute(notebook_source(tmp_path, "1 / 0"), out / f"{name}.ipynb", {})
    assert not list(out.glob("*.ipynb"))
    works = notebook_source(tmp_path, "print(count)")
    execute(works, out / "report.ipynb", {})
    assert [path.relative_to(out).as_posix() for path in sorted(out.rglob("*.ipynb"))] == ["failed/data.ipynb", "report.ipynb"]
    execute(works, out / "data.ipynb", {})
    assert sorted(path.name for path in out.iterdir()) == ["data.ipynb", "report.ipynb"]


def test_pictures_in_a_notebook_keep_their_look(tmp_path):
    source = tmp_path / "source.py"
    source.write_text(
        "# %%\nimport matplotlib.pyplot as plt, numpy as np\nfrom IPython.display import Image, display\n"
        "image = np.indices((60, 80)).transpose(1, 2, 0) * [4, 3]\n"
        "image = np.dstack([image, image.sum(2) / 2]).astype(np.uint8)\n"
        f"plt.imsave({str(tmp_path / 'image.png')!r}, image)\ndisplay(Image({str(tmp_path / 'image.png')!r}))\n"
    )
    execute(source, tmp_path / "notebook.ipynb", {})
    output = nbformat.read(tmp_path / "notebook.ipynb", as_version=4).cells[0].outputs[0].data["image/png"]
    shown = plt.imread(io.BytesIO(base64.b64decode(output)))[..., :3]
    original = plt.imread(tmp_path / "image.png")[..., :3]
    assert shown.shape == original.shape
    assert abs(shown - original).mean() < 0.02


def test_a_parameter_that_the_notebook_does_not_have_is_an_error(tmp_path):
    source = notebook_source(tmp_path, "print(count)")
    with pytest.raises(ValueError, match="no parameter cuont; choose count"):
        execute(source, tmp_path / "notebook.ipynb", {"cuont": 2})
    execute(source, tmp_path / "notebook.ipynb", {"count": 41})
    assert "41" in (tmp_path / "notebook.ipynb").read_text()


@pytest.mark.slow
def test_a_kernels_socket_is_short_wherever_temporary_files_are_and_gone_in_the_end(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / ("long" * 25)))
    execute(notebook_source(tmp_path, "print(count)"), tmp_path / "notebook.ipynb", {})
    assert len(str(scratch())) < 60
    code = "from alkit.run.execute import scratch; print(scratch())"
    folder = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert not Path(folder).exists()


def test_one_source_is_parsed_at_a_time(tmp_path, monkeypatch):
    """Python 3.11 takes syntax trees that two threads build at once for one that is too deep, now and then."""
    source, inside, together = notebook_source(tmp_path, "print(count)"), [], []

    def slow_digest(source, parameters):
        inside.append(source)
        time.sleep(0.02)
        together.append(len(inside))
        inside.pop()
        return ""

    monkeypatch.setattr(module, "digest", slow_digest)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: module.prepared(source, {}), range(8)))
    assert together == [1] * 8
