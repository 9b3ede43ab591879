"""The log of a run: JSON lines, both its result and its checkpoint.

One header line (what was run, on what data, made by what), then one line a round, on disk before the next begins.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from alkit.config import Config, from_dict
from alkit.data import Dataset
from alkit.determinism import device_name
from alkit.files import provenance, validate
from alkit.files.lock import Busy, held
from alkit.files.whole import written
from alkit.loop import Round, run, validated
from alkit.paths import shown
from alkit.split import split

RETIRED = {"width": 1}  # fields that are no more, and the value that says what is still done
PATIENCE = 5.0  # seconds that a kernel may take to end after the process that started it was killed
BEGIN = b'{"config": '  # what every log begins with, as far as it was written


def seconds(found: Round) -> float:
    """What a round took: training, evaluating and querying."""
    return found.train_seconds + found.evaluate_seconds + found.query_seconds


def resume(path: str | Path, config: Config, data: Dataset) -> Iterator[Round]:
    """The run's rounds: those in the log at `path`, then the missing ones, each logged before it is yielded.

    A finished run replays at once. The run may be longer than the log's: its last round, which bought nothing, is computed
    anew. It may also be evaluated more often: those rounds are trained anew for that. Raises ValueError if the log is
    damaged, of another configuration or other data, or if another process is writing it.
    """
    path = Path(path)
    try:
        with held(path.with_suffix(".lock"), PATIENCE):
            yield from _resume(path, config, data)
    except Busy:
        raise ValueError(f"{shown(path)} is being written by another process; wait for it or stop it") from None


def _resume(path: Path, config: Config, data: Dataset) -> Iterator[Round]:
    """Nothing leaves the log before what takes its place is there: the file changes as a whole or by a line at its end."""
    header, done = check_log(path, config, data)
    logged = logged_config(header)
    as_asked = {**header, "config": config.as_dict()}
    grows = config.num_rounds > logged.num_rounds
    done, bought_nothing = (done[: logged.num_rounds], done[logged.num_rounds :]) if grows else (done, [])
    evaluated = False
    for i, found in enumerate(done):
        if config.evaluated(found.number) and found.valid_accuracy is None:
            done[i] = validated(config, data, done[:i], found)
            _write(path, header, done + bought_nothing)
            evaluated = True
        yield done[i]
    if len(done) > config.num_rounds:  # finished
        if evaluated:
            _write(path, as_asked, done)
        return
    if (logged.num_rounds, logged.evaluate_every) == (config.num_rounds, config.evaluate_every):
        as_asked = header
    made = provenance.extended(header.get("made", ()), len(done), provenance.facts(data.device))
    as_asked = {**as_asked, "made": made}
    if not bought_nothing:
        _write(path, as_asked, done)  # and without a torn last line
    for found in run(config, data, done):
        if bought_nothing:
            _write(path, as_asked, [*done, found])
            bought_nothing = []
        else:
            with path.open("a", encoding="utf-8") as file:
                _append(file, _kept(found))
        yield found


def read(path: str | Path) -> tuple[dict, list[Round]]:
    """Header and rounds of a log; what a killed process left of a last line is not there.

    Raises ValueError, naming file and line, for whatever a run of the log's configuration could not have written.
    """
    path = Path(path)
    lines = _lines(path)
    if not lines:
        raise ValueError(f"{shown(path)} does not begin as a log does; move it away to compute the run again")
    try:
        header, *records = [validate.record(number, line) for number, line in enumerate(lines, start=1)]
        validate.header(header)
    except ValueError as error:
        raise _damaged(path, error) from None
    try:
        config = logged_config(header)
    except ValueError as error:
        raise ValueError(f"{shown(path)} holds a run of another version of alkit ({error}); move it away") from None
    try:
        return header, validate.rounds(records, config)
    except ValueError as error:
        raise _damaged(path, error) from None


def is_empty(path: Path) -> bool:
    """Whether there is no log at `path`, or one that was killed before its first line was whole."""
    if not path.exists():
        return True
    with path.open("rb") as file:
        first = file.readline()
    return not first.endswith(b"\n") and first[: len(BEGIN)] == BEGIN[: len(first)]


def read_run(path: Path, config: Config) -> tuple[dict, list[Round]]:
    """Like `read`, of a log that must be of `config`; ValueError, naming what differs, if it is not.

    What changes no number that is kept may differ, and the log may be of a shorter run, or of one evaluated less often.
    """
    header, rounds = read(path)
    logged = logged_config(header)
    ours, theirs = config.that_counts.as_dict(), logged.that_counts.as_dict()
    may_differ = {"device"} | ({"num_rounds"} if config.num_rounds > logged.num_rounds else set())
    differs = ", ".join(f"{k}: {theirs[k]} -> {v}" for k, v in ours.items() if v != theirs[k] and k not in may_differ)
    if differs:
        raise ValueError(f"{shown(path)} holds a run of another configuration ({differs}); move it away or use another folder")
    return header, rounds


def logged_config(header: dict) -> Config:
    """The configuration in a log's header; fields that are newer than the log are as the code then had them."""
    settings = {k: v for k, v in header["config"].items() if (k, v) not in RETIRED.items()}
    if settings.get("model") == "resnet18":
        settings.setdefault("initial_weights", "torchvision")
    return from_dict(settings)  # of all other fields the defaults are what the code did


def check_log(path: Path, config: Config, data: Dataset) -> tuple[dict, list[Round]]:
    """Header and rounds of the log at `path`, a new header and no rounds if there is no log.

    Raises ValueError if it is damaged or of another configuration or data.
    """
    path = Path(path)
    if is_empty(path):
        return _header(config, data), []
    header, rounds = read_run(path, config)
    if header["data"]["digest"] != data.digest:
        raise ValueError(
            f"{shown(path)} holds a run on other data: {header['data']['source']} ({header['data']['digest']}), now "
            f"{data.source} ({data.digest}); move it away or use another folder"
        )
    if any(found.query for found in rounds):
        _, _, pool = split(config, data)
        try:
            validate.queries(rounds, len(data.y_train), frozenset(pool.tolist()))
        except ValueError as error:
            raise _damaged(path, error) from None
    return header, rounds


def _lines(path: Path) -> list[bytes]:
    *whole, _torn = path.read_bytes().split(b"\n")
    return whole


def _damaged(path: Path, error: ValueError) -> ValueError:
    return ValueError(f"{shown(path)} is damaged, {error}; move it away to compute the run again")


def _write(path: Path, header: dict, rounds: list[Round]) -> None:
    """The whole log anew, in the old one's place only once it is on disk."""
    with written(path) as partial, partial.open("w", encoding="utf-8") as file:
        for record in (header, *map(_kept, rounds)):
            file.write(json.dumps(record) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _header(config: Config, data: Dataset) -> dict:
    return {
        "config": config.as_dict(),
        "data": {"digest": data.digest, "source": data.source},
        "device": device_name(data.device),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def _kept(found: Round) -> dict:
    """What a log keeps of a round: what makes it the same round."""
    names = (f.name for f in fields(found) if f.compare and (f.name != "test_correct" or found.test_correct))
    return {name: getattr(found, name) for name in names}


def _append(file, record: dict) -> None:
    file.write(json.dumps(record) + "\n")
    file.flush()
    os.fsync(file.fileno())
