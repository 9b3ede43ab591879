"""The log: the same numbers whenever a run is stopped, and nothing computed twice or lost."""

import json
from collections import Counter
from dataclasses import replace

import pytest
import torch
from filelock import FileLock

from alkit import loop
from alkit.files.log import check_log, is_empty, logged_config, read, read_run, resume
from alkit.files.sources import is_here, load
from alkit.prediction import unpacked

CONDITIONS = [
    ("lenet", "bald", "gaussian"), ("lenet", "random", "salt_and_pepper"),
    pytest.param("cnn", "released_bald", "released_pepper", marks=pytest.mark.slow),
    pytest.param("resnet18", "entropy", "none", marks=pytest.mark.slow),
]  # fmt: skip


@pytest.mark.parametrize(("model", "acquisition", "noise"), CONDITIONS)
def test_a_run_killed_after_any_round_ends_with_the_same_log(
    tmp_path, digits, tiny, model, acquisition, noise, without_seconds
):
    config = replace(tiny, model=model, acquisition=acquisition, noise=noise, train_dropout=0.2, last_batch="merge")
    whole = without_seconds(resume(tmp_path / "whole.jsonl", config, digits))
    lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
    for kept in range(len(lines)):
        path = tmp_path / f"{kept}.jsonl"
        path.write_bytes(b"".join(lines[:kept]) + lines[kept][: len(lines[kept]) // 2])  # the last line is torn
        torch.manual_seed(kept)  # global state has no say
        assert without_seconds(resume(path, config, digits)) == whole
        assert without_seconds(read(path)[1]) == whole


def test_a_finished_run_replays_without_training(tmp_path, digits, tiny, monkeypatch):
    path = tmp_path / "run.jsonl"
    whole = list(resume(path, tiny, digits))
    before = path.read_bytes()
    monkeypatch.setattr(loop, "fit", None)
    assert list(resume(path, tiny, digits)) == whole
    assert path.read_bytes() == before


def test_a_log_holds_what_makes_a_round_the_same_and_not_what_is_shown_while_it_runs(tmp_path, digits, tiny):
    found = list(resume(tmp_path / "run.jsonl", replace(tiny, acquisition="entropy"), digits))
    assert found[0].scores and read(tmp_path / "run.jsonl")[1] == found
    lines = (tmp_path / "run.jsonl").read_text().splitlines()
    assert list(json.loads(lines[1])) == [
        "number", "num_labelled", "valid_accuracy", "test_accuracy", "query", "train_seconds", "evaluate_seconds",
        "query_seconds", "device",
    ]  # fmt: skip
    assert list(json.loads(lines[-1]))[-1] == "test_correct"
    assert unpacked(found[-1].test_correct)[: len(digits.y_test)].mean() == found[-1].test_accuracy


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
    *earlier, last = resume(path, tiny, digits)
    header, *rounds = map(json.loads, path.read_text().splitlines())
    del header["config"]["last_batch"], rounds[-1]["test_correct"]
    path.write_text("".join(json.dumps(line) + "\n" for line in (header, *rounds)))
    before = path.read_bytes()
    assert list(resume(path, tiny, digits)) == [*earlier, replace(last, test_correct=None)]
    assert path.read_bytes() == before


@pytest.mark.parametrize("notes", [b"remember the milk", b"\0" * 40, b'{"config"; '])
def test_a_file_without_a_line_is_overwritten_only_if_it_is_a_torn_header(finished, digits, quick, notes):
    header = finished.read_bytes().splitlines()[0]
    for torn in (b"", header[:1], header[:50], header):
        finished.write_bytes(torn)
        assert is_empty(finished)
    finished.write_bytes(notes)
    assert not is_empty(finished)
    with pytest.raises(ValueError, match="does not begin as a log does"):
        next(resume(finished, quick, digits))
    assert finished.read_bytes() == notes


def test_a_carriage_return_at_a_lines_begin_or_end_moves_no_cut(finished, digits, quick, without_seconds):
    whole = without_seconds(read(finished)[1])
    lines = finished.read_bytes().splitlines(keepends=True)
    finished.write_bytes(b"".join([*lines[:2], b"\r" + lines[2], lines[3].replace(b"\n", b"\r\n"), lines[4][:20]]))
    assert without_seconds(resume(finished, quick, digits)) == whole == without_seconds(read(finished)[1])


def test_every_committed_log_can_have_been_written(committed):
    logs = [path for path in committed if path.suffix == ".jsonl"]
    assert logs
    for path in logs:
        header, found = read(path)
        assert read_run(path, logged_config(header)) == (header, found)
        assert found, path


@pytest.mark.slow
@pytest.mark.images
def test_every_committed_log_replays_on_its_data(committed):
    data, elsewhere = {}, Counter()
    for path in committed:
        if path.suffix == ".jsonl":
            header, found = read(path)
            config = logged_config(header)
            if config.dataset not in data and is_here(config.dataset):
                data[config.dataset] = load(config.dataset, device="cpu")
            if config.dataset in data and data[config.dataset].digest == header["data"]["digest"]:
                assert check_log(path, config, data[config.dataset]) == (header, found)
            else:
                elsewhere[config.dataset] += 1
    if elsewhere:
        pytest.skip(f"not here are the images of logs on {', '.join(f'{name} ({n})' for name, n in elsewhere.items())}")


@pytest.mark.parametrize("acquisition", ["random", "entropy"])
@pytest.mark.parametrize("kept", [2, 3, 4])  # lines: of an unfinished run, and of a finished one
def test_a_longer_run_goes_on_from_a_shorter_ones_log(tmp_path, digits, quick, acquisition, kept, without_seconds):
    longer, shorter = (replace(quick, acquisition=acquisition, num_rounds=n) for n in (4, 2))
    whole = without_seconds(resume(tmp_path / "whole.jsonl", longer, digits))
    path = tmp_path / "run.jsonl"
    list(resume(path, shorter, digits))
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
    assert without_seconds(resume(path, longer, digits)) == whole == without_seconds(read_run(path, longer)[1])
    with pytest.raises(ValueError, match=r"another configuration \(num_rounds: 4 -> 2\)"):
        next(resume(path, shorter, digits))


def test_a_longer_run_that_is_killed_has_lost_no_round(tmp_path, digits, quick, monkeypatch):
    path = tmp_path / "run.jsonl"
    list(resume(path, replace(quick, num_rounds=1), digits))
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(loop, "fit", None)
        with pytest.raises(TypeError):
            list(resume(path, quick, digits))
    assert path.read_bytes() == before
    going_on = resume(path, quick, digits)
    assert [next(going_on).number for _ in range(2)] == [0, 1]
    going_on.close()
    assert [found.number for found in read_run(path, quick)[1]] == [0, 1]


def test_a_run_evaluated_more_often_trains_those_rounds_alone(tmp_path, digits, quick, monkeypatch, without_seconds):
    whole = without_seconds(resume(tmp_path / "whole.jsonl", quick, digits))
    path, coarse = tmp_path / "run.jsonl", replace(quick, evaluate_every=3)
    assert [r.valid_accuracy is None for r in resume(path, coarse, digits)] == [False, True, True, False]
    fits, fit = [], loop.fit
    monkeypatch.setattr(loop, "fit", lambda *arguments: fits.append(arguments[-1]) or fit(*arguments))
    assert without_seconds(resume(path, quick, digits)) == whole
    assert fits == [1, 2]
    before = path.read_bytes()
    assert without_seconds(resume(path, coarse, digits)) == whole  # and less often costs nothing
    assert (path.read_bytes(), fits) == (before, [1, 2])


def test_evaluating_anew_that_is_stopped_has_lost_nothing(tmp_path, digits, quick, without_seconds):
    whole = without_seconds(resume(tmp_path / "whole.jsonl", quick, digits))
    path = tmp_path / "run.jsonl"
    list(resume(path, replace(quick, evaluate_every=3), digits))
    going = resume(path, quick, digits)
    assert [next(going).valid_accuracy is None for _ in range(2)] == [False, False]
    going.close()
    assert [one.valid_accuracy is None for one in read(path)[1]] == [False, False, True, False]
    assert without_seconds(resume(path, quick, digits)) == whole == without_seconds(read(path)[1])


def test_a_run_may_get_longer_and_be_evaluated_more_often_at_once(tmp_path, digits, quick, without_seconds):
    longer = replace(quick, num_rounds=4)
    whole = without_seconds(resume(tmp_path / "whole.jsonl", longer, digits))
    path = tmp_path / "run.jsonl"
    list(resume(path, replace(quick, num_rounds=2, evaluate_every=3), digits))
    assert without_seconds(resume(path, longer, digits)) == whole == without_seconds(read(path)[1])


@pytest.mark.parametrize(
    ("run", "as_well"),
    [
        ({"acquisition": "entropy"}, {"num_samples": 3, "dropout": 0.2}),
        ({}, {"noise_sd": 2.0, "noise_probability": 0.5, "noise_splits": ("train",), "noise_draw": "once"}),
        ({"seed": 2}, {"split_seed": 2}),
    ],
)
def test_what_changes_no_number_makes_no_other_run(tmp_path, digits, quick, run, as_well, without_seconds):
    config = replace(quick, **run)
    whole = without_seconds(resume(tmp_path / "run.jsonl", config, digits))
    assert without_seconds(resume(tmp_path / "run.jsonl", replace(config, **as_well), digits)) == whole
    assert without_seconds(loop.run(replace(config, **as_well), digits)) == whole


@pytest.mark.parametrize(
    ("run", "change"),
    [
        ({"acquisition": "bald"}, {"num_samples": 3}),
        ({"noise": "gaussian"}, {"noise_sd": 2.0}),
        ({"noise": "released_pepper"}, {"noise_pixels": 0.2}),
        ({"acquisition": "released_bald"}, {"num_samples": 3}),
    ],
)
def test_what_may_change_a_number_makes_another_run(quick, run, change):
    assert replace(quick, **run).that_counts != replace(quick, **run, **change).that_counts


def test_two_processes_cannot_write_one_log(tmp_path, digits, tiny, monkeypatch):
    monkeypatch.setattr("alkit.files.log.PATIENCE", 0.1)
    path = tmp_path / "run.jsonl"
    with FileLock(path.with_suffix(".lock")), pytest.raises(ValueError, match="another process"):
        next(resume(path, tiny, digits))
    assert len(list(resume(path, tiny, digits))) == 4
    assert [left.name for left in tmp_path.iterdir()] == ["run.jsonl"]  # no lock stays
