"""Settings of the enabled plugins: one page each, made of the plugin's own form.

While a round of the part is open, the page proposes the change to a second person instead of storing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.queries import last_change
from cuocthi.campaigns.settings import load_settings, structure
from cuocthi.campaigns.views.basics import EDIT
from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.campaigns.views.entered import Entered, entered
from cuocthi.campaigns.views.sections import sections
from cuocthi.documents.queries import document_by_key, document_of, documents
from cuocthi.errors import DomainError
from cuocthi.rules.changes import (
    change_settings,
    confirm_change,
    course,
    propose_change,
    reject_change,
    waiting_changes,
)
from cuocthi.rules.forms import ChangeForm, RejectForm
from cuocthi.rules.language import writer
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import SettingsSpec
    from cuocthi.documents.models import Document
    from cuocthi.rules.changes import Change
    from cuocthi.standings.proposals import Proposal
    from cuocthi.timelines.models import Phase


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal as the page shows it: what it would change, from when, by which document."""

    proposal: Proposal[Change]
    changes: list[Entered]
    round: Phase | None
    document: Document | None
    mine: bool


@blueprint.page("/staff/settings/<owner>", permission=EDIT)
def settings(owner: str) -> Response:
    """Show a plugin's settings for editing, and what somebody has proposed to change."""
    spec, ctx = _spec(owner), reading_context()
    round_ = _round(ctx, spec, owner)
    loaded = load_settings(ctx, owner=owner, schema=spec.schema, campaign=g.campaign, round_=round_)
    form = _prepared(ctx, spec.form().from_settings(loaded.value))
    waiting = None if round_ else _waiting(ctx, owner, spec)
    return _page(owner, spec, form, _change_form(ctx, owner, round_), round_=round_, waiting=waiting)


@blueprint.page("/staff/settings/<owner>", permission=EDIT, methods=["POST"], endpoint="save_settings")
def store_settings(owner: str) -> AnyResponse:
    """Add or remove a row of the form, store what was entered, or propose it where a round is open."""
    spec, ctx = _spec(owner), reading_context()
    round_ = _round(ctx, spec, owner)
    form, change = _prepared(ctx, spec.form()()), _change_form(ctx, owner, round_)
    act = request.form.get("act", "")
    if act and hasattr(form, "change_rows") and form.change_rows(act):
        return _page(owner, spec, form, change, round_=round_)
    if form.validate() and (change is None or change.validate()):
        try:
            with committing() as writing:
                said = _stored(writing, spec, owner, form.to_settings(), change, round_)
        except DomainError as error:
            attach_error(change if change and error.field and error.field in change else form, error)
        else:
            flash(said, "ok")
            key = round_.key if round_ else None
            return redirect(url_for("campaigns.settings", slug=g.campaign.slug, owner=owner, round=key))
    return _page(owner, spec, form, change, round_=round_, status=422)


def _stored(  # noqa: PLR0917 - of this module alone
    ctx: Context, spec: SettingsSpec, owner: str, value: object, change: ChangeForm | None, round_: Phase | None
) -> str:
    if change is None:
        change_settings(ctx, campaign=g.campaign, part=owner, spec=spec, value=value, round_=round_)
        return _("Saved.")
    chosen = change.document.data
    propose_change(
        ctx,
        campaign=g.campaign,
        part=owner,
        spec=spec,
        value=value,
        from_round=change.from_round.data,
        document=document_of(ctx, campaign_id=g.campaign.id, document_id=int(chosen)) if chosen else None,
        reason=change.reason.data or "",
        write=writer(g.campaign.language),
    )
    return _("The change is proposed. It holds once another person has confirmed it.")


@blueprint.page("/staff/settings/<owner>/confirm", permission=EDIT, methods=["POST"])
def confirm_settings(owner: str) -> AnyResponse:
    """Confirm what another person has proposed; the rules are issued anew with it."""
    with committing() as ctx:
        issued = confirm_change(
            ctx,
            campaign=g.campaign,
            part=owner,
            spec=_spec(owner),
            proposal_id=_seen(),
            write=writer(g.campaign.language),
        )
        number = issued.number if issued else 0
    if number:
        flash(_("The change is confirmed. Version %(number)s of the rules is in force.", number=number), "ok")
    else:
        flash(_("The change is confirmed. The rules say nothing of it, so they stay as they are."), "ok")
    return redirect(url_for("campaigns.settings", slug=g.campaign.slug, owner=owner))


