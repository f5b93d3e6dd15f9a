"""What rankings answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import Headcount
from cuocthi.committees.models import Committee, Membership
from cuocthi.committees.queries import barring
from cuocthi.committees.reading import readers
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Missing
from cuocthi.standings.models import (
    Decision,
    DecisionKind,
    Ranking,
    RankingState,
    Result,
    ResultSet,
    Standing,
    TieDecision,
)
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.users.models import User
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: How many rows are fetched at once where all are wanted.
_BATCH = 1_000

#: Within a rank: as decided, then the names of those still equal in their order, which says nothing about merit.
_ORDER = (
    Standing.rank,
    sa.func.coalesce(Standing.tie_place, 0),
    Enrolment.name_sort,
    Enrolment.code,
)


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A place in a ranking and whose it is."""

    standing: Standing
    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class TiedGroup:
    """Persons who are equal by every criterion; ``decision`` says how they were ordered, None if they were not."""

    rank: int
    persons: int
    decision: TieDecision | None


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What a unit reached in a ranking. A person counts once; ``mean_score`` is in thousandths of a point.

    ``headcount`` is the number of people entitled to take part, None where nobody said. ``score_sum`` and ``persons``
    are exact; the mean is rounded half up.
    """

    unit_id: int
    unit_name: str
    block: str
    persons: int
    entries: int
    score_sum: int
    headcount: int | None

    @property
    def mean_score(self) -> int:
        """The mean of the persons' counted scores."""
        return (2 * self.score_sum + self.persons) // (2 * self.persons) if self.persons else 0

    @property
    def rate_permille(self) -> int | None:
        """How many of a thousand entitled people took part; None where their number is unknown."""
        return None if not self.headcount else (2_000 * self.persons + self.headcount) // (2 * self.headcount)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A person whose entries do not count, why, and who decided it when (None where nobody decided it singly)."""

    enrolment: Enrolment
    decision: Decision | None
    decided_by: str


def adopted_ranking(ctx: Context, *, round_: Phase) -> Ranking | None:
    """Return the adopted ranking of a round, or None."""
    return ctx.session.scalar(
        sa.select(Ranking).where(Ranking.phase_id == round_.id, Ranking.state == RankingState.ADOPTED)
    )


def ranked_rounds(ctx: Context, *, campaign_id: int) -> set[int]:
    """Return the keys of a campaign's rounds that have an adopted ranking (one statement)."""
    adopted = sa.and_(Ranking.campaign_id == campaign_id, Ranking.state == RankingState.ADOPTED)
    return set(ctx.session.scalars(sa.select(Ranking.phase_id).where(adopted)))


def latest_ranking(ctx: Context, *, round_: Phase) -> Ranking | None:
    """Return the newest version of a round's ranking, whatever its state, or None."""
    return ctx.session.scalar(
        sa.select(Ranking).where(Ranking.phase_id == round_.id).order_by(Ranking.number.desc()).limit(1)
    )


def rankings_of(ctx: Context, *, campaign_id: int) -> Sequence[Ranking]:
    """Return all versions of all rankings of a campaign, the newest of a round first (one statement)."""
    return ctx.session.scalars(
        sa.select(Ranking).where(Ranking.campaign_id == campaign_id).order_by(Ranking.phase_id, Ranking.number.desc())
    ).all()


def ranking_of(ctx: Context, *, campaign_id: int, phase_id: int, number: int) -> Ranking:
    """Return one version of the ranking of a round of this campaign. Raises Missing."""
    found = ctx.session.scalar(
        sa.select(Ranking).where(
            Ranking.campaign_id == campaign_id, Ranking.phase_id == phase_id, Ranking.number == number
        )
    )
    if found is None:
        raise Missing(T("This version of the ranking does not exist (any more)."))
    return found


