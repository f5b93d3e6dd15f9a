"""The rules as everybody reads them, and what each version changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort, g, redirect, url_for

from cuocthi.campaigns.views.caching import cached
from cuocthi.documents.lines import document_line
from cuocthi.documents.queries import documents
from cuocthi.rules.comparing import clauses_of, differences, reordered
from cuocthi.rules.domain import compose
from cuocthi.rules.language import writer
from cuocthi.rules.queries import current_rules, rules_version, rules_versions
from cuocthi.rules.views.blueprint import articles, blueprint
from cuocthi.rules.wording import wording
from cuocthi.timelines.queries import phases, rounds
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.documents.lines import DocumentLine
    from cuocthi.rules.models import RulesVersion


@dataclass(frozen=True, slots=True)
class Issued:
    """A version in a list: the public decision that issued it, and the round from which its change holds."""

    version: RulesVersion
    decision: DocumentLine | None
    from_round: str


@blueprint.page("/rules", public=True)
def show() -> Response:
    """Show the rules in force; until some are issued, the draft, marked as such."""
    ctx = reading_context()
    return cached(
        phases(ctx, campaign_id=g.campaign.id), lambda: _page(ctx, current_rules(ctx, campaign_id=g.campaign.id))
    )


@blueprint.page("/rules/<int:number>", public=True)
def version(number: int) -> Response:
    """Show one issued version."""
    ctx = reading_context()
    found = rules_version(ctx, campaign_id=g.campaign.id, number=number) or abort(404)
    return cached(phases(ctx, campaign_id=g.campaign.id), lambda: _page(ctx, found))


@blueprint.page("/rules/<int:number>/changes", public=True)
def changes(number: int) -> AnyResponse:
    """Show what a version changed in the one before it, clause by clause; the first one is shown as a whole."""
    ctx = reading_context()
    later = rules_version(ctx, campaign_id=g.campaign.id, number=number) or abort(404)
    earlier = rules_version(ctx, campaign_id=g.campaign.id, number=number - 1)
    if earlier is None:
        return redirect(url_for("rules.version", slug=g.campaign.slug, number=number))

    def page() -> Response:
        before, after = clauses_of(earlier.clauses), clauses_of(later.clauses)
        return render(
            "rules/changes.html",
            title=wording(g.campaign.language).title,
            issued=issued(ctx, [later])[0],
            earlier=earlier,
            differences=differences(before, after),
            unchanged=sum(clause in before for clause in after),
            reordered=reordered(before, after),
        )

    return cached(phases(ctx, campaign_id=g.campaign.id), page)


def issued(ctx: Context, versions: Sequence[RulesVersion]) -> list[Issued]:
    """Return versions with what is said of them (two statements)."""
    register = {document.id: document for document in documents(ctx, campaign_id=g.campaign.id, public_only=True)}
    titles = {round_.number: round_.title for round_ in rounds(ctx, campaign_id=g.campaign.id)}
    found = []
    for one in versions:
        decision = register.get(one.document_id or 0)
        line = document_line(decision) if decision else None
        found.append(Issued(one, line, titles.get(one.from_round, "")))
    return found


def _page(ctx: Context, found: RulesVersion | None) -> Response:
    versions = rules_versions(ctx, campaign_id=g.campaign.id)
    clauses = (
        clauses_of(found.clauses) if found else compose(ctx, campaign=g.campaign, write=writer(g.campaign.language))
    )
    return render(
        "rules/show.html",
        articles=articles(clauses),
        title=wording(g.campaign.language).title,
        version=found,
        outdated=bool(found and found.number < versions[0].number),
        issued=issued(ctx, versions),
    )
