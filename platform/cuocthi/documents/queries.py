"""What the register of documents answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from cuocthi.documents.models import Document, DocumentKind
from cuocthi.files.models import StoredFile

if TYPE_CHECKING:
    from cuocthi.context import Context

#: Kinds that order the contest itself; the others are what entrants read to prepare.
ORGANISING = (DocumentKind.RULES, DocumentKind.PLAN, DocumentKind.DECISION, DocumentKind.MINUTES)


def documents(ctx: Context, *, campaign_id: int, public_only: bool) -> Sequence[Document]:
    """Return a campaign's documents in their order, with what they replace and their files (one statement)."""
    replaced = aliased(Document)
    wanted = (
        sa.select(Document)
        .outerjoin(Document.replaces.of_type(replaced))
        .where(Document.campaign_id == campaign_id)
        .order_by(Document.position, Document.id)
        .options(contains_eager(Document.replaces.of_type(replaced)), joinedload(Document.file))
    )
    if public_only:
        wanted = wanted.where(Document.public)
    return ctx.session.scalars(wanted).all()


def size_of_files(ctx: Context, *, campaign_id: int) -> int:
    """Return how many bytes the files of a campaign's documents have together."""
    total = sa.select(sa.func.sum(StoredFile.size)).join(Document, Document.file_id == StoredFile.id)
    return ctx.session.scalar(total.where(Document.campaign_id == campaign_id)) or 0


def document_by_key(ctx: Context, *, campaign_id: int, key: str) -> Document | None:
    """Return the document with this key, or None."""
    return ctx.session.scalar(sa.select(Document).where(Document.campaign_id == campaign_id, Document.key == key))


def document_of(ctx: Context, *, campaign_id: int, document_id: int) -> Document | None:
    """Return a document of this campaign, or None."""
    return ctx.session.scalar(
        sa.select(Document).where(Document.id == document_id, Document.campaign_id == campaign_id)
    )
