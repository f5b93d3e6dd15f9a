"""Where tests keep what they throw away: in memory, as nobody then waits for the disk at each commit."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_FOLDER = Path("/dev/shm")  # noqa: S108 - what is made in it is private
_NEEDED_BYTES = 2 * 1024**3


def folder_in_memory() -> Path | None:
    """Return the machine's file system in memory, or None where there is none or too little room in it."""
    if os.access(_FOLDER, os.W_OK | os.X_OK) and shutil.disk_usage(_FOLDER).free >= _NEEDED_BYTES:
        return _FOLDER
    return None
