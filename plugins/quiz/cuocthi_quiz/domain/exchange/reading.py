"""Reading a file that somebody chose: which format it is of, and what it says, within bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from cuocthi.text import T, unpack
from cuocthi_quiz.domain.exchange.drafts import Unreadable
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.exchange.packing import unpacked
from cuocthi_quiz.domain.exchange.texts import in_utf_8

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.text import Text
    from cuocthi_quiz.domain.exchange.drafts import Content
    from cuocthi_quiz.domain.exchange.formats import Format

#: The most questions of one file.
MOST = 5_000
#: Whoever reads it has ten seconds of computing; on a busy machine those take longer.
_SECONDS = 60


#: Where the type of a document of LibreOffice stands in it, uncompressed.
_TYPE = slice(30, 100)
_IN_WORD = T("In Word or LibreOffice, please save it as “Word Document (.docx)”.")
_IN_EXCEL = T("In Excel or LibreOffice, please save it as “Excel Workbook (.xlsx)”.")
_OTHERS: tuple[tuple[Callable[[bytes], bool], Text], ...] = (
    (lambda raw: raw.startswith(b"%PDF"), T("A PDF cannot be read. Please choose the document that it was made from.")),
    (lambda raw: raw.startswith(b"{\\rtf"), _IN_WORD),
    (lambda raw: b"opendocument.text" in raw[_TYPE], _IN_WORD),
    (lambda raw: b"opendocument.spreadsheet" in raw[_TYPE], _IN_EXCEL),
    (
        lambda raw: raw.startswith(b"\xd0\xcf\x11\xe0"),
        T("This is an old or a locked file of Word or Excel. Please save it as .docx or .xlsx, unlocked."),
    ),
)


def format_of(name: str, raw: bytes, chosen: str = "") -> Format:
    """Return the format that was chosen, or else the one that the name's ending and the content tell.

    Raises Unreadable if they tell none, or one that is not read, with the way out.
    """
    for is_of, way_out in _OTHERS:
        if is_of(raw):
            raise Unreadable(way_out)
    if chosen in FORMATS:
        return FORMATS[chosen]
    ending = PurePath(name).suffix.lower()
    possible = [format_ for format_ in FORMATS.values() if ending in format_.endings]
    shown = in_utf_8(raw)
    found = possible[0] if len(possible) == 1 else next((one for one in possible if one.fits(shown)), None)
    if found is None:
        raise Unreadable(T("It cannot be told from “%(name)s” what format this is. Please choose it.", name=name[:60]))
    return found


def read_file(raw: bytes, format_: Format) -> Content:
    """Return what a file of a format says, read by another process.

    Raises DomainError for what cannot be read, and for a file with more than :data:`MOST` questions or none.
    """
    if not raw.strip():
        raise Unreadable(T("The file is empty."))
    command = [sys.executable, "-P", "-m", "cuocthi_quiz.domain.exchange.child", format_.key]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603 - this very program
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        message = T(
            "Reading the file takes more time or memory than questions need. Please divide it, or save it anew."
        )
        raise Unreadable(message) from error
    if "refused" in answer:
        raise Unreadable(unpack(answer["refused"]))
    content = unpacked(answer)
    if len(content.drafts) > MOST:
        raise Unreadable(T("The file has more than %(most)s questions. Please divide it.", most=MOST))
    if not content.drafts and not content.problems:
        raise Unreadable(T("No question was found in the file."))
    return content
