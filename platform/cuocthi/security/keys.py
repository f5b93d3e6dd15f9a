"""The installation's secret keys. They live in a file beside the database, never in it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY_BYTES = 32
KEY_FILE = "keys.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of an installation.

    ``cookie`` signs cookies, ``index`` makes blind indexes, ``data`` encrypts, by key id; the last is current.
    ``since`` tells from which moment a key has been current, for those that took another's place.
    """

    cookie: bytes
    index: bytes
    data: dict[str, bytes]
    since: dict[str, datetime] = field(default_factory=dict)

    @property
    def current_data_key(self) -> str:
        """The id of the key that new values are encrypted with."""
        return list(self.data)[-1]

    @property
    def current_since(self) -> datetime | None:
        """From which moment on new values are encrypted with it; None for the first key."""
        return self.since.get(self.current_data_key)


def load_or_create_keys(path: Path) -> Keys:
    """Read the key file, or create it (readable by its owner only) with fresh random keys."""
    try:
        return read_keys(path)
    except FileNotFoundError:
        stored = {
            "cookie": secrets.token_hex(KEY_BYTES),
            "index": secrets.token_hex(KEY_BYTES),
            "data": {secrets.token_hex(4): secrets.token_hex(KEY_BYTES)},
        }
        _write_once(path, stored)
        return read_keys(path)


def read_keys(path: Path) -> Keys:
    """Read the key file. Raises FileNotFoundError, or what a file that is none makes of it."""
    stored = json.loads(path.read_text("utf-8"))
    return Keys(
        cookie=bytes.fromhex(stored["cookie"]),
        index=bytes.fromhex(stored["index"]),
        data={name: bytes.fromhex(value) for name, value in stored["data"].items()},
        since={name: datetime.fromisoformat(moment) for name, moment in stored.get("since", {}).items()},
    )


def add_data_key(path: Path, *, now: datetime) -> str:
    """Put a fresh key into the file, current from ``now``; return its id. All processes write with it at once."""
    with changing(path) as stored:
        # An id is never used twice: after an older copy of the file was put back, another key must not pass for the
        # one that values were encrypted with in the meantime.
        name = f"{now:%Y%m%d}-{secrets.token_hex(4)}"
        stored["data"][name] = secrets.token_hex(KEY_BYTES)
        stored.setdefault("since", {})[name] = now.isoformat()
    return name


def drop_data_key(path: Path, name: str) -> None:
    """Take a key out of the file for good: no value encrypted with it opens again."""
    with changing(path) as stored:
        del stored["data"][name]
        stored.get("since", {}).pop(name, None)


@contextmanager
def changing(path: Path) -> Iterator[dict[str, Any]]:
    """Let one process at a time change the file; it is replaced as a whole, so that nobody reads half of it."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stored = json.loads(path.read_text("utf-8"))
        yield stored
        _written_beside(path, stored).replace(path)
        _settle(path.parent)


def _write_once(path: Path, stored: dict[str, Any]) -> None:
    temporary = _written_beside(path, stored)
    try:
        # A hard link fails if another process was first, so that both end up with the same keys.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
        _settle(path.parent)


def _written_beside(path: Path, stored: dict[str, Any]) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(stored, indent=1))
        file.flush()
        # A key is on the disk before a value that only it opens.
        os.fsync(file.fileno())
    return temporary


def _settle(folder: Path) -> None:
    """Let the disk know the file by its name as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
