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
            error = raised
        self.done(error)

    def stop(self) -> None:
        """End the work at its next step of Python, some milliseconds away; too late, it does nothing."""
        with self.lock:
            if not self.finished and not self.stopping:
                self.stopping = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), ctypes.py_object(Stopped))
