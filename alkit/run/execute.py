"""One notebook, run by papermill: complete at its target, or not there at all."""

import atexit
import base64
import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import jupytext
import nbformat
import papermill
import psutil
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from PIL import Image

from alkit.paths import PROJECT, shown
from alkit.run.stale import digest
from alkit.run.steady import replace_if_changed, steady

ANSI = re.compile(r"\x1b\[[0-9;]*m")


PARSING = threading.Lock()  # of one thread at a time: Python 3.11 counts the depth of all threads' syntax trees together


class NotebookFailed(Exception):
    """A notebook stopped at an error; the message holds its traceback and where the notebook is."""


class KernelManager(AsyncKernelManager):
    """Kernels on Unix sockets: those that start side by side would race for TCP ports."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        folder = Path(tempfile.mkdtemp(dir=scratch()))
        self.connection_file = str(folder / "kernel.json")  # else in TMPDIR, and left there when we are stopped
        self.transport, self.ip = "ipc", str(folder / "s")


@cache
def scratch() -> Path:
    """This process's folder of temporary files, gone when it ends; short, as the path of a socket has at most 107 bytes."""
    where = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())
    for old in where.glob(f"alkit-{os.getuid()}-*-*"):  # of processes that were killed
        pid = old.name.split("-")[2]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"alkit-{os.getuid()}-{os.getpid()}-", dir=where))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def execute(source: Path, target: Path, parameters: dict, bar: dict | bool = False) -> bool:
    """Run the percent-format notebook `source` with `parameters` and write it to `target` when it is complete.

    What shows the same as before is not written again; whether it was. `bar` is papermill's, of the cells. Raises ValueError
    for a parameter that it does not have, and NotebookFailed; the notebook with its error is then kept under the same name
    in the folder `failed` beside the target, where nothing takes it for a result, until the target is made.
    """
    notebook, made_from = prepared(source, parameters)
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "language": "python", "display_name": "Python 3"})
    target.parent.mkdir(parents=True, exist_ok=True)
    failed = target.parent / "failed" / target.name
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        plain, running = Path(folder, "source.ipynb"), Path(folder, target.name)
        nbformat.write(notebook, plain)
        known = papermill.inspect_notebook(plain)
        if unknown := sorted(set(parameters) - set(known)):
            raise ValueError(f"{shown(source)} has no parameter {', '.join(unknown)}; choose {', '.join(sorted(known))}")
        try:
            papermill.execute_notebook(
                plain, running, parameters, kernel_name="python3", language="python", progress_bar=bar,
                kernel_manager_class=KernelManager, cwd=PROJECT,
                shutdown_kernel="immediate",  # its cells are done: a second less a notebook
            )  # fmt: skip
            done = nbformat.read(running, as_version=4)
            # A kernel that was killed leaves a notebook that looks complete but for the cells it never ran.
            if any(c.cell_type == "code" and c.source and c.execution_count is None for c in done.cells):
                raise DeadKernelError("Kernel died")
        except (PapermillExecutionError, DeadKernelError, RuntimeError) as error:
            message = ANSI.sub("", str(error)).strip()
            if "Kernel died" in message:  # also a RuntimeError, where it died before its first cell
                message += f": most likely killed for want of memory{_most_used()}; run again, and it goes on from its logs"
            if running.exists():
                failed.parent.mkdir(exist_ok=True)
                shutil.copyfile(running, failed)
                message += f"\nNotebook: {shown(failed)}"
            raise NotebookFailed(message) from None
        _shrink_images(done)
        done.metadata["alkit"] = {"digest": made_from}
        changed = replace_if_changed(target, steady(done))
    with contextlib.suppress(OSError):  # none failed before, or another's is there too
        failed.unlink()
        failed.parent.rmdir()
    return changed


def _most_used() -> str:
    """The most memory that one process started from here has used, of those that ended."""
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    return f" (the largest kernel until now used {getrusage(RUSAGE_CHILDREN).ru_maxrss * unit / 2**30:.1f} GiB)"


def prepared(source: Path, parameters: dict) -> tuple[nbformat.NotebookNode, str]:
    """The notebook that `source` is, and the digest of what it is made from."""
    with PARSING:
        return jupytext.read(source), digest(source, parameters)


def _shrink_images(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = smaller(base64.b64decode(output.data["image/png"]))


def smaller(png: bytes) -> str:
    """A picture with 256 colours, as a notebook holds it (base64): a third of the size, the same to the eye."""
    file = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def is_current(source: Path, target: Path, parameters: dict) -> bool:
    """Whether `target` is a whole notebook made from this source with these parameters, by the code that is here now."""
    try:
        made = json.loads(target.read_text(encoding="utf-8"))
        with PARSING:
            return made["metadata"]["alkit"]["digest"] == digest(source, parameters)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # not there, or damaged: it is made again
        return False
