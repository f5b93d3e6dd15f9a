"""What is read of prizes: the scheme, who could be awarded, who has been, the award lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import sqlalchemy.orm

from cuocthi.campaigns.models import Division, SettingsVersion
from cuocthi.campaigns.settings import Loaded, load_settings, settings_in, unstructure
from cuocthi.digest import digest
from cuocthi.enrolments.models import Enrolment
from cuocthi.standings.confirmations import NEEDED
from cuocthi.standings.models import Confirmation, Standing
from cuocthi.units.models import Unit
from cuocthi.users.names import fold
from cuocthi_prizes.digests import confirmed_digest_of
from cuocthi_prizes.models import Award, AwardList, AwardListState, UnitAward
from cuocthi_prizes.settings import UNWRITTEN, WHOLE, PrizeSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking

OWNER = "prizes"

#: Under this name confirmations of award lists stand.
SUBJECT = "prizes:award_list"

#: What one list can be of: the key of a prize set and the id of a round.
Part = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A qualified standing as an award would copy it; ``tied`` persons share the rank."""

    enrolment_id: int
    unit_id: int
    code: str
    name: str
    unit_name: str
    rank: int
    tied: int
    tie_place: int | None
    score: int
    max_score: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Among:
    """Whom of a ranking a set awards: those of a division, with a unit of a block; everybody by default.

    ``moved_in`` and ``moved_out`` are the enrolments that a decision has put into, or out of, the block.
    """

    division: str = ""
    block: str = ""
    moved_in: Collection[int] = ()
    moved_out: Collection[int] = ()


EVERYBODY = Among()


@dataclass(frozen=True, slots=True)
class Held:
    """A prize that somebody has by an adopted list: of which set and round, by which list, and its name."""

    enrolment_id: int
    set_key: str
    phase_id: int
    list_number: int
    title: str


@dataclass(frozen=True, slots=True)
class UnitHeld:
    """A collective prize that a unit has by an adopted list: of which round, by which list, and its name."""

    unit_id: int
    phase_id: int
    list_number: int
    title: str


def load_scheme(ctx: Context, *, campaign: Campaign) -> Loaded[PrizeSettings]:
    """Return the campaign's scheme of prizes as it stands (one statement); what nobody has written yet is UNWRITTEN."""
    loaded = load_settings(ctx, owner=OWNER, schema=PrizeSettings, campaign=campaign)
    return loaded if loaded.version_id is not None else Loaded(UNWRITTEN, None)


def schemes_of(ctx: Context, *, version_ids: Collection[int | None]) -> dict[int | None, PrizeSettings]:
    """Return by version the schemes that lists were made by (one statement), for None the one that nobody wrote."""
    known = [one for one in version_ids if one is not None]
    versions = ctx.session.scalars(sa.select(SettingsVersion).where(SettingsVersion.id.in_(known))) if known else ()
    return {None: UNWRITTEN, **{one.id: settings_in(one, PrizeSettings) for one in versions}}


def scheme_digest(ctx: Context, *, version_id: int | None) -> str:
    """Return the digest of a version of the scheme, for None that of the scheme that nobody changed."""
    if version_id is None:
        return digest(unstructure(PrizeSettings()))
    return ctx.session.get_one(SettingsVersion, version_id).digest


def candidates(
    ctx: Context, *, ranking_id: int, limit: int | None, threshold: int = 0, among: Among = EVERYBODY
) -> list[Candidate]:
    """Return the first ``limit`` qualified standings of a ranking, by rank and decided order among equals.

    Only those that reach ``threshold``, in thousandths of the maximum score, ``among`` whom the set awards.
    Undecided equals stand in the order of their names, which decides nothing: see ``allocation``.
    """
    rows = _candidates(ranking_id, among).where(
        Standing.qualified,
        *([Standing.score * WHOLE >= Standing.max_score * threshold] if threshold else []),
    )
    return [Candidate(*row) for row in ctx.session.execute(rows.limit(limit))]


def candidates_named(
    ctx: Context, *, ranking_id: int, enrolment_ids: Sequence[int], among: Among = EVERYBODY
) -> list[Candidate]:
    """Return those of these enrolments who are in a ranking, qualified or not, ``among`` whom a set awards."""
    rows = _candidates(ranking_id, among).where(Standing.enrolment_id.in_(enrolment_ids))
    return [Candidate(*row) for row in ctx.session.execute(rows)]


def candidates_found(
    ctx: Context, *, ranking_id: int, search: str, limit: int, among: Among = EVERYBODY
) -> list[Candidate]:
    """Return whom a search finds in a ranking, qualified or not, by rank (one statement).

    ``search`` is part of a name, without accents, or a contest number.
    """
    words = (Enrolment.name_folded.contains(word, autoescape=True) for word in fold(search).split())
    named = sa.or_(sa.and_(sa.true(), *words), Enrolment.code == search.strip().upper())
    return [Candidate(*row) for row in ctx.session.execute(_candidates(ranking_id, among).where(named).limit(limit))]


