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
    """A person. Once used, a user is anonymised, never deleted.

    ``must_change_password``: somebody else chose the password, so it lasts until the first sign-in only.
    ``merged_into_id``: the account that took the place of this one, because both are the same person's.
    """

    __tablename__ = "core_user"
    __table_args__ = (
        sa.Index("ix_core_user_name_folded", "name_folded"),
        sa.CheckConstraint("merged_into_id IS NULL OR NOT active", name="merged_inactive"),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(sa.String(120))
    name_folded: Mapped[str] = mapped_column(sa.String(160))
    name_sort: Mapped[str] = mapped_column(sa.String(400))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    created_at: Mapped[datetime]

    contacts: Mapped[list[Contact]] = relationship(back_populates="user", order_by="Contact.id")


class Contact(Base):
    """A phone number or e-mail address: encrypted, found by its blind index.

    Only verified contacts are unique (a partial unique index), so that a clash with an unverified one never locks
    the real owner out. ``shared``: given where several people may use one phone; it leads its holder to this account
    also when another one has verified it.
    """

    __tablename__ = "core_contact"
    __table_args__ = (
        sa.Index("ix_core_contact_blind_index", "blind_index", "user_id"),
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
    ciphertext: Mapped[bytes] = mapped_column(info={"sealed": "core_contact:{blind_index}"})
    verified_at: Mapped[datetime | None]
    shared: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship(back_populates="contacts")


class Profile(Base):
    """What is known of a person beyond the name, encrypted; the number of the citizen ID is found by its blind index.

    Only a confirmed number is unique (a partial unique index): anybody may enter anybody's number, and that must not
    lock its owner out. ``confirmed_at``: staff have compared number and person. Accounts with the same number are for
    staff to look at, see :mod:`cuocthi.users.profiles`.
    """

    __tablename__ = "core_profile"
    __table_args__ = (
        sa.Index("ix_core_profile_citizen_id_index", "citizen_id_index"),
        sa.Index(
            "uq_core_profile_confirmed",
            "citizen_id_index",
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        ),
        sa.CheckConstraint("(citizen_id IS NULL) = (citizen_id_index IS NULL)", name="citizen_id_indexed"),
        sa.CheckConstraint("confirmed_at IS NULL OR citizen_id IS NOT NULL", name="confirmed_number"),
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), primary_key=True, autoincrement=False)
    citizen_id_index: Mapped[str | None] = mapped_column(sa.String(64))
    citizen_id: Mapped[bytes | None] = mapped_column(info={"sealed": "core_profile.citizen_id:{user_id}"})
    birth_date: Mapped[bytes | None] = mapped_column(info={"sealed": "core_profile.birth_date:{user_id}"})
    confirmed_at: Mapped[datetime | None]


class WebSession(Base):
    """A signed-in device. The cookie carries a random token; only its digest is stored, and it can be revoked."""

    __tablename__ = "core_session"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    device: Mapped[str] = mapped_column(sa.String(200), default="")


class TicketKind(StrEnum):
    """What a ticket lets its holder do; the first four ask for the code that was sent with it.

    The token of ``SUPPORT`` is itself the code that somebody reads out or hands over on paper.
    """

    SIGN_IN = "sign_in"
    RESET = "reset"
    CONTACT = "contact"
    INVITATION = "invitation"
    SIGN_IN_CHOICE = "sign_in_choice"
    RESET_CHOICE = "reset_choice"
    NEW_PASSWORD = "new_password"  # noqa: S105 - a word of the database
    SECOND_FACTOR = "second_factor"
    SUPPORT = "support"


class Ticket(Base):
    """One step on the way of proving who one is, held by the browser that began it.

    The browser has a random token, the table only its digest. Where a code was sent, a keyed hash of it stands here.
    Wrong codes are counted here, so that whoever guesses spoils an own ticket and nobody else's. ``contact`` is the
    contact that a code is to prove, sealed as it will be stored.
    """

    __tablename__ = "core_ticket"
    __table_args__ = (
        sa.CheckConstraint(
            "(code_hash IS NOT NULL) = (kind IN ('sign_in', 'reset', 'contact', 'invitation'))", name="code_where_sent"
        ),
        sa.CheckConstraint(
            "(user_id IS NULL) = (kind IN ('sign_in', 'reset', 'sign_in_choice', 'reset_choice'))", name="user_known"
        ),
        sa.CheckConstraint("(contact IS NOT NULL) = (kind = 'contact')", name="contact_to_prove"),
        sa.Index("ix_core_ticket_expires_at", "expires_at"),
    )

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kind: Mapped[TicketKind] = mapped_column(choice(TicketKind))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    contact_kind: Mapped[ContactKind | None] = mapped_column(choice(ContactKind))
    blind_index: Mapped[str] = mapped_column(sa.String(64), default="")
    contact: Mapped[bytes | None] = mapped_column(info={"sealed": "core_contact:{blind_index}"})
    code_hash: Mapped[str | None] = mapped_column(sa.String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecondFactor(Base):
    """The secret that a person's authenticator shares with the platform, encrypted.

    ``last_step`` is the time step of the last code that was accepted: no code is accepted twice. Until
    ``confirmed_at`` it is on trial and asked for nowhere.
    """

    __tablename__ = "core_second_factor"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(info={"sealed": "core_second_factor:{user_id}"})
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code on paper that replaces the authenticator once; only its keyed hash is stored."""

    __tablename__ = "core_recovery_code"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_second_factor.user_id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    used_at: Mapped[datetime | None]
