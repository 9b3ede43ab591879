"""The log: the same numbers whenever a run is stopped, and nothing computed twice or lost."""

import json
from dataclasses import replace

import pytest
import torch
from filelock import FileLock

from alkit import loop
from alkit.log import is_empty, read, resume

CONDITIONS = [("lenet", "bald", "gaussian"), ("lenet", "random", "salt_and_pepper"), ("resnet18", "entropy", "none"),
              ("cnn", "released_bald", "released_pepper")]  # fmt: skip
WHAT = ("number", "num_labelled", "valid_accuracy", "test_accuracy", "query")  # seconds differ from run to run


def results(rounds):
    return [tuple(getattr(r, key) for key in WHAT) for r in rounds]


@pytest.mark.parametrize(("model", "acquisition", "noise"), CONDITIONS)
def test_a_run_killed_after_any_round_ends_with_the_same_log(tmp_path, digits, tiny, model, acquisition, noise):
    config = replace(tiny, model=model, acquisition=acquisition, noise=noise, train_dropout=0.2, last_batch="merge")
    whole = results(resume(tmp_path / "whole.jsonl", config, digits))
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    for kept in range(len(lines)):
        path = tmp_path / f"{kept}.jsonl"
        path.write_bytes(b"".join(lines[:kept]) + lines[kept][: len(lines[kept]) // 2])  # the last line is torn
        torch.manual_seed(kept)  # global state has no say
        assert results(resume(path, config, digits)) == whole
        assert results(read(path)[1]) == whole


def test_a_finished_run_replays_without_training(tmp_path, digits, tiny, monkeypatch):
    path = tmp_path / "run.jsonl"
    whole = list(resume(path, tiny, digits))
    before = path.read_bytes()
    monkeypatch.setattr(loop, "fit", None)
    assert list(resume(path, tiny, digits)) == whole
    assert path.read_bytes() == before


def test_rounds_are_on_disk_before_they_are_yielded(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    for found in resume(path, tiny, digits):
        assert read(path)[1][-1] == found


def test_logs_of_another_configuration_or_other_data_are_refused_untouched(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    list(resume(path, tiny, digits))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"another configuration \(epochs: 4 -> 5\)"):
        next(resume(path, replace(tiny, epochs=5), digits))
    with pytest.raises(ValueError, match="other data"):
        next(resume(path, tiny, replace(digits, digest="0" * 12)))
    assert path.read_bytes() == before


def test_a_log_from_before_a_field_existed_still_counts(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    whole = list(resume(path, tiny, digits))
    header, *rounds = path.read_text().splitlines()
    header = json.loads(header)
    del header["config"]["last_batch"]
    path.write_text("\n".join([json.dumps(header), *rounds]) + "\n")
    assert list(resume(path, tiny, digits)) == whole


def test_a_damaged_log_is_refused_not_overwritten(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    list(resume(path, tiny, digits))
    lines = path.read_bytes().splitlines(keepends=True)
    torn = lines[0][:50]
    path.write_bytes(torn)
    assert is_empty(path)
    for damaged in (
        [*lines[:2], b"[1, 2]\n"],
        [*lines[:2], b"{}\n"],
        [*lines[:2], b"{nonsense\n", *lines[3:]],
        lines[:2] + lines[3:],
        lines[1:],
    ):
        path.write_bytes(b"".join(damaged))
        with pytest.raises(ValueError, match="move it away"):
            next(resume(path, tiny, digits))
        assert path.read_bytes() == b"".join(damaged)


def test_two_processes_cannot_write_one_log(tmp_path, digits, tiny):
    path = tmp_path / "run.jsonl"
    with FileLock(path.with_suffix(".lock")), pytest.raises(ValueError, match="another process"):
        next(resume(path, tiny, digits))
    assert len(list(resume(path, tiny, digits))) == 4
