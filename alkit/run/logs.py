"""A profile's logs without its notebooks, where there is torch but no Jupyter: python -m alkit.run.logs PROFILE.

What it writes is what `make reproduce` would have logged. Brought back to outputs/, `make reproduce` finds nothing left to
compute and makes the notebooks and the report.
"""

import signal
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

from joblib import Parallel, delayed

from alkit import stopping
from alkit.config import Config
from alkit.files.log import resume
from alkit.files.sources import load
from alkit.run.arguments import Parser, experiments, folders, workers
from alkit.run.grid import Profile, check_all, load_all, only, read_profile
from alkit.run.plan import default_workers


def write_logs(profile: Profile, num_workers: int) -> list[str]:
    """Compute the rounds that no log has, `num_workers` runs at a time, one thread each; the runs that failed, and why."""
    todo = [(e.log_path(c), c) for e in profile.experiments for c in e.configs if e.rounds_of(c) <= c.num_rounds]
    runs = sum(len(e.configs) for e in profile.experiments)
    print(f"{profile.name}: {runs} runs, {runs - len(todo)} done; {num_workers} at a time", flush=True)
    pool, failed = Parallel(n_jobs=num_workers, return_as="generator_unordered", idle_worker_timeout=3600), []
    for path, error in pool(delayed(_run)(*one) for one in todo):
        name = f"{path.parent.name}/{path.name}"
        if error:
            failed.append(f"{name}: {error}")
        print(f"FAILED {failed[-1]}" if error else name, flush=True)
    return failed


def _run(path: Path, config: Config) -> tuple[Path, str]:
    """Compute one run to its end; its log, and in one line what stopped it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for _ in resume(path, config, load(config.dataset, device=config.device)):
            pass
    except (ValueError, OSError, FloatingPointError, RuntimeError, MemoryError) as error:
        # A log of something else or in use, a disk or memory that is full, training that diverged: the others go on.
        return path, str(error) or type(error).__name__
    return path, ""


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        prog="python -m alkit.run.logs", description=__doc__.split("\n")[0], parents=[experiments(), workers("runs"), folders()]
    )
    try:
        args = parser.parse_args(arguments)
        profile = read_profile(args.profile, args.outputs, args.params)
        profile = profile if args.only is None else only(profile, args.only)
        check_all(profile, load_all(profile))
        return int(bool(write_logs(profile, args.workers or default_workers(profile))))
    except (ValueError, OSError, BrokenExecutor) as error:  # BrokenExecutor: a worker was killed, for want of memory
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    except KeyboardInterrupt:
        print("\nInterrupted. Finished rounds are kept; the same command goes on from them", flush=True)
        return 130


if __name__ == "__main__":
    stopping.on_signals(signal.default_int_handler)
    sys.exit(main())
