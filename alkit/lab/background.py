"""Work in a thread of the notebook's process, so that the page answers meanwhile; it can be stopped at once."""

import ctypes
import threading
import time
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
            self.work()
        except BaseException as raised:  # `done` tells a person, whatever it is
            error = raised
        with self.lock:
            self.finished = True
        if self.stopping and not isinstance(error, Stopped):
            error = self._last_moment() or error
        self.done(error)

    def stop(self) -> None:
        """End the work at its next step of Python, some milliseconds away; too late, it does nothing."""
        with self.lock:
            if not self.finished and not self.stopping:
                self.stopping = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), ctypes.py_object(Stopped))

    def _last_moment(self) -> Stopped | None:
        """The stop that came when the work had just ended and is still on its way."""
        try:
            time.sleep(0.1)
            for _ in range(1000):
                pass
        except Stopped as raised:
            return raised
        return None
