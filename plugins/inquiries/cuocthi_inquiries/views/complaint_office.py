"""Complaints as the committees see them: the list, one of them, registering from paper, dealing with it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.security.personal_data import Undecipherable
from cuocthi.standings.confirmations import confirmations
from cuocthi.text import T
from cuocthi.timelines.queries import phase_of, rounds
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.on_record import put_look_on_record
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_inquiries import complaint_queries
from cuocthi_inquiries.complaint_forms import (
    AnswerForm,
    HandlerForm,
    HarmlessForm,
    PaperForm,
    SeenForm,
    SendBackForm,
    TouchedForm,
    seen_of,
    sent,
)
from cuocthi_inquiries.domain import filing, handling
from cuocthi_inquiries.domain.evidence import VIEW
from cuocthi_inquiries.views.blueprint import blueprint
from cuocthi_inquiries.views.complaints import post
from cuocthi_inquiries.words import ABOUT, COMPLAINT_STATES, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.web.forms import BaseForm
    from cuocthi_inquiries.models import Complaint

HANDLE = "inquiries:complaint:handle"
APPROVE = "inquiries:complaint:approve"
LOOKED = T("Read a complaint")


@blueprint.page("/staff/complaints/", permission=VIEW)
def complaints() -> Response:
    """List the complaints by number, without what they say."""
    ctx = reading_context()
    states = [
        *((str(state), title) for state, title in COMPLAINT_STATES.items()),
        (complaint_queries.APPROVAL, T("Waits for approval")),
        (complaint_queries.OVERDUE, T("Overdue")),
    ]
    held = [(str(one.id), one.title) for one in rounds(ctx, campaign_id=g.campaign.id)]
    table = Table(
        id="complaints",
        path=url_for(".complaints", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("number", T("Number"), sortable=True, cell=lambda row: row[0].name),
            Column("round", T("Round"), cell=lambda row: row[1]),
            Column("about", T("About"), cell=lambda row: ABOUT[row[0].about]),
            Column("handler", T("Dealt with by"), cell=lambda row: row[0].handler.name if row[0].handler else ""),
            Column("due_at", T("Answer due"), sortable=True, kind="moment", cell=lambda row: row[0].due_at),
            Column("state", T("State"), sortable=True, kind="status", cell=lambda row: COMPLAINT_STATES[row[0].state]),
        ],
        sort="-number",
        filters=[Filter("state", T("State"), states), Filter("round", T("Round"), held)],
        in_files=[
            Column("received_at", T("Received"), cell=lambda row: row[0].received_at),
            Column("late", T("Late"), cell=lambda row: T("yes") if row[0].late else T("no")),
            Column("answered_at", T("Answered"), cell=lambda row: row[0].answered_at),
        ],
    )
    campaign_id = g.campaign.id

    def found(ctx: Context) -> tuple[Sequence[tuple[Complaint, str]], int]:
        return complaint_queries.complaints(
            ctx,
            campaign_id=campaign_id,
            narrowed=table.filtered,
            sort_key=table.sort_key,
            descending=table.descending,
            limit=table.limit,
            offset=table.offset,
        )

    if table.export:
        summary = T("Exported the list of complaints")
        return download(table, lambda ctx: found(ctx)[0], of="inquiries:complaint", summary=summary)
    return render("inquiries/complaints.html", table=table.show(*found(ctx)), states=COMPLAINT_STATES, about=ABOUT)


@blueprint.page("/staff/complaints/new", permission=HANDLE, methods=["GET", "POST"])
def register_complaint() -> AnyResponse:
    """Register a complaint that came on paper."""
    form = PaperForm()
    form.offer([(one.id, one.title) for one in rounds(reading_context(), campaign_id=g.campaign.id)])
    if request.method == "GET":
        form.token.data = secrets.token_urlsafe(32)
    elif form.validate():
        try:
            with committing() as ctx:
                phase_id = row_number(form.round.data)
                complaint = filing.register_from_paper(
                    ctx,
                    campaign=g.campaign,
                    round_=phase_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id) or abort(404),
                    said=form.to_said(),
                    sender=form.sender.data or "",
                    sender_code=form.sender_code.data or "",
                    came_on=form.came_on.data,  # type: ignore[arg-type]  # it is required
                    token=form.token.data or "",
                    folder=registry().config.files,
                    vault=registry().vault,
                )
                key, name = complaint.id, complaint.name
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The complaint is registered as %(number)s.", number=name), "ok")
            return redirect(url_for(".complaint", slug=g.campaign.slug, complaint_id=key), 303)
    return render("inquiries/register_complaint.html", status=422 if form.errors else 200, form=form)


@blueprint.page("/staff/complaints/<int:complaint_id>", permission=VIEW, on_record=LOOKED)
def complaint(complaint_id: int) -> Response:
    """Show a complaint with all that belongs to it; that it was read goes on record."""
    return _page(complaint_id)


@blueprint.page("/staff/complaints/<int:complaint_id>/assign", permission=HANDLE, methods=["POST"])
def assign(complaint_id: int) -> AnyResponse:
    """Give a complaint to somebody."""
    form = HandlerForm()
    form.offer(complaint_queries.handlers(reading_context(), campaign_id=g.campaign.id))

    def act(ctx: Context) -> None:
        handling.assign(
            ctx,
            campaign=g.campaign,
            complaint_id=complaint_id,
            handler_id=row_number(form.handler.data),
            seen=form.seen_id,
            post=post(),
        )

    return _done(complaint_id, "giving", form, act, _("The complaint is given to somebody."))


@blueprint.page("/staff/complaints/<int:complaint_id>/touched", permission=HANDLE, methods=["POST"])
def touched(complaint_id: int) -> AnyResponse:
    """Say whom a complaint touches."""
    form = TouchedForm()

    def act(ctx: Context) -> None:
        handling.list_touched(ctx, campaign=g.campaign, complaint_id=complaint_id, codes=form.listed())

    return _done(complaint_id, "touching", form, act, _("The list of whom it touches is saved."))


@blueprint.page("/staff/complaints/<int:complaint_id>/answer", permission=HANDLE, methods=["POST"])
def answer(complaint_id: int) -> AnyResponse:
    """Write the answer to a complaint."""
    form = AnswerForm()

    def act(ctx: Context) -> None:
        handling.answer(
            ctx,
            campaign=g.campaign,
            complaint_id=complaint_id,
            outcome=form.chosen(),
            text=form.text.data or "",
            files=sent([form.file.data]),
            seen=form.seen_at,
            folder=registry().config.files,
            post=post(),
        )

    return _done(complaint_id, "answering", form, act, _("The answer is saved."))


@blueprint.page("/staff/complaints/<int:complaint_id>/approve", permission=APPROVE, methods=["POST"])
def approve(complaint_id: int) -> AnyResponse:
    """Approve an answer that somebody else has written."""
    form = SeenForm()

    def act(ctx: Context) -> None:
        handling.approve(ctx, campaign=g.campaign, complaint_id=complaint_id, seen=form.seen_at, post=post())

    return _done(complaint_id, "approving", form, act, _("The answer is approved and given."))


@blueprint.page("/staff/complaints/<int:complaint_id>/send-back", permission=APPROVE, methods=["POST"])
def send_back(complaint_id: int) -> AnyResponse:
    """Send an answer back to whoever wrote it."""
    form = SendBackForm()

    def act(ctx: Context) -> None:
        reason = form.reason.data or ""
        handling.send_back(ctx, campaign=g.campaign, complaint_id=complaint_id, seen=form.seen_at, reason=reason)

    return _done(complaint_id, "returning", form, act, _("The answer is sent back."))


@blueprint.page("/staff/complaints/<int:complaint_id>/harmless", permission=APPROVE, methods=["POST"])
def harmless(complaint_id: int) -> AnyResponse:
    """Declare that a complaint touches no candidate, or take that back."""
    form = HarmlessForm()
    back = request.form.get("act") == "back"

    def act(ctx: Context) -> None:
        if back:
            handling.declare_serious(ctx, campaign=g.campaign, complaint_id=complaint_id)
        else:
            given = {"campaign": g.campaign, "complaint_id": complaint_id, "reason": form.reason.data or ""}
            handling.declare_harmless(ctx, **given)

    said = _("The complaint holds adoptions up again.") if back else _("What you declared is on record.")
    return _done(complaint_id, "declaring", form, act, said)


def _done(complaint_id: int, place: str, form: BaseForm, act: Callable[[Context], object], said: str) -> AnyResponse:
    """Do what a form of a complaint's page asks for; show the page with the form where it is refused."""
    if form.validate():
        try:
            with committing() as ctx:
                act(ctx)
        except DomainError as error:
            if error.status != 422:  # noqa: PLR2004 - what the form itself cannot mend
                raise
            attach_error(form, error)
        else:
            flash(said, "ok")
            return redirect(url_for(".complaint", slug=g.campaign.slug, complaint_id=complaint_id), 303)
    return _page(complaint_id, status=422, **{place: form})


