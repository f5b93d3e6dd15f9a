"""Who may take part in a round that is only for the best of another one (:class:`Admission`).

The adopted ranking of that round decides, as it stands when somebody begins: a version that is adopted later admits
others, and who has begun by then goes on. Only the contest format knows who has begun, so it says so wherever it asks.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.settings import load_settings, settings_by_rounds
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Forbidden
from cuocthi.standings.composition import rounds_behind
from cuocthi.standings.criteria import RULES_OWNER, WHOLE, Admission, RankingRules, Within
from cuocthi.standings.models import Ranking, Standing
from cuocthi.standings.queries import adopted_ranking
from cuocthi.text import T
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phases, rounds

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

#: By what people of one division or unit are told from others.
_PARTS: dict[Within, Any] = {Within.DIVISION: Enrolment.division_id, Within.UNIT: Enrolment.unit_id}


def admission_of(ctx: Context, *, campaign: Campaign, round_: Phase) -> Admission:
    """Return who may take part in a round (one statement)."""
    return load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, round_=round_).value.admission


def check_admitted(ctx: Context, *, campaign: Campaign, round_: Phase, enrolment: Enrolment, begun: bool) -> None:
    """Raise Forbidden, with the reason, for somebody who may not begin in a round (one statement where all may).

    Whoever has ``begun`` in it, by what the contest format keeps, is not asked.
    """
    reason = refusals(
        ctx, campaign=campaign, rounds_=[round_], enrolment=enrolment, begun={round_.id} if begun else ()
    ).get(round_.id)
    if reason is not None:
        raise Forbidden(reason)


def refusals(
    ctx: Context, *, campaign: Campaign, rounds_: Sequence[Phase], enrolment: Enrolment, begun: Collection[int]
) -> dict[int, Text]:
    """Return why somebody may not begin in some of these rounds, by their keys in the database.

    ``begun`` are the keys of those in which the person has begun, by what the contest format keeps: nothing that is
    adopted or set later keeps anybody from going on. One statement where all are open to everybody, and at most four
    for each round that is not.
    """
    ahead = [round_ for round_ in rounds_ if round_.id not in begun]
    by_rounds = settings_by_rounds(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, rounds=ahead)
    limited = [(round_, rules.admission) for held, rules in by_rounds if not rules.admission.is_open for round_ in held]
    known = {one.key: one for one in rounds(ctx, campaign_id=campaign.id)} if limited else {}
    found = ((round_, _refusal(ctx, admission, known.get(admission.of), enrolment)) for round_, admission in limited)
    return {round_.id: reason for round_, reason in found if reason is not None}


def _refusal(ctx: Context, admission: Admission, of: Phase | None, enrolment: Enrolment) -> Text | None:
    ranking = adopted_ranking(ctx, round_=of) if of is not None else None
    if of is None or ranking is None:
        title = of.title if of else admission.of
        return T("Who may take part follows from “%(round)s”, whose ranking is not adopted yet.", round=title)
    own = ctx.session.get(Standing, (ranking.id, enrolment.id))
    if own is None:
        return T("Only the best of “%(round)s” take part; you are not in its ranking.", round=of.title)
    if not own.qualified or not _passed(admission, own):
        return T("Only the best of “%(round)s” take part; you have not reached what it takes.", round=of.title)
    limit = _limit(ctx, admission, ranking, enrolment)
    if limit is not None and _ahead(ctx, admission, ranking, own, enrolment, limit) >= limit:
        return T("Only the best of “%(round)s” take part; your place there is %(rank)s.", round=of.title, rank=own.rank)
    return None


def _passed(admission: Admission, own: Standing) -> bool:
    return own.score * WHOLE >= admission.pass_mark * own.max_score


def _limit(ctx: Context, admission: Admission, ranking: Ranking, enrolment: Enrolment) -> int | None:
    ranked = ranking.persons
    if admission.share and admission.within is not Within.ALL:
        of_part = sa.select(sa.func.count()).where(Standing.ranking_id == ranking.id, *_same_part(admission, enrolment))
        ranked = ctx.session.scalar(of_part.join_from(Standing, Enrolment, Enrolment.id == Standing.enrolment_id)) or 0
    return admission.limit(ranked)


def _ahead(  # noqa: PLR0917 - of this module alone
    ctx: Context, admission: Admission, ranking: Ranking, own: Standing, enrolment: Enrolment, limit: int
) -> int:
    """Return how many stand before somebody; no further than ``limit`` is counted."""
    # A lot's places have gaps where somebody left after it was drawn: they give an order, not a number.
    equal = sa.and_(Standing.rank == own.rank, Standing.tie_place < (own.tie_place or 0))
    if admission.within is Within.ALL:
        before_them = sa.select(sa.func.count()).where(Standing.ranking_id == ranking.id, equal)
        return own.rank - 1 + (ctx.session.scalar(before_them) or 0)
    before = sa.or_(Standing.rank < own.rank, equal)
    some = (
        sa.select(sa.literal(1).label("one"))
        .join_from(Standing, Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking.id, before, *_same_part(admission, enrolment))
        .limit(limit)
        .subquery()
    )
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _same_part(admission: Admission, enrolment: Enrolment) -> list[sa.ColumnElement[bool]]:
    part = _PARTS[admission.within]
    return [part.is_not_distinct_from(getattr(enrolment, part.key))]


def unclear(ctx: Context, *, campaign: Campaign) -> list[Text]:
    """Return what the rounds of a campaign leave unclear about who may take part (two statements)."""
    own = [phase for phase in phases(ctx, campaign_id=campaign.id) if phase.kind is PhaseKind.CONTEST]
    known = {one.key: one for one in own}
    problems: list[Text] = []
    for held, rules in settings_by_rounds(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, rounds=own):
        for round_ in () if rules.admission.is_open else held:
            of = known.get(rules.admission.of)
            words = {"round": round_.title, "other": of.title if of else rules.admission.of}
            if of is None or of is round_:
                problems.append(T("“%(round)s” is for the best of “%(other)s”, which is no other round.", **words))
            elif of.closes_at > round_.opens_at:
                problems.append(T("“%(round)s” is for the best of “%(other)s”, but opens before that closes.", **words))
    return problems


def objected_too_long(ctx: Context, *, campaign: Campaign) -> list[Text]:
    """Return which rounds open before people have had their time to object to the rankings that say who takes part.

    A ranking can be adopted when its round has closed, the rankings it is made of are adopted, and its own time for
    objections is over; what people need to submit and confirm it comes on top of that.
    """
    own = [phase for phase in phases(ctx, campaign_id=campaign.id) if phase.kind is PhaseKind.CONTEST]
    by_rounds = settings_by_rounds(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, rounds=own)
    rules = {round_.id: of_round for held, of_round in by_rounds for round_ in held}
    known = {round_.key: round_ for round_ in own}
    problems: list[Text] = []
    for round_ in own:
        of = known.get(rules[round_.id].admission.of)
        if of is None or of is round_ or of.closes_at > round_.opens_at:
            continue  # who may take part is unclear for another reason
        behind = rounds_behind(ctx, campaign=campaign, round_=of)
        hours = rules[of.id].objection_hours
        counted = [one.closes_at + timedelta(hours=rules[one.id].objection_hours) for one in behind if one is not of]
        adopted = max([of.closes_at, *counted]) + timedelta(hours=hours)
        if adopted > round_.opens_at:
            words = {"round": round_.title, "other": of.title, "opens": round_.opens_at, "adopted": adopted}
            problems.append(
                T(
                    "“%(round)s” opens at %(opens)s, but with the time for objections the ranking of “%(other)s” "
                    "cannot be adopted before %(adopted)s.",
                    **words,
                )
            )
    return problems


def admitted_number(ctx: Context, *, admission: Admission, ranking: Ranking) -> int:
    """Return how many persons a ranking admits (one statement)."""
    found = admitted(admission=admission, ranking=ranking).subquery()
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def admitted(*, admission: Admission, ranking: Ranking) -> sa.Select[int]:
    """Select the enrolments that a ranking admits."""
    part = _PARTS.get(admission.within, sa.null())
    place = sa.func.rank().over(partition_by=part, order_by=(Standing.rank, sa.func.coalesce(Standing.tie_place, 0)))
    ranked = sa.func.count().over(partition_by=part)
    places = (
        sa.select(
            Standing.enrolment_id,
            place.label("place"),
            ranked.label("ranked"),
            sa.and_(Standing.qualified, Standing.score * WHOLE >= Standing.max_score * admission.pass_mark).label(
                "passed"
            ),
        )
        .join_from(Standing, Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id == ranking.id)
        .subquery()
    )
    within = [places.c.place <= admission.best] if admission.best else []
    within += [places.c.place <= places.c.ranked * admission.share // WHOLE] if admission.share else []
    return sa.select(places.c.enrolment_id).where(places.c.passed, *within)
