"""Rankings: built from results, submitted, and adopted by two persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.settings import load_settings
from cuocthi.contributions import Act, Blocker
from cuocthi.database import sort_in_memory
from cuocthi.digest import digest
from cuocthi.errors import Blocked, Conflict
from cuocthi.standings import composition, lots, queries
from cuocthi.standings.confirmations import DECIDING, NEEDED, confirm, hold
from cuocthi.standings.criteria import RULES_OWNER, Counted, RankingRules, kept_criteria, measures_of, resolve
from cuocthi.standings.integrity import (
    ADOPTED,
    CONFIRMED,
    SUBJECT,
    adoption_digest,
    check_intact,
    digest_of_standings,
)
from cuocthi.standings.means import scaled
from cuocthi.standings.models import Ranking, RankingState, ResultSet, Standing, TieDecision
from cuocthi.standings.placing import KEYS, keyed_entries, place_all
from cuocthi.standings.provisional import objections_until
from cuocthi.standings.results import lock_result_set
from cuocthi.text import T, Until
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.text import Text

__all__ = [
    "ADOPTED",
    "SUBJECT",
    "adopt_ranking",
    "adoption_blockers",
    "adoption_digest",
    "build_ranking",
    "changes_since",
    "rank_results",
    "results_digest_of",
    "stale_reasons",
    "submit_ranking",
]


# --- building -------------------------------------------------------------------------------------------------------


def build_ranking(ctx: Context, *, campaign: Campaign, round_: Phase) -> Ranking:
    """Make a new draft of a round's ranking from its results; a draft that nobody submitted is replaced.

    The round's format is asked first to grade and post what it has. Excluded enrolments are left out; lots that were
    drawn go on where the same persons are still equal. Raises InvalidData if the round's rules cannot be used.
    """
    ctx.hooks.notify(ctx, campaign, "refresh_results", only=round_.source, round_=round_)
    earlier = queries.latest_ranking(ctx, round_=round_)
    ranking = rank_results(ctx, campaign=campaign, round_=round_, number=_next_number(ctx, earlier))
    if earlier is not None and earlier.state is RankingState.DRAFT:
        _drop_draft(ctx, earlier)
    ctx.session.flush()
    lots.order_ties(ctx, ranking=ranking)
    words = _named(ctx, ranking)
    _record(ctx, ranking, "core:ranking:build", T("Built version %(number)s of the ranking of “%(round)s”", **words))
    return ranking


def rank_results(ctx: Context, *, campaign: Campaign, round_: Phase, number: int) -> Ranking:
    """Rank the results that are posted, as the draft of this ``number``; nothing else is asked or put on record.

    Raises InvalidData if the round's rules cannot be used.
    """
    results = lock_result_set(ctx, round_=round_)
    rules = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, round_=round_)
    criteria = resolve(rules.value, measures_of(ctx, source=round_.source))
    if rules.value.counted is Counted.MEAN:
        entries = keyed_entries(round_.id, criteria)
        criteria = scaled(ctx, entries=entries, named=list(zip(KEYS, criteria, strict=False)))
    ranking = Ranking(
        campaign_id=campaign.id,
        phase_id=round_.id,
        number=number,
        state=RankingState.DRAFT,
        criteria=kept_criteria(criteria, rules.value.counted),
        settings_version_id=rules.version_id,
        persons=0,
        entries=0,
        results_digest=results_digest_of(results),
        digest="",
        created_at=ctx.now,
        made_of=composition.made_of(ctx, campaign=campaign, round_=round_),
    )
    ctx.session.add(ranking)
    ctx.session.flush()
    sort_in_memory(ctx.session)
    several = results.results > results.persons
    placing = place_all(
        ranking_id=ranking.id,
        phase_id=round_.id,
        criteria=criteria,
        counted=rules.value.counted,
        several=several,
    )
    ctx.session.execute(placing)
    ranking.persons = _in_ranking(ctx, ranking, sa.func.count())
    ranking.entries = _in_ranking(ctx, ranking, sa.func.sum(Standing.entries)) if several else ranking.persons
    ranking.digest = digest_of_standings(ctx, ranking=ranking)
    return ranking


def _next_number(ctx: Context, earlier: Ranking | None) -> int:
    if earlier is None:
        return 1
    if earlier.state is not RankingState.DRAFT:
        return earlier.number + 1
    # The draft hands its number on and leaves once the next one is there.
    number = earlier.number
    earlier.number = -number
    ctx.session.flush()
    return number


def _drop_draft(ctx: Context, draft: Ranking) -> None:
    ctx.session.execute(sa.delete(TieDecision).where(TieDecision.ranking_id == draft.id))
    ctx.session.execute(sa.delete(Standing).where(Standing.ranking_id == draft.id))
    ctx.session.delete(draft)
    ctx.session.flush()


def _in_ranking(ctx: Context, ranking: Ranking, number: sa.ColumnElement[int]) -> int:
    # PostgreSQL sums integers of 64 bits into a decimal.
    of_ranking = sa.select(number).select_from(Standing).where(Standing.ranking_id == ranking.id)
    return int(ctx.session.scalar(of_ranking) or 0)


def results_digest_of(results: ResultSet | None) -> str:
    """Return the digest that says which results a ranking was made of; ``results`` is what is posted of the round."""
    return digest([] if results is None else [results.results_digest, results.measures_digest])


# --- whether it still holds -----------------------------------------------------------------------------------------


def stale_reasons(ctx: Context, *, campaign: Campaign, round_: Phase, ranking: Ranking) -> list[Text]:
    """Return everything that has changed since a ranking was built; an empty list if nothing has."""
    reasons: list[Text] = []
    if ranking.results_digest != results_digest_of(queries.result_set(ctx, round_=round_)):
        reasons.append(T("Results have changed since this ranking was built. Please build it again."))
    if queries.exclusions_changed(ctx, ranking=ranking):
        reasons.append(
            T("Somebody was excluded or restored since this ranking was built. Please build it again."),
        )
    rules = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, round_=round_)
    if rules.version_id != ranking.settings_version_id:
        reasons.append(T("The ranking rules have changed since this ranking was built. Please build it again."))
    return reasons + composition.overtaken_versions(ctx, ranking=ranking)


def changes_since(ctx: Context, *, round_: Phase, ranking: Ranking) -> list[Text]:
    """Return in words for everybody what has changed of what an adopted ranking rests on; it stays as it is.

    Who was excluded since is not among it: that is said with the next version. Some statements, whatever its length.
    """
    reasons = composition.overtaken_versions(ctx, ranking=ranking)
    if ranking.results_digest != results_digest_of(queries.result_set(ctx, round_=round_)):
        reasons.append(T("Entries have been marked anew, or came in, since it was adopted."))
    return reasons


def adoption_blockers(ctx: Context, *, campaign: Campaign, round_: Phase, ranking: Ranking) -> list[Text]:
    """Return every reason why a ranking cannot be adopted now: the core's own and those of the plugins' gates."""
    reasons: list[Text] = []
    if ctx.now < round_.closes_at:
        reasons.append(
            T("The round “%(round)s” has not closed: it closes at %(when)s.", round=round_.title, when=round_.closes_at)
        )
    elif ctx.now < round_.over_at:
        reasons.append(
            T(
                "Entries of “%(round)s” to which an incident granted more time may be open until %(when)s.",
                round=round_.title,
                when=round_.over_at,
            )
        )
    if ranking.state is RankingState.DRAFT:
        reasons.append(T("This ranking is a draft; it has to be submitted first."))
    elif ranking.state is not RankingState.PROVISIONAL:
        reasons.append(T("This version of the ranking is adopted or superseded already."))
    newest = queries.latest_ranking(ctx, round_=round_)
    if newest is not None and newest.number > ranking.number:
        reasons.append(T("There is a newer version of this ranking: number %(number)s.", number=newest.number))
    if round_.source not in campaign.plugins:
        reasons.append(T("The contest format “%(source)s” of this round is not enabled.", source=round_.source))
    if ranking.state is RankingState.PROVISIONAL and ranking.objections_until and ctx.now < ranking.objections_until:
        reasons.append(
            T(
                "People may object to this ranking until %(when)s; it can be adopted then.",
                when=Until(ranking.objections_until),
            )
        )
    reasons += composition.not_adopted(ctx, campaign=campaign, round_=round_)
    reasons += stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
    reasons += lots.lot_blockers(ctx, ranking=ranking)
    reasons += [_out_of_place(one) for one in queries.insiders(ctx, campaign_id=campaign.id, ranking=ranking)]
    gates = ctx.hooks.collect(ctx, campaign, "act_blockers", Blocker, act=Act.ADOPT_RANKING, round_=round_)
    return reasons + [blocker.reason for blocker in gates]


def _out_of_place(insider: queries.Insider) -> Text:
    who = {"name": insider.enrolment.name, "code": insider.enrolment.code}
    if insider.seated:
        return T("%(name)s (%(code)s) sits or sat on a committee; the entry has to be excluded.", **who)
    return T("%(name)s (%(code)s) knows questions according to the log; the entry has to be excluded.", **who)


# --- the way to adoption --------------------------------------------------------------------------------------------


def submit_ranking(ctx: Context, *, ranking: Ranking) -> None:
    """Make a draft provisional: from here it stays as it is. An earlier provisional version is superseded.

    Where its rules leave people time to object it is public from now on, and the time begins anew with each version.
    Raises Conflict if it is not a draft any more, Blocked for one that may not be made public yet.
    """
    until = objections_until(ctx, ranking=ranking)
    if until is not None and ranking.state is RankingState.DRAFT:
        _refuse_unfit_for_public(ctx, ranking)
    moments = {"submitted_at": ctx.now, "objections_until": until}
    _move(ctx, ranking, RankingState.DRAFT, RankingState.PROVISIONAL, **moments)
    _supersede(ctx, ranking, RankingState.PROVISIONAL)
    summary = T("Submitted version %(number)s of the ranking of “%(round)s” for adoption", **_named(ctx, ranking))
    _record(ctx, ranking, "core:ranking:submit", summary)


def _refuse_unfit_for_public(ctx: Context, ranking: Ranking) -> None:
    campaign, round_ = ctx.session.get_one(Campaign, ranking.campaign_id), ctx.session.get_one(Phase, ranking.phase_id)
    reasons = stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
    if ctx.now < round_.over_at:
        # Who still writes must not learn how the others stand.
        words = {"round": round_.title, "when": round_.over_at}
        reasons.append(T("Entries of “%(round)s” may be open until %(when)s; nothing is shown before.", **words))
    if reasons:
        raise Blocked(T("This ranking cannot be made public yet."), reasons)


def adopt_ranking(ctx: Context, *, ranking: Ranking) -> int:
    """Confirm the adoption of a ranking; with the second person's confirmation it is adopted.

    The version adopted before is superseded. Returns the number of persons who have confirmed; who was discharged since
    is not among them. Raises Blocked with every reason against it or if the ranking is not what was built and confirmed
    (:func:`cuocthi.standings.integrity.check_intact`), Forbidden without a person and for a second signature of
    whoever opened a lot of this ranking, Conflict if this person has confirmed already or somebody else moved the
    ranking on.
    """
    campaign = ctx.session.get_one(Campaign, ranking.campaign_id)
    round_ = ctx.session.get_one(Phase, ranking.phase_id)
    hold(ctx, campaign_id=campaign.id)
    lock_result_set(ctx, round_=round_)
    ctx.session.refresh(ranking)
    reasons = adoption_blockers(ctx, campaign=campaign, round_=round_, ranking=ranking)
    if reasons:
        raise Blocked(T("This ranking cannot be adopted yet."), reasons)
    number = confirm(
        ctx,
        campaign=campaign,
        subject=SUBJECT,
        subject_id=ranking.id,
        digest=adoption_digest(ctx, ranking=ranking),
        roles=DECIDING,
    )
    if number >= NEEDED:
        lots.refuse_recorder(ctx, ranking=ranking)
    # After the own confirmation, so that it is compared with the rows as well.
    check_intact(ctx, ranking=ranking)
    agreed = {CONFIRMED: adoption_digest(ctx, ranking=ranking)}
    words = _named(ctx, ranking)
    summary = T("Confirmed version %(number)s of the ranking of “%(round)s”", **words)
    _record(ctx, ranking, "core:ranking:confirm", summary, **agreed)
    if number >= NEEDED:
        _supersede(ctx, ranking, RankingState.ADOPTED)
        _move(ctx, ranking, RankingState.PROVISIONAL, RankingState.ADOPTED, adopted_at=ctx.now)
        campaign.version += 1
        summary = T("Adopted version %(number)s of the ranking of “%(round)s”", **words)
        _record(ctx, ranking, ADOPTED, summary, **agreed)
    return number


def _move(ctx: Context, ranking: Ranking, old: RankingState, new: RankingState, **values: object) -> None:
    """Move a ranking on if it still is in its old state; of two who try, one succeeds."""
    ctx.session.flush()
    moved = ctx.session.execute(
        sa.update(Ranking).where(Ranking.id == ranking.id, Ranking.state == old).values(state=new, **values),
        execution_options={"synchronize_session": False},
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE has it
        raise Conflict(T("Somebody else has changed this ranking in the meantime. Please load the page again."))
    ctx.session.refresh(ranking)


def _supersede(ctx: Context, ranking: Ranking, state: RankingState) -> None:
    """Let the other version of the round that is in this state give way."""
    ctx.session.execute(
        sa.update(Ranking)
        .where(Ranking.phase_id == ranking.phase_id, Ranking.state == state, Ranking.id != ranking.id)
        .values(state=RankingState.SUPERSEDED),
        execution_options={"synchronize_session": "fetch"},
    )


def _named(ctx: Context, ranking: Ranking) -> dict[str, object]:
    return {"number": ranking.number, "round": ctx.session.get_one(Phase, ranking.phase_id).title}


def _record(ctx: Context, ranking: Ranking, action: str, summary: Text, **more: str) -> None:
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=ctx.session.get_one(Campaign, ranking.campaign_id),
        object_kind="ranking",
        object_id=ranking.id,
        after={"state": ranking.state, "digest": ranking.digest, **more},
    )
