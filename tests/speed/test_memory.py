"""Freed memory is kept by the process."""

import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
from alkit.speed.memory import keep_freed_memory

def faults():
    for step in range(50):
        if step == 10:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        [np.ones(2**20) for _ in range(8)]  # 64 MiB, freed at once
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

returned = faults()
keep_freed_memory()
print(returned, faults())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's mallopt")
def test_a_step_that_frees_its_memory_gets_the_same_pages_again():
    found = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True)
    returned, kept = map(int, found.stdout.split())
    assert kept < returned / 10
