"""Checking a bundle, packed or unpacked, against its manifest and signature: what was changed, is missing, was added.

It needs no network and no installation: what it trusts is the key or the digest that it is given.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cuocthi.bundles.sealing import (
    DATA,
    MANIFEST,
    PUBLIC_KEY,
    SCHEMA,
    SIGNATURE,
    UNSIGNED_SCHEMA,
    signature_file,
)
from cuocthi.errors import DomainError
from cuocthi.security.signing import Signature, fits, from_pem, key_id
from cuocthi.text import T, Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

#: Far above any bundle; an archive that unpacks to more is none.
_LARGEST = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """What a bundle says of itself, the id of the key that signed it, and every way in which its files contradict it.

    ``trusted`` tells whether it is signed with a key that the reader gave: a bundle that fits itself alone may have
    been made by anybody. ``known_data`` tells whether its data have the digest that the reader gave, which says nothing
    of the other files: whoever signs with a key of their own can put any page beside genuine data.
    """

    campaign: str
    release: int
    digest: str
    files: int
    key: str
    trusted: bool
    known_data: bool
    faults: tuple[Text, ...]


@dataclass(slots=True)
class _Found:
    """The files of a bundle by name, and what is wrong with how they were packed."""

    content: dict[str, bytes] = field(default_factory=dict)
    faults: list[Text] = field(default_factory=list)


def check(path: Path, *, keys: Collection[str] = (), digest: str = "") -> Checked:
    """Check the bundle at ``path``, a ZIP file or a folder.

    ``keys`` are public keys or ids of such that the reader trusts, in hexadecimal digits; ``digest`` is the one on the
    site, if it is to be compared: that of the data. Raises DomainError for what is no bundle.
    """
    found = _read(path)
    manifest = _manifest(found.content)
    digest = digest.strip().lower()
    public, signed_wrongly = _signed(found.content, manifest)
    by_key = bool(public) and not signed_wrongly and not {public.hex(), key_id(public)}.isdisjoint(keys)
    faults = [*found.faults, *_faults(found.content, manifest), *signed_wrongly]
    if digest and digest != manifest["digest"]:
        faults.append(T("the release's digest is not the one given: %(digest)s", digest=str(manifest["digest"])))
    if not public and not signed_wrongly and (keys or not digest):
        faults.append(T("it is not signed: compare its digest with the one on the site"))
    elif public and keys and not by_key and not signed_wrongly:
        faults.append(T("it is signed with another key than the one given: %(key)s", key=key_id(public)))
    return Checked(
        campaign=str(manifest["campaign"]),
        release=int(manifest["release"]),
        digest=str(manifest["digest"]),
        files=len(manifest["files"]),
        key=key_id(public) if public else "",
        trusted=by_key,
        known_data=digest == manifest["digest"],
        faults=tuple(fault for place, fault in enumerate(faults) if fault not in faults[:place]),
    )


def _faults(content: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[Text]:
    listed: Mapping[str, str] = manifest["files"]
    for name in sorted({*content, *listed} - {MANIFEST, SIGNATURE}):
        if name not in content:
            yield T("missing: %(file)s", file=name)
        elif name not in listed:
            yield T("not of this bundle: %(file)s", file=name)
        elif hashlib.sha256(content[name]).hexdigest() != listed[name]:
            yield _changed(name)
    if listed.get(DATA) != manifest["digest"]:
        yield T("the release's digest is not that of %(file)s", file=DATA)


def _signed(content: Mapping[str, bytes], manifest: Mapping[str, Any]) -> tuple[bytes, list[Text]]:
    """Return the key that signed the manifest, and which file shows that it does not fit; no key for the old form."""
    if manifest["schema"] == UNSIGNED_SCHEMA:
        unexpected = [T("not of this bundle: %(file)s", file=SIGNATURE)] if SIGNATURE in content else []
        return b"", unexpected
    missing = [T("missing: %(file)s", file=name) for name in (SIGNATURE, PUBLIC_KEY) if name not in content]
    if missing:
        return b"", missing
    try:
        public = from_pem(content[PUBLIC_KEY].decode())
    except (ValueError, UnicodeDecodeError):
        return b"", [_changed(PUBLIC_KEY)]
    try:
        said = json.loads(content[SIGNATURE])
        value, over = bytes.fromhex(said["signature"]), str(said["manifest"])
    except (KeyError, TypeError, ValueError):
        return public, [_changed(SIGNATURE)]
    return public, _contradictions(content, Signature(value, public), over)


def _contradictions(content: Mapping[str, bytes], signature: Signature, over: str) -> list[Text]:
    manifest = content[MANIFEST]
    if fits(manifest, signature.value, signature.public):
        written = signature_file(manifest, signature) == content[SIGNATURE]
        return [] if written else [_changed(SIGNATURE)]
    if hashlib.sha256(manifest).hexdigest() != over:
        return [_changed(MANIFEST)]
    # The manifest is what was signed: then either the signature or the key is another one.
    listed = json.loads(manifest)["files"].get(PUBLIC_KEY)
    whole_key = hashlib.sha256(content[PUBLIC_KEY]).hexdigest() == listed
    return [_changed(SIGNATURE if whole_key else PUBLIC_KEY)]


def _changed(name: str) -> Text:
    return T("changed: %(file)s", file=name)


def _manifest(content: Mapping[str, bytes]) -> Mapping[str, Any]:
    try:
        manifest: Mapping[str, Any] = json.loads(content[MANIFEST])
        known = manifest["schema"] in {SCHEMA, UNSIGNED_SCHEMA}
        complete = {"campaign", "release", "digest", "files"} <= set(manifest) and isinstance(manifest["files"], dict)
        int(manifest.get("release", 0))
    except (KeyError, TypeError, ValueError) as error:
        raise DomainError(T("This is no bundle: it has no readable %(file)s.", file=MANIFEST)) from error
    if not known or not complete:
        raise DomainError(T("This bundle's form is not known: %(schema)s.", schema=str(manifest["schema"])))
    return manifest


def _read(path: Path) -> _Found:
    if path.is_dir():
        files = (found for found in path.rglob("*") if found.is_file())
        return _Found({found.relative_to(path).as_posix(): found.read_bytes() for found in files})
    try:
        with zipfile.ZipFile(path) as archive:
            return _unpacked(archive)
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise DomainError(
            T("This is neither a folder nor a ZIP file that can be read: %(path)s", path=str(path))
        ) from error


def _unpacked(archive: zipfile.ZipFile) -> _Found:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if sum(entry.file_size for entry in entries) > _LARGEST:
        raise DomainError(T("This file is too large to be a bundle."))
    found = _Found()
    for entry in entries:
        if entry.filename in found.content:
            # Programs differ in which of the two they unpack.
            found.faults.append(T("twice in the archive: %(file)s", file=entry.filename))
        try:
            found.content[entry.filename] = archive.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            found.content[entry.filename] = b""
            found.faults.append(_changed(entry.filename))
    return found
