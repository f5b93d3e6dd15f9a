"""What a participant answered beyond name, contact and unit: shown in part, in full on record, and corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.entrants import EntrantRules
from cuocthi.enrolments import queries
from cuocthi.enrolments.answers import OWN, Answers, answers_of, asked_of, correct_answers
from cuocthi.enrolments.asked_form import GUARDIAN, AskedForm, asked_form
from cuocthi.enrolments.guardians import RELATIONS
from cuocthi.enrolments.models import Relation
from cuocthi.enrolments.views.blueprints import campaign_pages
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.users.citizen_ids import mask_citizen_id
from cuocthi.users.contacts import mask, normalise_contact
from cuocthi.users.models import User
from cuocthi.users.profiles import confirm_identity
from cuocthi.web import formats
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import language, translate
from cuocthi.web.on_record import put_look_on_record
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

    from cuocthi.enrolments.models import Enrolment

    Pairs = list[tuple[str, str]]

VIEW = "core:profile:view"
DECIDE = "core:correction:decide"
LOOKED = T("Looked at date of birth, ID number and answers of a participant")


def in_part(answers: Answers) -> Pairs:
    """Return what is shown of answers without being put on record by itself: a year, a few digits."""
    found: Pairs = []
    if answers.birth_date is not None:
        found.append((_("Year of birth"), str(answers.birth_date.year)))
    if answers.citizen_id:
        found.append((_("Citizen ID number"), mask_citizen_id(answers.citizen_id)))
    if answers.guardian is not None:
        contact = normalise_contact(answers.guardian.contact)
        found += _guardian(answers, mask(contact.kind, contact.value))
    return found


def in_full(answers: Answers, rules: EntrantRules) -> Pairs:
    """Return all that was answered; ``rules`` are those that asked."""
    labels = {asked.key: asked.label for asked in rules.fields}
    born = answers.birth_date
    found: Pairs = [] if born is None else [(_("Date of birth"), formats.day(born, language()))]
    if answers.citizen_id:
        found.append((_("Citizen ID number"), answers.citizen_id))
    found += [(labels.get(key, key), answer) for key, answer in answers.own.items()]
    return found + ([] if answers.guardian is None else _guardian(answers, answers.guardian.contact))


def _guardian(answers: Answers, contact: str) -> Pairs:
    given = answers.guardian
    if given is None:
        return []
    who = f"{given.name} ({translate(RELATIONS[Relation(given.relation)])})"
    return [(_("Parent or guardian"), who), (_("Contact of the parent or guardian"), contact)]


@campaign_pages.page("/staff/enrolments/<int:enrolment_id>/details", permission=VIEW, on_record=LOOKED)
def details(enrolment_id: int) -> Response:
    """Show in full what one participant answered."""
    ctx = reading_context()
    enrolment = queries.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    answers = answers_of(ctx, enrolment=enrolment, vault=registry().vault)
    pairs = in_full(answers, asked_of(ctx, enrolment=enrolment))
    return render("enrolments/details.html", enrolment=enrolment, pairs=pairs)


@campaign_pages.page("/staff/enrolments/<int:enrolment_id>/correct", permission=DECIDE)
def correcting(enrolment_id: int) -> Response:
    """Show what one participant answered for correction, which is a look at it and put on record as one."""
    ctx = reading_context()
    enrolment = queries.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    answers = answers_of(ctx, enrolment=enrolment, vault=registry().vault)
    known = {"birth_date": answers.birth_date, "citizen_id": answers.citizen_id}
    own = {f"{OWN}{key}": answer for key, answer in answers.own.items()}
    form = _form(asked_of(ctx, enrolment=enrolment), data=known | own)
    page = _correcting_page(enrolment, form)
    put_look_on_record(action=VIEW, summary=LOOKED, object_kind="profile", object_id=enrolment_id)
    return page


@campaign_pages.page(
    "/staff/enrolments/<int:enrolment_id>/correct", permission=DECIDE, methods=["POST"], endpoint="correct"
)
def correct(enrolment_id: int) -> BaseResponse:
    """Put right what one participant answered."""
    ctx = reading_context()
    enrolment = queries.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
    form = _form(asked_of(ctx, enrolment=enrolment))
    if form.validate():
        try:
            with committing() as changing:
                correct_answers(
                    changing,
                    campaign=g.campaign,
                    enrolment=enrolment,
                    answers=form.to_answers(),
                    vault=registry().vault,
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("enrolments.person", slug=g.campaign.slug, enrolment_id=enrolment_id))
    return _correcting_page(enrolment, form, status=422)


def _form(rules: EntrantRules, **arguments: object) -> AskedForm:
    return asked_form(AskedForm, rules, leave_out=GUARDIAN, **arguments)


def _correcting_page(enrolment: Enrolment, form: AskedForm, *, status: int = 200) -> Response:
    return render("enrolments/correct.html", enrolment=enrolment, form=form, status=status)


@campaign_pages.page("/staff/enrolments/<int:enrolment_id>/confirm-identity", permission=DECIDE, methods=["POST"])
def confirm(enrolment_id: int) -> BaseResponse:
    """Note that the person has shown the citizen ID card."""
    with committing() as ctx:
        enrolment = queries.enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=enrolment_id)
        confirm_identity(ctx, user=ctx.session.get_one(User, enrolment.user_id))
    flash(_("The identity is confirmed."), "ok")
    return redirect(url_for("enrolments.person", slug=g.campaign.slug, enrolment_id=enrolment_id))
