"""What tests share. Shapes and types of the method's tensor code are checked by jaxtyping's plugin (pyproject.toml)."""

import contextlib
import io
import json
import os
import subprocess
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import yaml
from filelock import FileLock

from alkit.config import Config
from alkit.data import Dataset
from alkit.files.sources import load
from alkit.paths import PROJECT
from alkit.run.grid import read_profile

torch.set_num_threads(1)  # as a run has


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load("digits", device="cpu")


@pytest.fixture(scope="session")
def tiny() -> Config:
    """A run of seconds on the digits."""
    return Config(
        dataset="digits", num_initial=20, num_valid=50, num_rounds=3, query_size=10, epochs=4, learning_rate=0.05,
        batch_size=16, device="cpu",
    )  # fmt: skip


@pytest.fixture(scope="session")
def random_log_probs():
    """Log-probabilities of a pool of which some images are certain, some not: their expected entropies differ widely."""

    def make(pool=40, sample=7, num_classes=5, seed=0, dtype=torch.float64):
        draw = torch.Generator().manual_seed(seed)
        sharpness = torch.logspace(-1, 1.2, pool, dtype=dtype)[torch.randperm(pool, generator=draw)]
        logits = torch.randn(pool, sample, num_classes, generator=draw, dtype=dtype) * sharpness[:, None, None]
        return logits.log_softmax(dim=-1)

    return make


@pytest.fixture(scope="session")
def wait():
    """Wait until a condition holds; the test fails if it does not in so many seconds."""

    def wait(condition, seconds=120):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def processes_with():
    """The processes that a variable of the environment (name=value) was handed on to; none where there is no /proc."""

    def find(variable):
        found = []
        for path in os.listdir("/proc") if os.path.isdir("/proc") else []:
            with contextlib.suppress(OSError), open(f"/proc/{path}/environ", "rb") as file:
                if variable.encode() in file.read().split(b"\0"):
                    found.append(path)
        return found

    return find


@pytest.fixture(scope="session")
def without_seconds():
    """Of rounds, what is the same whenever and however often they are run."""
    what = ("number", "num_labelled", "valid_accuracy", "test_accuracy", "test_correct", "query")
    return lambda rounds: [tuple(getattr(one, name) for name in what) for one in rounds]


@pytest.fixture(scope="session")
def without_times():
    """The lines of a log as JSON, but for when it was made and how long that took."""

    def read(log):
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        return [{k: v for k, v in line.items() if k != "started" and not k.endswith("seconds")} for line in lines]

    return read


@pytest.fixture(scope="session")
def change():
    """Set fields of one line of a log, counted from 1: the header, then round 0."""

    def change(path, line, **values):
        lines = path.read_bytes().splitlines(keepends=True)
        lines[line - 1] = json.dumps({**json.loads(lines[line - 1]), **values}).encode() + b"\n"
        path.write_bytes(b"".join(lines))

    return change


@pytest.fixture(scope="session")
def committed():
    """The files in outputs/ that belong to the project, whatever else was run there."""
    listed = subprocess.run(["git", "ls-files", "outputs"], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [PROJECT / name for name in listed.stdout.splitlines() if (PROJECT / name).exists()]


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

    def alkit(folder, name, *more):
        from alkit.__main__ import main

        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*command(folder, name), *more])
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
