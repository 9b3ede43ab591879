"""Freed memory is kept by the process."""

import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
import numpy as np
from alkit.speed.memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
for step in range(50):
    if step == 10:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(2**20)  # 8 MiB, freed at once
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's mallopt")
def test_a_step_that_frees_its_memory_gets_the_same_pages_again():
    """Cleared anew, the 40 blocks are 2,048 pages each; a kernel with huge pages has fewer faults, but not none."""
    found = {}
    for way in ("returned", "kept"):
        out = subprocess.run([sys.executable, "-c", FAULTS, way], capture_output=True, text=True, check=True).stdout
        found[way] = int(out)
    assert found["kept"] < 40 <= found["returned"]
