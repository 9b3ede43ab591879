"""Many experiments: all of them run, what is done is not done again, and stopping loses nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import jupytext
import pytest
from nbclient import NotebookClient

from alkit.config import CONDITION
from alkit.files.lock import held
from alkit.files.log import resume
from alkit.paths import PROJECT
from alkit.run import reproduce as module
from alkit.run.grid import load_all, read_profile
from alkit.run.plan import Estimate
from alkit.run.reproduce import reproduce


def test_reproduce_runs_every_experiment_and_ends_by_naming_the_report(made):
    folder, process = made
    assert process.returncode == 0, process.stdout + process.stderr
    lines = process.stdout.splitlines()
    assert "3 experiments, 0 done" in lines[0]
    assert [line.split("]")[0] for line in lines if line.startswith("[")] == ["[1/3", "[2/3", "[3/3"]
    assert lines[-1] == f"Report: {folder / 'outputs/tiny/report.html'}"
    assert "Table 2" in (folder / "outputs/tiny/report.html").read_text()
    for name in ("figure4.png", "figure4.pdf", "figure6.png"):
        assert (folder / "outputs/tiny/figures" / name).stat().st_size > 5_000


@pytest.mark.slow
def test_running_again_computes_nothing_and_a_lost_notebook_is_made_from_its_logs(tmp_path, pipeline):
    folder = tmp_path
    pipeline.write(folder, seeds=[0], grid=pipeline.TINY["grid"][:2])
    assert pipeline.alkit(folder, "reproduce").returncode == 0
    notebooks = sorted((folder / "outputs/tiny").glob("*-*/notebook.ipynb"))
    logs = {p: p.read_bytes() for p in (folder / "outputs/tiny").rglob("*.jsonl")}
    before = {p: p.stat().st_mtime_ns for p in notebooks}
    notebooks[0].unlink()
    process = pipeline.alkit(folder, "reproduce")
    assert process.returncode == 0, process.stdout + process.stderr
    assert "2 experiments, 1 done" in process.stdout
    assert notebooks[0].exists()
    assert all(p.stat().st_mtime_ns == before[p] for p in notebooks[1:])
    assert {p: p.read_bytes() for p in logs} == logs


@pytest.mark.slow
def test_a_failing_experiment_is_named_with_what_went_wrong_and_the_others_go_on(tmp_path, pipeline):
    broken = {"scenario": "constrained", "learning_rate": 1.0e9, "acquisition": "entropy"}
    pipeline.write(tmp_path, seeds=[0], grid=[broken, pipeline.TINY["grid"][0]])
    process = pipeline.alkit(tmp_path, "reproduce")
    assert process.returncode == 1
    folder = tmp_path / "outputs/tiny"
    failed = folder / "constrained-digits-lenet-entropy-none/failed/notebook.ipynb"
    for words in ("FAILED constrained-digits-lenet-entropy-none", "error: training diverged", str(failed)):
        assert words in process.stdout
    assert "1 failed: constrained-digits-lenet-entropy-none" in process.stderr
    assert failed.exists()
    assert not (failed.parents[1] / "notebook.ipynb").exists()
    assert (folder / "constrained-digits-lenet-bald-gaussian/notebook.ipynb").exists()
    assert (folder / "report.html").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process group")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_reproduce_leaves_no_process_and_goes_on_to_the_same_numbers(
    made, tmp_path, how, pipeline, without_times, wait, processes_with
):
    folder, _ = made
    pipeline.write(tmp_path, grid=pipeline.TINY["grid"][:1])
    mark = f"ALKIT_TEST={tmp_path}"
    arguments = [sys.executable, "-m", "alkit", *pipeline.command(tmp_path, "reproduce")]
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "ALKIT_TEST": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run in the background ignores Ctrl-C
    )  # fmt: skip
    wait(lambda: list(tmp_path.glob("outputs/tiny/*/seed-*.jsonl")))
    process.send_signal(how)
    assert process.wait(timeout=30) in (-how, 130)
    wait(lambda: not processes_with(mark))
    if how == signal.SIGINT:
        assert "goes on from there" in process.stdout.read()
        return
    assert pipeline.alkit(tmp_path, "reproduce").returncode == 0
    logs = sorted(folder.glob("outputs/tiny/constrained-*/seed-*.jsonl"))
    assert len(logs) == 2
    for log in logs:
        assert without_times(tmp_path / log.relative_to(folder)) == without_times(log)


@pytest.mark.slow
def test_the_command_the_notebook_and_the_library_write_one_log_to_the_bit(made, tmp_path, digits, monkeypatch, without_times):
    profile = read_profile("tiny", made[0] / "outputs", made[0])
    experiment = next(e for e in profile.experiments if e.configs[0].model == "lenet")
    config = experiment.configs[1]
    list(resume(tmp_path / "library.jsonl", config, digits))

    monkeypatch.setenv("OMP_NUM_THREADS", "2")  # JupyterLab's kernels may use every core
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    notebook = jupytext.read(PROJECT / "notebooks/experiment.py")
    values = {**{axis: getattr(config, axis) for axis in CONDITION}, "seeds": [config.seed], "settings": config.settings}
    values["folder"] = str(tmp_path / "notebook")
    cell = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source += "".join(f"\n{name} = {value!r}" for name, value in values.items())
    NotebookClient(notebook, kernel_name="python3", timeout=300).execute()

    command = without_times(experiment.log_path(config))
    assert without_times(tmp_path / "library.jsonl") == command
    assert without_times(tmp_path / f"notebook/seed-{config.seed}.jsonl") == command


@pytest.mark.parametrize("damage", ["", *(pytest.param(text, marks=pytest.mark.slow) for text in ("{", "[]", '{"cells": []}'))])
def test_a_damaged_notebook_is_made_again(made, damage, tmp_path, pipeline):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    pipeline.write(tmp_path, grid=pipeline.TINY["grid"][2:])
    notebook = tmp_path / "outputs/tiny/supervised-digits-resnet18-random-none/notebook.ipynb"
    notebook.write_text(damage)
    profile = read_profile("tiny", tmp_path / "outputs", tmp_path)
    assert reproduce(profile, Estimate(load_all(profile)), 2) == []
    assert json.loads(notebook.read_text())["cells"]


def test_an_experiment_that_another_process_runs_is_waited_for_and_not_run_twice(tmp_path, pipeline, monkeypatch, capsys, wait):
    pipeline.write(tmp_path, seeds=[0])
    profile = read_profile("tiny", tmp_path / "outputs", tmp_path)
    ran, other = [], profile.experiments[0]
    monkeypatch.setattr(module, "_is_done", lambda experiment: experiment.name in ran)
    monkeypatch.setattr(module, "execute", lambda source, target, parameters: ran.append(target.parent.name))
    theirs = held(other.folder / "notebook.lock")
    theirs.__enter__()

    def ends():
        wait(lambda: len(ran) == 2)  # the others are done before it
        ran.append(other.name)
        theirs.__exit__(None, None, None)

    thread = threading.Thread(target=ends)
    thread.start()
    assert reproduce(profile, Estimate(load_all(profile)), 1) == []
    thread.join()
    assert sorted(ran) == sorted(e.name for e in profile.experiments)
    out = capsys.readouterr().out
    assert out.count(f"{other.name} is run by another process") == 1
    assert [line.split("]")[0] for line in out.splitlines() if line.startswith("[")] == ["[1/3", "[2/3", "[3/3"]
    assert not list(tmp_path.rglob("*.lock"))


@pytest.mark.slow
def test_two_processes_that_reproduce_one_profile_share_its_work_and_both_succeed(made, tmp_path, pipeline, without_times):
    folder, _ = made
    pipeline.write(tmp_path)
    command = [sys.executable, "-m", "alkit", *pipeline.command(tmp_path, "reproduce"), "--workers", "1"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=300) for one in started]
    assert [one.returncode for one in started] == [0, 0], said
    assert "by another process" in said[0][0] + said[1][0]
    for log in folder.rglob("*.jsonl"):
        assert without_times(tmp_path / log.relative_to(folder)) == without_times(log)
    assert not list(tmp_path.rglob("*.lock")) and not list(tmp_path.rglob("*.partial"))


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["4,2", ""])  # both are legal in OpenMP, and no number
def test_reproduce_and_report_run_whatever_openmp_is_told_of_threads(made, tmp_path, pipeline, threads):
    folder, _ = made
    shutil.copytree(folder / "outputs", tmp_path / "outputs")
    pipeline.write(tmp_path, grid=pipeline.TINY["grid"][:1])
    (notebook,) = (tmp_path / "outputs/tiny").glob("constrained-*/notebook.ipynb")
    notebook.unlink()
    for name in ("reproduce", "report"):
        command = [sys.executable, "-m", "alkit", *pipeline.command(tmp_path, name)]
        found = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": threads})
        assert found.returncode == 0, found.stdout + found.stderr
    assert notebook.exists()
