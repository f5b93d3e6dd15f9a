"""People taking part in a campaign, with unit, division and profile frozen at that moment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.units.models import Unit
from cuocthi.users.models import User


class EnrolmentState(StrEnum):
    """Whether an enrolment counts."""

    ACTIVE = "active"
    EXCLUDED = "excluded"


class Enrolment(Base):
    """A person taking part. ``code`` is the contest number that may be printed publicly.

    ``name`` and ``unit_name`` are copies, so that a later change of the person or the unit leaves results as they were;
    ``unit_path`` is the unit's place in the tree at that moment, by which windows of units hold.
    ``details`` are the answers to what the campaign asked beyond that, encrypted, as ``asked_version_id`` set it;
    without ``publishes_name`` the person stands in everything public without a name.
    ``duplicate_of_id``: the same person takes part under that enrolment already, which alone counts.
    """

    __tablename__ = "core_enrolment"
    __table_args__ = (
        sa.Index(
            "uq_core_enrolment_person",
            "campaign_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("duplicate_of_id IS NULL"),
            postgresql_where=sa.text("duplicate_of_id IS NULL"),
        ),
        sa.UniqueConstraint("campaign_id", "code"),
        sa.CheckConstraint("(state = 'excluded') = (excluded_reason <> '')", name="exclusion_has_a_reason"),
        sa.Index("ix_core_enrolment_campaign_unit", "campaign_id", "unit_id"),
        # By it alone namesakes of a unit are found: who registered twice, and who stands on the unit's roster.
        sa.Index("ix_core_enrolment_alike", "name_folded", "unit_id", "campaign_id", "user_id"),
        sa.Index("ix_core_enrolment_campaign_name", "campaign_id", "name_sort", "id"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"), index=True)
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_division.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"))
    code: Mapped[str] = mapped_column(sa.String(16))
    category: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    name_folded: Mapped[str] = mapped_column(sa.String(160))
    name_sort: Mapped[str] = mapped_column(sa.String(400))
    unit_name: Mapped[str] = mapped_column(sa.String(300))
    unit_path: Mapped[str] = mapped_column(sa.String(400))
    unit_note: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[EnrolmentState] = mapped_column(choice(EnrolmentState), default=EnrolmentState.ACTIVE)
    excluded_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    rules_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_rules_version.id"))
    duplicate_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_enrolment.id"))
    asked_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_settings_version.id"))
    details: Mapped[bytes | None] = mapped_column(info={"sealed": "core_enrolment.details:{id}"})
    publishes_name: Mapped[bool] = mapped_column(default=True)
    consent_digest: Mapped[str] = mapped_column(sa.String(64))
    enrolled_at: Mapped[datetime]

    user: Mapped[User] = relationship()
    unit: Mapped[Unit] = relationship()


class Relation(StrEnum):
    """What a guardian is to the child."""

    MOTHER = "mother"
    FATHER = "father"
    GUARDIAN = "guardian"


class Guardian(Base):
    """Who consented for a child that takes part, to which text (its digest), and what may be published.

    ``publishes`` and ``child_publishes`` are the consents to the child's name in public, the guardian's and the child's
    own; the latter is None for a child too young to be asked.
    """

    __tablename__ = "core_guardian"

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), primary_key=True, autoincrement=False)
    relation: Mapped[Relation] = mapped_column(choice(Relation))
    name: Mapped[bytes] = mapped_column(info={"sealed": "core_guardian.name:{enrolment_id}"})
    contact: Mapped[bytes] = mapped_column(info={"sealed": "core_guardian.contact:{enrolment_id}"})
    consent_digest: Mapped[str] = mapped_column(sa.String(64))
    consented_at: Mapped[datetime]
    publishes: Mapped[bool]
    child_publishes: Mapped[bool | None]
