"""What an award list awards, as one value that anyone who may read it can put together and digest again.

The digest covers names by a commitment each: the SHA-256 of a random salt and the name. Whoever has both can check the
name; once they are erased, the list is verified by the commitments that stay. Lists of the first form cover the names
themselves and can be verified only while they stand there.

The digest knows no keys of the database, so that another machine comes to the same one. What two persons confirm covers
these keys as well: whose contest number it is, and which unit.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from cuocthi.digest import canonical, digest
from cuocthi_prizes.models import FIRST_FORM, PassedOverKind

if TYPE_CHECKING:
    from cuocthi_prizes.models import Award, AwardList, PassedOver, UnitAward, UnitFigure

#: What stands in place of who was awarded; it names nobody in any language.
NOBODY = "—"

_SALT_BYTES = 16


def random_salt(_code: str) -> str:
    """Return the salt of a new commitment to a name; nothing can be derived from it."""
    return token_hex(_SALT_BYTES)


def commitment(salt: str, name: str) -> str:
    """Return what commits to a name without saying it."""
    return digest([salt, name])


def is_intact(award_list: AwardList) -> bool:
    """Tell whether a list says what its own digest covers, the names on it included, as far as they stand there."""
    return digest_of(award_list) == award_list.digest and all(_is_named(award_list, one) for one in award_list.awards)


def _is_named(award_list: AwardList, award: Award) -> bool:
    if award_list.form == FIRST_FORM:
        return True
    if award.recipient == NOBODY and not award.name_salt:
        return award_list.names_erased_at is not None
    return commitment(award.name_salt, award.recipient) == award.name_digest and (
        not award.extra or commitment(award.name_salt, award.reason) == award.reason_digest
    )


def digest_of(award_list: AwardList) -> str:
    """Return the digest over everything the list awards and what it rests on."""
    if award_list.form == FIRST_FORM:
        return _first_digest_of(award_list)
    return digest(
        {
            "form": award_list.form,
            "campaign": award_list.campaign_id,
            "set": [award_list.set_key, award_list.set_title],
            "round": award_list.phase_id,
            "number": award_list.number,
            "version": award_list.version,
            "statement": award_list.statement,
            "remarks": award_list.remarks,
            "ranking": [award_list.ranking_number, award_list.ranking_digest],
            "entrants": award_list.entrants,
            "scheme": award_list.scheme_digest,
            "total_value": award_list.total_value,
            "awards": [_award(award) for award in award_list.awards],
            "passed_over": [_passed_over(one) for one in award_list.passed_over],
            "unit_awards": [_first_unit_award(award) for award in _by_unit(award_list)],
            **_passed_units(award_list),
            "unit_figures": sorted((_unit_figure(one) for one in award_list.unit_figures), key=canonical),
        }
    )


def confirmed_digest_of(award_list: AwardList) -> str:
    """Return what two persons confirm: the digest that a list has, and the keys of those whom it names."""
    if award_list.form == FIRST_FORM:
        return award_list.digest
    return digest(
        {
            "digest": award_list.digest,
            "ranking": award_list.ranking_id,
            "scheme": award_list.settings_version_id,
            "awards": [[award.place, award.enrolment_id, award.unit_id] for award in award_list.awards],
            "passed_over": [[one.place, one.enrolment_id] for one in award_list.passed_over],
            "unit_awards": [[award.unit_id, award.unit_name] for award in _by_unit(award_list)],
            **({"passed_units": [one.unit_id for one in award_list.passed_units]} if award_list.passed_units else {}),
            "unit_figures": sorted([one.unit_id, one.unit_name] for one in award_list.unit_figures),
        }
    )


def _by_unit(award_list: AwardList) -> list[UnitAward]:
    return sorted(award_list.unit_awards, key=lambda award: award.unit_id)


def _award(award: Award) -> dict[str, Any]:
    return {
        "place": award.place,
        "tier": award.tier,
        "title": award.title,
        "value": award.value,
        "in_kind": award.in_kind,
        "code": award.code,
        "name": award.name_digest,
        "unit": award.unit_name,
        "rank": award.rank,
        "tie_place": award.tie_place,
        "score": award.score,
        "max_score": award.max_score,
        "duration_ms": award.duration_ms,
        **(_by_hand(award) if award.extra else {}),
    }


def _by_hand(award: Award) -> dict[str, Any]:
    """Return what only a prize that was given by hand has: lists without any have the digest they always had."""
    day = award.decision_date.isoformat() if award.decision_date else None
    return {"reason": award.reason_digest, "decision_number": award.decision_number, "decision_date": day}


def _passed_units(award_list: AwardList) -> dict[str, Any]:
    passed = sorted([one.unit_name, one.list_number, one.title] for one in award_list.passed_units)
    return {"passed_units": passed} if passed else {}


def _passed_over(one: PassedOver) -> list[Any]:
    said = [one.place, one.code, one.rank, one.list_number, one.title]
    # Lists of this form were made before there was another reason than enough prizes.
    return said if one.kind is PassedOverKind.ENOUGH else [*said, one.kind.value]


def _unit_figure(one: UnitFigure) -> list[Any]:
    return [one.unit_name, one.block, one.persons, one.entries, one.score_sum, one.headcount]


# --- the first form -------------------------------------------------------------------------------------------------


def _first_digest_of(award_list: AwardList) -> str:
    return digest(
        {
            "campaign": award_list.campaign_id,
            "round": award_list.phase_id,
            "number": award_list.number,
            "statement": award_list.statement,
            "ranking": award_list.ranking_digest,
            "total_value": award_list.total_value,
            "awards": [_first_award(award) for award in award_list.awards],
            "unit_awards": [_first_unit_award(award) for award in _by_unit(award_list)],
        }
    )


def _first_award(award: Award) -> dict[str, Any]:
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


def _first_unit_award(award: UnitAward) -> dict[str, Any]:
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
