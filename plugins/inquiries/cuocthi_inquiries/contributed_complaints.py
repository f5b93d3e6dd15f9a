"""What complaints contribute to the pages of the core and to the rules, and how they hold adoptions up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import has_app_context, has_request_context, url_for

from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.contributions import Act, Blocker, Duty, NavGroup, NavItem, Panel, RuleClause
from cuocthi.errors import Missing
from cuocthi.files.domain import read
from cuocthi.standings.composition import rounds_behind
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.text import TN, T
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import registry
from cuocthi_inquiries import complaint_queries
from cuocthi_inquiries.queries import load_inquiry_settings
from cuocthi_inquiries.words import COMPLAINT_STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.files.models import StoredFile
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

#: How many numbers of complaints a refusal names.
_NAMED = 5
#: What was sent in time may still be on its way so long; nothing is adopted meanwhile.
GRACE = timedelta(minutes=1)


def navigation(ctx: Context, campaign: Campaign) -> list[NavItem]:
    """Return the link to the complaints; the badge counts those that wait."""
    number = sum(row[3] for row in complaint_queries.waiting_complaints(ctx, campaign_ids=[campaign.id]))
    url = _url("inquiries.complaints", campaign.slug)
    return [NavItem("complaints", T("Complaints"), url, "inquiries:complaint:view", 35, number, NavGroup.RESULTS)]


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return that complaints wait: to be given to somebody, for who has them, and for approval (one statement)."""
    slugs = {campaign.id: campaign.slug for campaign in campaigns}
    found: dict[tuple[int, str, int | None], tuple[int, int]] = {}
    for campaign_id, handler, approval, number, overdue in complaint_queries.waiting_complaints(
        ctx, campaign_ids=list(slugs)
    ):
        key = (campaign_id, "approve", None) if approval else (campaign_id, "handle" if handler else "assign", handler)
        before = found.get(key, (0, 0))
        found[key] = (before[0] + number, before[1] + overdue)
    return [
        Duty(
            f"complaints-{what}-{handler or 0}",
            campaign_id,
            _duty(what, number),
            f"inquiries:complaint:{'approve' if what == 'approve' else 'handle'}",
            TN("%(count)s answer is late", "%(count)s answers are late", overdue) if overdue else None,
            _url("inquiries.complaints", slugs[campaign_id]),
            user_id=handler,
            late=overdue > 0,
            order=18,
        )
        for (campaign_id, what, handler), (number, overdue) in found.items()
    ]


def _duty(what: str, number: int) -> Text:
    if what == "approve":
        return TN("Approve the answer to %(count)s complaint", "Approve the answers to %(count)s complaints", number)
    if what == "assign":
        return TN("Give %(count)s complaint to somebody", "Give %(count)s complaints to somebody", number)
    return TN("Answer %(count)s complaint", "Answer %(count)s complaints", number)


def own_panel(ctx: Context, campaign: Campaign) -> list[Panel]:
    """Return on a person's page what that person complained about, if anything."""
    own = complaint_queries.complaints_of(ctx, campaign_id=campaign.id, user_id=ctx.actor.user_id or 0)
    values = {"complaints": own, "states": COMPLAINT_STATES}
    return [Panel("complaints", T("My complaints"), "inquiries/_own_complaints.html", values, order=58)] if own else []


def objections_panel(ctx: Context, campaign: Campaign) -> list[Panel]:
    """Return on the page of provisional results how one complains, and by when."""
    until = {one.phase_id: one.until for one in complaint_queries.objectionable(ctx, campaign=campaign)}
    settings = load_inquiry_settings(ctx, campaign=campaign).value
    values = {"until": until, "settings": settings}
    return [Panel("complaints", T("How to complain"), "inquiries/_objections_panel.html", values)]


def ranking_rules_panel(ctx: Context, campaign: Campaign) -> list[Panel]:
    """Return, beside the hours for objections to a round, where it is set how complaints are taken beyond them."""
    values = {"settings": load_inquiry_settings(ctx, campaign=campaign).value}
    return [Panel("hours", T("Further hours for complaints"), "inquiries/_ranking_rules_panel.html", values)]


