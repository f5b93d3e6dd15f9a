"""A document as pages show it: how it is called, what is said of it, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from textwrap import shorten
from typing import TYPE_CHECKING

from flask import g, url_for
from flask_babel import gettext as _

from cuocthi.documents.models import DocumentKind
from cuocthi.text import T, Text
from cuocthi.web.i18n import language, translate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cuocthi.documents.models import Document

#: The titles of the kinds, for choices and headings.
KINDS: dict[DocumentKind, Text] = {
    DocumentKind.PLAN: T("Plan"),
    DocumentKind.DECISION: T("Decision"),
    DocumentKind.RULES: T("Rules"),
    DocumentKind.MINUTES: T("Minutes of a meeting"),
    DocumentKind.RESOLUTION: T("Resolution"),
    DocumentKind.LAW: T("Law"),
    DocumentKind.REFERENCE: T("Reference material"),
}


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line of a list of documents. ``attached`` says that the address is a stored file."""

    id: int
    key: str
    name: str
    note: str
    url: str
    attached: bool
    public: bool


def document_line(document: Document) -> DocumentLine:
    """Return a document as a line: "Plan No. 52/KH-STTTT", then title, issuer, day, who signed, what it replaces."""
    parts = [document.title if document.symbol else "", document.issuer, _issued(document)]
    if document.signatory:
        parts.append(_("signed by %(name)s", name=" ".join(filter(None, (document.office, document.signatory)))))
    if document.replaces is not None:
        parts.append(_("replaces %(name)s", name=_reference(document.replaces)))
    return DocumentLine(
        id=document.id,
        key=document.key,
        name=_name(document),
        note=" · ".join(part for part in parts if part),
        url=_url(document),
        attached=document.file_id is not None,
        public=document.public,
    )


def to_choose(documents: Iterable[Document]) -> list[tuple[str, str]]:
    """Return documents for a list to choose from: ids, with number and the beginning of the title."""
    return [
        (str(one.id), " – ".join(part for part in (one.symbol, shorten(one.title, 80, placeholder=" …")) if part))
        for one in documents
    ]


def short_day(day: date) -> str:
    """Write a day as documents do in Vietnamese (05/9/2024: zeros before days and before the first two months)."""
    if language() != "vi":
        return f"{day.day} {day:%B} {day.year}"
    return f"{day.day:02}/{f'{day.month:02}' if day.month <= 2 else day.month}/{day.year}"  # noqa: PLR2004 - see above


def _name(document: Document) -> str:
    if not document.symbol:
        return document.title
    return _("%(kind)s No. %(symbol)s", kind=translate(KINDS[document.kind]), symbol=document.symbol)


def _reference(document: Document) -> str:
    issued = _issued(document)
    return f"{_name(document)} {issued}" if issued else _name(document)


def _issued(document: Document) -> str:
    return _("of %(day)s", day=short_day(document.issued_on)) if document.issued_on else ""


def _url(document: Document) -> str:
    if document.file is not None:
        return url_for("files.download", slug=g.campaign.slug, file_id=document.file.id, name=document.file.name)
    return document.url or url_for("documents.show", slug=g.campaign.slug, _anchor=f"document-{document.id}")
