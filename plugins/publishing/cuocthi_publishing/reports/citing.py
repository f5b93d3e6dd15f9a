"""How a paper names another document: kind, number and symbol, day, issuer, what it is about (annex I, I.II.6b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.documents.models import DocumentKind
from cuocthi_publishing.reports.decree import long_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi.documents.models import Document

#: What the registered titles of documents begin with, where they say their kind themselves; the longest first.
_NAMES = (
    "Kế hoạch",
    "Quyết định",
    "Nghị quyết",
    "Nghị định",
    "Thông tư liên tịch",
    "Thông tư",
    "Thông báo",
    "Chỉ thị",
    "Công văn",
    "Biên bản",
    "Thể lệ",
    "Luật",
)
_BY_KIND = {
    DocumentKind.PLAN: "Kế hoạch",
    DocumentKind.DECISION: "Quyết định",
    DocumentKind.RULES: "Thể lệ",
    DocumentKind.MINUTES: "Biên bản",
    DocumentKind.RESOLUTION: "Nghị quyết",
}
#: A title that goes on so stands as it is; before all others "về" goes.
_GOES_ON = ("về", "quy định", "phê duyệt", "ban hành", "sửa đổi", "thành lập", "công nhận")
#: What orders the contest itself.
_ORGANISING = frozenset({DocumentKind.PLAN, DocumentKind.RULES, DocumentKind.DECISION, DocumentKind.MINUTES})


def cited(document: Document) -> str:
    """Return a document as it is named for the first time."""
    name, about = _split(document)
    parts = [name]
    if document.symbol:
        parts.append(f"số {document.symbol}")
    if document.issued_on:
        parts.append(long_date(document.issued_on))
    if document.issuer:
        parts.append(f"của {document.issuer}")
    return " ".join([*parts, about]).strip()


def in_force(documents: Iterable[Document]) -> list[Document]:
    """Return the documents that order the contest and were not replaced, the oldest first."""
    found = list(documents)
    replaced = {document.replaces_id for document in found}
    own = [one for one in found if one.kind in _ORGANISING and one.id not in replaced]
    return sorted(own, key=lambda one: (one.issued_on is None, one.issued_on, one.position, one.id))


def plans(documents: Sequence[Document]) -> list[Document]:
    """Return the plans among documents."""
    return [document for document in documents if document.kind is DocumentKind.PLAN]


def _split(document: Document) -> tuple[str, str]:
    """Return what kind of document it is, in words, and the rest of its title, so that it goes on after the issuer."""
    title = document.title.strip()
    for name in _NAMES:
        if title.lower().startswith(f"{name.lower()} "):
            rest = title[len(name) :].strip()
            return title[: len(name)], rest if rest.lower().startswith(_GOES_ON) else f"về {rest}"
    return _BY_KIND.get(document.kind, "Văn bản"), f"“{title}”"
