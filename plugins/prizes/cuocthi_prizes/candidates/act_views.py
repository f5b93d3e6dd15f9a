"""Staff pages of what is done about one candidate: checked, ruled, decided, and entered for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.models import CampaignState
from cuocthi.committees.domain import unit_meant
from cuocthi.documents.queries import document_of, documents
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.users.profiles import birth_dates
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_prizes.candidates import asking, checks, conflicts, decisions
from cuocthi_prizes.candidates.contributed import CHECK, DECIDE, ENTER
from cuocthi_prizes.candidates.forms import (
    CheckForm,
    DocumentedForm,
    EnterForm,
    ExclusionForm,
    ExtendForm,
    ReasonForm,
    RulingForm,
    UnitForm,
)
from cuocthi_prizes.candidates.models import DecisionKind, Way
from cuocthi_prizes.candidates.numbers import Doubt
from cuocthi_prizes.candidates.parts import subject
from cuocthi_prizes.candidates.views import post
from cuocthi_prizes.candidates.words import DECIDED, FOLLOWS
from cuocthi_prizes.models import PassedOverKind
from cuocthi_prizes.settings import Check
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.documents.models import Document as RegisteredDocument
    from cuocthi.text import Text
    from cuocthi.web.forms import BaseForm

#: What is decided with one form; another unit has one of its own.
_DECIDED_HERE = "keep,exclude,no_answer,declined,take_back"


@blueprint.page("/awards/<int:number>/candidates/<int:enrolment_id>/check", permission=CHECK, methods=["GET", "POST"])
def check_candidate(number: int, enrolment_id: int) -> AnyResponse:
    """Note a check."""
    form = CheckForm()
    if request.method == "GET":
        form.kind.data = request.args.get("kind")
    return _act(
        number,
        enrolment_id,
        form,
        T("Note a check"),
        lambda ctx: checks.record_check(
            ctx,
            campaign=g.campaign,
            number=number,
            enrolment_id=enrolment_id,
            kind=Check(form.kind.data),
            how=form.how.data or "",
            vault=registry().vault,
        ),
    )


@blueprint.page(
    "/awards/<int:number>/candidates/<int:enrolment_id>/ruling/<int:user_id>",
    permission=DECIDE,
    methods=["GET", "POST"],
)
def rule_on_candidate(number: int, enrolment_id: int, user_id: int) -> AnyResponse:
    """Rule whether the candidate is a member, or the same as another candidate, or the person of the card."""
    form, reading = RulingForm(), reading_context()
    about = subject(reading, campaign=g.campaign, number=number, enrolment_id=enrolment_id)
    question = conflicts.question_of(reading, about=about, user_id=user_id, vault=registry().vault)
    if isinstance(question, Doubt) and question.is_of_the_card:
        form.ask_about_card()
    return _act(
        number,
        enrolment_id,
        form,
        T("Rule on a doubt about the ID number") if isinstance(question, Doubt) else T("Rule on a likeness"),
        lambda ctx: conflicts.rule(
            ctx,
            campaign=g.campaign,
            number=number,
            enrolment_id=enrolment_id,
            user_id=user_id,
            same=form.same.data == "yes",
            reason=form.reason.data or "",
            document=_document(ctx, form),
            vault=registry().vault,
        ),
    )


@blueprint.page(
    f"/awards/<int:number>/candidates/<int:enrolment_id>/<any({_DECIDED_HERE}):kind>",
    permission=DECIDE,
    methods=["GET", "POST"],
)
def decide_on_candidate(number: int, enrolment_id: int, kind: str) -> AnyResponse:
    """Keep, exclude or pass over a candidate, or take that back."""
    meant = DecisionKind(kind)
    form = ExclusionForm() if meant is DecisionKind.EXCLUDE else DocumentedForm()
    if isinstance(form, ExclusionForm):
        _ask_for_registered(reading_context(), form)
    return _act(
        number, enrolment_id, form, DECIDED[meant], lambda ctx: _decide(ctx, number, enrolment_id, meant, form),
        FOLLOWS[meant],
    )  # fmt: skip


@blueprint.page("/awards/<int:number>/candidates/<int:enrolment_id>/unit", permission=DECIDE, methods=["GET", "POST"])
def correct_unit_of_candidate(number: int, enrolment_id: int) -> AnyResponse:
    """Award a candidate with another unit."""
    form = UnitForm()

    def correct(ctx: Context) -> None:
        unit = unit_meant(ctx, text=form.unit.data or "")
        if unit is None:
            raise DomainError(T("Please enter the unit."), field="unit")
        decisions.correct_unit(ctx, unit=unit, **_given(ctx, number, enrolment_id, form))

    title = DECIDED[DecisionKind.UNIT]
    return _act(number, enrolment_id, form, title, correct, FOLLOWS[DecisionKind.UNIT])


@blueprint.page("/awards/<int:number>/candidates/<int:enrolment_id>/extend", permission=CHECK, methods=["GET", "POST"])
def extend_candidate(number: int, enrolment_id: int) -> AnyResponse:
    """Give one candidate more time to answer."""
    form = ExtendForm()
    return _act(
        number,
        enrolment_id,
        form,
        DECIDED[DecisionKind.EXTEND],
        lambda ctx: asking.extend(
            ctx,
            campaign=g.campaign,
            number=number,
            enrolment_id=enrolment_id,
            until=form.day,
            reason=form.reason.data or "",
            post=post(),
        ),
    )


@blueprint.page("/awards/<int:number>/candidates/<int:enrolment_id>/enter", permission=ENTER, methods=["GET", "POST"])
def enter_for_candidate(number: int, enrolment_id: int) -> AnyResponse:
    """Enter for somebody on the phone how the prize is paid."""
    form = EnterForm()
    return _act(
        number,
        enrolment_id,
        form,
        T("Enter how the prize is paid"),
        lambda ctx: asking.enter(
            ctx,
            campaign=g.campaign,
            number=number,
            enrolment_id=enrolment_id,
            way=Way(form.way.data),
            entered=form.entered,
            born=_born(ctx, number, enrolment_id),
            reason=form.reason.data or "",
            vault=registry().vault,
            post=post(),
        ),
        T(
            "Only what the person says on the phone, who is written to that it was entered. It is shown in part "
            "afterwards, to you as well."
        ),
    )


def _act(  # noqa: PLR0917 - of this module alone
    number: int,
    enrolment_id: int,
    form: BaseForm,
    title: Text,
    act: Callable[[Context], object],
    follows: Text | None = None,
) -> AnyResponse:
    """Show the form of an act on one candidate, or do it."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with committing() as ctx:
                    act(ctx)
            except DomainError as error:
                attach_error(form, error)
                status = error.status
            else:
                flash(_("It is on record."), "ok")
                return redirect(url_for(".candidate", slug=g.campaign.slug, number=number, enrolment_id=enrolment_id))
    about = subject(reading_context(), campaign=g.campaign, number=number, enrolment_id=enrolment_id)
    return render(
        "prizes/candidates/act.html",
        status=status,
        award_list=about.award_list,
        enrolment=about.enrolment,
        form=form,
        title=title,
        follows=follows,
    )


