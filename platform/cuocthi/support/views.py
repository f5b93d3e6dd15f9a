"""The support's pages: finding who lost access, letting them in again; and where they enter their code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request, url_for
from flask_babel import gettext as _

from cuocthi.contributions import NavGroup
from cuocthi.enrolments import queries as enrolments
from cuocthi.enrolments.queries import Wanted
from cuocthi.errors import DomainError
from cuocthi.security.limits import limit_secrets
from cuocthi.support.domain import obstacles, restore_access, take_code
from cuocthi.support.forms import IdentityForm, SpokenCodeForm
from cuocthi.support.models import Proof
from cuocthi.support.queries import checks_of
from cuocthi.support.words import PROOFS
from cuocthi.text import T
from cuocthi.users.codes import WrongCode
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.models import User
from cuocthi.users.profiles import birth_dates
from cuocthi.users.queries import has_second_factor, own_contacts, sharing_contact
from cuocthi.users.views.codes import ask_password
from cuocthi.web.blueprint import CampaignBlueprint, SiteBlueprint
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.links import public_link
from cuocthi.web.navigation import NavEntry
from cuocthi.web.on_record import put_look_on_record
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Table

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.enrolments.models import Enrolment
    from cuocthi.support.domain import Restored

RESTORE = "core:access:restore"

pages = CampaignBlueprint("support", __name__)
entering = SiteBlueprint("restored", __name__)
blueprints = (pages, entering)
navigation = (NavEntry("support", T("Help with access"), "support.listing", RESTORE, 43, NavGroup.PEOPLE),)


@pages.page("/staff/support/", permission=RESTORE)
def listing() -> Response:
    """Search who lost access, by a whole contact, the contest number or a name; nobody is listed unasked."""
    table = Table(
        id="people",
        path=url_for("support.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("name", T("Name")),
            Column("born", T("Year of birth"), kind="number"),
            Column("code", T("Contest number")),
            Column("unit", T("Unit")),
            Column("enrolled_at", T("Registered"), kind="moment"),
        ],
        sort="name",
        per_page=20,
    )
    ctx = reading_context()
    rows, total = (
        enrolments.list_enrolments(
            ctx,
            campaign_id=g.campaign.id,
            wanted=Wanted(search=table.search),
            vault=registry().vault,
            limit=table.limit,
            offset=table.offset,
        )
        if table.search
        else ([], 0)
    )
    born = birth_dates(ctx, user_ids=[row.user_id for row in rows], vault=registry().vault)
    years = {row.id: born[row.user_id].year for row in rows if row.user_id in born}
    return render("support/listing.html", table=table.show(rows, total), years=years)


@pages.page("/staff/support/<int:enrolment_id>", permission=RESTORE)
def person(enrolment_id: int) -> Response:
    """Show who it is that lost access, and ask what was checked."""
    return _page(enrolment_id, IdentityForm())


@pages.page("/staff/support/<int:enrolment_id>", permission=RESTORE, methods=["POST"], endpoint="restore")
def restore(enrolment_id: int) -> AnyResponse:
    """Let the person in again; the code stands on the page that answers, and nowhere else."""
    form = IdentityForm()
    status = 422
    if form.validate():
        try:
            enrolment, restored = _restore(enrolment_id, form)
        except DomainError as error:
            attach_error(form, error)
            status = error.status
        else:
            return _code_page(enrolment, restored)
    return _page(enrolment_id, form, status=status)


def _restore(enrolment_id: int, form: IdentityForm) -> tuple[Enrolment, Restored]:
    typed = (form.contact.data or "").strip()
    with committing() as ctx:
        enrolment = enrolments.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
        return enrolment, restore_access(
            ctx,
            campaign=g.campaign,
            enrolment=enrolment,
            proofs={Proof(value) for value in form.proofs.data or ()},
            note=form.note.data or "",
            contact=normalise_contact(typed) if typed else None,
            vault=registry().vault,
            language=g.campaign.language,
        )


def _page(enrolment_id: int, form: IdentityForm, *, status: int = 200) -> Response:
    ctx = reading_context()
    enrolment = enrolments.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    put_look_on_record(
        action="core:access:view",
        summary=T("Looked at the account of a person who lost access"),
        object_kind="enrolment",
        object_id=enrolment.id,
    )
    user = ctx.session.get_one(User, enrolment.user_id)
    return render(
        "support/person.html",
        status=status,
        form=form,
        enrolment=enrolment,
        user=user,
        born=birth_dates(ctx, user_ids=[user.id], vault=registry().vault).get(user.id),
        sharing=sharing_contact(ctx, user_id=user.id),
        contacts=own_contacts(ctx, user_id=user.id, vault=registry().vault),
        second_factor=has_second_factor(ctx, user_id=user.id),
        obstacles=obstacles(ctx, user=user),
        checks=checks_of(ctx, user_id=user.id, vault=registry().vault),
        proofs=PROOFS,
    )


def _code_page(enrolment: Enrolment, restored: Restored) -> Response:
    response = render(
        "support/code.html",
        enrolment=enrolment,
        pieces=[restored.code[at : at + 4] for at in range(0, len(restored.code), 4)],
        expires_at=restored.expires_at,
        address=public_link("restored.enter"),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


# --- where the code is entered ---


def _too_many_wrong() -> Response:
    form = SpokenCodeForm()
    form.form_errors = [_("Very many wrong codes come from your network at this moment. Please try again in a minute.")]
    return render("support/enter.html", form=form, status=429)


@entering.page("/sign-in/support", public=True, methods=["GET", "POST"])
@limit_secrets(_too_many_wrong)
def enter() -> AnyResponse:
    """Take the code that the support gave out, and lead on to a new password."""
    form = SpokenCodeForm()
    if form.validate_on_submit():
        with committing() as ctx:
            ticket = take_code(ctx, typed=form.code.data or "")
            if ticket is not None and ticket.user_id is not None:
                return ask_password(ctx, ticket.user_id, ticket.blind_index)
        attach_error(form, WrongCode())
    return render("support/enter.html", form=form, status=422 if form.errors else 200)
