"""Notebooks run by papermill: one, all experiments of a profile side by side, and the report from them."""

import ast
import base64
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import jupytext
import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from PIL import Image

from alkit.determinism import resolve_device
from alkit.paths import NOTEBOOKS, data_root, shown
from alkit.run.grid import Experiment, Profile, settings
from alkit.run.kernels import KernelManager
from alkit.run.plan import Estimate, in_words

CODE = [path.read_text() for path in sorted(Path(__file__).parents[1].rglob("*.py"))]  # what runs, whatever is edited meanwhile
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailed(Exception):
    """A notebook stopped at an error; the message holds its traceback and where the notebook is."""


def execute(source: Path, target: Path, parameters: dict) -> None:
    """Run the percent-format notebook `source` with `parameters` and write it to `target` when it is complete.

    Raises NotebookFailed; the notebook with its error is then kept as `failed.ipynb` beside the target.
    """
    notebook, digest = jupytext.read(source), _digest(source, parameters)
    unknown = set(parameters) - _parameter_names(notebook)
    if unknown:
        known = ", ".join(sorted(_parameter_names(notebook)))
        raise ValueError(f"{shown(source)} has no parameter {', '.join(sorted(unknown))}; choose {known}")
    target.parent.mkdir(parents=True, exist_ok=True)
    failed = target.with_name("failed.ipynb")
    with tempfile.TemporaryDirectory(prefix="alkit-") as folder:
        plain, running = Path(folder, "source.ipynb"), Path(folder, target.name)
        nbformat.write(notebook, plain)
        try:
            papermill.execute_notebook(
                plain, running, parameters, kernel_name="python3", language="python",
                progress_bar=False, kernel_manager_class=KernelManager,
                shutdown_kernel="immediate",  # its cells are done: a second less a notebook
            )  # fmt: skip
            done = nbformat.read(running, as_version=4)
            # A kernel that was killed leaves a notebook that looks complete but for the cells it never ran.
            if any(c.cell_type == "code" and c.source and c.execution_count is None for c in done.cells):
                raise DeadKernelError("the kernel was killed")
        except (PapermillExecutionError, DeadKernelError, RuntimeError) as error:
            if running.exists():
                shutil.copyfile(running, failed)
            raise NotebookFailed(f"{ANSI.sub('', str(error)).strip()}\nNotebook: {shown(failed)}") from None
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
    """Whether `target` was made from this source with these parameters, by the code that is here now."""
    if not target.exists():
        return False
    return nbformat.read(target, as_version=4).metadata.get("alkit", {}).get("digest") == _digest(source, parameters)


def reproduce(profile: Profile, estimate: Estimate, num_workers: int | None = None) -> list[str]:
    """Run every experiment whose notebook is not there yet; the names of those that failed.

    Experiments run side by side, one process with one thread a core (for these small networks faster than one process
    on all cores), or one at a time on a GPU. Rounds already logged are not computed again.
    """
    todo = [e for e in profile.experiments if not _is_done(e)]
    num_workers = num_workers or default_workers(profile)
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", ALKIT_DATA=str(data_root().absolute()))
    print(
        f"{profile.name}: {len(profile.experiments)} experiments, {len(profile.experiments) - len(todo)} done; "
        f"about {in_words(sum(map(estimate.seconds_left, todo)) / num_workers)} left with {num_workers} at a time",
        flush=True,
    )
    progress, failed = Progress(profile, todo, estimate, num_workers), []
    with ThreadPoolExecutor(num_workers) as pool:
        futures = {pool.submit(_run, e, progress): e for e in todo}
        pending = set(futures)
        try:
            while pending:
                finished, pending = wait(pending, timeout=1, return_when=FIRST_COMPLETED)
                for future in finished:
                    error = future.exception()
                    if error:
                        failed.append(futures[future].name)
                    progress.finished(futures[future], error)
                progress.show()
        except KeyboardInterrupt:
            print(f"\nInterrupted. Finished rounds are kept; `make reproduce PROFILE={profile.name}` goes on from them.")
            sys.stdout.flush()
            os._exit(130)  # the kernels see their parent gone and end too
    return failed


