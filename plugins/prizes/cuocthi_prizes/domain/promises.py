"""Whether prizes are given as the issued rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.rules.queries import current_rules
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.domain.clauses import CLAUSE, rule_clauses
from cuocthi_prizes.queries import load_scheme

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text


def overtaken(ctx: Context, *, campaign: Campaign) -> Text | None:
    """Return why prizes would be given otherwise than the issued rules say, or None (also if none were issued)."""
    issued = current_rules(ctx, campaign_id=campaign.id)
    if issued is None:
        return None
    scheme = load_scheme(ctx, campaign=campaign).value
    now = rule_clauses(scheme, campaign.language, rounds(ctx, campaign_id=campaign.id), campaign.divisions)
    said = [clause["body"] for clause in issued.clauses["clauses"] if clause["key"] == CLAUSE]
    if said == [clause.body for clause in now]:
        return None
    return T(
        "Prizes are given otherwise than version %(number)s of the rules says. "
        "Issue them anew or set the scheme of prizes back.",
        number=issued.number,
    )