@blueprint.page("/staff/settings/<owner>/reject", permission=EDIT, methods=["POST"])
def reject_settings(owner: str) -> AnyResponse:
    """Reject what another person has proposed, or take back one's own proposal."""
    form = RejectForm()
    with committing() as ctx:
        reason = form.rejection.data or ""
        reject_change(ctx, campaign=g.campaign, part=owner, spec=_spec(owner), proposal_id=_seen(), reason=reason)
    flash(_("The proposal is rejected; the settings stay as they are."), "ok")
    return redirect(url_for("campaigns.settings", slug=g.campaign.slug, owner=owner))


def _seen() -> int:
    return request.form.get("proposal", 0, type=row_number)


def _spec(owner: str) -> SettingsSpec:
    spec = registry().settings.get(owner)
    if spec is None or owner not in g.campaign.plugins:
        abort(404)
    return spec


def _round(ctx: Context, spec: SettingsSpec, owner: str) -> Phase | None:
    """Return the round whose own settings are meant, None for those of all rounds; 404 for what is no such round."""
    key = request.args.get("round", "")
    if not key:
        return None
    found = next((one for one in _rounds(ctx, spec, owner) if one.key == key), None)
    return found or abort(404)


def _rounds(ctx: Context, spec: SettingsSpec, owner: str) -> Sequence[Phase]:
    """Return the rounds that can have settings of their own; with one alone there is nothing to tell apart."""
    own = rounds(ctx, campaign_id=g.campaign.id, source=owner) if spec.per_round else ()
    return own if len(own) > 1 else ()


def _scopes(ctx: Context, spec: SettingsSpec, owner: str, round_: Phase | None) -> list[dict[str, object]]:
    """Return the links to the settings of all rounds and of single ones, none where there is nothing to choose."""
    found = _rounds(ctx, spec, owner)
    titles = [("", _("All rounds")), *((one.key, one.title) for one in found)] if found else []
    here = round_.key if round_ else ""
    return [
        {
            "title": title,
            "url": url_for("campaigns.settings", slug=g.campaign.slug, owner=owner, round=key or None),
            "active": key == here,
        }
        for key, title in titles
    ]


def _prepared(ctx: Context, form: Any) -> Any:
    """Give a form that offers rounds or divisions to choose from those of the campaign."""
    if hasattr(form, "offer_rounds"):
        form.offer_rounds(rounds(ctx, campaign_id=g.campaign.id))
    if hasattr(form, "offer_divisions"):
        form.offer_divisions(g.campaign.divisions)
    return form


def _change_form(ctx: Context, owner: str, round_: Phase | None) -> ChangeForm | None:
    """Return what is asked beside the settings while a round of the part is open and another one is to come.

    What one round has of its own waits until none is open.
    """
    found = course(ctx, campaign=g.campaign, part=owner)
    if found.running is None or not found.ahead or round_ is not None:
        return None
    form = ChangeForm(prefix="change", meta={"csrf": False})  # it is sent with the part's form, which has the token
    form.offer(found.ahead, documents(ctx, campaign_id=g.campaign.id, public_only=False))
    return form


def _waiting(ctx: Context, owner: str, spec: SettingsSpec) -> Waiting | None:
    found = [one for one in waiting_changes(ctx, campaign=g.campaign) if one.content.part == owner]
    if not found:
        return None
    change = found[0].content
    before = load_settings(ctx, owner=owner, schema=spec.schema, campaign=g.campaign).value
    forms = [spec.form().from_settings(value) for value in (before, structure(spec.schema, change.values))]
    ahead = course(ctx, campaign=g.campaign, part=owner).ahead
    return Waiting(
        proposal=found[0],
        changes=entered(*(_prepared(ctx, form) for form in forms)),
        round=next((round_ for round_ in ahead if round_.number == change.from_round), None),
        document=document_by_key(ctx, campaign_id=g.campaign.id, key=change.document),
        mine=found[0].is_of(ctx.actor.user_id),
    )


def _page(
    owner: str,
    spec: SettingsSpec,
    form: Any,
    change: ChangeForm | None,
    *,
    round_: Phase | None = None,
    waiting: Waiting | None = None,
    status: int = 200,
) -> Response:
    ctx = reading_context()
    found = course(ctx, campaign=g.campaign, part=owner)
    newest = last_change(ctx, campaign_id=g.campaign.id, owner=owner)
    later = (round_ for round_ in found.ahead if newest and round_.number == newest.from_round)
    return render(
        "campaigns/settings.html",
        "campaigns/_settings.html",
        status=status,
        spec=spec,
        owner=owner,
        form=form,
        change=change,
        running=found.running,
        round=round_,
        over=round_ is not None and round_ not in found.ahead,
        scopes=_scopes(ctx, spec, owner, round_),
        holds_from=next(later, None),
        waiting=waiting,
        reject=RejectForm(formdata=None) if waiting else None,
        sections=sections(owner),
    )
