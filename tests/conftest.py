"""What tests share. Shapes and types of the method's tensor code are checked by jaxtyping's plugin (pyproject.toml)."""

import contextlib
import io
import json
import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import yaml
from filelock import FileLock

from alkit.config import Config
from alkit.data import Dataset
from alkit.files.sources import load
from alkit.run.grid import read_profile

torch.set_num_threads(1)  # as a run has


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load("digits", device="cpu")


@pytest.fixture
def tiny() -> Config:
    """A run of seconds on the digits."""
    return Config(
        dataset="digits", num_initial=20, num_valid=50, num_rounds=3, query_size=10, epochs=4, learning_rate=0.05,
        batch_size=16, device="cpu",
    )  # fmt: skip


@pytest.fixture
def write_npz(tmp_path):
    """Write <tmp_path>/<name>.npz with noise images; keyword arguments replace or (None) remove arrays."""

    def write(name="mine", num_train=60, num_test=20, num_classes=3, shape=(12, 12), **changes):
        rng = np.random.default_rng(0)
        arrays = {
            "x_train": rng.integers(0, 256, (num_train, *shape), dtype=np.uint8),
            "y_train": np.arange(num_train) % num_classes,
            "x_test": rng.integers(0, 256, (num_test, *shape), dtype=np.uint8),
            "y_test": np.arange(num_test) % num_classes,
        } | changes
        path = tmp_path / f"{name}.npz"
        np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
        return path

    return write


TINY = {
    "about": "A pipeline test.",
    "seeds": [0, 1],
    "defaults": {"dataset": "digits", "num_initial": 20, "num_valid": 50, "num_rounds": 2, "query_size": 10,
                 "epochs": 2, "learning_rate": 0.05, "batch_size": 16, "last_batch": "merge", "device": "cpu"},
    "grid": [
        {"scenario": "constrained", "acquisition": "bald", "noise": "gaussian"},
        {"scenario": "ideal_fine", "acquisition": "entropy"},
        {"scenario": "supervised", "model": "resnet18", "num_rounds": 0},
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def pipeline() -> SimpleNamespace:
    """A tiny profile: `write` its params file into a folder, and what `alkit` returns and prints of it there."""

    def write(folder, **changes):
        (folder / "tiny.yaml").write_text(yaml.safe_dump({**TINY, **changes}))

    def command(folder, name):
        return [name, "tiny", "--params", str(folder), "--outputs", str(folder / "outputs")]

    def alkit(folder, name):
        from alkit.__main__ import main

        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(command(folder, name))
        return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())

    return SimpleNamespace(TINY=TINY, write=write, command=command, alkit=alkit)


@pytest.fixture(scope="session")
def made(tmp_path_factory, pipeline):
    """A folder in which the tiny profile was reproduced, and what that printed; processes of one `make test` share it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, said = base / "made", base / "made.json"
    with FileLock(base / "made.lock"):
        if not said.exists():
            folder.mkdir()
            pipeline.write(folder)
            said.write_text(json.dumps(vars(pipeline.alkit(folder, "reproduce"))))
    return folder, SimpleNamespace(**json.loads(said.read_text()))


def bought(config, number):
    """The images of a round's query: others in each round, none in the last."""
    size = config.query_size
    return list(range(number * size, (number + 1) * size)) if number < config.num_rounds else []


@pytest.fixture
def logged(tmp_path):
    """Write <tmp_path>/<name>.yaml and a finished log for each of its runs; the profile.

    `accuracy(config, number)` is the share that a round measures, in validation and, in the last, on the test set.
    """

    def write(grid, name="mine", accuracy=lambda config, number: 0.5, source="s", **content):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({"seeds": [0, 1], "grid": grid, **content}))
        profile = read_profile(name, tmp_path / "outputs", tmp_path)
        for experiment in profile.experiments:
            for config in experiment.configs:
                path = experiment.log_path(config)
                path.parent.mkdir(parents=True, exist_ok=True)
                header = {"config": config.as_dict(), "data": {"digest": f"{config.dataset}-1", "source": source},
                          "device": "cpu", "versions": {"torch": "2"}}  # fmt: skip
                rounds = [
                    {"number": n, "num_labelled": config.num_labelled(n), "query": bought(config, n), "train_seconds": 0.0,
                     "valid_accuracy": accuracy(config, n) if config.evaluated(n) else None,
                     "test_accuracy": accuracy(config, n) if n == config.num_rounds else None,
                     "evaluate_seconds": 0.0, "query_seconds": 0.0} for n in range(config.num_rounds + 1)
                ]  # fmt: skip
                path.write_text("".join(json.dumps(line) + "\n" for line in [header, *rounds]))
        return profile

    return write
