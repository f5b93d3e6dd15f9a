"""What the quiz tells of persons beside their places in a ranking or an award list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import Evidence
from cuocthi.text import TN, T
from cuocthi_quiz.domain.evidence.hints import hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.domain.evidence.hints import Hints

WEIGH = "quiz:evidence:view"


def evidence(
    ctx: Context, *, campaign: Campaign, round_: Phase, enrolment_ids: Sequence[int], address: Callable[..., str]
) -> list[Evidence]:
    """Return what stands out about these persons, or else only where to look, for who weighs it."""
    found = hints(ctx, round_id=round_.id, enrolment_ids=enrolment_ids)
    return [
        Evidence(
            f"{enrolment_id}-{number}",
            enrolment_id,
            note,
            url=address("quiz.evidence", slug=campaign.slug, enrolment_id=enrolment_id, round=round_.id),
            permission=WEIGH,
        )
        for enrolment_id, hint in found.items()
        for number, note in enumerate(_notes(hint))
    ]


def _notes(hint: Hints) -> Iterator[Text]:
    if hint.fast is not None:
        usual = _minutes(hint.usual)
        yield T("Hint: very fast, %(took)s; usual are %(usual)s", took=_minutes(hint.fast), usual=usual)
    if hint.handed_on:
        yield T("Hint: another paper directly before or after, from the same network address")
    if hint.fast is None and not hint.handed_on:
        yield T("What the paper shows")


def _minutes(milliseconds: int) -> Text:
    seconds = milliseconds // 1000
    if seconds < 60:  # noqa: PLR2004 - a minute
        return TN("%(count)s second", "%(count)s seconds", seconds)
    return TN("%(count)s minute", "%(count)s minutes", seconds // 60)
