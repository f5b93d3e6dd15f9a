"""Asking another process to typeset, within bounds of memory and of time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.errors import DomainError
from cuocthi.files.kinds import Kind
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.text import Text

_TYPESETTER = "cuocthi.papers.typesetter"
#: A template is a text of some hundred lines; drawings may stand in it as SVG.
LARGEST_TEMPLATE = 512 * 1024


def _is_template(content: bytes) -> bool:
    if len(content) > LARGEST_TEMPLATE or b"\0" in content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


#: Templates are handed out as what they are, plain text.
TEMPLATE = Kind("text/plain", (".typ",), _is_template)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much memory and processor time a process may take; on a busy machine it takes longer than that."""

    megabytes: int
    seconds: int

    @property
    def waited(self) -> int:
        """For how many seconds the answer is waited for."""
        return self.seconds * 4


#: Pixels to an inch: enough to look at a page of paper.
FOR_SCREENS = 110

#: For one paper while somebody waits, and for many in the background.
ONE, ALL = Bounds(1024, 10), Bounds(4096, 240)


class NotTypeset(DomainError):
    """A template was not typeset; ``field`` is that of the form for a new template."""


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    form: str = "pdf",
    bounds: Bounds = ONE,
    per_inch: int = FOR_SCREENS,
    few_colours: bool = False,
) -> bytes:
    """Return what Typst makes of a template: a PDF, or the first page as a picture (``form="png"``).

    A picture has ``per_inch`` pixels to an inch; with ``few_colours`` it is made small by a palette.
    The template finds ``data`` as JSON in ``sys.inputs.data``. Raises NotTypeset, with the line and Typst's own words,
    for a template that has a mistake, reads files, or takes too much time or memory.
    """
    picture = {"per_inch": per_inch, "few_colours": few_colours}
    asked = json.dumps({"template": template, "data": data, "form": form, **picture}).encode()
    command = [sys.executable, "-P", "-m", _TYPESETTER, str(bounds.megabytes), str(bounds.seconds)]
    try:
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run(  # noqa: S603 - this very program
                [*command, empty], input=asked, capture_output=True, timeout=bounds.waited, check=True
            )
        head, _, content = done.stdout.partition(b"\n")
        answer: dict[str, Any] = json.loads(head)
    except (subprocess.SubprocessError, ValueError) as error:
        raise NotTypeset(_TOO_MUCH, field="file") from error
    if "refused" in answer:
        raise NotTypeset(_refusal(answer["refused"], answer["line"]), field="file")
    return content


def _refusal(why: str, line: int) -> Text:
    known = next((words for begin, words in _KNOWN.items() if begin in why), None)
    said = known or T("“%(why)s”", why=why[:300])
    if line:
        return T("The template was not typeset. Line %(line)s: %(why)s", line=line, why=said)
    return T("The template was not typeset: %(why)s", why=said)


_NO_FILES = T("a template can read no files; pictures may stand in it as SVG.")
_KNOWN = {
    "file not found": _NO_FILES,
    "would escape": _NO_FILES,
    "failed to load": _NO_FILES,
    "failed to download": T("a template can use no packages."),
}
_TOO_MUCH = T("The template takes more time or memory than papers need. Nothing of it was kept.")
