"""Inquiries, what the committee says in public because of them, and the register of false information."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.files.models import StoredFile
from cuocthi.users.models import User

#: The longest texts, in characters: a line, a question, what the committees write.
MAX_LINE, MAX_QUESTION, MAX_TEXT = 400, 2_000, 8_000


class InquiryState(StrEnum):
    """How far an inquiry is; one is closed that gets no answer, with a reason for the person who asked."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Inquiry(Base):
    """A question to the committee, from a user or from somebody who left a contact.

    ``token_hash`` is the digest of a random token that the form carried: the same form sent twice is one inquiry, and
    who has the token reads the reply without an account. ``contact`` is encrypted. ``due_at`` is when an answer was
    promised for. ``committee`` is the key of the committee it was passed on to, "" before. ``reply`` is the answer, or
    why there is none. ``search`` is the folded question.
    """

    __tablename__ = "inquiries_inquiry"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "token_hash"),
        sa.CheckConstraint("body <> ''", name="has_a_question"),
        sa.CheckConstraint("user_id IS NULL OR contact IS NULL", name="asked_by_user_or_contact"),
        sa.CheckConstraint(
            "(state = 'open') = (replied_at IS NULL) AND (state = 'open') = (reply = '')", name="reply_closes"
        ),
        sa.Index("ix_inquiries_inquiry_waiting", "campaign_id", "state", "due_at"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    contact: Mapped[bytes | None] = mapped_column(info={"sealed": "inquiries_inquiry:{token_hash}"})
    body: Mapped[str] = mapped_column(sa.String(MAX_QUESTION))
    search: Mapped[str] = mapped_column(sa.Text)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    committee: Mapped[str] = mapped_column(sa.String(60), default="")
    state: Mapped[InquiryState] = mapped_column(choice(InquiryState), default=InquiryState.OPEN)
    reply: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
    replied_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    replied_at: Mapped[datetime | None]

    asker: Mapped[User | None] = relationship(foreign_keys=user_id)
    replier: Mapped[User | None] = relationship(foreign_keys=replied_by)

    @property
    def is_open(self) -> bool:
        """Whether it waits for a reply."""
        return self.state is InquiryState.OPEN


class FalseInformation(Base):
    """A case of false information about the contest.

    ``claim`` is what is said, ``place`` where (an address on the web, or words), ``capture`` a picture of it.
    ``referred_to`` is the authority that was told; the case is open until there is an ``outcome``.
    """

    __tablename__ = "inquiries_false_information"
    __table_args__ = (sa.CheckConstraint("claim <> '' AND place <> ''", name="says_what_and_where"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    claim: Mapped[str] = mapped_column(sa.String(MAX_LINE))
    place: Mapped[str] = mapped_column(sa.String(MAX_LINE))
    found_on: Mapped[date]
    capture_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_file.id"))
    assessment: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
    referred_to: Mapped[str] = mapped_column(sa.String(MAX_LINE), default="")
    outcome: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
    entered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    entered_at: Mapped[datetime]

    capture: Mapped[StoredFile | None] = relationship(lazy="joined")


class StatementKind(StrEnum):
    """What a statement is: an answer to what many ask, or an official correction."""

    FAQ = "faq"
    CORRECTION = "correction"


class Statement(Base):
    """What the committee says to everybody; ``body`` is Markdown.

    Of the answers to frequent questions ``heading`` is the question and ``inquiry_id`` the inquiry it was made from;
    ``case_id`` is the case of false information that an official correction answers. ``position`` orders those of a
    kind. A statement that was withdrawn is not ``published`` and stays on record. ``changed_at`` is when its words
    were last changed, if they were.
    """

    __tablename__ = "inquiries_statement"
    __table_args__ = (
        sa.UniqueConstraint("inquiry_id"),
        sa.CheckConstraint("heading <> '' AND body <> ''", name="says_something"),
        sa.CheckConstraint("kind = 'faq' OR inquiry_id IS NULL", name="faq_of_inquiry"),
        sa.CheckConstraint("kind = 'correction' OR case_id IS NULL", name="correction_of_case"),
        sa.Index("ix_inquiries_statement_shown", "campaign_id", "kind", "position"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    kind: Mapped[StatementKind] = mapped_column(choice(StatementKind))
    position: Mapped[int]
    heading: Mapped[str] = mapped_column(sa.String(MAX_LINE))
    body: Mapped[str] = mapped_column(sa.String(MAX_TEXT))
    published: Mapped[bool] = mapped_column(default=True)
    published_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    inquiry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inquiries_inquiry.id"))
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inquiries_false_information.id"), index=True)


MODELS = (Inquiry, FalseInformation, Statement)
