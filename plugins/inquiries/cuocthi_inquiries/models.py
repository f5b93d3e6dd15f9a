"""Inquiries, what the committee says in public because of them, complaints, and the register of false information."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.clock import LOCAL_ZONE
from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.files.models import StoredFile
from cuocthi.users.models import User

#: The longest texts, in characters: a line, a question, a complaint, what the committees write.
MAX_LINE, MAX_QUESTION, MAX_COMPLAINT, MAX_TEXT = 400, 2_000, 4_000, 8_000
#: The first words of a complaint's number ("kiến nghị").
COMPLAINT_SERIES = "KN"


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


class ComplaintState(StrEnum):
    """How far a complaint (kiến nghị) is."""

    RECEIVED = "received"
    HANDLING = "handling"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class ComplaintAbout(StrEnum):
    """What a complaint is against."""

    RESULT = "result"
    RANKING = "ranking"
    AWARD = "award"


class Outcome(StrEnum):
    """What was decided on a complaint."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


#: The states in which a complaint waits for somebody.
OPEN_COMPLAINTS = (ComplaintState.RECEIVED, ComplaintState.HANDLING)


class Complaint(Base):
    """A complaint about a result, a ranking or an award of a round, by somebody who takes part or on paper.

    ``number`` counts the complaints of a campaign and is public with state and dates; nothing else is. ``code`` is the
    contest number that it is about; ``ranking_number`` the version that was in force when it came. ``late`` says that
    the time for it was over. ``sender`` is who wrote on paper, encrypted. ``token_hash`` is the digest of a token of
    the form: the same form sent twice is one complaint.

    The handler writes ``answer`` with ``outcome``; ``answered_at`` is when it was given. Until then an answer that
    agrees waits for another person, ``approver``, or comes back with the words ``sent_back``. ``harmless_at`` is when
    two persons had declared, for ``harmless_reason``, that it touches no candidate for a prize: it holds nothing up
    then.
    """

    __tablename__ = "inquiries_complaint"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.UniqueConstraint("campaign_id", "token_hash"),
        sa.CheckConstraint("body <> ''", name="says_something"),
        sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered_has_a_time"),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_a_time"),
        sa.CheckConstraint("answered_at IS NULL OR (outcome IS NOT NULL AND answer <> '')", name="answer_says_it"),
        sa.CheckConstraint(
            "answered_at IS NULL OR outcome = 'rejected' OR approved_by IS NOT NULL", name="agreed_by_two"
        ),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="two_persons"),
        sa.CheckConstraint("state <> 'handling' OR handler_id IS NOT NULL", name="handled_by_somebody"),
        sa.Index("ix_inquiries_complaint_waiting", "campaign_id", "state", "due_at"),
        sa.Index("ix_inquiries_complaint_of_round", "phase_id", "state"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    number: Mapped[int]
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    ranking_number: Mapped[int | None]
    about: Mapped[ComplaintAbout] = mapped_column(choice(ComplaintAbout))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    on_paper: Mapped[bool] = mapped_column(default=False)
    sender: Mapped[bytes | None] = mapped_column(info={"sealed": "inquiries_complaint:{token_hash}"})
    code: Mapped[str] = mapped_column(sa.String(16), default="")
    body: Mapped[str] = mapped_column(sa.String(MAX_COMPLAINT))
    received_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    entered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    state: Mapped[ComplaintState] = mapped_column(choice(ComplaintState), default=ComplaintState.RECEIVED)
    handler_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    handled_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    answer: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
    drafted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    drafted_at: Mapped[datetime | None]
    sent_back: Mapped[str] = mapped_column(sa.String(MAX_LINE), default="")
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    answered_at: Mapped[datetime | None]
    harmless_reason: Mapped[str] = mapped_column(sa.String(MAX_LINE), default="")
    harmless_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    complainant: Mapped[User | None] = relationship(foreign_keys=user_id)
    handler: Mapped[User | None] = relationship(foreign_keys=handler_id)
    drafter: Mapped[User | None] = relationship(foreign_keys=drafted_by)
    approver: Mapped[User | None] = relationship(foreign_keys=approved_by)
    files: Mapped[list[ComplaintFile]] = relationship(order_by="ComplaintFile.id", lazy="selectin")

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody."""
        return self.state in OPEN_COMPLAINTS

    @property
    def awaits_approval(self) -> bool:
        """Whether an answer that agrees waits for another person."""
        return self.state is ComplaintState.HANDLING and self.drafted_at is not None

    @property
    def name(self) -> str:
        """The number as it stands in public: KN-2024-0007."""
        return f"{COMPLAINT_SERIES}-{self.received_at.astimezone(LOCAL_ZONE).year}-{self.number:04}"


class ComplaintFile(Base):
    """A file that belongs to a complaint: evidence, or the written answer (``of_answer``)."""

    __tablename__ = "inquiries_complaint_file"
    __table_args__ = (sa.UniqueConstraint("file_id"),)

    id: Mapped[PrimaryKey]
    complaint_id: Mapped[int] = mapped_column(sa.ForeignKey("inquiries_complaint.id"), index=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("core_file.id"))
    of_answer: Mapped[bool] = mapped_column(default=False)

    file: Mapped[StoredFile] = relationship(lazy="joined")


class ComplaintTouched(Base):
    """Somebody who takes part and whom a complaint touches: its sender, whom it is about, whom the staff lists."""

    __tablename__ = "inquiries_complaint_touched"
    __table_args__ = (sa.PrimaryKeyConstraint("complaint_id", "enrolment_id"),)

    complaint_id: Mapped[int] = mapped_column(sa.ForeignKey("inquiries_complaint.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)


MODELS = (Inquiry, FalseInformation, Statement, Complaint, ComplaintFile, ComplaintTouched)