def _candidates(ranking_id: int, among: Among) -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        Enrolment.id,
        Enrolment.unit_id,
        Enrolment.code,
        Enrolment.name,
        Enrolment.unit_name,
        Standing.rank,
        Standing.tied,
        Standing.tie_place,
        Standing.score,
        Standing.max_score,
        Standing.duration_ms,
    )
    return (
        sa.select(*columns)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking_id, *_in_division(among.division), *_in_block(among))
        .order_by(Standing.rank, Standing.tie_place.is_(None), Standing.tie_place, Enrolment.name_sort, Enrolment.code)
    )


def entrants(ctx: Context, *, ranking: Ranking, division: str = "", block: str = "") -> int:
    """Return how many persons are in a ranking, or of a division in it, with a unit of a block at their enrolment."""
    among = [*_in_division(division), *_in_block(Among(block=block))]
    if not among:
        return ranking.persons
    counted = sa.select(sa.func.count()).join_from(Standing, Enrolment, Enrolment.id == Standing.enrolment_id)
    return ctx.session.scalar(counted.where(Standing.ranking_id == ranking.id, *among)) or 0


def _in_division(key: str) -> list[sa.ColumnElement[bool]]:
    """Return the condition that an enrolment is in the division of a key, none for an empty one."""
    if not key:
        return []
    own = sa.and_(Division.id == Enrolment.division_id, Division.campaign_id == Enrolment.campaign_id)
    return [sa.exists().where(own, Division.key == key)]


def _in_block(among: Among) -> list[sa.ColumnElement[bool]]:
    """Return the condition that somebody's unit is in a block, none for an empty one.

    The unit is that frozen at the enrolment, as in the figures of units, unless a decision named another one.
    """
    if not among.block:
        return []
    own = Enrolment.unit_id.in_(sa.select(Unit.id).where(Unit.block == among.block))
    stayed = sa.and_(own, Enrolment.id.not_in(among.moved_out)) if among.moved_out else own
    return [sa.or_(stayed, Enrolment.id.in_(among.moved_in)) if among.moved_in else stayed]


def blocks(ctx: Context) -> Sequence[str]:
    """Return the blocks that there are units in, by their names (one statement)."""
    return ctx.session.scalars(sa.select(Unit.block).where(Unit.block != "").distinct().order_by(Unit.block)).all()


def held(ctx: Context, *, campaign_id: int, but_for: Part, extra: bool = True) -> list[Held]:
    """Return the individual prizes of a campaign's adopted lists, without the list of this set and round.

    Without ``extra`` those that the ranking gave alone. The earliest adopted first (one statement).
    """
    rows = ctx.session.execute(
        sa.select(Award.enrolment_id, AwardList.set_key, AwardList.phase_id, AwardList.number, Award.title)
        .join(AwardList, AwardList.id == Award.award_list_id)
        .where(
            AwardList.campaign_id == campaign_id,
            AwardList.state == AwardListState.ADOPTED,
            _is_other(but_for),
            *([] if extra else [~Award.extra]),
        )
        .order_by(AwardList.adopted_at, AwardList.number, Award.place)
    )
    return [Held(*row) for row in rows]


def held_by_units(ctx: Context, *, campaign_id: int, but_for: Part) -> list[UnitHeld]:
    """Return the collective prizes of a campaign's adopted lists, without the list of this set and round.

    The earliest adopted first (one statement).
    """
    rows = ctx.session.execute(
        sa.select(UnitAward.unit_id, AwardList.phase_id, AwardList.number, UnitAward.title)
        .join(AwardList, AwardList.id == UnitAward.award_list_id)
        .where(AwardList.campaign_id == campaign_id, AwardList.state == AwardListState.ADOPTED, _is_other(but_for))
        .order_by(AwardList.adopted_at, AwardList.number, UnitAward.id)
    )
    return [UnitHeld(*row) for row in rows]


def _is_other(part: Part) -> sa.ColumnElement[bool]:
    """Return the condition that a list is of another set or round."""
    return sa.or_(AwardList.set_key != part[0], AwardList.phase_id != part[1])


