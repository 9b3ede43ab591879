"""Files that are there whole or not at all, whenever the process that writes them is killed."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def written(path: Path) -> Iterator[Path]:
    """Where to write, beside `path`, inside the block; at its end that takes the place of what is at `path`.

    If the block fails, `path` is as it was, and of what it wrote nothing is left: the disk may be full.
    """
    partial = path.with_suffix(".partial")
    try:
        yield partial
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def write(path: Path, text: str) -> None:
    """`text` as the file `path`, in UTF-8."""
    with written(path) as partial:
        partial.write_text(text, encoding="utf-8")
