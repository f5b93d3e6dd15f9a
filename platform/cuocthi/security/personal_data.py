"""Encryption of personal values, and blind indexes by which an encrypted value is found again.

A stored value is: one byte with the length of the key's id, the key's id, a nonce of 12 bytes, and the AES-GCM
ciphertext. What the value belongs to is authenticated with it, so that a ciphertext moved elsewhere does not open.
The columns that hold such values are declared, see :mod:`cuocthi.security.rotation`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cuocthi.security.keys import read_keys

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi.security.keys import Keys

_NONCE_BYTES = 12


class Undecipherable(Exception):
    """A stored value cannot be opened: its key is gone, it was changed, or it belongs elsewhere."""


class _Held(NamedTuple):
    """What the vault holds of the data keys; replaced as a whole, so that threads never see half of a change."""

    version: tuple[int, ...]
    current: str
    ciphers: dict[str, AESGCM]


class Vault:
    """Encrypts and finds personal values with the installation's keys.

    With ``file``, the vault looks before every act whether the key file was replaced (one ``stat``), so that every
    process of a running site uses a new key from the moment it stands there.
    """

    def __init__(self, keys: Keys, file: Path | None = None) -> None:
        self._index_key = keys.index
        self._file = file
        self._known = _held(keys, _version(file))

    @property
    def current(self) -> str:
        """The id of the key that new values are encrypted with."""
        return self._keys().current

    @property
    def names(self) -> list[str]:
        """The ids of all keys that values can be opened with, the current one last."""
        return list(self._keys().ciphers)

    def encrypt(self, value: str, *, belongs_to: str) -> bytes:
        """Return ``value`` encrypted with the current key; ``belongs_to`` is needed to open it again."""
        held = self._keys()
        name = held.current.encode()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = held.ciphers[held.current].encrypt(nonce, value.encode(), _bound(name, belongs_to))
        return sealed_with(held.current) + nonce + sealed

    def decrypt(self, stored: bytes, *, belongs_to: str) -> str:
        """Return the value that :meth:`encrypt` made ``stored`` from, with whichever key it was.

        Raises Undecipherable.
        """
        name, rest = stored[1 : 1 + stored[0]], stored[1 + stored[0] :]
        cipher = self._keys().ciphers.get(name.decode("utf-8", "replace"))
        if cipher is None:
            msg = f"there is no key {name!r}"
            raise Undecipherable(msg)
        try:
            opened = cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _bound(name, belongs_to))
        except (InvalidTag, ValueError) as error:
            msg = "the value was changed, or belongs elsewhere"
            raise Undecipherable(msg) from error
        return opened.decode()

    def blind_index(self, value: str, *, purpose: str) -> str:
        """Return 64 hexadecimal digits that are the same for the same value and purpose, and tell nothing else."""
        return hmac.new(self._index_key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

    def _keys(self) -> _Held:
        version = _version(self._file)
        if self._file is not None and version and version != self._known.version:
            self._known = _held(read_keys(self._file), version)
        return self._known


def sealed_with(key: str) -> bytes:
    """Return how every value begins that was encrypted with a key."""
    name = key.encode()
    return bytes([len(name)]) + name


def _held(keys: Keys, version: tuple[int, ...]) -> _Held:
    return _Held(version, keys.current_data_key, {name: AESGCM(key) for name, key in keys.data.items()})


def _version(file: Path | None) -> tuple[int, ...]:
    """Return what tells one state of the key file from another; nothing while it cannot be seen."""
    if file is None:
        return ()
    try:
        seen = file.stat()
    except OSError:
        return ()
    return (seen.st_ino, seen.st_mtime_ns, seen.st_size)


def _bound(key_name: bytes, belongs_to: str) -> bytes:
    return key_name + b"\0" + belongs_to.encode()