def rule_clauses(ctx: Context, campaign: Campaign, write: Callable[[Text], str]) -> list[RuleClause]:
    """Return the clause that says how one complains; none where the rules leave no time for it."""
    settings = load_inquiry_settings(ctx, campaign=campaign).value
    held = rounds(ctx, campaign_id=campaign.id)
    rankings = settings_by_rounds(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, rounds=held)
    provisional = any(rules.objection_hours for _rounds, rules in rankings)
    if not (provisional or settings.complaint_extra_hours or settings.complaint_award_hours):
        return []
    said = [
        T(
            "Who takes part may complain about a result, a place or an award, of their own or of another contest "
            "number, on the contest's pages with evidence, or in writing to the organising committee."
        )
    ]
    if provisional:
        said.append(T("Complaints come in time while the provisional results are published."))
    if settings.complaint_extra_hours:
        extra = settings.complaint_extra_hours
        said.append(
            TN(
                "They come in time for %(count)s more hour, counted from the adoption where nothing was provisional.",
                "They come in time for %(count)s more hours, counted from the adoption where nothing was provisional.",
                extra,
            )
        )
    if settings.complaint_award_hours:
        hours = settings.complaint_award_hours
        said.append(
            TN(
                "Complaints about awards are taken for %(count)s hour after the awards were adopted.",
                "Complaints about awards are taken for %(count)s hours after the awards were adopted.",
                hours,
            )
        )
    said.append(
        T("What comes later is taken and marked as late.")
        if settings.complaint_late
        else T("What comes later is not taken.")
    )
    said.append(
        TN(
            "Each complaint gets a number and a written answer within %(count)s working day.",
            "Each complaint gets a number and a written answer within %(count)s working days.",
            settings.complaint_working_days,
        )
    )
    said.append(T("Results and awards are not adopted while a complaint is open that touches a candidate for a prize."))
    body = " ".join(write(text) for text in said)
    return [RuleClause("complaints", write(T("Complaints")), body, order=82)]


def blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> list[Blocker]:
    """Return what stands against adopting a ranking or awards: open complaints, and the time for more of them.

    Each open complaint about the round, or about one whose ranking counts in its own, does, but those of which two
    persons have declared that they touch no candidate. Who may be touched by the others is not asked of a machine.
    """
    if act not in {Act.ADOPT_RANKING, Act.ADOPT_AWARDS}:
        return []
    found: list[Blocker] = []
    url = _url("inquiries.complaints", campaign.slug)
    behind = rounds_behind(ctx, campaign=campaign, round_=round_) if round_ else None
    ids = None if behind is None else [one.id for one in behind]
    held = complaint_queries.holding_up(ctx, campaign_id=campaign.id, phase_ids=ids)
    if held:
        numbers = ", ".join([one.name for one in held[:_NAMED]] + (["…"] if len(held) > _NAMED else []))
        reason = TN(
            "%(count)s complaint is open that may touch a candidate: %(numbers)s.",
            "%(count)s complaints are open that may touch a candidate: %(numbers)s.",
            len(held),
            numbers=numbers,
        )
        found.append(Blocker("complaints", reason, url))
    if act is Act.ADOPT_RANKING and ids is not None:
        until = complaint_queries.waits_until(ctx, campaign=campaign, phase_ids=ids)
        if until is not None and ctx.now < until + GRACE:
            reason = T("Complaints come in time until %(when)s, and may take a minute to arrive.", when=until)
            found.append(Blocker("complaints-time", reason, url))
    return found


def content(stored: StoredFile) -> bytes | None:
    """Return what is in a file of a complaint, None where nothing can be read of it."""
    if not has_app_context():
        return None
    try:
        return read(registry().config.files, stored)
    except Missing:
        return None


def _url(endpoint: str, slug: str) -> str:
    return url_for(endpoint, slug=slug) if has_request_context() else ""
