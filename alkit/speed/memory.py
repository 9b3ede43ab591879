"""Memory that one training step frees is kept for the next."""

import contextlib
import ctypes
from functools import cache


@cache
def keep_freed_memory() -> None:
    """Have glibc keep the memory that a step frees for the next step, for this process; elsewhere nothing happens.

    By default it returns blocks of 128 KiB and more to the system and asks for them again, and every page of them is
    cleared anew.
    """
    mmap_threshold, trim_threshold = -3, -1  # mallopt(3)'s names for them
    with contextlib.suppress(OSError, AttributeError):  # no glibc
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(mmap_threshold, 32 * 2**20)  # the largest it takes
        libc.mallopt(trim_threshold, 2**30)