def standing_rows(
    ctx: Context, *, ranking: Ranking, limit: int | None = None, offset: int = 0, search: str = ""
) -> tuple[Sequence[StandingRow], int]:
    """Return a page of a ranking in its order and the number of rows that match (two statements).

    ``search`` is part of a name, without accents, or a contest number. Persons who are still equal stand in the order
    of their names.
    """
    matching = _matching(ranking, search)
    rows = ctx.session.execute(matching.order_by(*_ORDER).limit(limit).offset(offset))
    found = [StandingRow(standing, enrolment) for standing, enrolment in rows]
    if not search:
        return found, ranking.persons
    return found, ctx.session.scalar(matching.with_only_columns(sa.func.count())) or 0


def every_standing_row(
    ctx: Context, *, ranking: Ranking, search: str = "", down_to: int | None = None
) -> Iterator[StandingRow]:
    """Yield all rows of a ranking that match, in its order, fetched in batches (one statement).

    ``down_to`` is the last rank that is wanted: whoever shares it is there.
    """
    chosen = _matching(ranking, search).order_by(*_ORDER)
    if down_to is not None:
        chosen = chosen.where(Standing.rank <= down_to)
    for standing, enrolment in ctx.session.execute(chosen.execution_options(yield_per=_BATCH)):
        yield StandingRow(standing, enrolment)


def _matching(ranking: Ranking, search: str) -> sa.Select[Standing, Enrolment]:
    chosen = sa.select(Standing, Enrolment).join(Enrolment, Enrolment.id == Standing.enrolment_id)
    chosen = chosen.where(Standing.ranking_id == ranking.id)
    if not search:
        return chosen
    words = (Enrolment.name_folded.contains(word, autoescape=True) for word in fold(search).split())
    return chosen.where(sa.or_(sa.and_(*words), Enrolment.code == search.strip().upper()))


def standing_of(ctx: Context, *, ranking: Ranking, enrolment_id: int) -> Standing | None:
    """Return a person's place in a ranking, or None."""
    return ctx.session.get(Standing, (ranking.id, enrolment_id))


def next_to(ctx: Context, standing: Standing, *, before: bool) -> Standing | None:
    """Return who stands just ``before`` a place, or just behind it, in the same ranking (one statement).

    Of several who share the next rank it is one of them; None at either end. Who shares the rank, as nothing has
    decided between them, is neither before nor behind.
    """
    place = sa.func.coalesce(Standing.tie_place, 0)
    own = (standing.rank, standing.tie_place or 0)
    others = sa.select(Standing).where(
        Standing.ranking_id == standing.ranking_id, Standing.enrolment_id != standing.enrolment_id
    )
    if before:
        ahead = sa.or_(Standing.rank < own[0], sa.and_(Standing.rank == own[0], place < own[1]))
        return ctx.session.scalar(others.where(ahead).order_by(Standing.rank.desc(), place.desc()).limit(1))
    behind = sa.or_(Standing.rank > own[0], sa.and_(Standing.rank == own[0], place > own[1]))
    return ctx.session.scalar(others.where(behind).order_by(Standing.rank, place).limit(1))


def standing_row(ctx: Context, *, ranking: Ranking, code: str) -> StandingRow:
    """Return the place of the person with this contest number. Raises Missing."""
    found = ctx.session.execute(
        sa.select(Standing, Enrolment)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking.id, Enrolment.code == code)
    ).one_or_none()
    if found is None:
        raise Missing(T("Nobody stands in this ranking under the number %(code)s.", code=code))
    return StandingRow(found[0], found[1])


def ordered_enrolments(ctx: Context, *, ranking: Ranking, limit: int | None = None) -> Sequence[Standing]:
    """Return the qualified standings by rank and decided place, the best first.

    Where a tie is undecided its members follow one another in the order of their contest numbers, which decides
    nothing: whoever awards must look at ``tied`` and ``tie_place``.
    """
    return ctx.session.scalars(
        sa.select(Standing)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking.id, Standing.qualified)
        .order_by(Standing.rank, sa.func.coalesce(Standing.tie_place, 0), Enrolment.code)
        .limit(limit)
    ).all()