def _ask_for_registered(ctx: Context, form: ExclusionForm) -> None:
    archived = g.campaign.state is CampaignState.ARCHIVED
    known = documents(ctx, campaign_id=g.campaign.id, public_only=False) if archived else []
    form.ask_for_registered(known, archived=archived)


def _registered(ctx: Context, form: ReasonForm) -> RegisteredDocument | None:
    if not isinstance(form, ExclusionForm) or "registered" not in form:
        return None
    return document_of(ctx, campaign_id=g.campaign.id, document_id=form.registered.data)


def _decide(ctx: Context, number: int, enrolment_id: int, kind: DecisionKind, form: ReasonForm) -> None:
    given = _given(ctx, number, enrolment_id, form)
    if kind is DecisionKind.KEEP:
        decisions.keep(ctx, **given)
    elif kind is DecisionKind.EXCLUDE:
        decisions.exclude(ctx, **given, registered=_registered(ctx, form))
    elif kind is DecisionKind.TAKE_BACK:
        decisions.take_back(ctx, **given)
    else:
        decisions.pass_over(ctx, kind=PassedOverKind(kind.value), **given, post=post())


def _given(ctx: Context, number: int, enrolment_id: int, form: ReasonForm) -> dict[str, Any]:
    return {
        "campaign": g.campaign,
        "number": number,
        "enrolment_id": enrolment_id,
        "reason": form.reason.data or "",
        "by": _document(ctx, form),
    }


def _document(ctx: Context, form: ReasonForm) -> decisions.Document | None:
    return decisions.document(ctx, number=form.document_number.data or "", day=form.document_date.data)


def _born(ctx: Context, number: int, enrolment_id: int) -> date | None:
    user_id = subject(ctx, campaign=g.campaign, number=number, enrolment_id=enrolment_id).enrolment.user_id
    return birth_dates(ctx, user_ids=[user_id], vault=registry().vault).get(user_id)
