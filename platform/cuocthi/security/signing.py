"""The installation's signature (Ed25519, RFC 8032) under what it hands out, and the keys by which anybody checks it.

The keys live in the key file with all others, never in the database. Only the current one can sign: when another takes
its place, nothing of the former is kept but its public half, by which what it signed stays verifiable.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from cuocthi.security.keys import changing

if TYPE_CHECKING:
    from pathlib import Path

_STORED = "signing"
#: What stands before the 32 bytes of a public key in its X.509 form (RFC 8410).
_PEM_HEAD = bytes.fromhex("302a300506032b6570032100")
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that anybody may know: its 32 bytes, and from when until when the installation signed with it."""

    public: bytes
    since: datetime
    until: datetime | None = None

    @property
    def id(self) -> str:
        """The key's name: the beginning of its digest, so that no two keys share one."""
        return key_id(self.public)

    @property
    def pem(self) -> str:
        """The key in the form that other programs read."""
        return to_pem(self.public)


@dataclass(frozen=True, slots=True)
class Signature:
    """The 64 bytes of a signature, and the public key that checks them."""

    value: bytes
    public: bytes


class Signer:
    """Signs with the current key of a key file; every process sees a new key there at its next signature."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def sign(self, content: bytes, *, now: datetime) -> Signature:
        """Sign ``content``; where there is no key yet, the first one is made, current from ``now``."""
        found = self._current()
        if found is None:
            self._add(now, only_first=True)
            found = self._current()
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex((found or {})["private"]))
        return Signature(private.sign(content), _public_of(private))

    def renew(self, *, now: datetime) -> SigningKey:
        """Put a new key into use from ``now``; of the former only the public half stays. Return the new one."""
        self._add(now, only_first=False)
        return self.public_keys()[-1]

    def public_keys(self) -> list[SigningKey]:
        """Return every key that has signed or may sign, the current one last; none before the first signature."""
        return [_public_half(stored) for stored in self._stored()]

    def _stored(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self._file.read_text("utf-8")).get(_STORED, [])
        return found

    def _current(self) -> dict[str, Any] | None:
        return next((stored for stored in self._stored() if "private" in stored), None)

    def _add(self, now: datetime, *, only_first: bool) -> None:
        with changing(self._file) as stored:
            keys: list[dict[str, Any]] = stored.setdefault(_STORED, [])
            # Another process may have been first.
            if only_first and any("private" in key for key in keys):
                return
            for key in keys:
                if key.pop("private", None) is not None:
                    key["until"] = now.isoformat()
            private = Ed25519PrivateKey.generate()
            seed = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            keys.append({"public": _public_of(private).hex(), "private": seed.hex(), "since": now.isoformat()})


def key_id(public: bytes) -> str:
    """Return the name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def fits(content: bytes, signature: bytes, public: bytes) -> bool:
    """Tell whether a signature under ``content`` was made with the key whose public half is given."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def to_pem(public: bytes) -> str:
    """Return a public key as a PEM file."""
    body = base64.b64encode(_PEM_HEAD + public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


def from_pem(text: str) -> bytes:
    """Return the 32 bytes of a public key from its PEM file. Raises ValueError for anything else."""
    lines = [line.strip() for line in text.strip().splitlines()]
    raw = base64.b64decode("".join(lines[1:-1]), validate=True) if lines[:1] == ["-----BEGIN PUBLIC KEY-----"] else b""
    if not raw.startswith(_PEM_HEAD) or len(raw) != len(_PEM_HEAD) + _KEY_BYTES:
        msg = "this is no public Ed25519 key"
        raise ValueError(msg)
    return raw[len(_PEM_HEAD) :]


def _public_of(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _public_half(stored: dict[str, Any]) -> SigningKey:
    until = stored.get("until")
    return SigningKey(
        bytes.fromhex(stored["public"]),
        datetime.fromisoformat(stored["since"]),
        None if until is None else datetime.fromisoformat(until),
    )