def tied_groups(ctx: Context, *, ranking: Ranking, upto_rank: int | None = None) -> Sequence[TiedGroup]:
    """Return the groups of qualified persons who are equal, decided or not, up to a rank (one statement)."""
    groups = (
        sa.select(Standing.rank, sa.func.count().label("persons"))
        .where(Standing.ranking_id == ranking.id, Standing.tied > 1, Standing.qualified)
        .group_by(Standing.rank)
    )
    if upto_rank is not None:
        groups = groups.where(Standing.rank <= upto_rank)
    group = groups.subquery()
    decided = sa.and_(TieDecision.ranking_id == ranking.id, TieDecision.rank == group.c.rank)
    rows = ctx.session.execute(
        sa.select(group.c.rank, group.c.persons, TieDecision).outerjoin(TieDecision, decided).order_by(group.c.rank)
    )
    return [TiedGroup(rank, persons, decision) for rank, persons, decision in rows]


def tied_rows(ctx: Context, *, ranking: Ranking, rank: int) -> Sequence[StandingRow]:
    """Return all who share a rank, as decided or in the order of their names (one statement)."""
    rows = ctx.session.execute(
        sa.select(Standing, Enrolment)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking.id, Standing.rank == rank)
        .order_by(*_ORDER)
    )
    return [StandingRow(standing, enrolment) for standing, enrolment in rows]


def tied_codes(ctx: Context, *, ranking: Ranking, rank: int) -> dict[int, str]:
    """Return the contest numbers of all who share a rank, by enrolment (one statement)."""
    rows = ctx.session.execute(
        sa.select(Enrolment.id, Enrolment.code)
        .join(Standing, Standing.enrolment_id == Enrolment.id)
        .where(Standing.ranking_id == ranking.id, Standing.rank == rank)
    )
    return {enrolment_id: code for enrolment_id, code in rows}  # noqa: C416 - rows are Row objects, not tuples


def unit_figures(ctx: Context, *, ranking: Ranking) -> Sequence[UnitFigures]:
    """Return what each unit with anybody in the ranking, or anybody entitled, reached (one statement).

    Persons count in the unit frozen at their enrolment. The order is that of the units' names.
    """
    reached = (
        sa.select(
            Enrolment.unit_id,
            sa.func.count().label("persons"),
            sa.func.sum(Standing.entries).label("entries"),
            sa.func.sum(Standing.score).label("score_sum"),
        )
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking.id)
        .group_by(Enrolment.unit_id)
        .subquery()
    )
    entitled = (
        sa.select(Headcount.unit_id, sa.func.sum(Headcount.number).label("number"))
        .where(Headcount.campaign_id == ranking.campaign_id)
        .group_by(Headcount.unit_id)
        .subquery()
    )
    rows = ctx.session.execute(
        sa.select(
            Unit.id, Unit.name, Unit.block, reached.c.persons, reached.c.entries, reached.c.score_sum, entitled.c.number
        )
        .outerjoin(reached, reached.c.unit_id == Unit.id)
        .outerjoin(entitled, entitled.c.unit_id == Unit.id)
        .where(sa.or_(reached.c.persons.is_not(None), entitled.c.number.is_not(None)))
        .order_by(Unit.name_sort, Unit.code)
    )
    return [
        UnitFigures(
            unit_id=unit_id,
            unit_name=name,
            block=block,
            persons=persons or 0,
            entries=int(entries or 0),
            # PostgreSQL sums integers of 64 bits into a decimal.
            score_sum=int(score_sum or 0),
            headcount=None if number is None else int(number),
        )
        for unit_id, name, block, persons, entries, score_sum, number in rows
    ]


def excluded_entries(ctx: Context, *, campaign_id: int) -> Sequence[Excluded]:
    """Return everybody whose entries do not count, with the reason, in the order of names (one statement)."""
    last = (
        sa.select(Decision.enrolment_id, sa.func.max(Decision.id).label("id"))
        .where(Decision.campaign_id == campaign_id, Decision.kind == DecisionKind.EXCLUDE)
        .group_by(Decision.enrolment_id)
        .subquery()
    )
    rows = ctx.session.execute(
        sa.select(Enrolment, Decision, User.name)
        .outerjoin(last, last.c.enrolment_id == Enrolment.id)
        .outerjoin(Decision, Decision.id == last.c.id)
        .outerjoin(User, User.id == Decision.decided_by)
        .where(Enrolment.campaign_id == campaign_id, Enrolment.state == EnrolmentState.EXCLUDED)
        .order_by(Enrolment.name_sort, Enrolment.code)
    )
    return [Excluded(enrolment, decision, name or "") for enrolment, decision, name in rows]


