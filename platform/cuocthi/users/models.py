"""People who sign in, how they are reached, and their sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, UtcTime, choice


class ContactKind(StrEnum):
    """How a person can be reached."""

    PHONE = "phone"
    EMAIL = "email"


class User(Base):
    """A person. Once used, a user is anonymised, never deleted."""

    __tablename__ = "core_user"
    __table_args__ = (sa.Index("ix_core_user_name_folded", "name_folded"),)

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(sa.String(120))
    name_folded: Mapped[str] = mapped_column(sa.String(160))
    name_sort: Mapped[str] = mapped_column(sa.String(400))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    contacts: Mapped[list[Contact]] = relationship(back_populates="user", order_by="Contact.id")


class Contact(Base):
    """A phone number or e-mail address: encrypted, found by its blind index.

    Only verified contacts are unique (a partial unique index), so that a clash with an unverified one never locks
    the real owner out.
    """

    __tablename__ = "core_contact"
    __table_args__ = (
        sa.Index("ix_core_contact_blind_index", "blind_index"),
        sa.Index(
            "uq_core_contact_verified",
            "blind_index",
            unique=True,
            sqlite_where=sa.text("verified_at IS NOT NULL"),
            postgresql_where=sa.text("verified_at IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    kind: Mapped[ContactKind] = mapped_column(choice(ContactKind))
    blind_index: Mapped[str] = mapped_column(sa.String(64))
    ciphertext: Mapped[bytes]
    verified_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="contacts")


class WebSession(Base):
    """A signed-in device. The cookie carries a random token; only its digest is stored, and it can be revoked."""

    __tablename__ = "core_session"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    device: Mapped[str] = mapped_column(sa.String(200), default="")
