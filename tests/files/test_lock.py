"""Locks: one process at a time, and nothing left behind."""

import os
import signal
import subprocess
import sys

import pytest

from alkit.files.lock import Busy, held

HOLD = "import sys, time\nfrom pathlib import Path\nfrom alkit.files.lock import held\nwith held(Path(sys.argv[1])):\n"


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock until a line is written to it."""
    code = HOLD + "    print('held', flush=True)\n    sys.stdin.readline()\nprint('gone')"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "a.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_what_another_process_holds_is_busy_until_it_ends_or_is_killed(tmp_path, other, capsys):
    with pytest.raises(Busy, match=r"a\.lock"), held(tmp_path / "a.lock", 0.1, "waiting"):
        pass
    assert capsys.readouterr().out == "waiting\n"
    os.kill(other.pid, signal.SIGKILL)
    with held(tmp_path / "a.lock", 10):
        pass
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_of_many_that_want_a_lock_one_has_it_at_a_time(tmp_path):
    count = f"""
for _ in range(200):
    with held(Path(sys.argv[1]), -1):
        number = int(Path({str(tmp_path / "number")!r}).read_text())
        Path({str(tmp_path / "number")!r}).write_text(str(number + 1))
"""
    (tmp_path / "number").write_text("0")
    code = HOLD.removesuffix("with held(Path(sys.argv[1])):\n") + count
    many = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "a.lock")]) for _ in range(3)]
    assert [one.wait(timeout=120) for one in many] == [0, 0, 0]
    assert (tmp_path / "number").read_text() == "600"
    assert not (tmp_path / "a.lock").exists()
