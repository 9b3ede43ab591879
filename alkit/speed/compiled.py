"""numba's compiler, which keeps what it made on disk where there is a place for it."""

from collections.abc import Callable
from functools import partial

from numba import njit


def compiled(function: Callable) -> Callable:
    """`function` in machine code, from when it is first called; compiled once a machine, or once a process where need be.

    numba writes beside the source, or else below the user's home, and raises where neither can be written, as in a
    read-only checkout of a user without a home (numba issue 5566). Then it compiles without keeping.
    Sums may be added in any order, as vector code does; infinities and NaNs keep their meaning.
    """
    made = partial(njit, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
    try:
        return made(cache=True)(function)
    except RuntimeError:  # cannot cache function ...: no locator available
        return made()(function)
