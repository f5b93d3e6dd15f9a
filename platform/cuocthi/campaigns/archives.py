"""A campaign's folder as one ZIP file, for the pages: reading what somebody sends, and writing what is handed out."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO

from cuocthi.campaigns.archive_check import MOST_FILES
from cuocthi.campaigns.files import LARGEST, MAIN, Files, invalid
from cuocthi.files.unpacking import NotUnpacked, unpacked
from cuocthi.text import T, Text

#: Every file of an archive carries this day, so that the same campaign gives the same bytes.
_DAY = (2024, 1, 1, 0, 0, 0)
#: So many bytes of an archive are kept in memory; a longer one goes to the disk.
_IN_MEMORY = 2**20

#: Whoever reads it has two seconds of computing; on a busy machine those take longer.
_SECONDS = 20
_UNREADABLE = T("this is no ZIP file that can be read")
_REFUSALS: dict[str, Text] = {
    "files": T("the folder has more files than a campaign needs"),
    "size": T("the folder is larger than %(most)s MB", most=LARGEST // 1024 // 1024),
    "values": T("a table holds more, or deeper nested, values than a campaign needs"),
    "rows": T("a list is longer or wider than a campaign needs"),
    "unreadable": _UNREADABLE,
}
_TOO_MUCH = T("reading it takes more time or memory than a campaign needs")


def read_archive(content: bytes) -> dict[str, bytes]:
    """Return the files of a zipped campaign folder by their names below it, whether or not the folder itself is in it.

    Raises InvalidData, within two seconds, for what is no ZIP file, holds no campaign, is too large when unpacked, or
    takes too much to be read.
    """
    _refuse_hostile(content)
    try:
        files = dict(unpacked(content, most_parts=MOST_FILES, most_bytes=LARGEST))
    except NotUnpacked as error:
        raise invalid([_UNREADABLE]) from error
    return _below(_root(files), files)


def _refuse_hostile(content: bytes) -> None:
    command = [sys.executable, "-P", "-m", "cuocthi.campaigns.archive_check", str(LARGEST)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603 - this very program
    except subprocess.SubprocessError as error:
        raise invalid([_TOO_MUCH]) from error
    if done.stdout:
        raise invalid([_REFUSALS[done.stdout.decode()]])


def write_archive(files: Files) -> IO[bytes]:
    """Return the files of a campaign folder as an open ZIP file, to be read from its beginning and closed."""
    written = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it is handed out open
    try:
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                archive.writestr(zipfile.ZipInfo(name, _DAY), files[name], zipfile.ZIP_DEFLATED)
    except BaseException:
        written.close()
        raise
    written.seek(0)
    return written


def _root(files: Files) -> str:
    """Return the path of the topmost folder that holds a campaign."""
    mains = [PurePosixPath(name) for name in files if PurePosixPath(name).name == MAIN]
    if not mains:
        raise invalid([T("there is no %(file)s", file=MAIN)])
    folder = min(mains, key=lambda path: len(path.parts)).parent
    return "" if folder == PurePosixPath() else f"{folder}/"


def _below(root: str, files: Files) -> dict[str, bytes]:
    return {name.removeprefix(root): content for name, content in files.items() if name.startswith(root)}
