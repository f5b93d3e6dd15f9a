"""Checking a bundle, packed or unpacked, against its manifest: what was changed, is missing, or was added."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.errors import DomainError
from cuocthi.text import T, Text
from cuocthi_publishing.domain.bundle import DATA, MANIFEST, MANIFEST_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: Far above any bundle; an archive that unpacks to more is none.
_LARGEST = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """What a bundle says of itself, and every way in which its files contradict that."""

    campaign: str
    release: int
    digest: str
    files: int
    faults: tuple[Text, ...]


def verify(path: Path, *, published_digest: str = "") -> Checked:
    """Check the bundle at ``path``, a ZIP file or a folder.

    ``published_digest`` is the digest on the site, if it is to be compared. Raises DomainError for what is no bundle.
    """
    content = _read(path)
    manifest = _manifest(content)
    return Checked(
        campaign=str(manifest["campaign"]),
        release=int(manifest["release"]),
        digest=str(manifest["digest"]),
        files=len(manifest["files"]),
        faults=tuple(_faults(content, manifest, published_digest.strip().lower())),
    )


def _faults(content: Mapping[str, bytes], manifest: Mapping[str, Any], published: str) -> Iterator[Text]:
    listed: Mapping[str, str] = manifest["files"]
    for name in sorted({*content, *listed} - {MANIFEST}):
        if name not in content:
            yield T("missing: %(file)s", file=name)
        elif name not in listed:
            yield T("not of this bundle: %(file)s", file=name)
        elif hashlib.sha256(content[name]).hexdigest() != listed[name]:
            yield T("changed: %(file)s", file=name)
    if listed.get(DATA) != manifest["digest"]:
        yield T("the release's digest is not that of %(file)s", file=DATA)
    if published and published != manifest["digest"]:
        yield T("the release's digest is not the one given: %(digest)s", digest=str(manifest["digest"]))


def _manifest(content: Mapping[str, bytes]) -> Mapping[str, Any]:
    try:
        manifest: Mapping[str, Any] = json.loads(content[MANIFEST])
        known = manifest["schema"] == MANIFEST_SCHEMA and {"campaign", "release", "digest", "files"} <= set(manifest)
    except (KeyError, TypeError, ValueError) as error:
        raise DomainError(T("This is no bundle: it has no readable %(file)s.", file=MANIFEST)) from error
    if not known:
        raise DomainError(T("This bundle's form is not known: %(schema)s.", schema=str(manifest["schema"])))
    return manifest


def _read(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {found.relative_to(path).as_posix(): found.read_bytes() for found in path.rglob("*") if found.is_file()}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > _LARGEST:
                raise DomainError(T("This file is too large to be a bundle."))
            return {entry.filename: archive.read(entry) for entry in entries}
    except (OSError, zipfile.BadZipFile) as error:
        raise DomainError(
            T("This is neither a folder nor a ZIP file that can be read: %(path)s", path=str(path))
        ) from error
