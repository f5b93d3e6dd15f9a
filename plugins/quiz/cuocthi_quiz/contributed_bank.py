"""What the bank contributes to the core's pages and acts: what waits for somebody, and what stands against opening."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.clock import to_micros
from cuocthi.contributions import Blocker, Column, Duty, PublicationSection, ReadinessItem
from cuocthi.text import TN, T
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain import blueprint, validity
from cuocthi_quiz.queries import issues as issue_queries
from cuocthi_quiz.queries import validity as validity_queries
from cuocthi_quiz.queries.review import Stage, stages_in
from cuocthi_quiz.settings import OWNER, QuizSettings
from cuocthi_quiz.wording import speaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text

    Address = Callable[..., str]


def waiting(ctx: Context, *, campaign: Campaign) -> int:
    """Return how many questions have a draft that is not approved yet."""
    stages = stages_in(ctx, campaign_ids=[campaign.id])
    return sum(number for (_, stage), number in stages.items() if stage not in {Stage.IN_BANK, Stage.FORMER})


def _asked(stage: Stage, number: int) -> tuple[Text, str] | None:
    """Return what somebody has to do with questions at a stage, and with which permission."""
    match stage:
        case Stage.DRAFT:
            return TN("Approve %(count)s question", "Approve %(count)s questions", number), "quiz:question:approve"
        case Stage.ONE_APPROVAL:
            return (
                TN(
                    "Give %(count)s question its second approval",
                    "Give %(count)s questions their second approval",
                    number,
                ),
                "quiz:question:approve",
            )
        case Stage.COMMENTED:
            text = TN("See to the remarks on %(count)s draft", "See to the remarks on %(count)s drafts", number)
            return text, "quiz:question:edit"
        case Stage.SENT_BACK:
            text = TN(
                "Reword %(count)s question that was sent back", "Reword %(count)s questions that were sent back", number
            )
            return text, "quiz:question:edit"
    return None


def duties(ctx: Context, *, campaigns: Sequence[Campaign], address: Address) -> list[Duty]:
    """Return what drafts wait for, in each of these campaigns."""
    slugs = {campaign.id: campaign.slug for campaign in campaigns}
    found = stages_in(ctx, campaign_ids=list(slugs))
    return [
        Duty(
            str(stage),
            campaign_id,
            *asked,
            url=address("quiz.questions", slug=slugs[campaign_id], state=stage),
            order=30,
        )
        for (campaign_id, stage), number in found.items()
        if (asked := _asked(stage, number))
    ]


def _bank_problems(ctx: Context, campaign: Campaign) -> list[Text]:
    """Say what the bank lacks, once for all rounds that are held alike: of the first of them."""
    own = rounds(ctx, campaign_id=campaign.id, source=OWNER)
    alike = settings_by_rounds(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, rounds=own)
    first = [held[0] for held, _ in alike]
    previews = [found for round_ in first for found in blueprint.previews(ctx, campaign=campaign, round_=round_)]
    return [problem for preview in previews for problem in preview.problems]


def _to_review(ctx: Context, campaign: Campaign, *, to_the_end: bool = False) -> tuple[int, Text | None]:
    """Return how many approved questions have to be looked at for the next round or for all to come, in words too."""
    asked = validity.bounds(ctx, campaign=campaign)
    if asked is None:
        return 0, None
    until = asked.last if to_the_end else asked.until
    number = validity_queries.count_affected(ctx, campaign_id=campaign.id, since=asked.since, until=until)
    if not number:
        return 0, None
    return number, TN(
        "%(count)s question is not known to be true since %(since)s, or does not hold until %(until)s.",
        "%(count)s questions are not known to be true since %(since)s, or do not hold until %(until)s.",
        number,
        since=asked.since,
        until=until,
    )


def readiness(ctx: Context, *, campaign: Campaign, address: Address) -> list[ReadinessItem]:
    """Return whether the bank can fill every paper, whether all of it is approved, still true, and issued."""
    problems = _bank_problems(ctx, campaign)
    preview_url = address("quiz.bank_preview", slug=campaign.slug)
    items = [
        ReadinessItem(f"bank-{number}", T("The bank can fill every paper"), False, problem, preview_url, order=40)
        for number, problem in enumerate(problems, start=1)
    ] or [ReadinessItem("bank", T("The bank can fill every paper"), True, url=preview_url, order=40)]
    return [*items, _approved_item(ctx, campaign, address), *_further_items(ctx, campaign, address)]


def _approved_item(ctx: Context, campaign: Campaign, address: Address) -> ReadinessItem:
    drafts = waiting(ctx, campaign=campaign)
    detail = TN("%(count)s draft waits for approval.", "%(count)s drafts wait for approval.", drafts)
    return ReadinessItem(
        "drafts",
        T("Every question has been approved"),
        not drafts,
        detail if drafts else None,
        address("quiz.questions", slug=campaign.slug),
        required=False,
        order=41,
    )


def _further_items(ctx: Context, campaign: Campaign, address: Address) -> Iterator[ReadinessItem]:
    """Yield what is to be seen to in this very campaign: questions that may have aged, approvals after the issue."""
    aged, detail = _to_review(ctx, campaign, to_the_end=True)
    if aged:
        yield ReadinessItem(
            "validity",
            T("Every question is still true"),
            False,
            detail,
            address("quiz.validity", slug=campaign.slug),
            required=campaign.earlier_id is not None and _to_review(ctx, campaign)[0] > 0,
            order=42,
        )
    left_out = issue_queries.not_issued(ctx, campaign_id=campaign.id)
    if left_out:
        yield ReadinessItem(
            "issue",
            T("Every approved question is in the issue in force"),
            False,
            TN(
                "%(count)s approved question is not in it and is not drawn.",
                "%(count)s approved questions are not in it and are not drawn.",
                left_out,
            ),
            address("quiz.issues", slug=campaign.slug),
            required=False,
            order=43,
        )


def opening_blockers(ctx: Context, *, campaign: Campaign, address: Address) -> list[Blocker]:
    """Return why papers cannot be drawn, and what of an earlier campaign has not been looked at again."""
    url = address("quiz.bank_preview", slug=campaign.slug)
    found = [
        Blocker(f"bank-{number}", problem, url) for number, problem in enumerate(_bank_problems(ctx, campaign), start=1)
    ]
    _, aged = _to_review(ctx, campaign)
    if aged is not None and campaign.earlier_id is not None:
        found.append(Blocker("validity", aged, address("quiz.validity", slug=campaign.slug)))
    return found


def issue_section(ctx: Context, *, campaign: Campaign) -> list[PublicationSection]:
    """Return the digests of the issues in force, to be published while what they say is sealed."""
    in_force = [one for one in issue_queries.issues(ctx, campaign_id=campaign.id) if one.in_force_at is not None]
    if not in_force:
        return []
    say = speaker(campaign.language)
    return [
        PublicationSection(
            "issues",
            say(T("Issues of the question bank")),
            [
                Column("number", say(T("Number")), "integer"),
                Column("decision", say(T("Decision"))),
                Column("questions", say(T("Questions")), "integer"),
                Column("in_force", say(T("In force since")), "moment"),
                Column("digest", say(T("Digest (SHA-256)"))),
            ],
            [
                (one.number, one.decision, one.question_count, to_micros(one.in_force_at), one.digest)
                for one in reversed(in_force)
                if one.in_force_at is not None
            ],
            say(T("The digest proves afterwards that the questions were settled before the round.")),
            order=90,
            page="documents",
        )
    ]
