"""Trying out a template before it takes the place of the one that comes along, wherever it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.papers.typesetting import TEMPLATE
from cuocthi_publishing.reports.docx_output import check_template
from cuocthi_publishing.reports.pdf_output import typeset_paper
from cuocthi_publishing.reports.samples import sample, sample_minutes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _try_docx(content: bytes) -> None:
    for paper in (sample(), sample_minutes()):
        check_template(content, paper.as_data())


def _try_typst(content: bytes) -> None:
    # What is no text at all is refused in the words of the files.
    for paper in (sample(), sample_minutes()) if TEMPLATE.fits(content) else ():
        typeset_paper(paper, template=content.decode())


#: By the output, "docx" or "pdf", what tries a template out; both raise a DomainError for one with a mistake.
TRYING: Mapping[str, Callable[[bytes], None]] = {"docx": _try_docx, "pdf": _try_typst}
