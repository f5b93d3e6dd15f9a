"""Award lists: drafts, the adopted one, and those it superseded. What an award says is a copy, never a reference."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice

if TYPE_CHECKING:
    from typing import Any, NoReturn

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Mapper


class AwardListState(StrEnum):
    """How binding an award list is. A draft that another one replaced is withdrawn and stays on record."""

    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"


class AwardList(Base):
    """One version of a campaign's awards, allocated from one adopted ranking.

    ``number`` counts the versions; ``statement`` says why this one replaces an adopted one. ``ranking_id``,
    ``ranking_number`` and ``ranking_digest`` name the ranking, ``settings_version_id`` the scheme it was made by.
    ``digest`` covers everything that the list awards, as it was adopted; ``names_erased_at`` is since when names on it
    are erased, as the time of its records is over. ``total_value`` is in đồng.
    """

    __tablename__ = "prizes_award_list"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint(
            "(state IN ('adopted', 'superseded')) = (adopted_at IS NOT NULL)", name="adopted_has_a_time"
        ),
        sa.CheckConstraint("total_value >= 0", name="total_not_negative"),
        *(
            sa.Index(
                f"uq_prizes_award_list_{state}",
                "campaign_id",
                unique=True,
                sqlite_where=sa.text(f"state = '{state}'"),
                postgresql_where=sa.text(f"state = '{state}'"),
            )
            for state in (AwardListState.DRAFT, AwardListState.ADOPTED)
        ),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    number: Mapped[int]
    state: Mapped[AwardListState] = mapped_column(choice(AwardListState), default=AwardListState.DRAFT)
    ranking_id: Mapped[int]
    ranking_number: Mapped[int]
    ranking_digest: Mapped[str] = mapped_column(sa.String(64))
    settings_version_id: Mapped[int | None]
    statement: Mapped[str] = mapped_column(sa.String(400), default="")
    total_value: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]
    adopted_at: Mapped[datetime | None]
    names_erased_at: Mapped[datetime | None]

    awards: Mapped[list[Award]] = relationship(order_by="Award.place", lazy="selectin")
    unit_awards: Mapped[list[UnitAward]] = relationship(order_by="UnitAward.id", lazy="selectin")

    @property
    def is_draft(self) -> bool:
        """Whether collective awards may still be entered and the list may be adopted."""
        return self.state is AwardListState.DRAFT


class Award(Base):
    """An individual prize: who gets what, for which standing, as it was when the list was made. Never changed.

    ``place`` is the order within the list; ``tie_place`` is set where a lot or the jury ordered equals. ``value`` is
    in đồng, ``score`` and ``max_score`` are in thousandths of a point, ``duration_ms`` in milliseconds.
    """

    __tablename__ = "prizes_award"
    __table_args__ = (
        sa.UniqueConstraint("award_list_id", "place"),
        sa.UniqueConstraint("award_list_id", "enrolment_id"),
        sa.CheckConstraint("value >= 0", name="value_not_negative"),
    )

    id: Mapped[PrimaryKey]
    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    place: Mapped[int]
    tier: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(120))
    value: Mapped[int]
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"))
    code: Mapped[str] = mapped_column(sa.String(16))
    recipient: Mapped[str] = mapped_column(sa.String(120))
    unit_name: Mapped[str] = mapped_column(sa.String(300))
    rank: Mapped[int]
    tie_place: Mapped[int | None]
    score: Mapped[int]
    max_score: Mapped[int]
    duration_ms: Mapped[int]


class UnitAward(Base):
    """A collective prize, decided after the unit's figures were seen; the figures and the decision are on record.

    ``persons`` took part, ``headcount`` were entitled to (None where unknown); ``mean_score`` is in thousandths of a
    point (None where nobody took part); ``value`` is in đồng.
    """

    __tablename__ = "prizes_unit_award"
    __table_args__ = (
        sa.UniqueConstraint("award_list_id", "unit_id"),
        sa.CheckConstraint("value >= 0", name="value_not_negative"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    tier: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(120))
    value: Mapped[int]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"), index=True)
    unit_name: Mapped[str] = mapped_column(sa.String(300))
    persons: Mapped[int]
    headcount: Mapped[int | None]
    mean_score: Mapped[int | None]
    reason: Mapped[str] = mapped_column(sa.String(400))
    decision_number: Mapped[str] = mapped_column(sa.String(60))
    decision_date: Mapped[date]


MODELS = (AwardList, Award, UnitAward)


def _refuse_change(_mapper: Mapper[Any], _connection: Connection, award: Award | UnitAward) -> NoReturn:
    msg = f"award {award.id} was to be changed: what is awarded changes only by a new version of the list"
    raise PermissionError(msg)


def _refuse_unless_draft(_mapper: Mapper[Any], connection: Connection, award: UnitAward) -> None:
    state = connection.scalar(sa.select(AwardList.state).where(AwardList.id == award.award_list_id))
    if state is not AwardListState.DRAFT:
        msg = f"award list {award.award_list_id} is no draft: nothing is added to it or taken from it"
        raise PermissionError(msg)


# No code path changes an award. Should one ever be written by mistake, it fails here and not in public.
for _kind in (Award, UnitAward):
    event.listen(_kind, "before_update", _refuse_change)
event.listen(Award, "before_delete", _refuse_change)
for _act in ("before_insert", "before_delete"):
    event.listen(UnitAward, _act, _refuse_unless_draft)