def result_set(ctx: Context, *, round_: Phase) -> ResultSet | None:
    """Return what a round's results are at present; None before any were posted."""
    return ctx.session.scalar(
        sa.select(ResultSet).where(ResultSet.phase_id == round_.id).execution_options(populate_existing=True)
    )


def exclusions_changed(ctx: Context, *, ranking: Ranking) -> bool:
    """Tell whether somebody in the ranking is excluded by now, or somebody left out of it counts again."""
    excluded = (
        sa.select(Standing.enrolment_id)
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking.id, Enrolment.state == EnrolmentState.EXCLUDED)
    )
    placed = sa.exists().where(Standing.ranking_id == ranking.id, Standing.enrolment_id == Result.enrolment_id)
    left_out = (
        sa.select(Result.enrolment_id)
        .join(Enrolment, Enrolment.id == Result.enrolment_id)
        .where(Result.phase_id == ranking.phase_id, Enrolment.state == EnrolmentState.ACTIVE, ~placed)
    )
    return bool(ctx.session.scalar(sa.select(sa.or_(excluded.exists(), left_out.exists()))))


@dataclass(frozen=True, slots=True)
class Insider:
    """A person whose entries count though a seat, or what the log shows to have been read, bars from taking part."""

    enrolment: Enrolment
    seated: bool


def insiders(ctx: Context, *, campaign_id: int, ranking: Ranking | None = None) -> Sequence[Insider]:
    """Return who has to be excluded, of a ``ranking`` or of the whole campaign, by contest number (one statement).

    Whoever takes part is shown no questions, and who has seen some cannot join. There are such persons all the same:
    of two accounts that turned out to be one person's, one has read and the other takes part.
    """
    seated = (
        sa.select(Membership.id)
        .join(Committee, Committee.id == Membership.committee_id)
        .where(Committee.campaign_id == campaign_id, Membership.user_id == Enrolment.user_id, barring())
        .exists()
    )
    rows = sa.select(Enrolment, seated).where(
        Enrolment.campaign_id == campaign_id,
        Enrolment.state == EnrolmentState.ACTIVE,
        sa.or_(seated, Enrolment.user_id.in_(readers(ctx, campaign_id=campaign_id))),
    )
    if ranking is not None:
        rows = rows.join(Standing, Standing.enrolment_id == Enrolment.id).where(Standing.ranking_id == ranking.id)
    return [Insider(enrolment, sat) for enrolment, sat in ctx.session.execute(rows.order_by(Enrolment.code))]


def tie_decision(ctx: Context, *, ranking: Ranking, rank: int) -> TieDecision | None:
    """Return the decision on the tie at a rank, or None."""
    return ctx.session.scalar(
        sa.select(TieDecision).where(TieDecision.ranking_id == ranking.id, TieDecision.rank == rank)
    )


def code_after(ctx: Context, *, ranking: Ranking, row: StandingRow) -> str:
    """Return the contest number that follows in the ranking's order. Raises Missing after the last one."""
    mine = (row.standing.rank, row.standing.tie_place or 0, row.enrolment.name_sort, row.enrolment.code)
    found = ctx.session.scalar(
        sa.select(Enrolment.code)
        .join(Standing, Standing.enrolment_id == Enrolment.id)
        .where(Standing.ranking_id == ranking.id, sa.tuple_(*_ORDER) > sa.tuple_(*mine))
        .order_by(*_ORDER)
        .limit(1)
    )
    if found is None:
        raise Missing(T("Nobody follows in this ranking."))
    return found
