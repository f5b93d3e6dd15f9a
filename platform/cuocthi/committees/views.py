"""Committees for organisers: who sits on them, appointing and discharging."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.committees.domain import discharge, edit_committee, set_up_committee, unit_meant
from cuocthi.committees.forms import AppointmentForm, CommitteeForm, NewCommitteeForm, NewMemberForm
from cuocthi.committees.matrix import matrix
from cuocthi.committees.queries import committee_of, committees, committees_with_members, membership_of, people_named
from cuocthi.committees.words import ROLES
from cuocthi.contributions import NavGroup, Role
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import DomainError
from cuocthi.standings.appointments import appoint
from cuocthi.text import T
from cuocthi.users.domain import find_credentials
from cuocthi.users.models import User
from cuocthi.users.names import fold
from cuocthi.users.newcomers import add_newcomer, invite, prepare_newcomer
from cuocthi.users.sign_in import known_credentials
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.links import public_link
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.tables import LONGEST_SEARCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.committees.models import Committee
    from cuocthi.context import Context
    from cuocthi.users.contacts import NormalisedContact

EDIT = "core:committee:edit"
_FOUND = 10
_KEY_LENGTH = 36
_NUMBER = re.compile(r"[0-9]{1,18}")

blueprint = CampaignBlueprint("committees", __name__)
blueprints = (blueprint,)
navigation = (
    NavEntry(
        "committees",
        T("Committees"),
        "committees.listing",
        "core:campaign:view",
        30,
        NavGroup.SETTING_UP,
        also=("permissions",),
    ),
)


@blueprint.page("/staff/committees/", permission="core:campaign:view")
def listing() -> Response:
    """Show the committees and who sits on them."""
    found = committees_with_members(reading_context(), campaign_id=g.campaign.id)
    return render("committees/listing.html", committees=found, roles=ROLES)


@blueprint.page("/staff/permissions", permission="core:campaign:view")
def permissions() -> Response:
    """Show who may do what in this campaign."""
    found = matrix(reading_context(), campaign=g.campaign, permissions=registry().permissions)
    return render("committees/permissions.html", groups=found.groups, titles=found.titles)


@blueprint.page("/staff/committees/new", permission=EDIT)
def new() -> Response:
    """Show an empty committee."""
    return render("committees/committee.html", form=NewCommitteeForm(), committee=None)


@blueprint.page("/staff/committees/new", permission=EDIT, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Set a committee up."""
    form = NewCommitteeForm()
    if form.validate():
        try:
            with committing() as ctx:
                set_up_committee(
                    ctx,
                    campaign=g.campaign,
                    key=_free_key(ctx, form.title.data or ""),
                    role=Role(form.role.data),
                    title=(form.title.data or "").strip(),
                    decision=(form.decision.data or "").strip(),
                    sees_names=form.sees_names.data,
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("The committee was set up."))
    return render("committees/committee.html", status=422, form=form, committee=None)


@blueprint.page("/staff/committees/<int:committee_id>", permission=EDIT)
def committee(committee_id: int) -> Response:
    """Show a committee's title and decision for editing."""
    found = _committee(reading_context(), committee_id)
    form = CommitteeForm(
        data={"title": found.title, "decision": found.decision, "sees_names": found.sees_names},
    )
    return render("committees/committee.html", form=form, committee=found)


@blueprint.page("/staff/committees/<int:committee_id>", permission=EDIT, methods=["POST"], endpoint="save")
def save(committee_id: int) -> AnyResponse:
    """Store a committee's title and decision."""
    form = CommitteeForm()
    found = _committee(reading_context(), committee_id)
    if form.validate():
        try:
            with committing() as ctx:
                edit_committee(
                    ctx,
                    campaign=g.campaign,
                    committee=found,
                    title=(form.title.data or "").strip(),
                    decision=(form.decision.data or "").strip(),
                    sees_names=form.sees_names.data,
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("Saved."))
    return render("committees/committee.html", status=422, form=form, committee=found)


@blueprint.page("/staff/committees/<int:committee_id>/appoint", permission=EDIT)
def appointing(committee_id: int) -> Response:
    """Search a person by name, phone or e-mail, and offer the seat."""
    ctx = reading_context()
    return _appoint_page(ctx, _committee(ctx, committee_id), AppointmentForm())


@blueprint.page("/staff/committees/<int:committee_id>/appoint", permission=EDIT, methods=["POST"], endpoint="appoint")
def store_appointment(committee_id: int) -> AnyResponse:
    """Give the person the seat."""
    form = AppointmentForm()
    ctx = reading_context()
    found = _committee(ctx, committee_id)
    chosen = form.user_id.data or ""
    user = ctx.session.get(User, int(chosen)) if _NUMBER.fullmatch(chosen) else None
    if user is None:
        abort(404)
    if form.validate():
        try:
            with committing() as changing:
                _appoint(changing, form, committee=found, user=user)
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("%(name)s now sits on “%(committee)s”.", name=user.name, committee=found.title))
    return _appoint_page(ctx, found, form, status=422)


@blueprint.page("/staff/committees/<int:committee_id>/appoint/new", permission=EDIT)
def appointing_new(committee_id: int) -> Response:
    """Show the form of a member who has no account."""
    found = _committee(reading_context(), committee_id)
    return render("committees/new_member.html", form=NewMemberForm(), committee=found)


