"""The rules (Thể lệ): as issued for everybody, and as a draft for organisers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from cuocthi.campaigns.views.caching import cached
from cuocthi.documents.lines import document_line
from cuocthi.documents.queries import document_of, documents
from cuocthi.errors import DomainError
from cuocthi.rules.domain import changed_since, compose, issue_rules, stored_clauses
from cuocthi.rules.forms import IssueForm
from cuocthi.rules.language import writer
from cuocthi.rules.markdown import to_html
from cuocthi.rules.queries import current_rules, rules_version, rules_versions
from cuocthi.rules.wording import wording
from cuocthi.text import T
from cuocthi.timelines.queries import phases
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.documents.lines import DocumentLine
    from cuocthi.rules.models import RulesVersion

blueprint = CampaignBlueprint("rules", __name__)
blueprints = (blueprint,)
navigation = (NavEntry("rules", T("Rules"), "rules.draft", "core:campaign:view", 36),)


@dataclass(frozen=True, slots=True)
class Article:
    """A clause as a page shows it: numbered, its Markdown as HTML."""

    key: str
    title: str
    body: Markup


@blueprint.page("/rules", public=True)
def show() -> Response:
    """Show the rules in force; until some are issued, the draft, marked as such."""
    ctx = reading_context()
    return cached(phases(ctx, campaign_id=g.campaign.id), lambda: _public(ctx, _in_force(ctx)))


@blueprint.page("/rules/<int:number>", public=True)
def version(number: int) -> Response:
    """Show one issued version."""
    ctx = reading_context()
    found = rules_version(ctx, campaign_id=g.campaign.id, number=number) or abort(404)
    return cached(phases(ctx, campaign_id=g.campaign.id), lambda: _public(ctx, found))


@blueprint.page("/staff/rules", permission="core:campaign:view")
def draft() -> Response:
    """Show the rules as they would be issued now, and the versions issued before."""
    return _draft_page(reading_context(), _form(reading_context()))


@blueprint.page("/staff/rules", permission="core:document:edit", methods=["POST"], endpoint="issue")
def issue() -> AnyResponse:
    """Issue the draft as the next version."""
    form = _form(reading_context())
    if form.validate():
        try:
            with committing() as ctx:
                chosen = form.document.data
                decision = chosen and document_of(ctx, campaign_id=g.campaign.id, document_id=int(chosen))
                issued = issue_rules(
                    ctx, campaign=g.campaign, write=writer(g.campaign.language), document=decision or None
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Version %(number)s of the rules is in force.", number=issued.number), "ok")
            return redirect(url_for("rules.draft", slug=g.campaign.slug))
    return _draft_page(reading_context(), form, status=422)


def _public(ctx: Context, found: RulesVersion | None) -> Response:
    newest = _in_force(ctx)
    stored = (
        found.clauses if found else stored_clauses(compose(ctx, campaign=g.campaign, write=writer(g.campaign.language)))
    )
    return render(
        "rules/show.html",
        articles=_articles(stored["clauses"]),
        title=wording(g.campaign.language).title,
        version=found,
        outdated=bool(found and newest and found.number < newest.number),
        decision=_decision(ctx, found),
    )


def _draft_page(ctx: Context, form: IssueForm, *, status: int = 200) -> Response:
    clauses = compose(ctx, campaign=g.campaign, write=writer(g.campaign.language))
    newest = _in_force(ctx)
    return render(
        "rules/draft.html",
        status=status,
        form=form,
        articles=_articles(stored_clauses(clauses)["clauses"]),
        changed=changed_since(newest, clauses),
        newest=newest,
        versions=rules_versions(ctx, campaign_id=g.campaign.id),
    )


def _articles(clauses: Sequence[Mapping[str, str]]) -> list[Article]:
    form = wording(g.campaign.language).clause
    return [
        Article(clause["key"], form.format(number=number, heading=clause["heading"]), to_html(clause["body"]))
        for number, clause in enumerate(clauses, 1)
    ]


def _form(ctx: Context) -> IssueForm:
    form = IssueForm()
    form.offer(documents(ctx, campaign_id=g.campaign.id, public_only=False))
    return form


def _decision(ctx: Context, found: RulesVersion | None) -> DocumentLine | None:
    if found is None or found.document_id is None:
        return None
    decision = document_of(ctx, campaign_id=g.campaign.id, document_id=found.document_id)
    return document_line(decision) if decision is not None and decision.public else None


def _in_force(ctx: Context) -> RulesVersion | None:
    return current_rules(ctx, campaign_id=g.campaign.id)
