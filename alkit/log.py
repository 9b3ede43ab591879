"""The log of a run: JSON lines, both its result and its checkpoint.

One header line (what was run, on what data, with which versions), then one line a round, on disk before the next begins.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from alkit.config import Config, from_dict
from alkit.data import Dataset
from alkit.determinism import device_name
from alkit.loop import Round, run
from alkit.paths import shown


def resume(path: str | Path, config: Config, data: Dataset) -> Iterator[Round]:
    """The run's rounds: those in the log at `path`, then the missing ones, each logged before it is yielded.

    A finished run replays at once. Raises ValueError if the log is of another configuration or other data, or if
    another process is writing it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(f"{shown(path)} is being written by another process; wait for it or stop it") from None
    try:
        done = _reopen(path, config, data)
        yield from done
        if len(done) <= config.num_rounds:
            with path.open("a") as file:
                for found in run(config, data, done):
                    _append(file, asdict(found))
                    yield found
    finally:
        lock.release()


def read(path: str | Path) -> tuple[dict, list[Round]]:
    """Header and rounds of a log; what a killed process left of a last line is not there."""
    path = Path(path)
    header, *lines = _whole_lines(path)
    names = {f.name for f in fields(Round)}
    rounds = [Round(**{k: tuple(v) if k == "query" else v for k, v in line.items() if k in names}) for line in lines]
    if [r.number for r in rounds] != list(range(len(rounds))):
        raise ValueError(f"{shown(path)} is damaged: its rounds are not 0, 1, 2, ...; move it away to compute the run again")
    return header, rounds


def check_log(path: str | Path, config: Config, data: Dataset) -> int:
    """The number of rounds in the log at `path`, 0 if there is none; ValueError if it is of another configuration."""
    path = Path(path)
    if not path.exists() or not _whole_lines(path):
        return 0
    header, rounds = read(path)
    logged = from_dict(header["config"])  # fields that are newer than the log have their defaults
    if logged != config:
        mine, theirs = config.as_dict(), logged.as_dict()
        differs = ", ".join(f"{k}: {theirs[k]} -> {v}" for k, v in mine.items() if v != theirs[k] and k != "device")
        raise ValueError(f"{shown(path)} holds a run of another configuration ({differs}); move it away or use another folder")
    if header["data"]["digest"] != data.digest:
        raise ValueError(
            f"{shown(path)} holds a run on other data: {header['data']['source']} ({header['data']['digest']}), now "
            f"{data.source} ({data.digest}); move it away or use another folder"
        )
    return len(rounds)


def _reopen(path: Path, config: Config, data: Dataset) -> list[Round]:
    check_log(path, config, data)
    lines = _whole_lines(path) if path.exists() else []
    if not lines:
        with path.open("w") as file:
            _append(file, _header(config, data))
        return []
    with path.open("r+b") as file:  # drop a torn last line before anything is added after it
        whole = sum(len(line) for line in file.read().splitlines(keepends=True)[: len(lines)])
        file.truncate(whole)
    return read(path)[1]


def _whole_lines(path: Path) -> list[dict]:
    lines = []
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            try:
                lines.append(json.loads(line))
            except ValueError:
                number = len(lines) + 1
                raise ValueError(f"{shown(path)} is damaged in line {number}; move it away to compute the run again") from None
    return lines


def _header(config: Config, data: Dataset) -> dict:
    import alkit

    return {
        "config": config.as_dict(),
        "data": {"digest": data.digest, "source": data.source},
        "versions": {"alkit": alkit.__version__, "torch": torch.__version__},
        "device": device_name(data.device),
        "threads": torch.get_num_threads(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def _append(file, record: dict) -> None:
    file.write(json.dumps(record) + "\n")
    file.flush()
    os.fsync(file.fileno())
