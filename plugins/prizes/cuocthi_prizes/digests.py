"""What an award list awards, as one value that anyone who may read it can put together and digest again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.digest import digest

if TYPE_CHECKING:
    from cuocthi_prizes.models import Award, AwardList, UnitAward


def digest_of(award_list: AwardList) -> str:
    """Return the digest over everything the list awards and what it rests on."""
    return digest(
        {
            "campaign": award_list.campaign_id,
            "round": award_list.phase_id,
            "number": award_list.number,
            "statement": award_list.statement,
            "ranking": award_list.ranking_digest,
            "total_value": award_list.total_value,
            "awards": [_award(award) for award in award_list.awards],
            "unit_awards": [
                _unit_award(award) for award in sorted(award_list.unit_awards, key=lambda award: award.unit_id)
            ],
        }
    )


def _award(award: Award) -> dict[str, Any]:
    return {
        "place": award.place,
        "tier": award.tier,
        "title": award.title,
        "value": award.value,
        "code": award.code,
        "recipient": award.recipient,
        "unit": award.unit_name,
        "rank": award.rank,
        "tie_place": award.tie_place,
        "score": award.score,
        "max_score": award.max_score,
        "duration_ms": award.duration_ms,
    }


def _unit_award(award: UnitAward) -> dict[str, Any]:
    return {
        "tier": award.tier,
        "title": award.title,
        "value": award.value,
        "unit": award.unit_name,
        "persons": award.persons,
        "headcount": award.headcount,
        "mean_score": award.mean_score,
        "reason": award.reason,
        "decision_number": award.decision_number,
        "decision_date": award.decision_date.isoformat(),
    }
