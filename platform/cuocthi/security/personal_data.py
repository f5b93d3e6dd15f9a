"""Encryption of personal values, and blind indexes by which an encrypted value is found again.

A stored value is: one byte with the length of the key's id, the key's id, a nonce of 12 bytes, and the AES-GCM
ciphertext. What the value belongs to is authenticated with it, so that a ciphertext moved elsewhere does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from cuocthi.security.keys import Keys

_NONCE_BYTES = 12


class Undecipherable(Exception):
    """A stored value cannot be opened: its key is gone, it was changed, or it belongs elsewhere."""


class Vault:
    """Encrypts and finds personal values with the installation's keys."""

    def __init__(self, keys: Keys) -> None:
        self._index_key = keys.index
        self._current = keys.current_data_key
        self._ciphers = {name: AESGCM(key) for name, key in keys.data.items()}

    def encrypt(self, value: str, *, belongs_to: str) -> bytes:
        """Return ``value`` encrypted with the current key; ``belongs_to`` is needed to open it again."""
        name = self._current.encode()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, value.encode(), _bound(name, belongs_to))
        return bytes([len(name)]) + name + nonce + sealed

    def decrypt(self, stored: bytes, *, belongs_to: str) -> str:
        """Return the value that :meth:`encrypt` made ``stored`` from, with whichever key it was.

        Raises Undecipherable.
        """
        name, rest = stored[1 : 1 + stored[0]], stored[1 + stored[0] :]
        cipher = self._ciphers.get(name.decode("utf-8", "replace"))
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


def _bound(key_name: bytes, belongs_to: str) -> bytes:
    return key_name + b"\0" + belongs_to.encode()
