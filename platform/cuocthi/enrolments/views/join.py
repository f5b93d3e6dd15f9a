"""Joining a campaign: one page for a new person, a confirmation for somebody who is signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.entrants import Ask, EntrantRules, entrant_rules
from cuocthi.consents.queries import current_consent
from cuocthi.enrolments import queries
from cuocthi.enrolments.ages import child_is_asked, needs_guardian, today
from cuocthi.enrolments.domain import check_may_join, enrol
from cuocthi.enrolments.forms import JoinForm, join_form
from cuocthi.enrolments.views.blueprints import campaign_pages
from cuocthi.errors import DomainError
from cuocthi.news.domain import agree_to_news
from cuocthi.rules.queries import current_rules, rules_version
from cuocthi.security.limits import count_guess, limit_registrations
from cuocthi.text import T
from cuocthi.units.queries import former_names, full_name, full_names, search_units, unit_by_link
from cuocthi.users import sign_in
from cuocthi.users.citizen_ids import mask_citizen_id
from cuocthi.users.contacts import contact_index
from cuocthi.users.domain import Overtaken, add_user, prepare_registration
from cuocthi.users.models import User
from cuocthi.users.profiles import Known, known_of
from cuocthi.users.queries import has_second_factor
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.htmx import htmx
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from datetime import date

    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse
    from wtforms import HiddenField

    from cuocthi.campaigns.models import Division
    from cuocthi.context import Context
    from cuocthi.rules.models import RulesVersion
    from cuocthi.units.models import Unit

_UNITS_SHOWN = 8
_NUMBER = re.compile(r"[0-9]{1,9}")


def _too_many() -> Response:
    message = _("Very many people are registering from your network at this moment. Please try again in a minute.")
    return render("enrolments/no_entry.html", reason=message, status=429)


@campaign_pages.page("/join", public=True, methods=["GET", "POST"])
@limit_registrations(_too_many)
def join() -> BaseResponse:
    """Show and take the form of a person who joins."""
    ctx = reading_context()
    if request.method == "GET" and htmx.wants_fragment and htmx.target in {"unit", "unit-results"}:
        return _unit_part(ctx)
    user_id = ctx.actor.user_id
    if user_id and queries.enrolment_of(ctx, campaign_id=g.campaign.id, user_id=user_id):
        return redirect(url_for("campaigns.show", slug=g.campaign.slug))
    try:
        check_may_join(ctx, campaign=g.campaign, user_id=user_id)
    except DomainError as refusal:
        return render("enrolments/no_entry.html", reason=refusal.message, status=refusal.status)
    asking = _asking(ctx)
    rules = current_rules(ctx, campaign_id=g.campaign.id)
    form = join_form(g.campaign, rules, asking.rules, known=user_id is not None, told=asking.told)
    if request.method == "POST":
        return _take(form, rules, asking)
    _prefill(ctx, form, rules)
    return _page(ctx, form, asking)


@campaign_pages.page("/join/guardian", public=True, methods=["POST"])
def guardian() -> Response:
    """Show the part of the form that a parent or guardian fills in, if the date of birth that was entered asks for it.

    Without scripts it comes when the whole form is sent.
    """
    ctx = reading_context()
    asking = _asking(ctx)
    form = join_form(g.campaign, None, asking.rules, known=True, told=asking.told)
    return render("enrolments/_guardian.html", form=form, child=asking.child(form))


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the campaign asks of somebody who joins on ``day``, and what that person has told before."""

    rules: EntrantRules
    told: Known
    day: date

    def child(self, form: JoinForm) -> str:
        """Return "" for a grown person, else whether the child itself is "asked" or "too young" to be."""
        born = (form.birth_date.data if "birth_date" in form else None) or self.told.birth_date
        if born is None or not needs_guardian(self.rules, born, day=self.day):
            return ""
        return "asked" if child_is_asked(born, day=self.day) else "too young"


def _asking(ctx: Context) -> _Asking:
    rules, user_id = entrant_rules(ctx, campaign=g.campaign).value, ctx.actor.user_id
    told = known_of(ctx, user_id=user_id, vault=registry().vault) if user_id and rules.asks else Known()
    asked = (name for name in ("birth_date", "citizen_id") if getattr(rules, name) is not Ask.NO)
    return _Asking(rules, Known(**{name: getattr(told, name) for name in asked}), today(ctx.now))


def _is_complete(form: JoinForm, asking: _Asking) -> bool:
    """Check the form; a child is first shown what the parent or guardian has to enter, then that is checked too."""
    if not form.validate():
        return False
    if not asking.child(form):
        return True
    if "guardian_name" in request.form:
        return form.check_guardian()
    message = _("Below the age of %(age)s a parent or guardian consents. Please fill in that part as well.")
    form.guardian_name.errors = [message % {"age": asking.rules.guardian_below}]
    return False


def _take(form: JoinForm, rules: RulesVersion | None, asking: _Asking) -> BaseResponse:
    status = 422
    if _is_complete(form, asking):
        try:
            return _joined(form, asking.rules)
        except DomainError as error:
            attach_error(form, error)
            status = error.status
    if rules is not None and form.rules_version.data != str(rules.number):
        # What was accepted is no longer in force: the version in force is to be read and accepted by a tick of its own.
        form.rules_version.data, form.rules.data = str(rules.number), False
    words = _words(ctx := reading_context())
    if words and form.consent_version.data != words:
        form.consent_version.data, form.consent.data = words, False
    if "password" in form and not form.password.errors:
        form.password.errors = [_("Please choose the password once more; it is not sent back to you.")]
    return _page(ctx, form, asking, status=status)


