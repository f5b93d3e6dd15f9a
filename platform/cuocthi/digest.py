"""The one way digests are made: SHA-256 over canonical JSON, so that anyone can make them again."""

from __future__ import annotations

import hashlib
import json


def canonical(value: object) -> bytes:
    """Return ``value`` as JSON with sorted keys, without white space, in UTF-8. Floats are refused: not exact."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical form of ``value`` in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        message = f"a digest needs exact values, not the float {value!r}"
        raise TypeError(message)
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
