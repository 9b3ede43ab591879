"""Work in a thread ends when it is told to, and what became of it is always told."""

import ctypes
import threading
import time

import pytest

from alkit.lab.background import Background, Stopped


def ended(work, stop=False):
    """What `done` was told, and how long a stop took."""
    told, begun = [], threading.Event()

    def begin():
        begun.set()
        work()

    background = Background(begin, told.append)
    background.start()
    assert begun.wait(10)
    start = time.perf_counter()
    if stop:
        background.stop()
        background.stop()
    background.join(10)
    assert not background.is_alive()
    background.stop()  # too late: nothing happens
    return told, time.perf_counter() - start


def spin():
    while True:
        time.sleep(0.001)


def test_endless_work_is_stopped_within_a_second_and_says_that_it_was():
    told, seconds = ended(spin, stop=True)
    assert [type(error) for error in told] == [Stopped]
    assert seconds < 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_stop_that_python_ignores_as_it_comes_in_a_destructor_is_repeated():
    class Deaf:
        def __del__(self):
            for _ in range(500):  # half a second, in which the stop comes
                time.sleep(0.001)

    def work():
        Deaf()
        spin()

    told, seconds = ended(work, stop=True)
    assert [type(error) for error in told] == [Stopped]
    assert seconds < 5


def test_what_the_work_holds_is_let_go_when_it_is_stopped():
    left = []

    def holding():
        try:
            spin()
        finally:
            left.append("let go")

    ended(holding, stop=True)
    assert left == ["let go"]


@pytest.mark.parametrize("error", [None, ValueError("wrong"), KeyboardInterrupt()])
def test_what_the_work_raised_is_told_once(error):
    def work():
        if error:
            raise error

    assert ended(work)[0] == [error]


def test_a_stop_that_comes_as_the_work_ends_is_told_once():
    told, ended = [], threading.Event()
    background = Background(ended.set, told.append)
    with background.lock:  # the work ends, and the thread waits here to say so
        background.start()
        assert ended.wait(10)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(background.ident), ctypes.py_object(Stopped))
    background.join(10)
    assert [type(error) for error in told] == [Stopped]
