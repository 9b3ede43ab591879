"""Work in a thread of the notebook's process, so that the page answers meanwhile; it can be stopped at once."""

import ctypes
import threading
from collections.abc import Callable


class Stopped(BaseException):
    """Raised within the work, wherever it is, when it is stopped."""


class Background(threading.Thread):
    """`work()` in a thread of its own, then `done(error)`: with None, a Stopped, or what the work raised."""

    def __init__(self, work: Callable[[], None], done: Callable[[BaseException | None], None]):
        super().__init__(daemon=True)
        self.work, self.done = work, done
        self.lock, self.stopping, self.finished = threading.Lock(), False, False

    def run(self) -> None:
        error: BaseException | None = None
        try:
            try:
                self.work()
            finally:
                with self.lock:  # a stop that came before is raised here at the latest; a later one does nothing
                    self.finished = True
        except BaseException as raised:  # `done` tells a person, whatever it is
            error, self.finished = raised, True
        self.done(error)

    def stop(self) -> None:
        """End the work at its next step of Python, some milliseconds away; too late, it does nothing."""
        if not self.stopping:
            self.stopping = True
            self._interrupt()

    def _interrupt(self) -> None:
        """Raise Stopped in the work, again each second until it ends: Python ignores what is raised in a destructor, or in a
        callback of its garbage collector."""
        with self.lock:
            if self.finished:
                return
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), ctypes.py_object(Stopped))
        again = threading.Timer(1, self._interrupt)
        again.daemon = True
        again.start()
