"""All experiments of a profile, side by side."""

import os
import time
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from pathlib import Path

from tqdm import tqdm

from alkit.files.lock import Busy, held
from alkit.paths import NOTEBOOKS, data_root, shown
from alkit.run.execute import execute, is_current, scratch
from alkit.run.grid import Experiment, Profile
from alkit.run.plan import Estimate, in_words, side_by_side


def reproduce(profile: Profile, estimate: Estimate, num_workers: int, executor: Executor | None = None) -> list[str]:
    """Run every experiment that has rounds to compute, or no notebook of today's source; the names of those that failed.

    Experiments run side by side, one process with one thread a core (for these small networks faster than one process
    on all cores), `num_workers` at a time; with an `executor`, wherever that runs them. Rounds already logged are not computed
    again.
    """
    todo = [e for e in profile.experiments if not _is_done(e)]
    done = len(profile.experiments) - len(todo)
    left = in_words(side_by_side(map(estimate.seconds_left, todo), num_workers))
    print(
        f"{profile.name}: {len(profile.experiments)} experiments, {done} done; about {left} left, {num_workers} at a time "
        f"({estimate.basis(todo)})",
        flush=True,
    )
    progress = Progress(len(profile.experiments), todo, estimate, num_workers)
    if executor:
        return _run_all(todo, progress, executor)
    pool = ThreadPoolExecutor(num_workers)
    try:
        return _run_all(todo, progress, pool)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def environment() -> dict[str, str]:
    """What a notebook's kernel is told: threads, data, and none of a user's own IPython or matplotlib configuration."""
    settings = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return settings | {"ALKIT_DATA": str(data_root()), "IPYTHONDIR": str(scratch() / "ipython")}


def _run_all(todo: list[Experiment], progress: "Progress", pool: Executor) -> list[str]:
    failed, elsewhere, told, data = [], [], set(), str(data_root())
    futures = {pool.submit(_run, e, data): e for e in todo}
    pending = set(futures)
    while pending or elsewhere:
        if not pending:  # all that is left is what another process is at
            time.sleep(1)
            futures = {pool.submit(_run, e, data): e for e in elsewhere}
            pending, elsewhere = set(futures), []
        finished, pending = wait(pending, timeout=1, return_when=FIRST_COMPLETED)
        for future in finished:
            experiment, error = futures[future], future.exception()
            if isinstance(error, Busy):
                elsewhere.append(experiment)
                if experiment.name not in told:
                    progress.bar.write(f"{experiment.name} is run by another process; this one goes on with others, then waits")
                    told.add(experiment.name)
                continue
            if error:
                failed.append(experiment.name)
            progress.finished(experiment, error)
        progress.show()
    progress.bar.close()
    return failed


def _run(experiment: Experiment, data: str) -> None:
    """Run it with the data sets in that folder, here or on another machine. Raises Busy where another process is at it."""
    os.environ.update(environment() | {"ALKIT_DATA": data})
    with held(experiment.folder / "notebook.lock"):
        if not _is_done(experiment):  # it may have been done there meanwhile
            execute(*notebook_of(experiment))


def notebook_of(experiment: Experiment) -> tuple[Path, Path, dict]:
    """Source, target and parameters of an experiment's notebook."""
    first = experiment.configs[0]
    parameters = {
        "scenario": experiment.scenario, "dataset": first.dataset, "model": first.model,
        "acquisition": first.acquisition, "noise": first.noise, "seeds": [c.seed for c in experiment.configs],
        "settings": first.settings, "folder": shown(experiment.folder),
    }  # fmt: skip
    return NOTEBOOKS / "experiment.py", experiment.folder / "notebook.ipynb", parameters


def _is_done(experiment: Experiment) -> bool:
    return experiment.rounds_done() >= experiment.total_rounds and is_current(*notebook_of(experiment))


class Progress:
    """How much is left: a bar on a terminal, a line an experiment, and elsewhere a line every five minutes."""

    def __init__(self, total: int, todo: list[Experiment], estimate: Estimate, num_workers: int):
        self.total, self.left, self.estimate, self.num_workers = total, list(todo), estimate, num_workers
        self.start = self.shown = time.monotonic()
        self.at_start = sum(map(estimate.seconds_left, todo))
        form = "{percentage:3.0f} %|{bar}| {postfix}"
        self.bar = tqdm(total=max(round(self.at_start), 1), disable=None, bar_format=form)  # none but on a terminal

    def finished(self, experiment: Experiment, error: BaseException | None) -> None:
        self.left.remove(experiment)
        count = f"[{self.total - len(self.left)}/{self.total}]"
        text = f"FAILED {experiment.name}\n{error}" if error else f"{experiment.name}  ({self._time_left(self._each())} left)"
        self.bar.write(f"{count} {text}")

    def show(self) -> None:
        each = self._each()
        self.bar.n = min(self.bar.total, max(0, round(self.at_start - sum(each))))
        done = [(e, e.rounds_done()) for e in self.left]
        rounds = ", ".join(f"{e.name} {count}/{e.total_rounds}" for e, count in done if 0 < count < e.total_rounds)
        text = f"{self.total - len(self.left)}/{self.total} experiments, {self._time_left(each)} left; rounds: {rounds}"
        self.bar.set_postfix_str(text)
        if self.bar.disable and time.monotonic() - self.shown > 300:
            self.bar.write(text)
            self.shown = time.monotonic()

    def _each(self) -> list[float]:
        """The seconds that are left of each experiment; every log is read for it."""
        return list(map(self.estimate.seconds_left, self.left))

    def _time_left(self, each: list[float]) -> str:
        """The estimate, corrected by how long what is done took beside its own estimate."""
        seconds, elapsed = side_by_side(each, self.num_workers), time.monotonic() - self.start
        done = self.at_start - sum(each)
        pace = elapsed * self.num_workers / done if elapsed > 30 and done > 0 else 1.0
        return in_words(seconds * pace)
