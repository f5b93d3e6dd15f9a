"""The scheme of prizes: what it adds up to, each set on a page of its own, changes that two persons agree on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.views.entered import Entered
from cuocthi.documents.queries import document_by_key, document_of, documents
from cuocthi.errors import DomainError, Missing
from cuocthi.rules.forms import AmendmentForm, RejectForm
from cuocthi.rules.language import writer
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import committing, reading_context
from cuocthi.web.formats import money
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import leave, render
from cuocthi.web.requests import row_number
from cuocthi_prizes.candidates.scheme_form import CHECKS
from cuocthi_prizes.domain.awarded import promised_sum, removed_rounds, rounds_of
from cuocthi_prizes.domain.clauses import tier_lines
from cuocthi_prizes.domain.outlook import outlook
from cuocthi_prizes.domain.proposals import with_set
from cuocthi_prizes.domain.scheme import (
    confirm_scheme,
    propose_scheme,
    reject_scheme,
    save_scheme,
    takes_two,
    waiting_scheme,
)
from cuocthi_prizes.forms import TIES, SchemeForm, SetForm, removed_title
from cuocthi_prizes.queries import blocks, load_scheme
from cuocthi_prizes.settings import PrizeSet, PrizeSettings, excess
from cuocthi_prizes.views.blueprint import blueprint
from cuocthi_prizes.wording import extra_lines, formula_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.standings.proposals import Proposal
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.domain.scheme import SchemeChange
    from cuocthi_prizes.settings import CollectiveTier, Tier

EDIT = "prizes:scheme:edit"
#: What names the page of a set that is not stored yet.
NEW = "+"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal as the page shows it: what it would change, by which document."""

    proposal: Proposal[SchemeChange]
    changes: list[Entered]
    document: Document | None
    mine: bool


@blueprint.page("/scheme", permission=EDIT)
def scheme() -> Response:
    """Show the sets of the scheme, what they add up to, and what somebody has proposed to change."""
    ctx = reading_context()
    return _scheme_page(ctx, SchemeForm.from_settings(load_scheme(ctx, campaign=g.campaign).value), _amendment(ctx))


@blueprint.page("/scheme", endpoint="save_scheme", permission=EDIT, methods=["POST"])
def store_scheme() -> AnyResponse:
    """Store, or propose, what all sets have in common."""
    form, amendment = SchemeForm(), _amendment(reading_context())
    if form.validate() and (amendment is None or amendment.validate()):
        try:
            with committing() as ctx:
                said = _stored(ctx, form.applied_to(load_scheme(ctx, campaign=g.campaign).value), amendment)
        except DomainError as error:
            _attach(form, amendment, error)
        else:
            flash(said, "ok")
            return redirect(url_for(".scheme", slug=g.campaign.slug))
    return _scheme_page(reading_context(), form, amendment, status=422)


@blueprint.page("/scheme/sets/<key>", permission=EDIT)
def prize_set(key: str) -> Response:
    """Show one set for editing, or an empty form for a new one."""
    ctx = reading_context()
    return _set_page(ctx, SetForm.from_settings(_set_named(ctx, key)), key, _amendment(ctx))


@blueprint.page("/scheme/sets/<key>", endpoint="save_set", permission=EDIT, methods=["POST"])
def store_set(key: str) -> AnyResponse:
    """Add or remove a row, look ahead, or store or propose the set."""
    ctx = reading_context()
    present_set = _set_named(ctx, key)
    form, amendment, act = SetForm(), _amendment(ctx), request.form.get("act", "")
    _offer(ctx, form, present_set, rounds(ctx, campaign_id=g.campaign.id))
    if form.change_rows(act):
        return _set_page(ctx, form, key, amendment)
    looking = act == "look"
    if form.validate() and (looking or amendment is None or amendment.validate()):
        try:
            if looking:
                return _set_page(ctx, form, key, amendment, looks=_looked(ctx, form, key))
            with committing() as writing:
                present = load_scheme(writing, campaign=g.campaign).value
                said = _stored(writing, with_set(present, _entered_set(form, key, present)), amendment)
        except DomainError as error:
            _attach(form, amendment, error)
        else:
            flash(said, "ok")
            return leave(url_for(".scheme", slug=g.campaign.slug))
    return _set_page(reading_context(), form, key, amendment, status=422)


@blueprint.page("/scheme/sets/<key>/remove", permission=EDIT, methods=["POST"])
def remove_set(key: str) -> AnyResponse:
    """Take a set out of the scheme, or propose it; lists that were made by it stay."""
    amendment = _amendment(reading_context())
    if amendment is not None and not amendment.validate():
        ctx = reading_context()
        return _set_page(ctx, SetForm.from_settings(_set_named(ctx, key)), key, amendment, status=422)
    with committing() as ctx:
        _set_named(ctx, key)
        present = load_scheme(ctx, campaign=g.campaign).value
        left = replace(present, sets=tuple(one for one in present.sets if one.key != key))
        said = _stored(ctx, left, amendment)
    flash(said, "ok")
    return redirect(url_for(".scheme", slug=g.campaign.slug))