@blueprint.page(
    "/staff/committees/<int:committee_id>/appoint/new", permission=EDIT, methods=["POST"], endpoint="appoint_new"
)
def store_new_member(committee_id: int) -> AnyResponse:
    """Make an account and give its holder the seat."""
    form = NewMemberForm()
    if form.validate():
        try:
            return _appoint_new(form, committee_id)
        except DomainError as error:
            attach_error(form, error)
    found = _committee(reading_context(), committee_id)
    return render("committees/new_member.html", status=422, form=form, committee=found)


def _appoint_new(form: NewMemberForm, committee_id: int) -> AnyResponse:
    # Comparing and hashing the password take a while; no transaction stays open meanwhile, above all no writing one.
    campaign_id = g.campaign.id
    contact, password = form.contact.data or "", form.password.data or ""
    registration = prepare_newcomer(
        name=form.name.data or "",
        contact=contact,
        password=password,
        known=known_credentials(contact),
        reached=registry().channels,
    )
    with committing() as ctx:
        found = committee_of(ctx, campaign_id=campaign_id, committee_id=committee_id) or abort(404)
        user = add_newcomer(ctx, registration=registration, vault=registry().vault)
        _appoint(ctx, form, committee=found, user=user)
        if not password:
            _invite(ctx, registration.contact, committee=found, user=user)
    if not password:
        return _done(
            _("%(name)s now sits on “%(committee)s” and gets an invitation.", name=user.name, committee=found.title)
        )
    return _done(_("%(name)s now sits on “%(committee)s”.", name=user.name, committee=found.title))


def _invite(ctx: Context, contact: NormalisedContact, *, committee: Committee, user: User) -> None:
    parts, words = registry(), {"committee": committee.title, "campaign": g.campaign.name}
    address = public_link("users.invited")
    invite(
        ctx,
        user=user,
        contact=contact,
        reason=T("You have been appointed to “%(committee)s” of “%(campaign)s”.", **words),
        address=f"{address}?ticket=",
        vault=parts.vault,
        language=g.campaign.language,
    )


def _appoint(ctx: Context, form: AppointmentForm | NewMemberForm, *, committee: Committee, user: User) -> None:
    position = (form.position.data or "").strip()
    unit = unit_meant(ctx, text=form.unit.data or "") if committee.role.bound_to_unit else None
    appoint(ctx, campaign=g.campaign, committee=committee, user=user, position=position, unit=unit)


@blueprint.page("/staff/committees/seats/<int:membership_id>/end", permission=EDIT)
def ending(membership_id: int) -> Response:
    """Ask before a seat ends."""
    found = membership_of(reading_context(), campaign_id=g.campaign.id, membership_id=membership_id) or abort(404)
    return render("committees/discharge.html", membership=found)


@blueprint.page("/staff/committees/seats/<int:membership_id>/end", permission=EDIT, methods=["POST"], endpoint="end")
def end_seat(membership_id: int) -> AnyResponse:
    """End a seat."""
    with committing() as ctx:
        found = membership_of(ctx, campaign_id=g.campaign.id, membership_id=membership_id) or abort(404)
        discharge(ctx, campaign=g.campaign, membership=found)
    return _done(_("The seat has ended."))


def _appoint_page(ctx: Context, found: Committee, form: AppointmentForm, *, status: int = 200) -> Response:
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    people = _people(ctx, search)
    return render(
        "committees/appoint.html",
        "committees/_people.html",
        status=status,
        committee=found,
        form=form,
        search=search,
        people=people,
        entrants=_entrants(ctx, people),
    )


def _people(ctx: Context, search: str) -> Sequence[User]:
    """Return whom a search finds: by contact if it is one, otherwise by name."""
    ids = [found.user_id for found in find_credentials(ctx, contact=search, vault=registry().vault)] if search else []
    if ids:
        return ctx.session.scalars(sa.select(User).where(User.id.in_(ids)).order_by(User.name_sort, User.id)).all()
    return people_named(ctx, folded=fold(search), limit=_FOUND)


def _entrants(ctx: Context, people: Sequence[User]) -> set[int]:
    """Return which of these people take part: their entries would be excluded."""
    return set(
        ctx.session.scalars(
            sa.select(Enrolment.user_id).where(
                Enrolment.campaign_id == g.campaign.id,
                Enrolment.user_id.in_([user.id for user in people]),
                Enrolment.state == EnrolmentState.ACTIVE,
            )
        )
    )


def _committee(ctx: Context, committee_id: int) -> Committee:
    return committee_of(ctx, campaign_id=g.campaign.id, committee_id=committee_id) or abort(404)


def _free_key(ctx: Context, title: str) -> str:
    stem = re.sub(r"[^0-9a-z]+", "-", fold(title)).strip("-")[:_KEY_LENGTH].strip("-") or "committee"
    taken = {found.key for found in committees(ctx, campaign_id=g.campaign.id)}
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _done(message: str) -> AnyResponse:
    flash(message, "ok")
    return redirect(url_for("committees.listing", slug=g.campaign.slug))