def _page(complaint_id: int, *, status: int = 200, **forms: Any) -> Response:
    if status != 200 and complaint_queries.complaint_of(  # noqa: PLR2004 - what the page itself puts on record
        reading_context(), campaign_id=g.campaign.id, complaint_id=complaint_id
    ):
        put_look_on_record(action=VIEW, summary=LOOKED, object_kind="complaint", object_id=complaint_id)
    ctx = reading_context()
    found = complaint_queries.complaint_of(ctx, campaign_id=g.campaign.id, complaint_id=complaint_id) or abort(404)
    people = complaint_queries.touched(ctx, complaint=found)
    involved = complaint_queries.involved(ctx, complaint=found)
    names = complaint_queries.handlers(ctx, campaign_id=g.campaign.id)
    own = {
        "giving": HandlerForm(
            formdata=None, data={"seen": str(found.handler_id or ""), "handler": str(found.handler_id or "")}
        ),
        "touching": TouchedForm(formdata=None, data={"codes": " ".join(one.code for one in people)}),
        "answering": AnswerForm.to(found),
        "approving": SeenForm(formdata=None, data={"seen": seen_of(found)}),
        "returning": SendBackForm(formdata=None, data={"seen": seen_of(found)}),
        "declaring": HarmlessForm(formdata=None),
        **forms,
    }
    own["giving"].offer({key: name for key, name in names.items() if key not in involved})
    return render(
        "inquiries/complaint.html",
        status=status,
        complaint=found,
        round=phase_of(ctx, campaign_id=g.campaign.id, phase_id=found.phase_id),
        sender=_sender(found),
        people=people,
        mine=found.handler_id is not None and found.handler_id == ctx.actor.user_id,
        barred=ctx.actor.user_id in involved,
        wrote=found.drafted_by is not None and found.drafted_by == ctx.actor.user_id,
        declared=confirmations(ctx, subject=handling.HARMLESS, subject_id=found.id),
        reader=ctx.actor.user_id,
        states=COMPLAINT_STATES,
        outcomes=OUTCOMES,
        about=ABOUT,
        **own,
    )


def _sender(found: Complaint) -> str:
    try:
        return filing.sender_of(found, registry().vault)
    except Undecipherable:
        return _("The key to it is gone.")
