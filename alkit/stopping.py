"""Ctrl-C ends the command in one line, also while Python still imports; here nothing slow may be imported."""

import contextlib
import os
import shlex
import signal
import sys
from collections.abc import Callable


def on_signals(handler: Callable[..., None]) -> None:
    """Have Ctrl-C and SIGTERM call `handler` from now on."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, handler)


def say(words: str) -> None:
    """That it was interrupted, in a line that ends with the command as it was given."""
    again = shlex.join(sys.argv[1:])
    with contextlib.suppress(OSError):  # nobody reads it
        # print could have been what was interrupted, and may not be entered again
        os.write(1, f"\nInterrupted. {words}: python -m alkit {again}\n".encode())


def before_anything(*_) -> None:
    """End a command that has only imported so far."""
    say("Nothing was begun yet; the same command begins")
    os._exit(130)