@blueprint.page("/scheme/confirm", permission=EDIT, methods=["POST"], endpoint="confirm_scheme")
def confirm() -> AnyResponse:
    """Confirm what another person has proposed; the rules are issued anew with it."""
    with committing() as ctx:
        issued = confirm_scheme(ctx, campaign=g.campaign, proposal_id=_seen(), write=writer(g.campaign.language))
        number = issued.number if issued else 0
    if number:
        flash(_("The change is confirmed. Version %(number)s of the rules is in force.", number=number), "ok")
    else:
        flash(_("The change is confirmed. The rules say nothing of it, so they stay as they are."), "ok")
    return redirect(url_for(".scheme", slug=g.campaign.slug))


@blueprint.page("/scheme/reject", permission=EDIT, methods=["POST"], endpoint="reject_scheme")
def reject() -> AnyResponse:
    """Reject what another person has proposed, or take back one's own proposal."""
    form = RejectForm()
    with committing() as ctx:
        reject_scheme(ctx, campaign=g.campaign, proposal_id=_seen(), reason=form.rejection.data or "")
    flash(_("The proposal is rejected; the scheme of prizes stays as it is."), "ok")
    return redirect(url_for(".scheme", slug=g.campaign.slug))


def _seen() -> int:
    return request.form.get("proposal", 0, type=row_number)


def _stored(ctx: Context, value: PrizeSettings, amendment: AmendmentForm | None) -> str:
    if amendment is None:
        save_scheme(ctx, campaign=g.campaign, scheme=value)
        return _("The scheme of prizes is stored.")
    chosen = amendment.document.data
    propose_scheme(
        ctx,
        campaign=g.campaign,
        scheme=value,
        document=document_of(ctx, campaign_id=g.campaign.id, document_id=int(chosen)) if chosen else None,
        reason=amendment.reason.data or "",
        write=writer(g.campaign.language),
    )
    return _("The change is proposed. It holds once another person has confirmed it.")


def _attach(form: Any, amendment: AmendmentForm | None, error: DomainError) -> None:
    if error.field == "round" and "awarded" in form:
        error.field = "awarded"  # the page asks for it together with whether each round is awarded
    attach_error(amendment if amendment and error.field and error.field in amendment else form, error)


def _amendment(ctx: Context) -> AmendmentForm | None:
    """Return what is asked beside a change once a round has begun."""
    if not takes_two(ctx, campaign=g.campaign):
        return None
    form = AmendmentForm(prefix="change", meta={"csrf": False})  # it is sent with another form, which has the token
    form.offer_documents(documents(ctx, campaign_id=g.campaign.id, public_only=False))
    return form


def _set_named(ctx: Context, key: str) -> PrizeSet:
    if key == NEW:
        return PrizeSet("new", "–")
    found = load_scheme(ctx, campaign=g.campaign).value.named(key)
    if found is None:
        raise Missing(T("There is no such prize set (any more)."))
    return found


def _offer(ctx: Context, form: SetForm, prize_set: PrizeSet, campaign_rounds: Sequence[Phase]) -> Sequence[str]:
    """Let the form choose from what there is and from what the set says; return the blocks in use."""
    offered = blocks(ctx)
    form.offer(campaign_rounds, g.campaign.divisions, offered, prize_set)
    return offered


def _entered_set(form: SetForm, key: str, present: PrizeSettings) -> PrizeSet:
    return form.to_settings("" if key == NEW else key, [one.key for one in present.sets])


def _looked(ctx: Context, form: SetForm, key: str) -> Any:
    """Return who would win, and for how much, by the set as entered, beside who does by the present one."""
    present = load_scheme(ctx, campaign=g.campaign).value
    entered = _entered_set(form, key, present)
    return outlook(ctx, campaign=g.campaign, present=present, changed=with_set(present, entered), key=entered.key)


# --- pages ----------------------------------------------------------------------------------------------------------


def _scheme_page(ctx: Context, form: SchemeForm, amendment: AmendmentForm | None, status: int = 200) -> Response:
    value = load_scheme(ctx, campaign=g.campaign).value
    campaign_rounds = rounds(ctx, campaign_id=g.campaign.id)
    waiting = _waiting(ctx, value, campaign_rounds)
    total = promised_sum(ctx, scheme=value, campaign_rounds=campaign_rounds)
    return render(
        "prizes/scheme.html",
        status=status,
        form=form,
        amendment=amendment,
        scheme=value,
        sets=[
            (one, _what_it_awards(one, campaign_rounds), len(rounds_of(ctx, one, campaign_rounds)))
            for one in value.sets
        ],
        lines=lambda tiers: tier_lines(tiers, g.campaign.language).splitlines(),
        formula=lambda formula: formula_lines(formula, g.campaign.language),
        extra=lambda extra: extra_lines(extra, g.campaign.language),
        total=total,
        excess=excess(total, value.allotted),
        new=NEW,
        waiting=waiting,
        reject=RejectForm(formdata=None) if waiting else None,
    )


