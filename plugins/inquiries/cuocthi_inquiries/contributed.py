"""What inquiries contribute to the pages of the core, to the rules and to publications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, url_for

from cuocthi.contributions import Column, Duty, NavItem, Panel, PublicationSection, RuleClause
from cuocthi.rules.markdown import to_html
from cuocthi.text import TN, T
from cuocthi.web import formats
from cuocthi_inquiries import contributed_complaints, queries
from cuocthi_inquiries.models import StatementKind
from cuocthi_inquiries.words import STATES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_inquiries.models import Statement

_SHOWN = 4
#: In the languages a campaign can be held in: content of the campaign, not of the interface.
_WORDS = {
    "vi": {
        "faq": "Hỏi đáp về Cuộc thi",
        "question": "Câu hỏi",
        "answer": "Trả lời",
        "corrections": "Thông tin chính thức",
        "day": "Ngày",
        "subject": "Nội dung",
        "content": "Thông tin của Ban Tổ chức",
    },
    "en": {
        "faq": "Questions and answers",
        "question": "Question",
        "answer": "Answer",
        "corrections": "Official information",
        "day": "Day",
        "subject": "Subject",
        "content": "What the organising committee states",
    },
}


def navigation(ctx: Context, campaign: Campaign) -> list[NavItem]:
    """Return the link to the staff's pages; the badge counts the questions that wait."""
    number, _overdue = queries.waiting(ctx, campaign_id=campaign.id)
    url = url_for("inquiries.listing", slug=campaign.slug) if has_request_context() else ""
    questions = NavItem("inquiries", T("Questions and answers"), url, "inquiries:question:view", 44, number)
    return [questions, *contributed_complaints.navigation(ctx, campaign)]


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return that questions wait for an answer, for each committee to which some were passed on."""
    slugs = {campaign.id: campaign.slug for campaign in campaigns}
    waiting = queries.waiting_by_committee(ctx, campaign_ids=list(slugs))
    return [
        Duty(
            f"answer-{committee}",
            campaign_id,
            TN("Answer %(count)s question", "Answer %(count)s questions", number),
            "inquiries:question:answer",
            TN("%(count)s answer is late", "%(count)s answers are late", overdue) if overdue else None,
            url_for("inquiries.listing", slug=slugs[campaign_id], committee=committee) if has_request_context() else "",
            committee=committee,
            late=overdue > 0,
            order=20,
        )
        for campaign_id, committee, number, overdue in waiting
    ] + contributed_complaints.duties(ctx, campaigns)


def panels(ctx: Context, campaign: Campaign, slot: str) -> list[Panel]:
    """Return the way to ask and the first answers on the campaign's page, what waits on the staff's overview, on a
    person's page what that person asked, and beside the hours for objections where the rest of it is set.
    """
    if slot == "campaign":
        faq, corrections = (
            queries.statements(ctx, campaign_id=campaign.id, kind=kind, published=True) for kind in StatementKind
        )
        values = {"faq": faq[:_SHOWN], "more": len(faq) > _SHOWN, "corrections": corrections[-_SHOWN:][::-1]}
        return [Panel("inquiries", T("Questions and answers"), "inquiries/_campaign_panel.html", values, order=60)]
    if slot == "person" and ctx.actor.user_id is not None:
        asked = queries.inquiries_of(ctx, campaign_id=campaign.id, user_id=ctx.actor.user_id)
        values = {"inquiries": [(one, to_html(one.reply)) for one in asked], "states": STATES}
        questions = Panel("inquiries", T("My questions"), "inquiries/_person_panel.html", values, order=60)
        return [questions, *contributed_complaints.own_panel(ctx, campaign)]
    if slot == "objections":
        return contributed_complaints.objections_panel(ctx, campaign)
    if slot == "ranking_rules":
        return contributed_complaints.ranking_rules_panel(ctx, campaign)
    return _overview(ctx, campaign) if slot == "overview" else []


def _overview(ctx: Context, campaign: Campaign) -> list[Panel]:
    number, overdue = queries.waiting(ctx, campaign_id=campaign.id)
    if not number:
        return []
    values = {
        "number": number,
        "overdue": overdue,
        "first": queries.longest_waiting(ctx, campaign_id=campaign.id, limit=_SHOWN),
        "committees": queries.answering_committees(ctx, campaign_id=campaign.id),
    }
    return [Panel("inquiries", T("Questions to the committee"), "inquiries/_overview_panel.html", values, order=30)]


def rule_clauses(ctx: Context, campaign: Campaign, write: Callable[[Text], str]) -> list[RuleClause]:
    """Return the clauses that say how one asks and how one complains, and how long an answer takes."""
    settings = queries.load_inquiry_settings(ctx, campaign=campaign).value
    promise = TN(
        "Questions about the contest are sent to the organising committee on the contest's pages; they are answered "
        "within %(count)s working day.",
        "Questions about the contest are sent to the organising committee on the contest's pages; they are answered "
        "within %(count)s working days.",
        settings.working_days,
    )
    public = T("Answers that concern many people, and official information, are published there.")
    questions = RuleClause(
        "questions", write(T("Questions and answers")), f"{write(promise)} {write(public)}", order=86
    )
    return [*contributed_complaints.rule_clauses(ctx, campaign, write), questions]


def publication_sections(ctx: Context, campaign: Campaign) -> list[PublicationSection]:
    """Return what the committee said in public, beside the documents of a publication."""
    words, language = _WORDS.get(campaign.language, _WORDS["en"]), campaign.language
    faq, corrections = (
        queries.statements(ctx, campaign_id=campaign.id, kind=kind, published=True) for kind in StatementKind
    )
    dated = [(formats.day(one.published_at, language), one.heading, _plain(one)) for one in corrections]
    answered = [(one.heading, _plain(one)) for one in faq]
    tables: tuple[tuple[str, Sequence[str], Sequence[Sequence[str]]], ...] = (
        ("corrections", ("day", "subject", "content"), dated),
        ("faq", ("question", "answer"), answered),
    )
    return [
        PublicationSection(key, words[key], [Column(name, words[name]) for name in names], rows, page="documents")
        for key, names, rows in tables
        if rows
    ]


def _plain(statement: Statement) -> str:
    """Return a statement's text without its marks."""
    return to_html(statement.body).striptags()