def names_of(ctx: Context, *, enrolment_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of these enrolments (one statement)."""
    rows = ctx.session.execute(sa.select(Enrolment.id, Enrolment.name).where(Enrolment.id.in_(enrolment_ids)))
    return {row.id: row.name for row in rows}


# --- lists ----------------------------------------------------------------------------------------------------------


def draft_list(ctx: Context, *, campaign_id: int, part: Part) -> AwardList | None:
    """Return the draft of the list of a set and round, if there is one."""
    return _in_state(ctx, campaign_id, part, AwardListState.DRAFT)


def adopted_list(ctx: Context, *, campaign_id: int, part: Part) -> AwardList | None:
    """Return the adopted list of a set and round, if there is one."""
    return _in_state(ctx, campaign_id, part, AwardListState.ADOPTED)


def _in_state(ctx: Context, campaign_id: int, part: Part, state: AwardListState) -> AwardList | None:
    return ctx.session.scalar(
        sa.select(AwardList)
        .where(
            AwardList.campaign_id == campaign_id,
            AwardList.set_key == part[0],
            AwardList.phase_id == part[1],
            AwardList.state == state,
        )
        .execution_options(populate_existing=True)
    )


def lists_in(ctx: Context, *, campaign_ids: Sequence[int], state: AwardListState) -> Sequence[AwardList]:
    """Return the lists of these campaigns that are in a state, by their numbers (one statement, without the awards)."""
    return ctx.session.scalars(
        sa.select(AwardList)
        .where(AwardList.campaign_id.in_(campaign_ids), AwardList.state == state)
        .order_by(AwardList.campaign_id, AwardList.number)
        .options(*_BARE)
    ).all()


_BARE = (
    sa.orm.lazyload(AwardList.awards),
    sa.orm.lazyload(AwardList.unit_awards),
    sa.orm.lazyload(AwardList.passed_over),
    sa.orm.lazyload(AwardList.passed_units),
)


def adopted_lists(ctx: Context, *, campaign_id: int) -> Sequence[AwardList]:
    """Return the adopted lists of a campaign with all they award, by their numbers."""
    return ctx.session.scalars(
        sa.select(AwardList)
        .where(AwardList.campaign_id == campaign_id, AwardList.state == AwardListState.ADOPTED)
        .order_by(AwardList.number)
        .execution_options(populate_existing=True)
    ).all()


def list_numbered(ctx: Context, *, campaign_id: int, number: int) -> AwardList | None:
    """Return the list of a campaign with this number."""
    return ctx.session.scalar(
        sa.select(AwardList).where(AwardList.campaign_id == campaign_id, AwardList.number == number)
    )


def versions(ctx: Context, *, campaign_id: int, part: Part) -> Sequence[sa.Row[int, int, AwardListState, int, str]]:
    """Return (number, version, state, value in đồng, statement) of every list of a set and round, newest first."""
    return ctx.session.execute(
        sa.select(AwardList.number, AwardList.version, AwardList.state, AwardList.total_value, AwardList.statement)
        .where(AwardList.campaign_id == campaign_id, AwardList.set_key == part[0], AwardList.phase_id == part[1])
        .order_by(AwardList.number.desc())
    ).all()


def predecessor(ctx: Context, *, award_list: AwardList) -> AwardList | None:
    """Return the version that was in force before ``award_list``: the newest adopted one with a lower number."""
    return ctx.session.scalar(
        sa.select(AwardList)
        .where(
            AwardList.campaign_id == award_list.campaign_id,
            AwardList.set_key == award_list.set_key,
            AwardList.phase_id == award_list.phase_id,
            AwardList.number < award_list.number,
            AwardList.adopted_at.is_not(None),
        )
        .order_by(AwardList.number.desc())
        .limit(1)
    )


def last_numbers(ctx: Context, *, campaign_id: int, part: Part) -> tuple[int, int]:
    """Return the number of a campaign's newest list, and the newest version of a set and round; 0 before the first."""
    of_part = sa.and_(AwardList.set_key == part[0], AwardList.phase_id == part[1])
    newest = sa.select(
        sa.func.coalesce(sa.func.max(AwardList.number), 0),
        sa.func.coalesce(sa.func.max(AwardList.version).filter(of_part), 0),
    ).where(AwardList.campaign_id == campaign_id)
    number, version = ctx.session.execute(newest).one()
    return number, version


def spent(ctx: Context, *, campaign_id: int, but_for: Part) -> int:
    """Return what a campaign's adopted lists are worth, without that of this set and round, in đồng."""
    worth = sa.select(sa.func.coalesce(sa.func.sum(AwardList.total_value), 0)).where(
        AwardList.campaign_id == campaign_id,
        AwardList.state == AwardListState.ADOPTED,
        _is_other(but_for),
    )
    # PostgreSQL sums integers of 64 bits into a decimal.
    return int(ctx.session.scalar(worth) or 0)


def awards_of(ctx: Context, *, campaign_id: int, user_id: int) -> Sequence[Award]:
    """Return what a user is awarded by the adopted lists of a campaign, in the order of the lists."""
    return ctx.session.scalars(
        sa.select(Award)
        .join(AwardList, AwardList.id == Award.award_list_id)
        .join(Enrolment, Enrolment.id == Award.enrolment_id)
        .where(
            AwardList.campaign_id == campaign_id,
            AwardList.state == AwardListState.ADOPTED,
            Enrolment.user_id == user_id,
        )
        .order_by(AwardList.number, Award.place)
    ).all()


def is_confirmed(ctx: Context, *, award_list: AwardList) -> bool:
    """Tell whether two persons have confirmed the very list that stands there (one statement)."""
    given = ctx.session.scalars(
        sa.select(Confirmation.user_id).where(
            Confirmation.subject == SUBJECT,
            Confirmation.subject_id == award_list.id,
            Confirmation.digest == confirmed_digest_of(award_list),
        )
    )
    return len(set(given)) >= NEEDED
