"""Keeping the register of documents."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.days import check_day
from cuocthi.documents.models import Document, DocumentKind
from cuocthi.documents.queries import document_by_key
from cuocthi.errors import Conflict, DomainError
from cuocthi.files.kinds import DOCX, JPEG, PDF, PNG, TEXT, XLSX
from cuocthi.text import T
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.files.models import StoredFile

#: What the file of a document may be.
FILE_KINDS = (PDF, DOCX, XLSX, PNG, JPEG, TEXT)
#: What readers of a document's file need while it is not public.
FILE_PERMISSION = "core:campaign:view"
_KEY_LENGTH = 60
_NO_WORD = re.compile(r"[^0-9a-z]+")
_WEB = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the register says of a document: number and symbol, title, issuer, day of issue, an address on the web.

    ``signatory`` signed it, who holds the ``office``, on the ``authority`` of that line ("KT. TRƯỞNG BAN").
    """

    kind: DocumentKind
    title: str
    symbol: str = ""
    issuer: str = ""
    issued_on: date | None = None
    url: str = ""
    public: bool = True
    authority: str = ""
    office: str = ""
    signatory: str = ""


def register_document(
    ctx: Context,
    *,
    campaign: Campaign,
    facts: DocumentFacts,
    key: str = "",
    replaces: Document | None = None,
    file: StoredFile | None = None,
) -> Document:
    """Enter a document; ``key`` is made from its number or title unless given.

    Raises DomainError for facts that cannot be, Conflict if the key is taken.
    """
    check_facts(ctx, facts)
    key = key or _free_key(ctx, campaign, facts)
    if document_by_key(ctx, campaign_id=campaign.id, key=key) is not None:
        raise Conflict(T("The register already has a document “%(key)s”.", key=key))
    last = sa.select(sa.func.max(Document.position)).where(Document.campaign_id == campaign.id)
    document = Document(
        campaign_id=campaign.id,
        key=key,
        position=(ctx.session.scalar(last) or 0) + 1,
        replaces=replaces,
        file=file,
        created_at=ctx.now,
        **{item.name: getattr(facts, item.name) for item in dataclasses.fields(facts)},
    )
    ctx.session.add(document)
    _guard(document)
    campaign.version += 1
    ctx.session.flush()
    record(
        ctx,
        action="core:document:register",
        summary=T("Registered the document “%(title)s”", title=_named(document)),
        campaign=campaign,
        object_kind="document",
        object_id=document.id,
        after=_described(document),
    )
    return document


def edit_document(
    ctx: Context,
    *,
    campaign: Campaign,
    document: Document,
    facts: DocumentFacts,
    replaces: Document | None,
    file: StoredFile | None = None,
) -> None:
    """Correct what the register says of a document; without ``file`` the stored one stays.

    Raises DomainError for facts that cannot be, or for a document that would replace itself, even through others.
    """
    check_facts(ctx, facts)
    above = replaces
    while above is not None:
        if above.id == document.id:
            raise DomainError(T("A document cannot replace itself."), field="replaces")
        above = above.replaces
    before = _described(document)
    for item in dataclasses.fields(facts):
        setattr(document, item.name, getattr(facts, item.name))
    document.replaces = replaces
    if file is not None:
        if document.file is not None:
            # What stood there by mistake is nobody's reading any more but the committees'.
            document.file.permission = FILE_PERMISSION
        document.file = file
    _guard(document)
    campaign.version += 1
    ctx.session.flush()
    record(
        ctx,
        action="core:document:edit",
        summary=T("Changed the document “%(title)s”", title=_named(document)),
        campaign=campaign,
        object_kind="document",
        object_id=document.id,
        before=before,
        after=_described(document),
    )


def check_facts(ctx: Context, facts: DocumentFacts) -> None:
    """Raise DomainError, with its field, for facts that cannot be."""
    if not facts.title.strip():
        raise DomainError(T("The document needs a title."), field="title")
    if facts.issued_on is not None:
        check_day(facts.issued_on, now=ctx.now, field="issued_on")
    if facts.url and not _WEB.fullmatch(facts.url):
        raise DomainError(T("The address must begin with http:// or https://."), field="url")


def facts_of(document: Document) -> DocumentFacts:
    """Return what the register says of a document now."""
    return DocumentFacts(**{item.name: getattr(document, item.name) for item in dataclasses.fields(DocumentFacts)})


def _guard(document: Document) -> None:
    """Let everybody read the file of a public document, and only the committees that of another one."""
    if document.file is not None:
        document.file.permission = "" if document.public else FILE_PERMISSION


def _free_key(ctx: Context, campaign: Campaign, facts: DocumentFacts) -> str:
    stem = _NO_WORD.sub("-", fold(facts.symbol or facts.title)).strip("-")[: _KEY_LENGTH - 4].strip("-")
    stem = stem or str(facts.kind)
    taken = set(ctx.session.scalars(sa.select(Document.key).where(Document.campaign_id == campaign.id)))
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _named(document: Document) -> str:
    return document.symbol or document.title


def _described(document: Document) -> dict[str, object]:
    return {
        "kind": str(document.kind),
        "symbol": document.symbol,
        "title": document.title,
        "issuer": document.issuer,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
        "authority": document.authority,
        "office": document.office,
        "signatory": document.signatory,
        "url": document.url,
        "public": document.public,
        "replaces": document.replaces.key if document.replaces else None,
        "file": document.file.sha256 if document.file else None,
    }
