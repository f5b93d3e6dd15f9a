"""Making a bundle: its manifest with the digest of every file, the signature under it, and the archive.

The manifest names every file but itself and the signature. The signature's file holds the digest of the manifest beside
the signature, so that of the two the one that was changed can be named.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from cuocthi.security.signing import Signature, key_id, to_pem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cuocthi.security.signing import Signer

MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
PUBLIC_KEY = "public-key.pem"
#: The file whose digest is that of the whole.
DATA = "data.json"
#: The version of the manifest's form. Of the first form nothing is signed.
SCHEMA, UNSIGNED_SCHEMA = "cuocthi-bundle/2", "cuocthi-bundle/1"
ALGORITHM = "Ed25519"

# The earliest moment that a ZIP file can name.
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o100644 << 16


def seal(content: Mapping[str, bytes], *, about: Mapping[str, Any], signer: Signer, now: datetime) -> dict[str, bytes]:
    """Return the files of ``content`` with public key, manifest and signature.

    ``about`` are plain values that stand in the manifest; of a bundle that ``cuocthi verify`` takes: ``campaign``,
    ``release``, and ``digest``, the SHA-256 of ``data.json``.
    """
    # Signed twice: which key is current is known from the first signature alone, and the key is one of the files.
    public = signer.sign(b"", now=now).public
    made = {**content, PUBLIC_KEY: to_pem(public).encode()}
    manifest = plain_json({**about, "schema": SCHEMA, "key": key_id(public), "files": digests(made)})
    signature = signer.sign(manifest, now=now)
    if signature.public != public:
        # Somebody has just put another key into use.
        return seal(content, about=about, signer=signer, now=now)
    return {**made, MANIFEST: manifest, SIGNATURE: signature_file(manifest, signature)}


def signature_file(manifest: bytes, signature: Signature) -> bytes:
    """Return the one form in which a signature under a manifest is written."""
    return plain_json(
        {
            "algorithm": ALGORITHM,
            "key": key_id(signature.public),
            "manifest": hashlib.sha256(manifest).hexdigest(),
            "signature": signature.value.hex(),
        }
    )


def digests(content: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file, by name."""
    return {name: hashlib.sha256(value).hexdigest() for name, value in sorted(content.items())}


def plain_json(value: object) -> bytes:
    """Return values as JSON that people read, too: the same bytes for the same values."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def packed(content: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive whose bytes depend on nothing but the files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content[name])
    return written.getvalue()
