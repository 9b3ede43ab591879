"""One process at a time, by a lock file that is there only as long as it is held."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout


class Busy(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def held(path: Path, seconds: float = 0.0, say: str = "") -> Iterator[None]:
    """Hold `path` inside the block. Where another process does, print `say` and wait up to `seconds` (-1: for ever) for it.

    Raises Busy if it still does then. A process that is killed holds nothing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if say:
            print(say, flush=True)
        try:
            lock.acquire(timeout=seconds)
        except Timeout:
            raise Busy(str(path)) from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()  # while it is held: filelock sees that what it waited for is gone, and makes its own
        lock.release()
