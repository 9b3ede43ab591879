"""The command: bad input, failures and stopping end in a line that says how to go on."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def processes_with(variable):
    found = []
    for path in os.listdir("/proc") if os.path.isdir("/proc") else []:
        try:
            with open(f"/proc/{path}/environ", "rb") as file:
                if variable.encode() in file.read().split(b"\0"):
                    found.append(path)
        except OSError:
            continue
    return found


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_bad_input_is_one_line_and_no_work(tmp_path, pipeline):
    for change, words in (({"learning_rate": "1e-3"}, "learning_rate='1e-3'"), ({"dataset": "digitz"}, "'digitz'")):
        pipeline.write(tmp_path, defaults={**pipeline.TINY["defaults"], **change})
        process = pipeline.alkit(tmp_path, "reproduce")
        assert process.returncode == 2
        assert words in process.stderr
        assert len(process.stderr.strip().splitlines()) == 1
        assert not (tmp_path / "outputs").exists()


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize(
    ("moment", "how"),
    [
        pytest.param("first", signal.SIGINT, marks=pytest.mark.slow),
        pytest.param("first", signal.SIGTERM, marks=pytest.mark.slow),
        ("kernel", signal.SIGINT),
        pytest.param("data", signal.SIGINT, marks=pytest.mark.slow),
        pytest.param("report", signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_stopping_at_any_moment_ends_at_once_with_the_command_that_goes_on(tmp_path, moment, how, pipeline):
    pipeline.write(tmp_path, seeds=[0], grid=pipeline.TINY["grid"][:1])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    arguments = [*pipeline.command(tmp_path, "reproduce"), "--only", "constrained-*"]
    process = subprocess.Popen(
        [sys.executable, "-m", "alkit", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "ALKIT_TEST": str(tmp_path), "TMPDIR": str(temporary)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert "1 experiments, 0 done" in process.stdout.readline()
    if moment == "kernel":
        wait_for(lambda: list(tmp_path.glob("outputs/tiny/*/seed-0.jsonl")))
    if moment in ("data", "report"):
        assert process.stdout.readline().startswith("[1/1]")
    if moment == "report":
        wait_for((tmp_path / "outputs/tiny/data.ipynb").exists)
    start = time.monotonic()
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - start < 10  # half a second on a quiet machine
    assert (process.returncode, err) == (130, "")
    assert out.strip().splitlines()[-1].endswith(f"python -m alkit {shlex.join(arguments)}")
    wait_for(lambda: not processes_with(f"ALKIT_TEST={tmp_path}"))
    assert not list(temporary.iterdir())
    assert not list(Path("/tmp").glob(f"alkit-{os.getuid()}-{process.pid}-*"))


def test_a_data_notebook_that_fails_is_named_and_the_report_is_made_all_the_same(made, pipeline, monkeypatch):
    def full(profile):
        raise OSError(28, "No space left on device", "data.ipynb")

    monkeypatch.setattr("alkit.__main__.data_notebook", full)
    folder, _ = made
    page = folder / "outputs/tiny/report.html"
    before = page.stat().st_mtime_ns
    process = pipeline.alkit(folder, "reproduce")
    assert process.returncode == 1
    assert "No space left on device: 'data.ipynb'" in process.stdout
    assert process.stderr.strip() == "1 failed: data; the report is made of what there is"
    assert page.stat().st_mtime_ns > before
