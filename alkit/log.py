"""The log of a run: JSON lines, both its result and its checkpoint.

One header line (what was run, on what data, with which versions), then one line a round, on disk before the next begins.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from alkit.config import Config, from_dict
from alkit.data import Dataset
from alkit.determinism import device_name
from alkit.loop import Round, run
from alkit.paths import shown

RETIRED = {"width": 1}  # fields that are no more, and the value that says what is still done


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
    header, *lines = _records(path)
    if not {"config", "data", "device", "versions"} <= header.keys():
        raise ValueError(f"{shown(path)} does not begin as a log does; move it away to compute the run again")
    names = {f.name for f in fields(Round)}
    try:
        known: list[dict[str, Any]] = [{k: v for k, v in line.items() if k in names} for line in lines]
        rounds = [Round(**{**line, "query": tuple(line["query"])}) for line in known]
        whole = [r.number for r in rounds] == list(range(len(rounds)))
    except (TypeError, KeyError):
        whole = False
    if not whole:
        raise ValueError(f"{shown(path)} is damaged: its rounds are not 0, 1, 2, ...; move it away to compute the run again")
    return header, rounds


def is_empty(path: Path) -> bool:
    """Whether there is no log at `path`, or one that was killed before its first line was whole."""
    return not path.exists() or not _lines(path)


def read_run(path: Path, config: Config) -> tuple[dict, list[Round]]:
    """Like `read`, of a log that must be of `config`; ValueError, naming what differs, if it is not."""
    header, rounds = read(path)
    try:
        logged = logged_config(header)
    except ValueError as error:
        raise ValueError(f"{shown(path)} holds a run of another version of alkit ({error}); move it away") from None
    if logged != config:
        ours, theirs = config.as_dict(), logged.as_dict()
        differs = ", ".join(f"{k}: {theirs[k]} -> {v}" for k, v in ours.items() if v != theirs[k] and k != "device")
        raise ValueError(f"{shown(path)} holds a run of another configuration ({differs}); move it away or use another folder")
    return header, rounds


def logged_config(header: dict) -> Config:
    """The configuration in a log's header; fields that are newer than the log are as the code then had them."""
    settings = {k: v for k, v in header["config"].items() if (k, v) not in RETIRED.items()}
    if settings.get("model") == "resnet18":
        settings.setdefault("initial_weights", "torchvision")
    return from_dict(settings)  # of all other fields the defaults are what the code did


def check_log(path: Path, config: Config, data: Dataset) -> list[Round]:
    """The rounds in the log at `path`, none if there is no log; ValueError if it is of another configuration or data."""
    path = Path(path)
    if is_empty(path):
        return []
    header, rounds = read_run(path, config)
    if header["data"]["digest"] != data.digest:
        raise ValueError(
            f"{shown(path)} holds a run on other data: {header['data']['source']} ({header['data']['digest']}), now "
            f"{data.source} ({data.digest}); move it away or use another folder"
        )
    return rounds


def _reopen(path: Path, config: Config, data: Dataset) -> list[Round]:
    done = check_log(path, config, data)
    whole = b"".join(_lines(path)) if path.exists() else b""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(len(whole))  # drop a torn last line before anything is added after it
    if not whole:
        with path.open("a") as file:
            _append(file, _header(config, data))
    return done


def _lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def _records(path: Path) -> list[dict]:
    records = []
    for line in _lines(path):
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError
            records.append(record)
        except ValueError:
            number = len(records) + 1
            raise ValueError(f"{shown(path)} is damaged in line {number}; move it away to compute the run again") from None
    return records


def _header(config: Config, data: Dataset) -> dict:
    import alkit

    return {
        "config": config.as_dict(),
        "data": {"digest": data.digest, "source": data.source},
        "versions": {"alkit": alkit.__version__, "torch": torch.__version__},
        "device": device_name(data.device),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def _append(file, record: dict) -> None:
    file.write(json.dumps(record) + "\n")
    file.flush()
    os.fsync(file.fileno())
