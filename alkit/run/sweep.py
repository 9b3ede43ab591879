"""Many runs side by side, each with its log: what the findings compare."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd

from alkit.config import Config
from alkit.data import Dataset
from alkit.determinism import resolve_device
from alkit.log import resume
from alkit.sources import load
from alkit.split import check


def sweep(configs: Iterable[Config], folder: Path) -> pd.DataFrame:
    """The rounds of all runs, one a row: the config's fields, then the round's; accuracies in per cent.

    A run is read from its log in `folder`, or computed and logged: one process with one thread a core, or one run at a
    time on a GPU. Raises ValueError before any work if one of them could not run.
    """
    from joblib import Parallel, cpu_count, delayed  # its import takes longer than a small sweep

    configs = list(dict.fromkeys(configs))
    for config in configs:
        check(config, _data(config.dataset, "cpu"))
    on_cpu = all(resolve_device(c.device).type == "cpu" for c in configs)
    workers = Parallel(
        n_jobs=cpu_count() if on_cpu else 1, idle_worker_timeout=3600
    )  # none is replaced while others still train
    found = workers(delayed(_rows)(config, Path(folder)) for config in configs)
    frame = pd.DataFrame([row for rows in found for row in rows])
    for column in ("valid_accuracy", "test_accuracy"):
        frame[column] = 100 * frame[column].astype(float)
    return frame


def log_path(config: Config, folder: Path) -> Path:
    """Where a sweep keeps the log of one run."""
    return Path(folder) / f"{config.label}-seed-{config.seed}.jsonl"


@cache
def _data(name: str, device: str) -> Dataset:
    return load(name, device=device)


def _rows(config: Config, folder: Path) -> list[dict]:
    rounds = resume(log_path(config, folder), config, _data(config.dataset, config.device))
    return [{**config.as_dict(), **vars(found)} for found in rounds]
