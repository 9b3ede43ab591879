"""One notebook, run by papermill: complete at its target, or not there at all."""

import ast
import atexit
import base64
import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

import jupytext
import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from PIL import Image

from alkit.paths import PROJECT, shown

ANSI = re.compile(r"\x1b\[[0-9;]*m")
PACKAGE = Path(__file__).resolve().parents[1]


class NotebookFailed(Exception):
    """A notebook stopped at an error; the message holds its traceback and where the notebook is."""


class KernelManager(AsyncKernelManager):
    """Kernels on Unix sockets: those that start side by side would race for TCP ports."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        if os.name == "posix":
            self.transport, self.ip = "ipc", str(Path(tempfile.mkdtemp(dir=scratch()), "s"))


@cache
def scratch() -> Path:
    """This process's folder of temporary files, gone when it ends; short, as the path of a socket has at most 107 bytes."""
    where = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())
    for old in where.glob(f"alkit-{os.getuid()}-*") if os.name == "posix" else ():  # of processes that were killed
        with contextlib.suppress(ProcessLookupError, PermissionError, ValueError, IndexError):
            os.kill(int(old.name.split("-")[2]), 0)
            continue
        shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"alkit-{os.getuid()}-{os.getpid()}-", dir=where))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def execute(source: Path, target: Path, parameters: dict) -> None:
    """Run the percent-format notebook `source` with `parameters` and write it to `target` when it is complete.

    Raises ValueError for a parameter that it does not have, and NotebookFailed; the notebook with its error is then kept as
    `failed.ipynb` beside the target.
    """
    notebook, digest = jupytext.read(source), _digest(source, parameters)
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "language": "python", "display_name": "Python 3"})
    target.parent.mkdir(parents=True, exist_ok=True)
    failed = target.with_name("failed.ipynb")
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        plain, running = Path(folder, "source.ipynb"), Path(folder, target.name)
        nbformat.write(notebook, plain)
        known = papermill.inspect_notebook(plain)
        if unknown := sorted(set(parameters) - set(known)):
            raise ValueError(f"{shown(source)} has no parameter {', '.join(unknown)}; choose {', '.join(sorted(known))}")
        try:
            papermill.execute_notebook(
                plain, running, parameters, kernel_name="python3", language="python", progress_bar=False,
                kernel_manager_class=KernelManager, cwd=PROJECT,
                shutdown_kernel="immediate",  # its cells are done: a second less a notebook
            )  # fmt: skip
            done = nbformat.read(running, as_version=4)
            # A kernel that was killed leaves a notebook that looks complete but for the cells it never ran.
            if any(c.cell_type == "code" and c.source and c.execution_count is None for c in done.cells):
                raise DeadKernelError("Kernel died")
        except (PapermillExecutionError, DeadKernelError, RuntimeError) as error:
            message = ANSI.sub("", str(error)).strip()
            if isinstance(error, DeadKernelError):
                message += ": killed, most likely for want of memory; run again, and it goes on from its logs"
            if running.exists():
                shutil.copyfile(running, failed)
                message += f"\nNotebook: {shown(failed)}"
            raise NotebookFailed(message) from None
        _shrink_images(done)
        done.metadata["alkit"] = {"digest": digest}
        # papermill notes this machine's temporary paths, which mean nothing to a reader.
        done.metadata["papermill"] = {k: v for k, v in done.metadata["papermill"].items() if k in ("duration", "version")}
        partial = target.with_suffix(".partial")
        nbformat.write(done, partial)
        os.replace(partial, target)
    failed.unlink(missing_ok=True)


def _shrink_images(notebook: nbformat.NotebookNode) -> None:
    """Save the pictures in a notebook's outputs with 256 colours each, in place: a third of the size, the same to the eye."""
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if "image/png" in output.get("data", {}):
            picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
            smaller = io.BytesIO()
            picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(smaller, "PNG", optimize=True)
            output.data["image/png"] = base64.b64encode(smaller.getvalue()).decode()


def is_current(source: Path, target: Path, parameters: dict) -> bool:
    """Whether `target` is a whole notebook made from this source with these parameters, by the code that is here now."""
    try:
        made = json.loads(target.read_text(encoding="utf-8"))
        return made["metadata"]["alkit"]["digest"] == _digest(source, parameters)
    except (OSError, ValueError, KeyError, TypeError):  # not there, or damaged: it is made again
        return False


def _digest(source: Path, parameters: dict) -> str:
    """What a notebook was made from: its source, its parameters, and the files of alkit that it imports."""
    text = source.read_text(encoding="utf-8")
    parts = [text, *_contents(_closure(text)), json.dumps(parameters, sort_keys=True)]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


def _contents(paths: frozenset[Path]) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(paths)]


@cache
def _closure(code: str, package: Path = PACKAGE) -> frozenset[Path]:
    """The files of alkit that `code` imports, directly or not; a table beside a module of its name counts as the module's."""
    found: set[Path] = set()
    left = [code]
    while left:
        for path in _imported(left.pop(), package) - found:
            found.add(path)
            if path.suffix == ".py":
                left.append(path.read_text(encoding="utf-8"))
    return frozenset(found)


def _imported(code: str, package: Path) -> set[Path]:
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    stems = [package.parent.joinpath(*name.split(".")) for name in names if name.split(".")[0] == package.name]
    files = [path for stem in stems for path in (stem / "__init__.py", stem.with_suffix(".py"), stem.with_suffix(".csv"))]
    files += [package / "__init__.py"] if stems else []
    return {path for path in files if path.exists()}
