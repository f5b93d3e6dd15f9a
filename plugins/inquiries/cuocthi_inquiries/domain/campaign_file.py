"""The plugin's part of a campaign file: settings, and the answers to frequent questions, which last for years.

Inquiries, cases and corrections belong to one time only and stay behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import SettingsError, save_settings, structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi.text import T
from cuocthi_inquiries.domain.statements import publish
from cuocthi_inquiries.models import MAX_LINE, MAX_TEXT, StatementKind
from cuocthi_inquiries.queries import load_inquiry_settings, statements
from cuocthi_inquiries.settings import OWNER, InquirySettings

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class FaqPart:
    """A frequent question and its answer, as Markdown."""

    question: str
    answer: str

    def __post_init__(self) -> None:
        """Raise SettingsError for texts that are empty or too long."""
        if not 0 < len(self.question.strip()) <= MAX_LINE or not 0 < len(self.answer.strip()) <= MAX_TEXT:
            message = T(
                "A question has 1 to %(line)s characters, its answer 1 to %(text)s.", line=MAX_LINE, text=MAX_TEXT
            )
            raise SettingsError(message, field="question")


@dataclass(frozen=True, slots=True)
class InquiriesPart:
    """The table ``[inquiries]`` of a campaign file."""

    settings: InquirySettings = field(default_factory=InquirySettings)
    faq: tuple[FaqPart, ...] = ()


def export_part(ctx: Context, *, campaign: Campaign) -> CampaignPart:
    """Return the settings and what is published as frequent questions."""
    shown = statements(ctx, campaign_id=campaign.id, kind=StatementKind.FAQ, published=True)
    part = InquiriesPart(
        settings=load_inquiry_settings(ctx, campaign=campaign).value,
        faq=tuple(FaqPart(one.heading, one.body) for one in shown),
    )
    return CampaignPart(unstructure(part))


def import_part(ctx: Context, *, campaign: Campaign, part: CampaignPart) -> None:
    """Store the settings and publish the frequent questions; raises InvalidData with every problem."""
    table = structure(InquiriesPart, part.values)
    for one in table.faq:
        publish(ctx, campaign=campaign, kind=StatementKind.FAQ, heading=one.question, body=one.answer)
    save_settings(ctx, owner=OWNER, campaign=campaign, value=table.settings)
