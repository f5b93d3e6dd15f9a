"""The award lists that were drawn up from a ranking, with the scheme they follow, for whoever computes them again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.contributions import InspectionFile
from cuocthi.enrolments.models import Enrolment
from cuocthi_prizes.acts.digests import act_values
from cuocthi_prizes.acts.queries import finalities
from cuocthi_prizes.candidates.queries import corrected_units
from cuocthi_prizes.models import (
    Award,
    AwardList,
    AwardListState,
    PassedOver,
    PassedOverKind,
    UnitAward,
    UnitFigure,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi_prizes.acts.models import Finality

_INDIVIDUAL = ("place", "tier", "title", "value", "rank", "tie_place", "score", "max_score", "duration_ms")
_BY_HAND = ("title", "value", "rank", "score", "max_score", "decision_number")
_COLLECTIVE = ("tier", "title", "value", "persons", "headcount", "mean_score", "decision_number")
_FIGURES = ("block", "persons", "entries", "score_sum", "headcount")


def files(ctx: Context, *, ranking: Ranking) -> list[InspectionFile]:
    """Return ``awards.json``: every list that was made of this ranking and not withdrawn, none if there is none."""
    found = ctx.session.scalars(
        sa.select(AwardList)
        .where(AwardList.ranking_id == ranking.id, AwardList.state != AwardListState.WITHDRAWN)
        .order_by(AwardList.number)
    ).all()
    if not found:
        return []
    named = finalities(ctx, list_ids=[one.id for one in found])
    lists = [_list(ctx, one, named.get(one.id, [])) for one in found]
    return [InspectionFile("awards.json", [json.dumps(lists, ensure_ascii=False, indent=2, sort_keys=True) + "\n"])]


def _list(ctx: Context, one: AwardList, named: Sequence[Finality]) -> dict[str, Any]:
    version = one.settings_version_id and ctx.session.get(SettingsVersion, one.settings_version_id)
    return {
        "number": one.number,
        "set": one.set_key,
        "state": one.state.value,
        "digest": one.digest,
        "ranking_digest": one.ranking_digest,
        "entrants": one.entrants,
        "total_value": one.total_value,
        "scheme": version.values if version else {},
        "passed_over": [_passed(passed) for passed in one.passed_over],
        "corrected_units": _corrected(ctx, one),
        "awards": [_person(award, _INDIVIDUAL) for award in one.by_rank],
        # Reasons may say something of people, and stay on the list.
        "extra_awards": [_person(award, _BY_HAND) for award in one.by_hand],
        "final": [_final(finality) for finality in named],
        "unit_awards": [{"unit": award.unit_id, **_held(award, _COLLECTIVE)} for award in one.unit_awards],
        "units": [{"unit": figure.unit_id, **_held(figure, _FIGURES)} for figure in one.unit_figures],
        "passed_units": [
            {"unit": passed.unit_id, "list": passed.list_number, "prize": passed.title} for passed in one.passed_units
        ],
    }


def _passed(one: PassedOver) -> dict[str, Any]:
    """Return who was passed over and why; of who has enough prizes, by which list the last one was given."""
    by = {"list": one.list_number, "prize": one.title} if one.kind is PassedOverKind.ENOUGH else {}
    return {"contest_number": one.code, "rank": one.rank, "why": one.kind.value, **by}


def _corrected(ctx: Context, one: AwardList) -> list[dict[str, Any]]:
    """Return who is awarded with another unit by a decision that was made before the list."""
    part = one.set_key, one.phase_id
    moved = corrected_units(ctx, campaign_id=one.campaign_id, part=part, until=one.created_at)
    codes = sa.select(Enrolment.id, Enrolment.code).where(Enrolment.id.in_(moved)).order_by(Enrolment.code)
    return [{"contest_number": code, "unit": moved[person][0]} for person, code in ctx.session.execute(codes)]


def _person(award: Award, names: tuple[str, ...]) -> dict[str, Any]:
    return {"contest_number": award.code, "unit": award.unit_id, **_held(award, names)}


def _held(award: Award | UnitAward | UnitFigure, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(award, name) for name in names}


def _final(finality: Finality) -> dict[str, Any]:
    return {
        "version": finality.version,
        "reason": finality.reason,
        "minutes": act_values(finality.minutes),
        "decision": act_values(finality.decision),
        "digest": finality.digest,
    }
