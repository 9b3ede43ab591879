"""Many runs side by side, each with its log, and what is measured of each: what the findings compare."""

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pandas as pd

from alkit.config import Config
from alkit.determinism import resolve_device
from alkit.files.log import logged_config, resume
from alkit.files.sources import load
from alkit.files.whole import write
from alkit.paths import shown
from alkit.run.cores import cores
from alkit.split import check


def sweep(configs: Iterable[Config], folder: Path) -> pd.DataFrame:
    """The rounds of all runs, one a row: the config's fields, then the round's; accuracies in per cent.

    A run is read from its log in `folder`, or computed and logged: one process with one thread a core, as far as
    memory goes, or one run at a time on a GPU. Raises ValueError before any work if one of them could not run.
    """
    from joblib import Parallel, delayed  # its import takes longer than a small sweep

    configs = list(dict.fromkeys(configs))
    for config in configs:
        check(config, loaded(config.dataset, device="cpu"))
    on_cpu = all(resolve_device(c.device).type == "cpu" for c in configs)
    # No worker is replaced while others still train.
    workers = Parallel(n_jobs=cores() if on_cpu else 1, idle_worker_timeout=3600)
    found = workers(delayed(_rows)(config, Path(folder)) for config in configs)
    frame = pd.DataFrame([row for rows in found for row in rows])
    for column in ("valid_accuracy", "test_accuracy"):
        frame[column] = 100 * frame[column].astype(float)
    return frame


def measured(function: Callable[..., dict], configs: Iterable[Config], folder: Path, **settings) -> list[dict]:
    """What `function(config, **settings)` finds of each config: JSON, kept in `folder` under its name beside the runs' logs.

    What is there is read, the rest computed, one process a core. Raises ValueError for a file of other settings or data.
    """
    from joblib import Parallel, delayed

    settings = json.loads(json.dumps(settings))  # as the file will have them: a tuple is a list there
    found: dict[Path, dict] = {}
    missing: dict[Path, tuple[Config, dict]] = {}
    paths = []
    for config in configs:
        path = log_path(config, folder).with_suffix(f".{function.__name__}.json")
        paths.append(path)
        made_of = {
            "config": {**config.as_dict(), "device": "auto"},
            "settings": settings,
            "data": loaded(config.dataset, device="cpu").digest,
        }
        if not path.exists():
            missing[path] = (config, made_of)
            continue
        kept = json.loads(path.read_text(encoding="utf-8"))
        kept["config"] = logged_config(kept).as_dict()  # with the fields that are newer than the file
        for key, value in made_of.items():
            if kept[key] != value:
                raise ValueError(f"{shown(path)} was measured with {key} {kept[key]}, not {value}; use another folder")
        found[path] = kept["found"]
    workers = Parallel(n_jobs=cores(), idle_worker_timeout=3600, return_as="generator")
    results = workers(delayed(function)(config, **settings) for config, _ in missing.values())
    for (path, (_, made_of)), result in zip(missing.items(), results, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, json.dumps({**made_of, "found": result}) + "\n")
        found[path] = json.loads(path.read_text(encoding="utf-8"))["found"]  # as it will be read, its keys being strings
    return [found[path] for path in paths]


def log_path(config: Config, folder: Path) -> Path:
    """Where a sweep keeps the log of one run."""
    return Path(folder) / f"{config.label}-seed-{config.seed}.jsonl"


loaded = cache(load)


def _rows(config: Config, folder: Path) -> list[dict]:
    rounds = resume(log_path(config, folder), config, loaded(config.dataset, device=config.device))
    return [{**config.as_dict(), **vars(found)} for found in rounds]
