"""Award lists: drafts, the adopted one, and those it superseded. What an award says is a copy, never a reference."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Mapper


#: The ways in which digests of lists were made, see :mod:`cuocthi_prizes.digests`: at first over the names themselves.
FIRST_FORM, PRESENT_FORM = 1, 2


class AwardListState(StrEnum):
    """How binding an award list is. A draft that another one replaced is withdrawn and stays on record."""

    DRAFT = "draft"
    WITHDRAWN = "withdrawn"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"


class PassedOverKind(StrEnum):
    """Why somebody was passed over: had as many prizes as the scheme allows, did not say in time how to be paid, or
    declined the prize.
    """

    ENOUGH = "enough"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"


class AwardList(Base):
    """One version of the awards of a prize set in a round, allocated from one adopted ranking of ``entrants`` persons.

    ``number`` names the list in its campaign, ``version`` counts those of its set and round, among which alone one is
    adopted and supersedes another. ``statement`` says why this one replaces an adopted one, or why it names nobody;
    ``remarks`` are packed texts on what drawing it up left out. ``ranking_id``, ``ranking_number`` and
    ``ranking_digest`` name the ranking, ``settings_version_id`` and ``scheme_digest`` the scheme it was made by.
    ``digest`` covers everything that the list awards, in the way that ``form`` says, as it was adopted;
    ``names_erased_at`` is since when names on it are erased, as the time of its records is over. ``total_value`` is in
    đồng.
    """

    __tablename__ = "prizes_award_list"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.UniqueConstraint("campaign_id", "set_key", "phase_id", "version"),
        sa.CheckConstraint(
            "(state IN ('adopted', 'superseded')) = (adopted_at IS NOT NULL)", name="adopted_has_a_time"
        ),
        sa.CheckConstraint("total_value >= 0", name="total_not_negative"),
        *(
            sa.Index(
                f"uq_prizes_award_list_{state}",
                "campaign_id",
                "set_key",
                "phase_id",
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
    set_key: Mapped[str] = mapped_column(sa.String(40))
    set_title: Mapped[str] = mapped_column(sa.String(120))
    version: Mapped[int]
    state: Mapped[AwardListState] = mapped_column(choice(AwardListState), default=AwardListState.DRAFT)
    ranking_id: Mapped[int]
    ranking_number: Mapped[int]
    ranking_digest: Mapped[str] = mapped_column(sa.String(64))
    entrants: Mapped[int]
    settings_version_id: Mapped[int | None]
    scheme_digest: Mapped[str] = mapped_column(sa.String(64))
    statement: Mapped[str] = mapped_column(sa.String(400), default="")
    remarks: Mapped[list[Any]] = mapped_column(sa.JSON(), default=list)
    total_value: Mapped[int]
    form: Mapped[int] = mapped_column(default=PRESENT_FORM)
    digest: Mapped[str] = mapped_column(sa.String(64))
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]
    adopted_at: Mapped[datetime | None]
    names_erased_at: Mapped[datetime | None]

    awards: Mapped[list[Award]] = relationship(order_by="Award.place", lazy="selectin")
    unit_awards: Mapped[list[UnitAward]] = relationship(order_by="UnitAward.id", lazy="selectin")
    passed_over: Mapped[list[PassedOver]] = relationship(order_by="PassedOver.place", lazy="selectin")
    passed_units: Mapped[list[PassedUnit]] = relationship(order_by="PassedUnit.unit_id", lazy="selectin")
    unit_figures: Mapped[list[UnitFigure]] = relationship(order_by="UnitFigure.unit_id", lazy="select")

    @property
    def by_rank(self) -> list[Award]:
        """The individual prizes that the ranking gave."""
        return [award for award in self.awards if not award.extra]

    @property
    def by_hand(self) -> list[Award]:
        """The individual prizes that were given by hand."""
        return [award for award in self.awards if award.extra]

    @property
    def is_draft(self) -> bool:
        """Whether collective awards may still be entered and the list may be adopted."""
        return self.state is AwardListState.DRAFT


class Award(Base):
    """An individual prize: who gets what, for which standing, as it was when the list was made. Never changed.

    ``place`` is the order within the list; ``tie_place`` is set where a lot or the jury ordered equals. ``value`` is
    in đồng, ``in_kind`` is what is given beside it; ``score`` and ``max_score`` are in thousandths of a point,
    ``duration_ms`` in milliseconds. ``name_digest`` commits to the recipient's name by ``name_salt``: with the salt
    gone, as erasing does, it says nothing of the name and the list can be verified all the same.

    An ``extra`` prize is given by hand, beside one by rank if the scheme lets it: ``reason`` says why, and is committed
    to like the name; ``decision_number`` and ``decision_date`` name the decision. It comes after all others.
    """

    __tablename__ = "prizes_award"
    __table_args__ = (
        sa.UniqueConstraint("award_list_id", "place"),
        sa.UniqueConstraint("award_list_id", "enrolment_id", "extra"),
        sa.CheckConstraint("value >= 0", name="value_not_negative"),
        sa.CheckConstraint(
            "extra = (decision_date IS NOT NULL) AND extra = (decision_number <> '') AND extra = (reason <> '')"
            " AND extra = (reason_digest <> '')",
            name="extra_is_decided",
        ),
    )

    id: Mapped[PrimaryKey]
    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    place: Mapped[int]
    tier: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(120))
    value: Mapped[int]
    in_kind: Mapped[str] = mapped_column(sa.String(120), default="")
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"))
    code: Mapped[str] = mapped_column(sa.String(16))
    recipient: Mapped[str] = mapped_column(sa.String(120))
    name_salt: Mapped[str] = mapped_column(sa.String(32), default="")
    name_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    unit_name: Mapped[str] = mapped_column(sa.String(300))
    rank: Mapped[int]
    tie_place: Mapped[int | None]
    score: Mapped[int]
    max_score: Mapped[int]
    duration_ms: Mapped[int]
    extra: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    reason_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    decision_number: Mapped[str] = mapped_column(sa.String(60), default="")
    decision_date: Mapped[date | None]


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


class PassedOver(Base):
    """Somebody who was passed over, so that the next in rank moved up.

    Of who has had enough prizes, ``list_number`` and ``title`` name the one that was counted last; of others they are 0
    and empty. The name stands with the enrolment alone.
    """

    __tablename__ = "prizes_passed_over"
    __table_args__ = (sa.PrimaryKeyConstraint("award_list_id", "place"),)

    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    place: Mapped[int]
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(16))
    rank: Mapped[int]
    list_number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[PassedOverKind] = mapped_column(
        choice(PassedOverKind), default=PassedOverKind.ENOUGH, server_default=PassedOverKind.ENOUGH.value
    )


class PassedUnit(Base):
    """A unit that has had all the collective prizes that the scheme allows one, so that the next in order moved up.

    ``list_number`` and ``title`` name the prize that was counted last.
    """

    __tablename__ = "prizes_passed_unit"
    __table_args__ = (sa.PrimaryKeyConstraint("award_list_id", "unit_id"),)

    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"), index=True)
    unit_name: Mapped[str] = mapped_column(sa.String(300))
    list_number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(120))


class UnitFigure(Base):
    """What a unit reached in the ranking of a list, and how many were entitled, as both were when it was drawn up.

    A number of entitled people that is corrected afterwards changes nothing that was decided on this one.
    """

    __tablename__ = "prizes_unit_figure"
    __table_args__ = (sa.PrimaryKeyConstraint("award_list_id", "unit_id"),)

    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id"), index=True)
    unit_name: Mapped[str] = mapped_column(sa.String(300))
    block: Mapped[str] = mapped_column(sa.String(60))
    persons: Mapped[int]
    entries: Mapped[int]
    score_sum: Mapped[int]
    headcount: Mapped[int | None]


MODELS = (AwardList, Award, UnitAward, PassedOver, PassedUnit, UnitFigure)

#: What still changes of a list that is a draft, and of one that is not.
_OF_A_DRAFT = frozenset({"state", "adopted_at", "total_value", "digest", "names_erased_at"})
_OF_ANY = frozenset({"state", "names_erased_at"})


def _refuse_change(_mapper: Mapper[Any], _connection: Connection, award: Base) -> NoReturn:
    msg = f"{award!r} was to be changed: what is awarded changes only by a new version of the list"
    raise PermissionError(msg)


def _refuse_unless_draft(_mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    award_list_id = sa.inspect(row).dict["award_list_id"]
    state = connection.scalar(sa.select(AwardList.state).where(AwardList.id == award_list_id))
    if state is not AwardListState.DRAFT:
        msg = f"award list {award_list_id} is no draft: nothing is added to it or taken from it"
        raise PermissionError(msg)


def _refuse_unless_by_hand(mapper: Mapper[Any], connection: Connection, award: Award) -> None:
    if not award.extra:
        _refuse_change(mapper, connection, award)
    _refuse_unless_draft(mapper, connection, award)


def _refuse_rewriting(_mapper: Mapper[Any], _connection: Connection, award_list: AwardList) -> None:
    state = sa.inspect(award_list)
    changed = {attribute.key for attribute in state.mapper.column_attrs if state.attrs[attribute.key].history.deleted}
    changes = _OF_A_DRAFT if _state_before(award_list) is AwardListState.DRAFT else _OF_ANY
    if not changed <= changes:
        msg = f"award list {award_list.id}: {sorted(changed - changes)} were to be rewritten"
        raise PermissionError(msg)


def _state_before(award_list: AwardList) -> AwardListState:
    former: Sequence[AwardListState] = sa.inspect(award_list).attrs.state.history.deleted
    return former[0] if former else award_list.state


# No code path changes an award. Should one ever be written by mistake, it fails here and not in public. The database
# refuses the same (see the revisions), and what is added to a list that is no draft, whichever way a statement comes.
_PARTS: tuple[type[Base], ...] = (Award, UnitAward, PassedOver, PassedUnit, UnitFigure)
for _kind in _PARTS:
    event.listen(_kind, "before_update", _refuse_change)
_LASTING: tuple[type[Base], ...] = (AwardList, PassedOver, PassedUnit, UnitFigure)
for _kind in _LASTING:
    event.listen(_kind, "before_delete", _refuse_change)
for _act in ("before_insert", "before_delete"):
    event.listen(UnitAward, _act, _refuse_unless_draft)
event.listen(Award, "before_delete", _refuse_unless_by_hand)
event.listen(AwardList, "before_update", _refuse_rewriting)
