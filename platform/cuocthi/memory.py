"""How a server of several processes and threads uses memory: what is equal is shared, what was used is given back."""

from __future__ import annotations

import ctypes
import gc
import threading
import time

#: The names of glibc's ``mallopt``.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
#: Pieces up to this size come from the heap, such as the 19 MiB of a password's hash.
_LARGE = 32 * 1024 * 1024
#: The heap gives nothing back by itself before so much at its end is free.
_FREE = 128 * 1024 * 1024
#: How often it is asked to, in seconds.
_EVERY = 10.0


def share_one_heap() -> None:
    """Keep one heap for all threads of this process, warm while it is used, and given back every few seconds.

    Memory that each password's hash would have to ask the system for takes as long to be cleared as half the hash; and
    eight threads with heaps of their own would keep 150 MB. Does nothing where the C library is another one.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        return
    library.mallopt(_ARENA_MAX, 1)
    library.mallopt(_MMAP_THRESHOLD, _LARGE)
    library.mallopt(_TRIM_THRESHOLD, _FREE)
    threading.Thread(target=_give_back, args=(library,), name="memory", daemon=True).start()


def _give_back(library: ctypes.CDLL) -> None:
    while True:
        time.sleep(_EVERY)
        library.malloc_trim(0)


def leave_alone() -> None:
    """Let the collection of garbage leave alone what is loaded until now: it stays for as long as the process does.

    Looking through it again and again takes time, and writes into every object: forked processes could not share it.
    """
    gc.collect()
    gc.freeze()
