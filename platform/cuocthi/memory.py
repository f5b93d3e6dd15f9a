"""How a server of several processes and threads uses memory: what is equal is shared, what was used is given back."""

from __future__ import annotations

import ctypes
import gc

#: The names of glibc's ``mallopt``.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
#: Larger pieces, such as the 19 MiB of a password's hash, are taken and given back one by one.
_LARGE = 1024 * 1024
_ARENAS = 2


def keep_small() -> None:
    """Keep no large pieces for later, and few heaps: each thread would hold on to one of its own otherwise.

    Eight threads that have each hashed a password keep 150 MB for the next time. Does nothing where the C library is
    another one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_ARENA_MAX, _ARENAS)


def leave_alone() -> None:
    """Let the collection of garbage leave alone what is loaded until now: it stays for as long as the process does.

    Looking through it again and again takes time, and writes into every object: forked processes could not share it.
    """
    gc.collect()
    gc.freeze()