def default_workers(profile: Profile) -> int:
    """As many experiments at a time as there are cores to use, or one on a GPU."""
    if any(resolve_device(c.device).type != "cpu" for e in profile.experiments for c in e.configs):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _notebook(experiment: Experiment) -> tuple[Path, Path, dict]:
    """Source, target and first cell of an experiment's notebook."""
    first = experiment.configs[0]
    parameters = {
        "scenario": experiment.scenario, "dataset": first.dataset, "model": first.model,
        "acquisition": first.acquisition, "noise": first.noise, "seeds": [c.seed for c in experiment.configs],
        "settings": settings(first), "folder": shown(experiment.folder),
    }  # fmt: skip
    return NOTEBOOKS / "experiment.py", experiment.folder / "notebook.ipynb", parameters


def _run(experiment: Experiment, progress: "Progress") -> None:
    progress.running.append(experiment)
    execute(*_notebook(experiment))


def _is_done(experiment: Experiment) -> bool:
    return experiment.rounds_done() >= experiment.num_rounds and is_current(*_notebook(experiment))


def _digest(source: Path, parameters: dict) -> str:
    parts = [source.read_text(), *CODE, json.dumps(parameters, sort_keys=True)]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]


def _parameter_names(notebook: nbformat.NotebookNode) -> set[str]:
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    statements = [s for c in cells for s in ast.parse(c.source).body if isinstance(s, ast.Assign)]
    return {t.id for s in statements for t in s.targets if isinstance(t, ast.Name)}


class Progress:
    """What is running and how much is left: one line rewritten on a terminal, a line an experiment elsewhere."""

    def __init__(self, profile: Profile, todo: list[Experiment], estimate: Estimate, num_workers: int):
        self.estimate, self.num_workers, self.total = estimate, num_workers, len(profile.experiments)
        self.left, self.running = list(todo), []  # lists change in one step, so the threads need no lock
        self.left_at_start, self.start, self.line = self._seconds_left(), time.monotonic(), ""
        self.shown = self.start

    def finished(self, experiment: Experiment, error: BaseException | None) -> None:
        self.left.remove(experiment)
        self.running.remove(experiment)
        count = f"[{self.total - len(self.left)}/{self.total}]"
        if error:
            self._print(f"{count} FAILED {experiment.name}\n{error}\n")
        else:
            self._print(f"{count} {experiment.name}  ({self._time_left()} left)\n")

    def show(self) -> None:
        """The running experiments and their rounds: every second on a terminal, every five minutes elsewhere."""
        terminal = sys.stdout.isatty()
        if not terminal and time.monotonic() - self.shown < 300:
            return
        self.shown = time.monotonic()
        rounds = ", ".join(f"{e.rounds_done()}/{e.num_rounds} {e.name}" for e in self.running)
        line = f"[{self.total - len(self.left)}/{self.total}] {self._time_left()} left; rounds {rounds}"
        if terminal:
            self._print(line[: shutil.get_terminal_size().columns - 1])
            self.line = line
        else:
            self._print(line + "\n")

    def _print(self, text: str) -> None:
        print("\r" + " " * len(self.line) + "\r" + text if self.line else text, end="", flush=True)
        self.line = ""

    def _seconds_left(self) -> float:
        return sum(map(self.estimate.seconds_left, self.left))

    def _time_left(self) -> str:
        """The estimate, corrected by how long what is done took beside its own estimate."""
        left, elapsed = self._seconds_left(), time.monotonic() - self.start
        done = self.left_at_start - left
        pace = elapsed * self.num_workers / done if elapsed > 30 and done > 0 else 1.0
        return in_words(left * pace / self.num_workers)
