"""A log is believed only as far as a run can have written it."""

import json

import pytest

from alkit.files.log import check_log, resume
from alkit.split import split


def query(**changes):
    """A query of the log with some of its ten images changed, by position."""
    return lambda images: [changes.get(f"at_{n}", image) for n, image in enumerate(images)]


@pytest.mark.parametrize(
    ("line", "field", "value", "words"),
    [
        (3, "valid_accuracy", 7.5, "valid_accuracy=7.5 is outside 0 .. 1"),
        (3, "valid_accuracy", float("nan"), "no JSON"),
        (3, "valid_accuracy", None, "valid_accuracy=null is not a number"),
        (3, "valid_accuracy", "high", 'valid_accuracy="high" is not a number'),
        (3, "valid_accuracy", [0.5], "not a number"),
        (3, "valid_accuracy", True, "valid_accuracy=true is not a number"),
        (3, "test_accuracy", 0.5, "only the last round has"),
        (5, "test_accuracy", None, "test_accuracy=null is not a number"),
        (5, "test_accuracy", -0.1, "outside 0 .. 1"),
        (5, "test_correct", 7, "test_correct=7 is not a text"),
        (5, "test_correct", "no base64", "is no base64"),
        (5, "test_correct", "AAAA", "0 images right, which test_accuracy="),
        (5, "test_correct", lambda text: text[:-8], "which test_accuracy="),  # of fewer images
        (5, "test_correct", lambda text: ("A" if text[0] != "A" else "B") + text[1:], "which test_accuracy="),
        (3, "test_correct", "AAAA", "which test_accuracy=None has not"),
        (3, "num_labelled", 999, "num_labelled=999 is not 30"),
        (3, "num_labelled", 30.0, "num_labelled=30.0 is not a whole number"),
        (3, "number", 1.0, "number=1.0 is not a whole number"),
        (3, "number", 2, "not 40"),
        (3, "number", -1, "number=-1 is outside 0 .. 3"),
        (3, "number", 2**70, "outside 0 .. 3"),
        (3, "query", query(at_3=1297), "image 1297 of 1,297"),
        (3, "query", query(at_3=2**70), "of 1,297"),
        (3, "query", query(at_3=-1), "below zero"),
        (3, "query", query(at_3=4.0), "not a whole number"),
        (3, "query", query(at_3="4"), "not a whole number"),
        (3, "query", query(at_3=[4]), "not a whole number"),
        (3, "query", lambda images: [*images[:9], images[0]], "a second time"),
        (3, "query", lambda images: images[:3], "query has 3 images, not 10"),
        (3, "query", lambda images: [], "query has 0 images, not 10"),
        (3, "query", lambda images: dict.fromkeys(map(str, images)), "not a list"),
        (5, "query", lambda images: list(range(10)), "query has 10 images, not 0"),
        (3, "train_seconds", -1, "no duration"),
        (3, "train_seconds", 10**400, "no duration"),
        (3, "device", None, "device=null is not a text"),
        (1, "config", None, "config=null is not an object"),
        (1, "data", None, "data=null is not an object"),
        (1, "data", {}, "data.digest=null is not a text"),
        (1, "versions", None, "versions=null is not an object"),
        (1, "versions", {"torch": 2}, "versions.torch=2 is not a text"),
        (1, "device", 3, "device=3 is not a text"),
    ],
)  # fmt: skip
def test_what_a_run_cannot_have_written_is_refused_with_its_line(finished, digits, quick, line, field, value, words, change):
    if callable(value):
        value = value(json.loads(finished.read_bytes().splitlines()[line - 1])[field])
    change(finished, line, **{field: value})
    damaged = finished.read_bytes()
    with pytest.raises(ValueError) as caught:
        check_log(finished, quick, digits)
    for word in (str(finished), f"line {line}", words, "move it away"):
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError):
        next(resume(finished, quick, digits))
    assert finished.read_bytes() == damaged


@pytest.mark.parametrize("kind", ["initial", "validation", "bought before"])
def test_a_query_of_what_is_not_in_the_pool_is_refused(finished, digits, quick, kind, change):
    initial, valid, _ = split(quick, digits)
    first, second = (json.loads(line)["query"] for line in finished.read_bytes().splitlines()[1:3])
    image = {"initial": int(initial[0]), "validation": int(valid[0]), "bought before": first[0]}[kind]
    change(finished, 3, query=[image, *second[1:]])
    with pytest.raises(ValueError, match=f"line 3: query .*image {image}.*(not in the pool|a second time)"):
        check_log(finished, quick, digits)


@pytest.mark.parametrize(
    ("damage", "number"),
    [
        (lambda lines: [*lines[:2], b"[1, 2]\n"], 3),
        (lambda lines: [*lines[:2], b"{}\n"], 3),
        (lambda lines: [*lines[:2], b"\n", *lines[2:]], 3),
        (lambda lines: [*lines[:2], b"{nonsense\n", *lines[3:]], 3),
        (lambda lines: [*lines[:2], b"[" * 100_000 + b"\n"], 3),
        (lambda lines: [*lines[:2], b'{"number": ' * 100_000 + b"\n"], 3),
        (lambda lines: [*lines[:2], b'{"number": ' + b"9" * 5000 + b"}\n"], 3),
        (lambda lines: [*lines[:2], b"\xff\xfe\n"], 3),
        (lambda lines: [*lines[:2], lines[2].replace(b'{"number"', b'{"number": 1, "number"'), *lines[3:]], 3),
        (lambda lines: [lines[0].replace(b'"seed": 0', b'"seed": 1, "seed": 0'), *lines[1:]], 1),
        (lambda lines: lines[:2] + lines[3:], 3),
        (lambda lines: [*lines, lines[-1]], 6),
        (lambda lines: [*lines, lines[-1].replace(b'"number": 3', b'"number": 4')], 6),
        (lambda lines: lines[1:], 1),
        (lambda lines: [b"\n"], 1),
    ],
)  # fmt: skip
def test_lines_that_are_no_rounds_in_order_are_refused_not_overwritten(finished, digits, quick, damage, number):
    damaged = b"".join(damage(finished.read_bytes().splitlines(keepends=True)))
    finished.write_bytes(damaged)
    with pytest.raises(ValueError, match=f"line {number}: .*move it away"):
        next(resume(finished, quick, digits))
    assert finished.read_bytes() == damaged


def test_a_number_that_json_holds_without_its_point_is_the_same_number(finished, digits, quick, change):
    change(finished, 3, train_seconds=0, valid_accuracy=1)
    _, rounds = check_log(finished, quick, digits)
    assert [type(rounds[1].train_seconds), type(rounds[1].valid_accuracy)] == [float, float]
    assert (rounds[1].train_seconds, rounds[1].valid_accuracy) == (0, 1)
