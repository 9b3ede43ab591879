"""The command: bad input, failures and stopping end in a line that says how to go on."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from alkit.__main__ import main
from alkit.run.reproduce import reproduce


def test_bad_input_is_one_line_and_no_work(tmp_path, pipeline):
    for change, words in (({"learning_rate": "1e-3"}, "learning_rate='1e-3'"), ({"dataset": "digitz"}, "'digitz'")):
        pipeline.write(tmp_path, defaults={**pipeline.TINY["defaults"], **change})
        process = pipeline.alkit(tmp_path, "reproduce")
        assert process.returncode == 2
        assert words in process.stderr
        assert len(process.stderr.strip().splitlines()) == 1
        assert not (tmp_path / "outputs").exists()


def test_a_folder_of_images_becomes_a_data_set_and_a_data_set_is_described(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ALKIT_DATA", str(tmp_path / "data"))
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for n in range(3):
            Image.fromarray(np.random.default_rng(n).integers(0, 256, (16, 16), np.uint8)).save(
                tmp_path / f"pets/{name}/{n}.png"
            )
    assert main(["images", str(tmp_path / "pets")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/data/pets.npz: 4 training images (cat 2, dog 2; unlabelled 0) and 2 for testing, one of 5 of each class, "
        "16x16 grey",
        "Look at it: python -m alkit data pets",
    ]
    assert main(["data", "pets", "--outputs", str(tmp_path)]) == 0
    assert "4 training and 2 test images, 16x16 grey, 2 classes" in capsys.readouterr().out
    for arguments in (["images"], ["data"], ["images", str(tmp_path / "none")], ["images", str(tmp_path / "pets")]):
        assert main(arguments) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


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
def test_stopping_at_any_moment_ends_at_once_with_the_command_that_goes_on(
    tmp_path, moment, how, pipeline, wait, processes_with
):
    pipeline.write(tmp_path, seeds=[0], grid=pipeline.TINY["grid"][:1])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    arguments = [*pipeline.command(tmp_path, "reproduce"), "--only", "constrained-*"]
    process = subprocess.Popen(
        [sys.executable, "-m", "alkit", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "ALKIT_TEST": str(tmp_path), "TMPDIR": str(temporary), "PYTHONUNBUFFERED": ""},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert "1 experiments, 0 done" in process.stdout.readline()
    if moment == "kernel":
        wait(lambda: list(tmp_path.glob("outputs/tiny/*/seed-0.jsonl")))
    if moment in ("data", "report"):
        assert process.stdout.readline().startswith("[1/1]")
    if moment == "report":
        wait((tmp_path / "outputs/tiny/data.ipynb").exists)
    start = time.monotonic()
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - start < 10  # half a second on a quiet machine
    assert (process.returncode, err) == (130, "")
    assert out.strip().splitlines()[-1].endswith(f"python -m alkit {shlex.join(arguments)}")
    wait(lambda: not processes_with(f"ALKIT_TEST={tmp_path}"))
    assert not list(temporary.iterdir())
    assert not list(Path("/tmp").glob(f"alkit-{os.getuid()}-{process.pid}-*"))


@pytest.mark.slow
def test_a_data_notebook_that_fails_is_named_and_the_report_is_made_all_the_same(made, tmp_path, pipeline, monkeypatch):
    def full(profile):
        raise OSError(28, "No space left on device", "data.ipynb")

    monkeypatch.setattr("alkit.__main__.data_notebook", full)
    folder = shutil.copytree(made[0], tmp_path / "again")
    page = folder / "outputs/tiny/report.html"
    before = page.stat().st_mtime_ns
    process = pipeline.alkit(folder, "reproduce")
    assert process.returncode == 1
    assert "No space left on device: 'data.ipynb'" in process.stdout
    assert process.stderr.strip() == "1 failed: data; the report is made of what there is"
    assert page.stat().st_mtime_ns > before


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize(
    ("seconds", "how"),
    [(0.3, signal.SIGINT), *(pytest.param(s, signal.SIGTERM, marks=pytest.mark.slow) for s in (0.1, 0.6, 1.2))],
)
def test_stopping_while_python_imports_is_one_line(seconds, how):
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "alkit", "plan", "digits"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    for line in process.stderr:  # of each import that is done
        if line.endswith("alkit.stopping\n"):
            break
    time.sleep(seconds)
    process.send_signal(how)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == "\nInterrupted. Nothing was begun yet; the same command begins: python -m alkit plan digits\n"
    assert [line for line in err.splitlines() if not line.startswith("import time:")] == []


@pytest.mark.slow
def test_a_library_that_is_imported_leaves_ctrl_c_alone():
    code = "from signal import *; before = getsignal(SIGINT); import alkit; print(getsignal(SIGINT) is before)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "True"


@pytest.mark.slow
def test_data_that_changes_under_reproduce_is_said_and_the_report_is_made_all_the_same(
    tmp_path, pipeline, write_npz, monkeypatch
):
    shape = {"num_train": 200, "num_test": 30}
    write_npz("mine", **shape)
    monkeypatch.setenv("ALKIT_DATA", str(tmp_path))
    settings = {**pipeline.TINY["defaults"], "dataset": "mine", "num_initial": 21}
    pipeline.write(tmp_path, seeds=[0], defaults=settings, grid=[{"scenario": "constrained"}])
    monkeypatch.setattr(
        "alkit.__main__.reproduce", lambda *given: (found := reproduce(*given)) + write_npz_of_others() or found
    )

    def write_npz_of_others():
        write_npz("mine", **shape, y_test=np.zeros(30, int))
        return []

    process = pipeline.alkit(tmp_path, "reproduce")
    assert process.returncode == 1
    assert "FAILED data\nmine has changed: " in process.stdout
    assert process.stderr.strip() == "1 failed: data; the report is made of what there is"
    assert (tmp_path / "outputs/tiny/report.html").exists()
    assert not (tmp_path / "outputs/tiny/data.ipynb").exists()


@pytest.mark.parametrize(("only", "called"), [("*-digits-*", False), ("a-*", True)])
def test_images_that_are_not_asked_for_are_not_needed(tmp_path, pipeline, monkeypatch, only, called):
    asked = []
    monkeypatch.setattr("alkit.__main__.reproduce", lambda *_: [])
    monkeypatch.setattr("alkit.__main__.load_all", lambda profile, download: {})
    monkeypatch.setattr("alkit.__main__.check_all", lambda *_: None)
    monkeypatch.setattr("alkit.__main__.remarks", lambda *_: [])
    monkeypatch.setattr("alkit.__main__.report", lambda profile: "report.html")
    monkeypatch.setattr("alkit.__main__.data_notebook", lambda profile: asked.append(profile))
    pipeline.write(tmp_path, grid=[{"scenario": "a", "dataset": ["digits", "mnist"]}, {"scenario": "b", "dataset": "digits"}])
    assert main([*pipeline.command(tmp_path, "reproduce"), "--only", only]) == 0
    assert bool(asked) == called