def _set_page(  # noqa: PLR0917 - what one page is made of
    ctx: Context, form: SetForm, key: str, amendment: AmendmentForm | None, status: int = 200, looks: Any = None
) -> Response:
    campaign_rounds = rounds(ctx, campaign_id=g.campaign.id)
    present_set = _set_named(ctx, key)
    offered = _offer(ctx, form, present_set, campaign_rounds)
    if key == NEW and not form.is_submitted():
        form.title.data = ""
    return render(
        "prizes/set.html",
        "prizes/_set.html",
        status=status,
        form=form,
        amendment=amendment,
        key=key,
        new=key == NEW,
        several=len(campaign_rounds) > 1,
        divided=bool(g.campaign.divisions),
        in_blocks=bool(offered),
        looks=looks,
    )


def _waiting(ctx: Context, present: PrizeSettings, campaign_rounds: Sequence[Phase]) -> Waiting | None:
    found = waiting_scheme(ctx, campaign=g.campaign)
    if found is None:
        return None
    return Waiting(
        proposal=found,
        changes=list(_differences(present, found.content.scheme, campaign_rounds)),
        document=document_by_key(ctx, campaign_id=g.campaign.id, key=found.content.document),
        mine=found.is_of(ctx.actor.user_id),
    )


def _differences(before: PrizeSettings, after: PrizeSettings, campaign_rounds: Sequence[Phase]) -> Iterator[Entered]:
    """Yield what a proposal changes: set by set in words, then what all have in common."""
    for key in dict.fromkeys(one.key for one in (*before.sets, *after.sets)):
        was, will = before.named(key), after.named(key)
        if was != will:
            title = (will or was or PrizeSet(key, key)).title
            yield Entered(title, *(_in_words(one, campaign_rounds) for one in (was, will)))
    labels = SchemeForm(formdata=None)
    yield from (
        Entered(str(field.label.text), [old], [new])
        for field, old, new in (
            (labels.allotted, money(before.allotted, "vi"), money(after.allotted, "vi")),
            (labels.once_a_round, _yes(answer=before.once_a_round), _yes(answer=after.once_a_round)),
            (labels.most_a_person, str(before.most_a_person or "–"), str(after.most_a_person or "–")),
            (labels.extra_counts, _yes(answer=before.extra_counts), _yes(answer=after.extra_counts)),
            (labels.unit_once_a_round, _yes(answer=before.unit_once_a_round), _yes(answer=after.unit_once_a_round)),
            (labels.most_a_unit, str(before.most_a_unit or "–"), str(after.most_a_unit or "–")),
            (labels.candidate_checks, _checks(before), _checks(after)),
            (labels.answer_days, str(before.answer_days or "–"), str(after.answer_days or "–")),
        )
        if old != new
    )


def _checks(scheme: PrizeSettings) -> str:
    return "; ".join(str(CHECKS[check]) for check in scheme.candidate_checks) or "–"


def _yes(*, answer: bool) -> str:
    return _("yes") if answer else _("no")


def _in_words(one: PrizeSet | None, campaign_rounds: Sequence[Phase]) -> list[str]:
    if one is None:
        return []
    tiers: list[Tier | CollectiveTier] = [*one.tiers, *one.collective]
    lines = tier_lines(tiers, g.campaign.language) if tiers else ""
    limit = [f"{SetForm(formdata=None).most_a_person.label.text}: {one.most_a_person}"] if one.most_a_person else []
    said = [*lines.splitlines(), *formula_lines(one.formula, g.campaign.language)]
    said += extra_lines(one.extra, g.campaign.language)
    return [one.title, _what_it_awards(one, campaign_rounds), *said, str(TIES[one.ties]), *limit]


def _what_it_awards(one: PrizeSet, campaign_rounds: Sequence[Phase]) -> str:
    titles = {round_.key: round_.title for round_ in campaign_rounds}
    titles |= {key: removed_title(key) for key in removed_rounds(one, campaign_rounds)}
    parts = [titles.get(one.round) or _("The only round")]
    if one.each_round:
        parts = [_("Each round, by a list of its own")]
        parts += [_("but for %(rounds)s", rounds=", ".join(titles[key] for key in one.but_for))][: len(one.but_for)]
    names = {division.key: division.name for division in g.campaign.divisions}
    parts += [names.get(one.division, one.division)] if one.division else []
    return " · ".join([*parts, *([one.block] if one.block else [])])
