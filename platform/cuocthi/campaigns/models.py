"""Campaigns, their divisions, the people entitled to take part, and versioned settings."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice


class CampaignState(StrEnum):
    """How far a campaign is, as decided by people."""

    DRAFT = "draft"
    OPEN = "open"
    ARCHIVED = "archived"


class Campaign(Base):
    """A contest held once.

    ``content`` says what is asked about; ``categories`` maps the key of each kind of entrant to its title;
    ``version`` counts changes that its public pages show; ``earlier_id`` is the campaign that is held again with it.
    """

    __tablename__ = "core_campaign"
    __table_args__ = (sa.UniqueConstraint("slug"),)

    id: Mapped[PrimaryKey]
    slug: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(300))
    tagline: Mapped[str] = mapped_column(sa.String(200), default="")
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    requirements: Mapped[str] = mapped_column(sa.Text, default="")
    content: Mapped[str] = mapped_column(sa.Text, default="")
    audience: Mapped[str] = mapped_column(sa.Text, default="")
    language: Mapped[str] = mapped_column(sa.String(8), default="vi")
    accent: Mapped[str] = mapped_column(sa.String(7), default="#0a5f66")
    host_name: Mapped[str] = mapped_column(sa.String(200))
    host_parent: Mapped[str] = mapped_column(sa.String(200), default="")
    standing_office: Mapped[str] = mapped_column(sa.String(200), default="")
    support_phone: Mapped[str] = mapped_column(sa.String(40), default="")
    support_hours: Mapped[str] = mapped_column(sa.String(100), default="")
    responsible: Mapped[str] = mapped_column(sa.String(200), default="")
    portal_url: Mapped[str] = mapped_column(sa.String(300), default="")
    state: Mapped[CampaignState] = mapped_column(choice(CampaignState), default=CampaignState.DRAFT)
    plugins: Mapped[list[str]]
    categories: Mapped[dict[str, Any]]
    consent_text: Mapped[str] = mapped_column(sa.Text, default="")
    draw_key: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    earlier_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_campaign.id"))

    divisions: Mapped[list[Division]] = relationship(order_by="Division.id", back_populates="campaign")

    def renew_pages(self) -> None:
        """Have the public pages made anew after a change that is not put on record; what is on record does so itself.

        Counted by the statement that writes: of two changes at the same time none is lost.
        """
        self.version = Campaign.version + 1


class Division(Base):
    """A part of the entrants (bảng) that competes by itself.

    Who joins it must have at least ``min_age`` and at most ``max_age`` years on the day that the campaign names.
    """

    __tablename__ = "core_division"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "key"),
        sa.CheckConstraint("min_age <= max_age", name="ages_in_order"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]

    campaign: Mapped[Campaign] = relationship(back_populates="divisions")


class Headcount(Base):
    """How many people of a unit are entitled to take part, by category, from a named source as of a date."""

    __tablename__ = "core_headcount"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "unit_id", "category"),
        sa.CheckConstraint("number >= 0", name="not_negative"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"), index=True)
    category: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(200), default="")
    as_of: Mapped[date | None]


class SettingsVersion(Base):
    """One version of an owner's settings for a campaign or one of its rounds. Versions are only ever added.

    Those of a round go with it when it is removed before it has begun, and their numbers are never given again.
    ``from_round`` is the number of the round from which it holds, None for all of them. What was changed while a round
    was open names, beside its author, the person who confirmed it.
    """

    __tablename__ = "core_settings_version"
    __table_args__ = (
        sa.Index(
            "uq_core_settings_version_campaign",
            "campaign_id",
            "owner",
            "number",
            unique=True,
            sqlite_where=sa.text("phase_id IS NULL"),
            postgresql_where=sa.text("phase_id IS NULL"),
        ),
        sa.UniqueConstraint("phase_id", "owner", "number"),
        sa.CheckConstraint("seconded_by <> author_id", name="seconded_by_another"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    phase_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_phase.id"))
    owner: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[int]
    values: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(sa.String(64))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    seconded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    from_round: Mapped[int | None]
    created_at: Mapped[datetime]
