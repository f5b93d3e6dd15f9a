"""What is kept of candidates beside the award lists: checks, rulings, decisions, and how somebody is paid.

A candidate is an enrolment that a list of a set in a round names; what is kept outlasts the versions of that list.
Checks, rulings and decisions are only ever added, which the database holds to; their words go when people are erased.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi_prizes.models import PassedOverKind
from cuocthi_prizes.settings import Check

MAX_WORDS = 400
MAX_NUMBER = 60


class Way(StrEnum):
    """How somebody wants to be paid."""

    ACCOUNT = "account"
    CASH = "cash"


class DecisionKind(StrEnum):
    """What somebody decided on a candidate, or did in a candidate's place."""

    KEEP = "keep"
    EXCLUDE = "exclude"
    UNIT = "unit"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    TAKE_BACK = "take_back"
    EXTEND = "extend"
    ENTERED = "entered"


class Candidacy(Base):
    """A candidate of a set in a round: asked when and until when, what came of it, and whether set aside.

    ``answer_by`` is the moment from which no answer is taken any more. ``details`` are the ID number and the account,
    encrypted, ``citizen_id_index`` the blind index by which that number is compared with those of other people;
    ``answered_by`` is who entered them, which is another one than the candidate where a telephone call was.
    Whoever is set aside is passed over by the lists that are drawn up from then on.
    """

    __tablename__ = "prizes_candidacy"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "set_key", "phase_id", "enrolment_id"),
        sa.CheckConstraint("(asked_at IS NULL) = (answer_by IS NULL)", name="asked_until"),
        sa.CheckConstraint("(answered_at IS NULL) = (way IS NULL)", name="answered_how"),
        sa.CheckConstraint("answered_at IS NOT NULL OR details IS NULL", name="details_are_an_answer"),
        sa.CheckConstraint("details IS NOT NULL OR citizen_id_index IS NULL", name="index_of_details"),
        sa.CheckConstraint("(set_aside IS NULL) = (set_aside_at IS NULL)", name="set_aside_at_a_time"),
        sa.CheckConstraint("set_aside IS NULL OR set_aside <> 'enough'", name="set_aside_by_decision"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    set_key: Mapped[str] = mapped_column(sa.String(40))
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    asked_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    way: Mapped[Way | None] = mapped_column(choice(Way))
    details: Mapped[bytes | None] = mapped_column(info={"sealed": "prizes_candidacy.details:{id}"})
    citizen_id_index: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    answered_at: Mapped[datetime | None]
    set_aside: Mapped[PassedOverKind | None] = mapped_column(choice(PassedOverKind))
    set_aside_at: Mapped[datetime | None]


class CandidateCheck(Base):
    """A check that somebody made of a candidate: of what, ``how`` in words, by whom and when.

    ``identity`` commits by ``salt`` to what was known of the person then: a check of somebody who is known otherwise by
    now counts no longer.
    """

    __tablename__ = "prizes_candidate_check"
    __table_args__ = (sa.Index("ix_prizes_candidate_check_part", "campaign_id", "set_key", "phase_id", "enrolment_id"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    set_key: Mapped[str] = mapped_column(sa.String(40))
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    kind: Mapped[Check] = mapped_column(choice(Check))
    how: Mapped[str] = mapped_column(sa.String(MAX_WORDS))
    salt: Mapped[str] = mapped_column(sa.String(32))
    identity: Mapped[str] = mapped_column(sa.String(64))
    checked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    checked_at: Mapped[datetime]


class CandidateDecision(Base):
    """A decision on a candidate with its reason and, where it needs one, number and date of its document.

    Passing over and taking that back need one too, of everything that is added since revision 0010 asks for it.

    ``unit_id`` and ``unit_name`` are set where the unit that is awarded with the person is another one.
    """

    __tablename__ = "prizes_candidate_decision"
    __table_args__ = (
        sa.Index("ix_prizes_candidate_decision_part", "campaign_id", "set_key", "phase_id", "enrolment_id"),
        sa.CheckConstraint("(kind = 'unit') = (unit_id IS NOT NULL)", name="a_unit_where_it_is_corrected"),
        sa.CheckConstraint("(document_number = '') = (document_date IS NULL)", name="a_document_has_number_and_date"),
        sa.CheckConstraint(
            "document_number <> '' OR kind IN ('extend', 'entered', 'take_back', 'declined')", name="document_where_due"
        ),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    set_key: Mapped[str] = mapped_column(sa.String(40))
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    kind: Mapped[DecisionKind] = mapped_column(choice(DecisionKind))
    reason: Mapped[str] = mapped_column(sa.String(MAX_WORDS))
    document_number: Mapped[str] = mapped_column(sa.String(MAX_NUMBER), default="")
    document_date: Mapped[date | None]
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_unit.id"))
    unit_name: Mapped[str] = mapped_column(sa.String(300), default="")
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    decided_at: Mapped[datetime]


class Ruling(Base):
    """What the jury says of an entry that resembles somebody barred, ``user_id``: ``same`` person or another one.

    The same is said of two candidates with one ID number and, with the candidate's own account as ``user_id``, of one
    whose number is not that of the card. ``agreeing`` is what agreed then, sorted and separated by blanks: a ruling
    does not cover what is found later.
    """

    __tablename__ = "prizes_ruling"
    __table_args__ = (
        sa.Index("ix_prizes_ruling_pair", "campaign_id", "enrolment_id", "user_id"),
        sa.CheckConstraint("(document_number = '') = (document_date IS NULL)", name="a_document_has_number_and_date"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    same: Mapped[bool]
    agreeing: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.String(MAX_WORDS))
    document_number: Mapped[str] = mapped_column(sa.String(MAX_NUMBER), default="")
    document_date: Mapped[date | None]
    ruled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    ruled_at: Mapped[datetime]


MODELS = (Candidacy, CandidateCheck, CandidateDecision, Ruling)
