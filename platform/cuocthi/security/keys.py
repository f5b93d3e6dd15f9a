"""The installation's secret keys. They live in a file beside the database, never in it."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of an installation.

    ``cookie`` signs cookies, ``index`` makes blind indexes, ``data`` encrypts, by key id; the last is current.
    """

    cookie: bytes
    index: bytes
    data: dict[str, bytes]

    @property
    def current_data_key(self) -> str:
        """The id of the key that new values are encrypted with."""
        return list(self.data)[-1]


def load_or_create_keys(path: Path) -> Keys:
    """Read the key file, or create it (readable by its owner only) with fresh random keys."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        stored = {
            "cookie": secrets.token_hex(KEY_BYTES),
            "index": secrets.token_hex(KEY_BYTES),
            "data": {"k1": secrets.token_hex(KEY_BYTES)},
        }
        _write_once(path, json.dumps(stored, indent=1))
        stored = json.loads(path.read_text("utf-8"))
    return Keys(
        cookie=bytes.fromhex(stored["cookie"]),
        index=bytes.fromhex(stored["index"]),
        data={name: bytes.fromhex(value) for name, value in stored["data"].items()},
    )


def _write_once(path: Path, content: str) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    try:
        # A hard link fails if another process was first, so that both end up with the same keys.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
