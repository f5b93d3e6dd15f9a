"""The bundle: a release as a folder of files that any portal can take, and anyone can check, in one ZIP file.

All outputs make their files of the snapshot; then the manifest names each of them, and each section, by its digest, and
is signed. The same snapshot and key give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cuocthi.bundles.sealing import packed, seal
from cuocthi.digest import digest as digest_of
from cuocthi.errors import ContractError
from cuocthi_publishing.outputs.registry import OUTPUTS

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.security.signing import Signer
    from cuocthi_publishing.domain.snapshot import Snapshot
    from cuocthi_publishing.outputs.published import Published

Progress = Callable[[int, int], None]


def build(
    published: Published, *, signer: Signer, now: datetime, progress: Progress = lambda _done, _total: None
) -> bytes:
    """Return the ZIP file of a release, signed; ``progress`` is told how many outputs of how many are made."""
    return packed(files(published, signer=signer, now=now, progress=progress))


def files(
    published: Published, *, signer: Signer, now: datetime, progress: Progress = lambda _done, _total: None
) -> dict[str, bytes]:
    """Return the files of the bundle by their names, with manifest and signature.

    Raises ContractError for two outputs that make the same file.
    """
    made: dict[str, bytes] = {}
    for done, (name, output) in enumerate(OUTPUTS.items(), start=1):
        for path, content in output(published):
            if path in made:
                msg = f"the output {name!r} makes {path!r}, which another one has made"
                raise ContractError(msg)
            made[path] = content
        progress(done, len(OUTPUTS))
    return seal(made, about=_about(published), signer=signer, now=now)


def file_name(snapshot: Snapshot) -> str:
    """Return what the ZIP file is called."""
    return f"{snapshot['campaign']['slug']}-{snapshot['release']['number']}.zip"


def _about(published: Published) -> dict[str, Any]:
    snapshot = published.snapshot
    return {
        "campaign": snapshot["campaign"]["slug"],
        "release": snapshot["release"]["number"],
        "replaces": snapshot["release"]["replaces"],
        "digest": published.digest,
        "sections": {section["key"]: digest_of(section) for section in snapshot["sections"]},
    }
