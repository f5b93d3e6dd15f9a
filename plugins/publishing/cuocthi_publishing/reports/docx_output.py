"""Papers as DOCX: which template counts, what a template of one's own has to be, and having it filled."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from cuocthi.errors import DomainError
from cuocthi.files.kinds import DOCX
from cuocthi.files.unpacking import NotUnpacked, unpacked
from cuocthi.papers.typesetting import Bounds
from cuocthi.text import T
from cuocthi_publishing.reports.docx_outside import fetches

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROCESS = "cuocthi_publishing.reports.docx_process"
#: For one paper; python-docx alone takes a hundred megabytes of address space.
_BOUNDS = Bounds(1024, 30)
#: A template has some thirty parts and is some ten thousand bytes long; with a coat of arms it is a megabyte.
LARGEST_TEMPLATE = 5 * 2**20
_MOST_PARTS, _MOST_BYTES = 300, 30 * 2**20
#: A paper may be a long one.
_MOST_WRITTEN = 10 * _MOST_BYTES


class NotFilled(DomainError):
    """A template was not filled; ``field`` is that of the form for a new one."""


def fill(data: Mapping[str, Any], *, template: bytes | None = None) -> bytes:
    """Return a paper as a DOCX file, by ``template`` or the one that comes along.

    Raises NotFilled, with the words of the library, for a template with a mistake, one that takes too much time or
    memory, and one that makes a paper which fetches something from elsewhere.
    """
    made = _asked({"data": data, "template": None if template is None else base64.b64encode(template).decode()})
    if template is not None:
        # Whatever a template hides from who looks through it, it has to write out.
        _refuse_fetching(made, most_bytes=_MOST_WRITTEN)
    return made


def shipped_template() -> bytes:
    """Return the template that comes along, to begin one's own with."""
    return _asked({"data": None})


def check_template(content: bytes, sample: Mapping[str, Any]) -> None:
    """Refuse a file that is no template for papers, or harmful: raise NotFilled.

    It is unpacked within bounds, looked through for what is fetched from elsewhere, and filled with sample data.
    """
    if len(content) > LARGEST_TEMPLATE or not DOCX.fits(content):
        raise NotFilled(T("This is no DOCX file of at most 5 MB without macros."), field="docx")
    _refuse_fetching(content)
    fill(sample, template=content)


def _refuse_fetching(content: bytes, *, most_bytes: int = _MOST_BYTES) -> None:
    try:
        found = fetches(unpacked(content, most_parts=_MOST_PARTS, most_bytes=most_bytes))
    except NotUnpacked as error:
        message = T("The template cannot be unpacked: it is damaged, locked, or grows too large.")
        raise NotFilled(message, field="docx") from error
    if found:
        raise NotFilled(T("The template fetches something from elsewhere. Put it into the file."), field="docx")


def _asked(asked: Mapping[str, Any]) -> bytes:
    command = [sys.executable, "-P", "-m", _PROCESS, str(_BOUNDS.megabytes), str(_BOUNDS.seconds)]
    try:
        done = subprocess.run(  # noqa: S603 - this very program
            command, input=json.dumps(asked).encode(), capture_output=True, timeout=_BOUNDS.waited, check=True
        )
        head, _, content = done.stdout.partition(b"\n")
        answer: dict[str, Any] = json.loads(head)
    except (subprocess.SubprocessError, ValueError) as error:
        message = T("The template takes more time or memory than papers need. Nothing of it was kept.")
        raise NotFilled(message, field="docx") from error
    if "refused" in answer:
        raise NotFilled(T("The template was not filled: “%(why)s”", why=str(answer["refused"])), field="docx")
    return content
