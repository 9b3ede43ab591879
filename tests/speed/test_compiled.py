"""Compiled code runs where numba finds no place to keep it."""

import os
import shutil
import subprocess
import sys

import pytest

from alkit.paths import PROJECT

CODE = """
import pathlib, sys
import numba, torch
from alkit.speed import convolution
from alkit.speed.pooled import PooledConv2d

try:
    numba.njit(cache=True)(convolution._add_row.py_func)
    print("a place")
except RuntimeError as error:
    print(str(error).split(" '")[0])
torch.manual_seed(0)
conv, images = PooledConv2d(1, 2, 5), torch.randn(3, 1, 8, 8)
plain = torch.nn.functional.max_pool2d(torch.nn.Conv2d.forward(conv, images), 2).relu()
torch.testing.assert_close(conv(images), plain)
print(convolution.__file__, any(pathlib.Path(convolution.__file__).parent.glob("**/*.nbi")))
"""


def ran_from_a_copy(folder, **environment):
    """Lines that CODE prints with a copy of alkit in `folder`."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    environment = {**inherited, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = [sys.executable, "-W", "error", "-c", CODE]
    found = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


@pytest.mark.slow  # two compilations
def test_where_no_cache_can_be_written_code_is_compiled_without(tmp_path):
    shutil.copytree(PROJECT / "alkit", tmp_path / "alkit", ignore=shutil.ignore_patterns("__pycache__"))
    source = str(tmp_path / "alkit/speed/convolution.py")
    (tmp_path / "alkit/speed/__pycache__").touch()  # a file: nothing can be written there, even by root
    found = ran_from_a_copy(tmp_path, HOME=os.devnull)
    assert found == ["cannot cache function", f"{source} False"]
    (tmp_path / "alkit/speed/__pycache__").unlink()
    assert ran_from_a_copy(tmp_path, HOME=os.devnull) == ["a place", f"{source} True"]
