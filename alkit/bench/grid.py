"""A small grid on all cores: how much of them trains or scores, and what an experiment costs beside that."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from alkit.files import log
from alkit.run.grid import read_profile
from alkit.run.plan import default_workers


def grid(dataset: str = "mnist", num_experiments: int = 6, num_rounds: int = 18) -> dict[str, float]:
    """Run `num_experiments` LeNet experiments with BALD by `python -m alkit reproduce`, one seed each.

    `busy` is the share of all cores' time, from the first experiment's start to the last one's notebook, that the logs account
    for as training, evaluating or querying; `overhead` is the rest, in seconds of a core an experiment; `start` is how many
    seconds the command takes, once, before it starts experiments.
    """
    with tempfile.TemporaryDirectory(prefix="alkit-") as name:
        folder = Path(name)
        settings = {"dataset": dataset, "acquisition": "bald", "num_rounds": num_rounds, "num_initial": 500, "device": "cpu"}
        parts = [{"scenario": f"part_{i}"} for i in range(num_experiments)]
        profile = {"about": "A small grid.", "seeds": [0], "defaults": settings, "grid": parts}
        (folder / "bench.yaml").write_text(yaml.safe_dump(profile), encoding="utf-8")
        start = time.time()
        command = [sys.executable, "-m", "alkit", "reproduce", "bench", "--params", name, "--outputs", name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as running:
            running.stdout.readline()  # "bench: N experiments": they start now
            started = time.time()
            running.communicate()
        if running.returncode:
            raise RuntimeError(f"{' '.join(command)} failed")
        profile = read_profile("bench", folder, folder)
        notebooks = [e.folder / "notebook.ipynb" for e in profile.experiments]
        wall = max(path.stat().st_mtime for path in notebooks) - started
        found = [r for e in profile.experiments for r in log.read(e.log_path(e.configs[0]))[1]]
        logged = sum(map(log.seconds, found))
        cores = default_workers(profile)
    return {
        "experiments": num_experiments,
        "start": started - start,
        "minutes": wall / 60,
        "busy": logged / (cores * wall),
        "overhead": (cores * wall - logged) / num_experiments,
    }
