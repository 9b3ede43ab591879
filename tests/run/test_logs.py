"""Logs made without Jupyter are those of `reproduce`, which then only renders them."""

import os
import signal
import subprocess
import sys

import pytest
import torch

from alkit.files.log import resume
from alkit.run.grid import read_profile
from alkit.run.logs import main

# A machine that trains: torch, scikit-learn and what reads files; none of what shows results.
ABSENT = (
    "papermill", "jupytext", "nbformat", "nbconvert", "nbclient", "jupyter_client", "IPython", "ipykernel", "matplotlib",
    "seaborn", "pandas", "torchvision",
)  # fmt: skip
WITHOUT = f"""
import sys

class Absent:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}")

sys.meta_path.insert(0, Absent)
from alkit.run.logs import main
sys.exit(main(sys.argv[1:]))
"""


def paths(folder, name="tiny"):
    return [name, "--params", str(folder), "--outputs", str(folder / "outputs")]


def test_logs_are_made_without_jupyter_and_reproduce_only_renders_them(made, tmp_path, pipeline, without_times, capsys):
    pipeline.write(tmp_path)
    command = [sys.executable, "-c", WITHOUT, *paths(tmp_path), "--only", "constrained-*", "--workers", "1"]  # in this process
    found = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr
    logs = sorted((tmp_path / "outputs").rglob("*.jsonl"))
    assert [log.name for log in logs] == ["seed-0.jsonl", "seed-1.jsonl"]
    assert found.stdout.splitlines()[0] == "tiny: 2 runs, 0 done; 1 at a time"
    for log in logs:
        assert without_times(log) == without_times(made[0] / log.relative_to(tmp_path))
    before = [log.read_bytes() for log in logs]
    profile = read_profile("tiny", tmp_path / "outputs", tmp_path)
    assert all(e.rounds_done() == e.total_rounds for e in profile.experiments if e.scenario == "constrained")
    assert main([*paths(tmp_path), "--only", "constrained-*", "--workers", "1"]) == 0
    assert capsys.readouterr().out.startswith("tiny: 2 runs, 2 done")
    assert [log.read_bytes() for log in logs] == before


@pytest.mark.slow
def test_reproduce_renders_what_was_logged_elsewhere(tmp_path, pipeline):
    pipeline.write(tmp_path)
    assert main([*paths(tmp_path), "--workers", "2"]) == 0
    logs = sorted((tmp_path / "outputs").rglob("*.jsonl"))
    before = [log.read_bytes() for log in logs]
    process = pipeline.alkit(tmp_path, "reproduce")
    assert process.returncode == 0
    assert [log.read_bytes() for log in logs] == before
    assert all((log.parent / "notebook.ipynb").exists() for log in logs)


def test_bad_input_is_one_line_and_no_work(tmp_path, pipeline, capsys):
    pipeline.write(tmp_path, defaults={**pipeline.TINY["defaults"], "learning_rate": "1e-3"})
    for arguments, words in ((paths(tmp_path), "learning_rate='1e-3'"), (paths(tmp_path, "tinny"), "choose tiny"),
                             ([*paths(tmp_path), "--workers", "0"], "'0' is no number above zero")):  # fmt: skip
        assert main(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert words in line
    assert not (tmp_path / "outputs").exists()


def test_a_run_that_cannot_go_on_is_named_and_the_others_end(tmp_path, pipeline, capsys):
    pipeline.write(tmp_path, grid=[{"scenario": "constrained"}])
    folder = tmp_path / "outputs/tiny/constrained-digits-lenet-random-none"
    (folder / "seed-0.partial").mkdir(parents=True)  # a log cannot be written there
    assert main([*paths(tmp_path), "--workers", "1"]) == 1
    said = capsys.readouterr().out
    assert f"FAILED {folder.name}/seed-0.jsonl: " in said and f"\n{folder.name}/seed-1.jsonl\n" in said
    assert len((folder / "seed-1.jsonl").read_text().splitlines()) == 4


def test_a_run_that_diverges_is_named_and_the_others_end(tmp_path, pipeline, capsys):
    grid = [{"scenario": "a"}, {"scenario": "b", "learning_rate": 1e6}, {"scenario": "c"}]
    pipeline.write(tmp_path, grid=grid, seeds=[0])
    assert main([*paths(tmp_path), "--workers", "1"]) == 1
    said = capsys.readouterr().out
    assert "FAILED b-digits-lenet-random-none/seed-0.jsonl: training diverged" in said
    assert "\nc-digits-lenet-random-none/seed-0.jsonl\n" in said


def test_a_file_that_cannot_be_read_is_one_line(tmp_path, pipeline, capsys):
    pipeline.write(tmp_path, grid=[{"scenario": "constrained"}])
    (tmp_path / "outputs/tiny/constrained-digits-lenet-random-none/seed-0.jsonl").mkdir(parents=True)
    assert main(paths(tmp_path)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and "seed-0.jsonl" in line


def test_runs_that_are_to_be_evaluated_more_often_are_not_done(tmp_path, pipeline, capsys):
    grid = {"scenario": "constrained", "seeds": [0]}
    for evaluate_every, done in ((2, 0), (1, 0), (1, 1)):
        pipeline.write(tmp_path, grid=[{**grid, "evaluate_every": evaluate_every}])
        assert main([*paths(tmp_path), "--workers", "1"]) == 0
        assert f"1 runs, {done} done" in capsys.readouterr().out
    _, *rounds = (tmp_path / "outputs/tiny/constrained-digits-lenet-random-none/seed-0.jsonl").read_text().splitlines()
    assert len(rounds) == 3 and all('"valid_accuracy": null' not in line for line in rounds)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopping_is_one_line_and_loses_no_round(tmp_path, pipeline, how, wait):
    pipeline.write(tmp_path, seeds=[0], grid=[{"scenario": "constrained", "num_rounds": 60, "epochs": 5}])
    process = subprocess.Popen(
        [sys.executable, "-m", "alkit.run.logs", *paths(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    log = tmp_path / "outputs/tiny/constrained-digits-lenet-random-none/seed-0.jsonl"
    wait(lambda: log.exists() and log.read_bytes().count(b"\n") >= 4)
    process.send_signal(how)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.strip().splitlines()[-1].split(".")[0]) == (130, "Interrupted")
    assert "Traceback" not in err
    kept = log.read_text().splitlines(keepends=True)
    assert main(paths(tmp_path)) == 0
    assert log.read_text().splitlines(keepends=True)[1 : len(kept)] == kept[1:]


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), MemoryError("1 GiB"), MemoryError()])
def test_a_run_that_memory_is_too_small_for_is_named_and_the_others_end(tmp_path, pipeline, capsys, monkeypatch, error):
    def first_fails(path, config, data):
        if path.name == "seed-0.jsonl":
            raise error
        return resume(path, config, data)

    monkeypatch.setattr("alkit.run.logs.resume", first_fails)
    pipeline.write(tmp_path, grid=[{"scenario": "constrained"}])
    assert main([*paths(tmp_path), "--workers", "1"]) == 1
    said = capsys.readouterr().out
    assert f"FAILED constrained-digits-lenet-random-none/seed-0.jsonl: {error or 'MemoryError'}" in said
    assert "\nconstrained-digits-lenet-random-none/seed-1.jsonl\n" in said
