"""The register of documents: plans, decisions, rules, minutes, reference material."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.files.models import StoredFile


class DocumentKind(StrEnum):
    """What a document is."""

    PLAN = "plan"
    DECISION = "decision"
    RULES = "rules"
    MINUTES = "minutes"
    RESOLUTION = "resolution"
    LAW = "law"
    REFERENCE = "reference"


class Document(Base):
    """A document with its number and symbol, date and issuer, who signed it, and what it replaces.

    ``authority`` is the line above the signature ("KT. TRƯỞNG BAN"), ``office`` that of ``signatory``.
    """

    __tablename__ = "core_document"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "key"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind))
    symbol: Mapped[str] = mapped_column(sa.String(60), default="")
    title: Mapped[str] = mapped_column(sa.String(400))
    issuer: Mapped[str] = mapped_column(sa.String(200), default="")
    issued_on: Mapped[date | None]
    authority: Mapped[str] = mapped_column(sa.String(160), default="")
    office: Mapped[str] = mapped_column(sa.String(160), default="")
    signatory: Mapped[str] = mapped_column(sa.String(80), default="")
    url: Mapped[str] = mapped_column(sa.String(400), default="")
    public: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_document.id"))
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_file.id"))
    created_at: Mapped[datetime]

    replaces: Mapped[Document | None] = relationship(remote_side="Document.id")
    file: Mapped[StoredFile | None] = relationship()
