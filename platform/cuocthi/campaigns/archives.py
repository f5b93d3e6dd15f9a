"""A campaign's folder as one ZIP file, for the pages: reading what somebody sends, and writing what is handed out."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath

from cuocthi.campaigns.files import LARGEST, MAIN, Files, invalid
from cuocthi.text import T

#: Every file of an archive carries this day, so that the same campaign gives the same bytes.
_DAY = (2024, 1, 1, 0, 0, 0)

#: What reading a broken, encrypted or exotic archive raises.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError)


def read_archive(content: bytes) -> dict[str, bytes]:
    """Return the files of a zipped campaign folder by their names below it, whether or not the folder itself is in it.

    Raises InvalidData for what is no ZIP file, holds no campaign, or is too large when unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [entry for entry in archive.infolist() if not entry.is_dir()]
            # The sizes are those the archive claims; reading stops at them.
            if sum(entry.file_size for entry in found) > LARGEST:
                raise invalid([T("the folder is larger than %(most)s MB", most=LARGEST // 1024 // 1024)])
            files = {entry.filename: archive.read(entry) for entry in found}
    except _UNREADABLE as error:
        raise invalid([T("this is no ZIP file that can be read")]) from error
    return _below(_root(files), files)


def write_archive(files: Files) -> bytes:
    """Return the files of a campaign folder as a ZIP file."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _root(files: Files) -> str:
    """Return the path of the topmost folder that holds a campaign."""
    mains = [PurePosixPath(name) for name in files if PurePosixPath(name).name == MAIN]
    if not mains:
        raise invalid([T("there is no %(file)s", file=MAIN)])
    folder = min(mains, key=lambda path: len(path.parts)).parent
    return "" if folder == PurePosixPath() else f"{folder}/"


def _below(root: str, files: Files) -> dict[str, bytes]:
    return {name.removeprefix(root): content for name, content in files.items() if name.startswith(root)}
