"""How a server of several processes and threads uses memory: what is equal is shared, what was used is given back."""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_library = ctypes.CDLL(None)
#: The names of glibc's ``mallopt``.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
#: Pieces up to this size come from the heap, such as the 19 MiB of a password's hash.
_LARGE = 32 * 1024 * 1024
#: The heap gives nothing back by itself before so much at its end is free.
_FREE = 128 * 1024 * 1024
#: How often it is asked to, in seconds.
_EVERY = 10.0


def share_one_heap() -> None:
    """Keep one heap for all threads, warm while it is used; call it before the first thread begins.

    Memory that each password's hash would have to ask the system for takes as long to be cleared as half the hash; and
    eight threads with heaps of their own would keep 150 MB, of which nothing can be given back. Does nothing where the
    C library is another one.
    """
    mallopt = getattr(_library, "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_TRIM_THRESHOLD, _FREE)


def give_back_regularly() -> None:
    """Give what of the heap is not used back to the system every few seconds, for as long as this process lives."""
    trim = getattr(_library, "malloc_trim", None)
    if trim is not None:
        threading.Thread(target=_give_back, args=(trim,), name="memory", daemon=True).start()


def _give_back(trim: Callable[[int], int]) -> None:
    while True:
        time.sleep(_EVERY)
        trim(0)


def leave_alone() -> None:
    """Let the collection of garbage leave alone what is loaded until now: it stays for as long as the process does.

    Looking through it again and again takes time, and writes into every object: forked processes could not share it.
    """
    gc.collect()
    gc.freeze()
