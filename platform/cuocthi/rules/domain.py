"""Composing the rules (Thể lệ) from what the software does and what organisers wrote, and issuing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import record
from cuocthi.campaigns.entrants import entrant_rules
from cuocthi.campaigns.settings import load_settings, settings_by_rounds
from cuocthi.committees.queries import committees
from cuocthi.contributions import RuleClause
from cuocthi.digest import digest
from cuocthi.errors import Conflict
from cuocthi.rules.clauses import core_clauses
from cuocthi.rules.models import RulesVersion
from cuocthi.rules.prose import Clause, with_prose
from cuocthi.rules.queries import current_rules
from cuocthi.rules.writing import load_prose
from cuocthi.standings.composition import is_made_of_others
from cuocthi.standings.criteria import RULES_OWNER, RankingRules, measures_of
from cuocthi.text import T, Text
from cuocthi.timelines.queries import rounds, window_units

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.timelines.models import Phase


def compose(ctx: Context, *, campaign: Campaign, write: Callable[[Text], str]) -> list[Clause]:
    """Return all clauses as they would be issued now: the generated ones with the organisers' prose, in order.

    ``write`` puts a text into the campaign's language.
    """
    return with_prose(generate(ctx, campaign=campaign, write=write), load_prose(ctx, campaign=campaign))


def generate(ctx: Context, *, campaign: Campaign, write: Callable[[Text], str]) -> list[RuleClause]:
    """Return the clauses that follow from the settings: the core's and those of the enabled plugins, in order."""
    contests = rounds(ctx, campaign_id=campaign.id)
    entered = [round_ for round_ in contests if not is_made_of_others(ctx, source=round_.source)]
    # Without any round yet the rules say what will be compared, and by its title.
    sources = dict.fromkeys([*campaign.plugins, *(phase.source for phase in contests)])
    measures = {key: item for source in sources for key, item in measures_of(ctx, source=source).items()}
    own = core_clauses(
        campaign,
        rounds=entered,
        committees=committees(ctx, campaign_id=campaign.id),
        rankings=_rankings(ctx, campaign, contests),
        measure_titles={key: write(measure.title) for key, measure in measures.items()},
        units=window_units(ctx, phases=contests),
        entrants=entrant_rules(ctx, campaign=campaign).value,
        made_of_others=[round_ for round_ in contests if round_ not in entered],
    )
    contributed = ctx.hooks.collect(ctx, campaign, "rule_clauses", RuleClause, write=write)
    return sorted([*own, *contributed], key=lambda clause: clause.order)


def _rankings(
    ctx: Context, campaign: Campaign, contests: Sequence[Phase]
) -> Sequence[tuple[Sequence[Phase], RankingRules]]:
    if contests:
        return settings_by_rounds(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, rounds=contests)
    return [([], load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign).value)]


def issue_rules(
    ctx: Context,
    *,
    campaign: Campaign,
    write: Callable[[Text], str],
    document: Document | None = None,
    material: bool = True,
    reason: str = "",
    from_round: int | None = None,
) -> RulesVersion:
    """Issue the rules as they are composed now, as the next version.

    ``document`` is the decision that issues them. A ``material`` change is accepted anew by everybody who takes part;
    the first version always is one. ``reason`` is what everybody reads of the change, ``from_round`` the number of the
    round from which it holds. Raises Conflict if nothing has changed since the last version.
    """
    stored = stored_clauses(compose(ctx, campaign=campaign, write=write))
    newest = current_rules(ctx, campaign_id=campaign.id)
    if newest is not None and newest.digest == digest(stored):
        raise Conflict(T("The rules have not changed since version %(number)s.", number=newest.number))
    version = RulesVersion(
        campaign_id=campaign.id,
        number=1 if newest is None else newest.number + 1,
        clauses=stored,
        digest=digest(stored),
        issued_at=ctx.now,
        issued_by=ctx.actor.user_id,
        document_id=None if document is None else document.id,
        material=material or newest is None,
        reason=reason.strip(),
        from_round=from_round,
    )
    ctx.session.add(version)
    campaign.version += 1
    ctx.session.flush()
    record(
        ctx,
        action="core:rules:issue",
        summary=T("Issued version %(number)s of the rules", number=version.number),
        campaign=campaign,
        object_kind="rules",
        object_id=version.id,
        before={"digest": newest.digest} if newest else {},
        after={"digest": version.digest, "material": version.material, "reason": version.reason},
    )
    return version


def stored_clauses(clauses: Sequence[Clause]) -> dict[str, list[dict[str, Any]]]:
    """Return clauses as they are stored and digested."""
    return {"clauses": [clause.stored() for clause in clauses]}


def changed_since(version: RulesVersion | None, clauses: Sequence[Clause]) -> bool:
    """Tell whether these clauses differ from an issued version (or none has been issued)."""
    return version is None or version.digest != digest(stored_clauses(clauses))
