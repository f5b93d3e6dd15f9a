"""What comes after a round: decisions on wrong keys, with what they bar and what is published; how questions did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.clock import to_micros
from cuocthi.contributions import Act, Blocker, Column, Duty, NavGroup, NavItem, PublicationSection
from cuocthi.standings.composition import rounds_behind
from cuocthi.text import TN, T
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain.release import has_closed
from cuocthi_quiz.queries import wrong_keys as queries
from cuocthi_quiz.settings import OWNER
from cuocthi_quiz.wording import speaker
from cuocthi_quiz.words import REMEDIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

    Address = Callable[..., str]

DECIDE = "quiz:key:decide"
LOOK = "quiz:items:view"


def navigation(*, campaign: Campaign, address: Address) -> list[NavItem]:
    """Return the link to how questions did their work."""
    url = address("quiz.items", slug=campaign.slug)
    return [NavItem("items", T("Analysis of the questions"), url, LOOK, 64, group=NavGroup.RESULTS)]


def blockers(ctx: Context, *, campaign: Campaign, act: Act, round_: Phase | None, address: Address) -> list[Blocker]:
    """Return that a ranking waits for keys that are not decided on, or by which papers are still being marked."""
    if act is not Act.ADOPT_RANKING or round_ is None:
        return []
    behind = rounds_behind(ctx, campaign=campaign, round_=round_)
    found = queries.undecided(ctx, round_ids=[one.id for one in behind])
    url = address("quiz.wrong_keys", slug=campaign.slug)
    reasons = []
    if found.proposed:
        text = TN(
            "Another key is proposed for %(count)s question; it has to be confirmed or withdrawn first.",
            "Other keys are proposed for %(count)s questions; they have to be confirmed or withdrawn first.",
            found.proposed,
        )
        reasons.append(Blocker("keys", text, url))
    if found.unmarked:
        reasons.append(Blocker("marking", T("Papers are being marked again after a decision on a key."), url))
    return reasons


def duties(ctx: Context, *, campaigns: Sequence[Campaign], address: Address) -> list[Duty]:
    """Return that proposed keys wait for a second person, in each of these campaigns."""
    slugs = {campaign.id: campaign.slug for campaign in campaigns}
    return [
        Duty(
            "wrong-keys",
            campaign_id,
            TN("Confirm another key for %(count)s question", "Confirm other keys for %(count)s questions", number),
            DECIDE,
            url=address("quiz.wrong_keys", slug=slugs[campaign_id]),
            order=20,
        )
        for campaign_id, number in queries.waiting_in(ctx, campaign_ids=list(slugs)).items()
    ]


def section(ctx: Context, *, campaign: Campaign) -> list[PublicationSection]:
    """Return the notice of decisions on keys: what was wrong, what was decided under which document, what it changed.

    A question is shown once the rounds in which it was asked have closed.
    """
    open_rounds = [
        round_.id for round_ in rounds(ctx, campaign_id=campaign.id, source=OWNER) if not has_closed(ctx, round_=round_)
    ]
    decided = queries.decided(ctx, campaign_id=campaign.id, hidden_in=open_rounds)
    if not decided:
        return []
    say = speaker(campaign.language)
    return [
        PublicationSection(
            "wrong-keys",
            say(T("Corrections of answer keys")),
            [
                Column("question", say(T("Question"))),
                Column("reason", say(T("What was wrong"))),
                Column("decision", say(T("What was decided"))),
                Column("document", say(T("Document"))),
                Column("decided_at", say(T("In force since")), "moment"),
                Column("rescored", say(T("Papers with another score")), "integer"),
            ],
            [
                (
                    row.revision.text,
                    row.change.reason,
                    say(REMEDIES[row.change.remedy]),
                    row.change.document,
                    to_micros(row.change.confirmed_at),
                    row.change.rescored,
                )
                for row in decided
                if row.change.confirmed_at is not None
            ],
            say(T("Each was decided on by two persons; all papers with the question were marked again.")),
            order=38,
            page="documents",
        )
    ]
