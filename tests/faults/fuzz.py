"""Damaged files for the readers of logs, params, data and notebooks: each is read as it stands, or refused in one line."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

import nbformat
import numpy as np
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alkit.config import Config
from alkit.files import log
from alkit.files.sources import load
from alkit.run.execute import is_current
from alkit.run.grid import read_profile
from alkit.run.params import read_params
from alkit.run.stale import digest

DEADLINE = timedelta(seconds=30)  # of one input on a machine that is busy; a hundredth of a second is usual
PIECES = [
    b"null", b"-", b"[", b"{", b'"', b"1e999", b"NaN", b"\n", b"\r", b": ", b", ", b"&a", b"*a", b"!!",
    b"[" * 3000, b"9" * 5000, b'{"a": ' * 100_000,
]  # fmt: skip


@st.composite
def damaged(draw, content: bytes) -> bytes:
    """`content` with a few of its bytes replaced, left out or written twice."""
    found = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(found))), draw(st.integers(0, 8))
        start = draw(st.integers(0, len(found)))
        again = st.integers(0, 60).map(lambda size, start=start: bytes(found[start : start + size]))
        found[at : at + length] = draw(st.one_of(st.binary(max_size=4), st.sampled_from(PIECES), again))
    return bytes(found)


@dataclass(frozen=True)
class Reader:
    """`write` makes a sound file in a folder; `check` reads it after damage, and whether it was taken.

    AssertionError from `check`: what was read is not what stands there, or the refusal is no line that names the file.
    Whatever else it raises is a crash.
    """

    write: Callable[[Path], Path]
    check: Callable[[Path], bool]


def refused(error: ValueError, path: Path) -> bool:
    assert path.name in str(error) and "\n" not in str(error), str(error)
    return False


def write_log(folder: Path) -> Path:
    config = Config(dataset="digits", num_initial=20, num_valid=50, num_rounds=2, query_size=3, epochs=1, device="cpu")
    path = folder / "fuzzed.jsonl"
    list(log.resume(path, config, load("digits", device="cpu")))
    return path


NEWER = {"device": "", "test_correct": None}  # than some logs, and what is read where they are missing


def check_log(path: Path) -> bool:
    try:
        header, rounds = log.read(path)
    except ValueError as error:
        return refused(error, path)
    *lines, _torn = path.read_bytes().split(b"\n")
    first, *others = [json.loads(line, object_pairs_hook=different) for line in lines]
    assert header == first
    assert len(rounds) == len(others)
    for one, other in zip(rounds, others, strict=True):
        for name in (f.name for f in fields(one) if f.compare):  # the others are in no log
            value = getattr(one, name)
            assert (list(value) if name == "query" else value) == other.get(name, NEWER.get(name))
    return True


def different(pairs: list[tuple]) -> dict:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def write_params(folder: Path) -> Path:
    path = folder / "fuzzed.yaml"
    path.write_text("about: mine\nseeds: [0, 1]\ndefaults: {epochs: 2, learning_rate: 0.1}\n"
                    "grid:\n  - scenario: constrained\n    dataset: digits\n    noise: [none, gaussian]\n")  # fmt: skip
    return path


def check_params(path: Path) -> bool:
    try:
        read_profile(path.stem, path.parent / "outputs", path.parent)
    except ValueError as error:
        return refused(error, path)
    assert read_params(path) == yaml.safe_load(path.read_bytes())
    return True


def write_npz(folder: Path) -> Path:
    draw = np.random.default_rng(0)
    images = {f"x_{part}": draw.integers(0, 256, (n, 4, 4), dtype=np.uint8) for part, n in (("train", 6), ("test", 3))}
    labels = {f"y_{part}": np.arange(n) % 3 for part, n in (("train", 6), ("test", 3))}
    np.savez(folder / "fuzzed.npz", **images, **labels, source="by hand", class_names=["a", "b", "c"])
    return folder / "fuzzed.npz"


def check_npz(path: Path) -> bool:
    try:
        found = load(path.stem, path.parent, "cpu")
    except ValueError as error:
        return refused(error, path)
    assert found.digest == SOUND_DIGEST  # an archive has a checksum of each array
    return True


SOUND_DIGEST = "d40785abfe78"  # of what `write_npz` writes


def write_notebook(folder: Path) -> Path:
    (folder / "source.py").write_text("# %%\nprint(1)\n")
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)", execution_count=1)])
    made.metadata["alkit"] = {"digest": digest(folder / "source.py", {})}
    nbformat.write(made, folder / "fuzzed.ipynb")
    return folder / "fuzzed.ipynb"


def check_notebook(path: Path) -> bool:
    source = path.with_name("source.py")
    current = is_current(source, path, {})
    if current:
        assert json.loads(path.read_text(encoding="utf-8"))["metadata"]["alkit"]["digest"] == digest(source, {})
    return current


READERS = {
    "log": Reader(write_log, check_log),
    "params": Reader(write_params, check_params),
    "npz": Reader(write_npz, check_npz),
    "notebook": Reader(write_notebook, check_notebook),
}


def fuzz(name: str, folder: Path, num_inputs: int, derandomize: bool = True) -> Counter:
    """How many of `num_inputs` damaged files the reader took and refused; whatever else it does is raised."""
    reader, counts = READERS[name], Counter()
    path = reader.write(folder)
    sound = path.read_bytes()

    @settings(
        max_examples=num_inputs, deadline=DEADLINE, database=None, derandomize=derandomize,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(damaged(sound))
    def once(content: bytes) -> None:
        path.write_bytes(content)
        counts["taken" if reader.check(path) else "refused"] += 1

    assert reader.check(path)
    once()
    return counts
