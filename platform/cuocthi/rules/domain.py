"""Composing the rules (Thể lệ) from what the software does, and issuing them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import load_settings
from cuocthi.committees.queries import committees
from cuocthi.contributions import RuleClause
from cuocthi.digest import digest
from cuocthi.errors import Conflict
from cuocthi.rules.clauses import core_clauses
from cuocthi.rules.models import RulesVersion
from cuocthi.rules.queries import current_rules
from cuocthi.standings.criteria import RULES_OWNER, RankingRules, measures_of
from cuocthi.text import T, Text
from cuocthi.timelines.queries import rounds

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document


def compose(ctx: Context, *, campaign: Campaign, write: Callable[[Text], str]) -> list[RuleClause]:
    """Return all clauses as they would be issued now: the core's and those of the enabled plugins, in order.

    ``write`` puts a text into the campaign's language.
    """
    contests = rounds(ctx, campaign_id=campaign.id)
    measures = {key: item for phase in contests for key, item in measures_of(ctx, source=phase.source).items()}
    own = core_clauses(
        campaign,
        rounds=contests,
        committees=committees(ctx, campaign_id=campaign.id),
        ranking=load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign).value,
        measure_titles={key: write(measure.title) for key, measure in measures.items()},
    )
    contributed = ctx.hooks.collect(ctx, campaign, "rule_clauses", RuleClause, write=write)
    return sorted([*own, *contributed], key=lambda clause: clause.order)


def issue_rules(
    ctx: Context, *, campaign: Campaign, write: Callable[[Text], str], document: Document | None = None
) -> RulesVersion:
    """Freeze the rules as they stand as the version that is in force from now on; ``write`` as in ``compose``.

    ``document`` is the decision that issues them. Raises Conflict if nothing has changed since the last version.
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
        after={"digest": version.digest},
    )
    return version


def stored_clauses(clauses: Sequence[RuleClause]) -> dict[str, list[dict[str, str]]]:
    """Return clauses as they are stored and digested."""
    return {"clauses": [{"key": item.key, "heading": item.heading, "body": item.body} for item in clauses]}


def changed_since(version: RulesVersion | None, clauses: Sequence[RuleClause]) -> bool:
    """Tell whether these clauses differ from an issued version (or none has been issued)."""
    return version is None or version.digest != digest(stored_clauses(clauses))
