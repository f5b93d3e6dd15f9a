"""What the bank contributes to the core's pages and acts: what waits for somebody, and what stands against opening."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.contributions import Blocker, Duty, ReadinessItem
from cuocthi.text import TN, T
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain import blueprint
from cuocthi_quiz.queries.review import Stage, stages_in
from cuocthi_quiz.settings import OWNER, QuizSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    previews = [blueprint.preview(ctx, campaign=campaign, round_=held[0]) for held, _ in alike]
    return [problem for preview in previews for problem in preview.problems]


def readiness(ctx: Context, *, campaign: Campaign, address: Address) -> list[ReadinessItem]:
    """Return whether the bank can fill every paper, and whether drafts wait for approval."""
    problems = _bank_problems(ctx, campaign)
    drafts = waiting(ctx, campaign=campaign)
    preview_url = address("quiz.bank_preview", slug=campaign.slug)
    items = [
        ReadinessItem(f"bank-{number}", T("The bank can fill every paper"), False, problem, preview_url, order=40)
        for number, problem in enumerate(problems, start=1)
    ] or [ReadinessItem("bank", T("The bank can fill every paper"), True, url=preview_url, order=40)]
    return [
        *items,
        ReadinessItem(
            "drafts",
            T("Every question has been approved"),
            not drafts,
            TN("%(count)s draft waits for approval.", "%(count)s drafts wait for approval.", drafts)
            if drafts
            else None,
            address("quiz.questions", slug=campaign.slug),
            required=False,
            order=41,
        ),
    ]


def opening_blockers(ctx: Context, *, campaign: Campaign, address: Address) -> list[Blocker]:
    """Return why papers cannot be drawn."""
    url = address("quiz.bank_preview", slug=campaign.slug)
    return [
        Blocker(f"bank-{number}", problem, url) for number, problem in enumerate(_bank_problems(ctx, campaign), start=1)
    ]
