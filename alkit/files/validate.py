"""Whether what a log holds can be what a run of its configuration found; every ValueError names the line and what is wrong.

A log is a result, so damage that would pass for other numbers must not: nothing here is repaired or left out.
"""

import json
from collections.abc import Collection
from dataclasses import fields

from alkit.config import Config
from alkit.loop import Round
from alkit.prediction import unpacked

SECONDS = ("train_seconds", "evaluate_seconds", "query_seconds")
REAL = ("valid_accuracy", "test_accuracy", *SECONDS)
LONGEST = 1e9  # seconds of a round, which are years


def record(number: int, line: bytes) -> dict:
    """The JSON object of one line; `number` counts from 1."""
    try:
        found = json.loads(line.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:  # bad UTF-8, no JSON, NaN, an endless number, or nesting without end
        raise ValueError(f"line {number}: no JSON ({' '.join(str(error).split())})") from None
    if not isinstance(found, dict):
        raise ValueError(f"line {number}: {_short(found)} is no JSON object")
    return found


def header(found: dict) -> None:
    """A log's first line: the configuration, the data's digest and source, the device, and what made it."""
    for key, kind in {"config": dict, "data": dict, "device": str}.items():
        _is(1, key, found.get(key), kind)
    for key in ("digest", "source"):
        _is(1, f"data.{key}", found["data"].get(key), str)
    if "versions" in found or "made" not in found:  # of logs that are older than `made`
        _versions("versions", found.get("versions"))
    before = -1
    for n, entry in enumerate(_is(1, "made", found.get("made", []), list)):
        before = _made(f"made[{n}]", entry, before)


def _made(name: str, entry: object, before: int) -> int:
    """Check what `provenance.facts` writes; its `from_round`, which is after that of the entry `before`."""
    values = _is(1, name, entry, dict)
    first = _is(1, f"{name}.from_round", values.get("from_round"), int)
    if first <= before:
        raise ValueError(f"line 1: {name}.from_round={_short(first)} is not above {before}")
    if values.get("commit") is not None:
        _is(1, f"{name}.commit", values["commit"], str)
        if not isinstance(values.get("clean"), bool):
            raise ValueError(f"line 1: {name}.clean={_short(values.get('clean'))} is not true or false")
    if "method" in values:  # of logs that are newer than `made`
        _is(1, f"{name}.method", values["method"], str)
    for key, kind in {"cpu": str, "instructions": str, "threads": int}.items():
        _is(1, f"{name}.{key}", values.get(key), kind)
    _versions(f"{name}.versions", values.get("versions"))
    return first


def _versions(name: str, found: object) -> None:
    for key, value in _is(1, name, found, dict).items():
        _is(1, f"{name}.{key}", value, str)


def rounds(records: list[dict], config: Config) -> list[Round]:
    """The rounds of the lines after the header, as `config` has them; whether the data has such images is `queries`' part."""
    found: list[Round] = []
    bought: set[int] = set()
    for line, values in enumerate(records, start=2):
        one = _round(line, values, config)
        if one.number != line - 2:
            raise ValueError(f"line {line}: number={one.number} is not round {line - 2}")
        if len(set(one.query)) < len(one.query) or not bought.isdisjoint(one.query):
            twice = next(i for n, i in enumerate(one.query) if i in bought or i in one.query[:n])
            raise ValueError(f"line {line}: query buys image {twice} a second time")
        bought.update(one.query)
        found.append(one)
    return found


def queries(found: list[Round], num_train: int, pool: Collection[int]) -> None:
    """Raise ValueError for a query of an image that is none of the `num_train` of the training set, or not in the pool."""
    for one in found:
        for image in one.query:
            if image >= num_train:
                raise ValueError(f"line {one.number + 2}: query has image {image} of {num_train:,} (0 .. {num_train - 1})")
            if image not in pool:
                raise ValueError(f"line {one.number + 2}: query has image {image}, which is not in the pool")


def _round(line: int, values: dict, config: Config) -> Round:
    names = [f.name for f in fields(Round) if f.compare]
    newer = {"device": "", "test_correct": None}  # than some logs
    for name in names:
        if name not in values and name not in newer:
            raise ValueError(f"line {line}: {name} is missing")
    values = newer | {name: values[name] for name in names if name in values}
    number = _is(line, "number", values["number"], int)
    if not 0 <= number <= config.num_rounds:
        raise ValueError(f"line {line}: number={_short(number)} is outside 0 .. {config.num_rounds}, the rounds of the run")
    last = number == config.num_rounds
    if _is(line, "num_labelled", values["num_labelled"], int) != config.num_labelled(number):
        raise ValueError(f"line {line}: num_labelled={_short(values['num_labelled'])} is not {config.num_labelled(number)}")
    # A round may have been evaluated though the configuration, as it now is, would not have asked for it.
    _share(line, "valid_accuracy", values["valid_accuracy"], needed=config.evaluated(number), allowed=True)
    _share(line, "test_accuracy", values["test_accuracy"], needed=last, allowed=last)
    if values["test_correct"] is not None:
        _correct(line, values["test_correct"], values["test_accuracy"])
    query = tuple(_is(line, "query", values["query"], list))
    for image in query:
        if _is(line, "an image of query", image, int) < 0:
            raise ValueError(f"line {line}: query has image {_short(image)}, which is below zero")
    if len(query) != (0 if last else config.query_size):
        raise ValueError(f"line {line}: query has {len(query)} images, not {0 if last else config.query_size}")
    for name in SECONDS:
        if not 0 <= _is(line, name, values[name], (int, float)) <= LONGEST:
            raise ValueError(f"line {line}: {name}={_short(values[name])} is no duration")
    _is(line, "device", values["device"], str)
    numbers = {name: float(values[name]) for name in REAL if values[name] is not None}  # JSON of 1.0 may be 1
    return Round(**{**values, **numbers, "query": query})


def _share(line: int, name: str, value: object, needed: bool, allowed: bool) -> None:
    if value is None and not needed:
        return
    if not allowed:
        raise ValueError(f"line {line}: {name}={_short(value)}, which only the last round has")
    if not 0 <= _is(line, name, value, (int, float)) <= 1:
        raise ValueError(f"line {line}: {name}={_short(value)} is outside 0 .. 1")


def _correct(line: int, value: object, accuracy: float | None) -> None:
    """Check that as many images are right as the accuracy says, of some number of images that takes these bytes."""
    text = _is(line, "test_correct", value, str)
    try:
        right = unpacked(text)
    except ValueError:
        raise ValueError(f"line {line}: test_correct={_short(value)} is no base64 of bits") from None
    counted = right.sum()
    images = range(max(len(right) - 7, 1), len(right) + 1)
    if accuracy is None or not any(abs(counted / n - accuracy) < 1e-9 for n in images):
        raise ValueError(f"line {line}: test_correct has {counted} images right, which test_accuracy={accuracy} has not")


def _is(line: int, name: str, value, kind: type | tuple[type, ...]):
    if isinstance(value, bool) or not isinstance(value, kind):
        names: dict[object, str] = {int: "a whole number", list: "a list", dict: "an object", str: "a text"}
        wanted = names.get(kind, "a number")
        raise ValueError(f"line {line}: {name}={_short(value)} is not {wanted}")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict:
    """An object whose keys all differ: of a key that stands twice, the last would win."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {_short(next(key for key in keys if keys.count(key) > 1))} stands twice")
    return found


def _no_number(name: str):
    raise ValueError(f"{name} is not a number of JSON")


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
