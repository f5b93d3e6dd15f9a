"""Practice: a short paper of questions that are for practice only. Nothing of it is kept, and so nothing of it counts.

The paper follows from a token in the address, as one that counts follows from a person, and is drawn again when its
answers come back.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import load_settings
from cuocthi.clock import LOCAL_ZONE
from cuocthi.digest import digest
from cuocthi_quiz.domain import drawing
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import OWNER, QuizSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_quiz.queries.papers import PaperRow


def practice_settings(ctx: Context, *, campaign: Campaign) -> QuizSettings | None:
    """Return the settings of a campaign in which people may practise, or None."""
    settings = load_settings(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign).value
    return settings if settings.practice.open and campaign.state is CampaignState.OPEN else None


def practice_paper(ctx: Context, *, campaign: Campaign, token: str, number: int, division: str = "") -> list[PaperRow]:
    """Return a paper of ``number`` questions for practice, or of all if there are fewer (two statements).

    Nothing is answered on it. It is the same for a token as long as the questions for practice are.
    """
    today = ctx.now.astimezone(LOCAL_ZONE).date()
    found = bank_queries.practised_from(ctx, campaign_id=campaign.id, on=today)
    bank = drawing.units(drawing.for_division(map(drawing.candidate, found), division))
    seed = hmac.digest(campaign.draw_key.encode(), f"quiz:practice:{token}".encode(), hashlib.sha256)
    drawn = drawing.draw_some(bank, number, seed)
    orders = {question.revision_id: drawing.pack(question.order) for question in drawn}
    return papers_queries.unanswered(ctx, orders=orders)


def fingerprint(paper: Sequence[PaperRow]) -> str:
    """Return by what a paper is known again: answers to another one would be compared with the wrong keys."""
    return digest([[row.question_key, row.revision_number, row.option_order] for row in paper])[:16]