def _joined(form: JoinForm, asked: EntrantRules) -> BaseResponse:
    reader, there = sign_in.reader(), url_for("campaigns.show", slug=g.campaign.slug)
    if reader is not None:
        with committing() as ctx:
            _enrol(ctx, form, ctx.session.get_one(User, reader.id))
        return redirect(there)
    try:
        return _registered(form, asked, there)
    except Overtaken:
        # The same form was sent twice: this time whom it added is compared with as well, and recognised.
        return _registered(form, asked, there)


def _registered(form: JoinForm, asked: EntrantRules, there: str) -> BaseResponse:
    """Add a new person, or recognise one who is there already, and let the person join and sign in."""
    name, contact, password = form.name.data or "", form.contact.data or "", form.password.data or ""
    # Comparing and hashing the password take a while; no transaction stays open meanwhile, above all no writing one.
    known = sign_in.known_credentials(contact)
    registration = prepare_registration(name=name, contact=contact, password=password, known=known)
    if registration.missed:
        count_guess()
    with committing() as ctx:
        user = add_user(
            ctx,
            registration=registration,
            vault=registry().vault,
            sharing=asked.shared_phones,
            birth_date=form.to_answers().birth_date,
        )
        _enrol(ctx, form, user)
        # Whoever registers again with name, contact and password signs in, with the second factor if there is one.
        index = contact_index(registration.contact, registry().vault)
        sign_in.go_on_to(there.removeprefix(request.script_root))
        return sign_in.enter(ctx, user_id=user.id, second_factor=has_second_factor(ctx, user_id=user.id), index=index)


def _enrol(ctx: Context, form: JoinForm, user: User) -> None:
    unit = unit_by_link(ctx, code=form.unit.data or "")
    if unit is None:
        raise DomainError(T("Please choose your unit."), field="unit")
    enrolment = enrol(
        ctx,
        campaign=g.campaign,
        user=user,
        unit=unit,
        unit_note=form.unit_note.data or "",
        category=form.category.data if "category" in form else "",
        division=_division(form),
        consent=form.consent.data,
        consent_seen=_number(form.consent_version),
        rules_version=_accepted_rules(ctx, form),
        answers=form.to_answers(),
        vault=registry().vault,
    )
    if form.news.data:
        agree_to_news(ctx, enrolment=enrolment)


def _division(form: JoinForm) -> Division | None:
    if "division" not in form:
        return None
    return next((division for division in g.campaign.divisions if division.key == form.division.data), None)


def _accepted_rules(ctx: Context, form: JoinForm) -> RulesVersion | None:
    number = _number(form.rules_version) if "rules" in form and form.rules.data else None
    return None if number is None else rules_version(ctx, campaign_id=g.campaign.id, number=number)


def _number(field: HiddenField) -> int | None:
    return int(field.data) if field.data and _NUMBER.fullmatch(field.data) else None


def _words(ctx: Context) -> str:
    """Return the number of the version of the words of consent that the page shows, "" where there is none."""
    found = current_consent(ctx, campaign_id=g.campaign.id)
    return "" if found is None else str(found.number)


def _prefill(ctx: Context, form: JoinForm, rules: RulesVersion | None) -> None:
    """Fill in what is known: the version of the rules, the unit of the link, or what the person gave the last time."""
    if rules is not None:
        form.rules_version.data = str(rules.number)
    form.consent_version.data = _words(ctx)
    last = queries.last_enrolment(ctx, user_id=ctx.actor.user_id) if ctx.actor.user_id else None
    if last is not None:
        form.unit.data, form.unit_note.data = last.unit.code, last.unit_note
        if "category" in form and last.category in g.campaign.categories:
            form.category.data = last.category
    if "unit" in request.args or "q" in request.args:
        form.unit.data = request.args.get("unit", "")


def _page(ctx: Context, form: JoinForm, asking: _Asking, *, status: int = 200) -> Response:
    return render(
        "enrolments/join.html",
        form=form,
        told=asking.told,
        told_number=mask_citizen_id(asking.told.citizen_id),
        child=asking.child(form),
        status=status,
        **_unit_values(ctx, form),
    )


def _unit_part(ctx: Context) -> Response:
    form = join_form(g.campaign, None, EntrantRules(), known=True, told=Known())
    form.unit.data = request.args.get("unit", "")
    part = "enrolments/_units.html" if htmx.target == "unit-results" else "enrolments/_unit.html"
    return render(part, form=form, swapped=True, **_unit_values(ctx, form))


def _unit_values(ctx: Context, form: JoinForm) -> dict[str, Any]:
    """Return the chosen unit, or else the units that match what is looked for."""
    unit = unit_by_link(ctx, code=form.unit.data) if form.unit.data else None
    if unit is not None:
        return {"unit": unit, "unit_name": full_name(ctx, unit=unit), "needs_note": unit.kind == queries.OTHER_UNIT}
    search = request.values.get("q", "").strip()[:100]
    found = list(search_units(ctx, text=search, limit=_UNITS_SHOWN)) if search else []
    others = [other for other in queries.other_units(ctx) if other not in found]
    return {"unit": None, "search": search, "found": _named(ctx, found, search), "others": others}


def _named(ctx: Context, units: list[Unit], search: str) -> list[tuple[str, str, str, str]]:
    """Return code, name, what the unit belongs to, and the former name by which alone it was found."""
    names, former = full_names(ctx, units=units), former_names(ctx, units=units, text=search)
    return [
        (unit.code, unit.name, names[unit.id].removeprefix(unit.name).removeprefix(", "), former.get(unit.id, ""))
        for unit in units
    ]
