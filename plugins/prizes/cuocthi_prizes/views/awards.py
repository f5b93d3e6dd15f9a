"""The award lists: how each stands, drawing one up, confirming it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError, Missing
from cuocthi.papers.words import amount_in_words
from cuocthi.standings.confirmations import confirmations
from cuocthi.standings.evidence import evidence_of
from cuocthi.standings.models import Ranking
from cuocthi.text import T, unpack
from cuocthi.timelines.models import Phase
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_prizes.acts.queries import finalities
from cuocthi_prizes.domain import award_lists
from cuocthi_prizes.domain.awarded import all_awarded, awarded_named
from cuocthi_prizes.domain.changes import changed_under, changes, given_by, individually_given_by, would_be_given
from cuocthi_prizes.domain.proposals import propose
from cuocthi_prizes.forms import StatementForm
from cuocthi_prizes.models import AwardList, AwardListState
from cuocthi_prizes.queries import (
    SUBJECT,
    adopted_list,
    draft_list,
    list_numbered,
    lists_in,
    names_of,
    predecessor,
    versions,
)
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import Evidence
    from cuocthi.text import Text
    from cuocthi_prizes.domain.awarded import Awarded
    from cuocthi_prizes.domain.proposals import Proposal

VIEW, ADOPT = "prizes:awards:view", "prizes:awards:adopt"
#: How many awards a page shows of a long list.
SHOWN = 500


@dataclass(frozen=True, slots=True)
class Row:
    """How the list of a set in a round stands: its draft and its adopted version, where there are any.

    ``set_title`` and ``round_title`` name it; ``part`` are the keys that its page is found by, None for a list of
    something that the scheme awards no more.
    """

    set_title: str
    round_title: str
    part: tuple[str, str] | None
    draft: AwardList | None
    adopted: AwardList | None
    ranked: bool
    final: bool


@blueprint.page("/awards", permission=VIEW)
def awards() -> Response:
    """Show how the lists stand; where there is one alone, or one is asked for by set and round, that list."""
    return _page(StatementForm(), request.args.get("set", ""), request.args.get("round", ""))


@blueprint.page("/awards", endpoint="draw_up", permission=ADOPT, methods=["POST"])
def draw_up() -> AnyResponse:
    """Draw up a new list from the adopted ranking."""
    form = StatementForm()
    set_key, round_key = form.set_key.data or "", form.round_key.data or ""
    try:
        with committing() as ctx:
            of = awarded_named(ctx, campaign=g.campaign, set_key=set_key, round_key=round_key)
            statement = form.statement.data or ""
            made = award_lists.draw_up(ctx, campaign=g.campaign, of=of, statement=statement)
            left_out = bool(made.remarks)
    except DomainError as error:
        attach_error(form, error)
        return _page(form, set_key, round_key, status=422)
    flash(_("Award list %(number)s is drawn up. Two persons have to confirm it.", number=made.number), "ok")
    if left_out:
        flash(_("Not all collective prizes of the former list could be taken over; the list says which."), "warn")
    return redirect(url_for(".awards", slug=g.campaign.slug, set=set_key or None, round=round_key or None))


@blueprint.page("/awards/<int:number>", permission=VIEW)
def version(number: int) -> Response:
    """Show one list, whatever its state."""
    ctx = reading_context()
    award_list = numbered(ctx, number)
    if award_list.is_draft:
        of = next((one for one in all_awarded(ctx, campaign=g.campaign) if one.part == _part(award_list)), None)
        if of is not None:
            return _list_page(ctx, StatementForm(), of)
    differs = changed_under(ctx, campaign=g.campaign, award_list=award_list)
    return render("prizes/version.html", differs=differs, **_list_values(ctx, award_list))


@blueprint.page("/awards/<int:number>/confirm", permission=ADOPT, methods=["POST"])
def confirm(number: int) -> AnyResponse:
    """Confirm a draft as one of the two persons who adopt it."""
    with committing() as ctx:
        seen = request.form.get("digest", "")
        confirmed = award_lists.adopt(ctx, campaign=g.campaign, number=number, digest=seen, vault=registry().vault)
    if confirmed.is_draft:
        flash(_("You have confirmed the list. It is adopted as soon as a second person confirms it."), "ok")
    else:
        flash(_("Award list %(number)s is adopted. It can no longer be changed.", number=number), "ok")
    return redirect(url_for(".version", slug=g.campaign.slug, number=number))


def numbered(ctx: Context, number: int) -> AwardList:
    """Return the list with this number. Raises Missing."""
    found = list_numbered(ctx, campaign_id=g.campaign.id, number=number)
    if found is None:
        raise Missing(T("There is no award list %(number)s.", number=number))
    return found


def _part(award_list: AwardList) -> tuple[str, int]:
    return award_list.set_key, award_list.phase_id


def _page(form: StatementForm, set_key: str, round_key: str, status: int = 200) -> Response:
    ctx = reading_context()
    everything = all_awarded(ctx, campaign=g.campaign)
    rows = _rows(ctx, everything)
    if set_key or round_key:
        return _list_page(
            ctx, form, awarded_named(ctx, campaign=g.campaign, set_key=set_key, round_key=round_key), status
        )
    if len(everything) == 1 and len(rows) == 1:
        return _list_page(ctx, form, everything[0], status)
    return render("prizes/lists.html", status=status, rows=rows, form=form)


def _rows(ctx: Context, everything: list[Awarded]) -> list[Row]:
    ids = [g.campaign.id]
    drafts, adopted = (
        {_part(found): found for found in lists_in(ctx, campaign_ids=ids, state=state)}
        for state in (AwardListState.DRAFT, AwardListState.ADOPTED)
    )
    final = finalities(ctx, list_ids=[found.id for found in adopted.values()])
    rows = [
        Row(
            of.prize_set.title,
            of.round_.title,
            (of.prize_set.key, of.round_.key),
            drafts.get(of.part),
            adopted.get(of.part),
            of.ranking(ctx) is not None,
            of.part in adopted and adopted[of.part].id in final,
        )
        for of in everything
    ]
    known = {of.part for of in everything}
    titles = {round_.id: round_.title for round_ in rounds(ctx, campaign_id=g.campaign.id)}
    left = [found for part, found in {**drafts, **adopted}.items() if part not in known]
    return rows + [
        Row(
            found.set_title,
            titles.get(found.phase_id, ""),
            None,
            drafts.get(_part(found)),
            adopted.get(_part(found)),
            True,
            _part(found) in adopted and adopted[_part(found)].id in final,
        )
        for found in left
    ]


def _list_page(ctx: Context, form: StatementForm, of: Awarded, status: int = 200) -> Response:
    draft = draft_list(ctx, campaign_id=g.campaign.id, part=of.part)
    adopted = adopted_list(ctx, campaign_id=g.campaign.id, part=of.part)
    proposal = propose(ctx, campaign=g.campaign, of=of)
    form.set_key.data, form.round_key.data = of.prize_set.key, of.round_.key
    if proposal.names_nobody and adopted is None:
        form.ask_why_nobody()
    obstacles = _obstacles(ctx, draft) if draft else []
    return render(
        "prizes/awards.html",
        status=status,
        form=form,
        of=of,
        several=len(all_awarded(ctx, campaign=g.campaign)) > 1,
        proposal=proposal,
        adopted=adopted,
        obstacles=obstacles,
        outdated=_outdated(adopted, proposal),
        differs=changed_under(ctx, campaign=g.campaign, award_list=adopted) if adopted else [],
        **_list_values(ctx, draft or adopted),
    )


def _obstacles(ctx: Context, draft: AwardList) -> list[Text]:
    return award_lists.adoption_obstacles(ctx, campaign=g.campaign, award_list=draft, vault=registry().vault)


def _outdated(adopted: AwardList | None, proposal: Proposal) -> list[Text] | None:
    """Return what a list made of the present ranking would change, None where the adopted list is made of it."""
    if adopted is None or proposal.ranking is None or proposal.ranking.id == adopted.ranking_id:
        return None
    return changes(individually_given_by(adopted), would_be_given(proposal.awards.allocation.places))


def _list_values(ctx: Context, award_list: AwardList | None) -> dict[str, Any]:
    """Return what the templates show of a list: its versions, its confirmations, what it changed."""
    if award_list is None:
        return {"award_list": None, "versions": []}
    former = predecessor(ctx, award_list=award_list)
    given = confirmations(ctx, subject=SUBJECT, subject_id=award_list.id)
    return {
        "award_list": award_list,
        "versions": versions(ctx, campaign_id=g.campaign.id, part=_part(award_list)),
        "round_title": ctx.session.get_one(Phase, award_list.phase_id).title,
        "shown": SHOWN,
        "names": names_of(ctx, enrolment_ids=[one.enrolment_id for one in award_list.passed_over]),
        "remarks": [unpack(kept) for kept in award_list.remarks],
        "former": former,
        "changes": changes(given_by(former), given_by(award_list)) if former else [],
        "confirmations": given,
        "named": finalities(ctx, list_ids=[award_list.id]).get(award_list.id, []),
        "confirmed_by_me": ctx.actor.user_id in {confirmation.user_id for confirmation, _name in given},
        "total_in_words": amount_in_words(award_list.total_value),
        "evidence": _evidence(ctx, award_list) if award_list.is_draft else {},
    }


def _evidence(ctx: Context, award_list: AwardList) -> dict[int, list[Evidence]]:
    """Return what the plugins know about the entries of those whom a draft names."""
    ranking = ctx.session.get_one(Ranking, award_list.ranking_id)
    return evidence_of(
        ctx,
        campaign=g.campaign,
        round_=ctx.session.get_one(Phase, ranking.phase_id),
        enrolment_ids=[award.enrolment_id for award in (*award_list.by_rank[:SHOWN], *award_list.by_hand)],
        held=g.permissions,
    )
