"""A folder of the installation as a target: each release beside the others, and no reader ever sees half of one.

Below the folder stands, for each campaign, a folder with a link for every release, called by its number, and
``latest``, which leads to one of them. Contents lie beside the links in ``.contents`` and are complete before a link
leads to them; replacing a link is one step of the file system.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cuocthi.contributions import PublicationTarget
from cuocthi.errors import ContractError, DomainError
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.contributions import Delivery

#: By this name the installation's environment names the folder; without it there is no such target.
VARIABLE = "PUBLISHING_FOLDER"
LATEST = "latest"
_CONTENTS = ".contents"
#: Web servers run as somebody else: they have to be able to read.
_FOLDER_MODE, _FILE_MODE = 0o755, 0o644


def folder_target(environment: Mapping[str, str] = os.environ) -> list[PublicationTarget]:
    """Return the folder that the installation names as a target, nothing where it names none."""
    named = environment.get(VARIABLE, "").strip()
    if not named:
        return []
    root = Path(named)
    return [PublicationTarget("folder", T("Folder of the installation"), lambda delivery: put(root, delivery))]


def put(root: Path, delivery: Delivery) -> None:
    """Put a release into the folder ``root``, or its tombstone in its place, and let ``latest`` lead to the newest.

    What stands there already, file by file, stays untouched. Raises DomainError where the folder is not there: it may
    be a disk that is not mounted, so it is never made.
    """
    if not root.is_dir():
        raise DomainError(T("The folder that the installation names is not there."))
    home = root / delivery.campaign
    contents = home / _CONTENTS
    for folder in (home, contents):
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    link = home / str(delivery.number)
    if not _holds(link, delivery):
        unpacked = _unpack(contents, delivery)
        _lead(link, Path(_CONTENTS) / unpacked.name)
        _remove_others(contents, delivery.number, unpacked)
    if delivery.latest:
        _lead(home / LATEST, Path(link.name))


def _holds(link: Path, delivery: Delivery) -> bool:
    """Tell whether exactly these files stand behind a link."""
    if not link.is_symlink() or not link.is_dir():
        return False
    left = {path for path in link.resolve().rglob("*") if not path.is_dir()}
    for name, content in delivery.files():
        path = link.resolve() / _safe(name)
        if path not in left or path.read_bytes() != content:
            return False
        left.remove(path)
    return not left


def _unpack(contents: Path, delivery: Delivery) -> Path:
    """Write all files into a new folder and have them on the disk before it is known to anybody; return the folder."""
    folder = Path(tempfile.mkdtemp(prefix=f"{delivery.number}-", dir=contents))
    try:
        for name, content in delivery.files():
            _write(folder / _safe(name), content)
        for made in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            made.chmod(_FOLDER_MODE)
            _keep(made)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(_FILE_MODE)


def _lead(link: Path, where: Path) -> None:
    """Let a link lead somewhere else, in one step."""
    if link.is_symlink() and link.readlink() == where:
        return
    # A folder of its own: its name is nobody else's.
    with tempfile.TemporaryDirectory(prefix=".", dir=link.parent) as temporary:
        made = Path(temporary) / link.name
        made.symlink_to(where)
        made.replace(link)
    _keep(link.parent)


def _remove_others(contents: Path, number: int, but: Path) -> None:
    for former in contents.glob(f"{number}-*"):
        if former != but:
            shutil.rmtree(former, ignore_errors=True)


def _keep(folder: Path) -> None:
    """Have the disk hold what a folder lists."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _safe(name: str) -> Path:
    """Return the path of a file below a folder. Raises ContractError for one that would lead out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        msg = f"a file of a release cannot be called {name!r}"
        raise ContractError(msg)
    return Path(path)
