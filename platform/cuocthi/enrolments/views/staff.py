"""Who takes part, for the committees: a list, its export, and one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request, url_for
from flask_babel import gettext as _

from cuocthi.enrolments import queries
from cuocthi.enrolments.answers import answers_of, asked_of
from cuocthi.enrolments.late_consents import lacks_consent
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.enrolments.queries import Wanted
from cuocthi.enrolments.views.blueprints import campaign_pages
from cuocthi.enrolments.views.details import in_part
from cuocthi.text import T
from cuocthi.units.queries import unit_by_code
from cuocthi.users.models import Profile
from cuocthi.users.profiles import with_same_number
from cuocthi.users.queries import masked_contacts, sharing_contact
from cuocthi.web.context import reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from flask import Response

    from cuocthi.context import Context

STATES = {EnrolmentState.ACTIVE: T("Counts"), EnrolmentState.EXCLUDED: T("Excluded")}


@campaign_pages.page("/staff/enrolments/", permission="core:enrolment:view")
def listing() -> Response:
    """List the campaign's participants, or hand the list out."""
    ctx = reading_context()
    table = _table(ctx)
    wanted = Wanted(
        search=table.search,
        unit=table.filtered["unit"],
        category=table.filtered["category"],
        state=EnrolmentState(table.filtered["state"]) if table.filtered["state"] else None,
        sort=table.sort_key,
        descending=table.descending,
    )
    vault = registry().vault
    if table.export:
        return download(
            table,
            lambda ctx: queries.every_enrolment(ctx, campaign_id=g.campaign.id, wanted=wanted, vault=vault),
            of="core:enrolment",
            summary=T("Exported the list of participants"),
        )
    rows, total = queries.list_enrolments(
        ctx, campaign_id=g.campaign.id, wanted=wanted, vault=vault, limit=table.limit, offset=table.offset
    )
    return render("enrolments/listing.html", table=table.show(rows, total), states=STATES)


def _table(ctx: Context) -> Table:
    unit = unit_by_code(ctx, code=request.args.get("unit", "").strip())
    categories = dict(g.campaign.categories)
    divisions = {division.id: division.name for division in g.campaign.divisions}
    return Table(
        id="enrolments",
        path=url_for("enrolments.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("name", _("Name"), sortable=True, cell=lambda row: row.name),
            Column("code", _("Contest number"), sortable=True, cell=lambda row: row.code),
            Column("unit", _("Unit"), sortable=True, cell=lambda row: row.unit_name),
            Column("category", _("Category"), cell=lambda row: categories.get(row.category, row.category)),
            Column("enrolled_at", _("Registered"), sortable=True, kind="moment", cell=lambda row: row.enrolled_at),
            Column("state", _("State"), kind="status", cell=lambda row: STATES[row.state]),
        ],
        sort="name",
        filters=[
            Filter(
                "unit",
                _("Unit"),
                kind="words",
                offered_at=url_for("units.suggest", slug=g.campaign.slug),
                meant=_("%(unit)s and the units below it", unit=unit.name) if unit else "",
            ),
            Filter("category", _("Category"), list(g.campaign.categories.items())),
            Filter("state", _("State"), [(state.value, translate(title)) for state, title in STATES.items()]),
        ],
        in_files=[
            Column("unit_note", _("Name of the unit as entered"), cell=lambda row: row.unit_note),
            Column("division", _("Division"), cell=lambda row: divisions.get(row.division_id)),
            Column("excluded_reason", _("Reason of the exclusion"), cell=lambda row: row.excluded_reason),
        ],
    )


@campaign_pages.page(
    "/staff/enrolments/<int:enrolment_id>",
    permission="core:enrolment:view",
    on_record=T("Looked at the personal data of a participant"),
)
def person(enrolment_id: int) -> Response:
    """Show one participant: what was entered, contacts in part, whether the entry counts, who shares a contact."""
    ctx = reading_context()
    enrolment = queries.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    answers = answers_of(ctx, enrolment=enrolment, vault=registry().vault)
    return render(
        "enrolments/person.html",
        enrolment=enrolment,
        state=STATES[enrolment.state],
        division=next((item.name for item in g.campaign.divisions if item.id == enrolment.division_id), ""),
        contacts=masked_contacts(ctx, user_id=enrolment.user_id, vault=registry().vault),
        sharing=sharing_contact(ctx, user_id=enrolment.user_id),
        answers=in_part(answers),
        lacks_consent=lacks_consent(enrolment, rules=asked_of(ctx, enrolment=enrolment), answers=answers),
        same_number=with_same_number(ctx, user_id=enrolment.user_id),
        profile=ctx.session.get(Profile, enrolment.user_id),
    )
