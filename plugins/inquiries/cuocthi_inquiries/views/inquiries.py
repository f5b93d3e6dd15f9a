"""The questions as the committees see them: the list, one of them, replying, passing on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.rules.markdown import to_html
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_inquiries import queries
from cuocthi_inquiries.domain import inquiries as domain
from cuocthi_inquiries.forms import PassForm, ReplyForm
from cuocthi_inquiries.models import Inquiry, InquiryState
from cuocthi_inquiries.views.blueprint import blueprint, staff_tabs
from cuocthi_inquiries.words import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context

VIEW = "inquiries:question:view"
ANSWER = "inquiries:question:answer"


@blueprint.page("/staff/", permission=VIEW)
def listing() -> Response:
    """List the questions, the newest first."""
    ctx = reading_context()
    committees = queries.answering_committees(ctx, campaign_id=g.campaign.id)
    states = [*((str(state), title) for state, title in STATES.items()), (queries.OVERDUE, T("Overdue"))]
    table = Table(
        id="inquiries",
        path=url_for(".listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("id", T("Number"), sortable=True, kind="number", cell=lambda row: row.id),
            Column("body", T("Question"), cell=lambda row: row.body),
            Column("asker", T("Asked by"), cell=lambda row: row.asker.name if row.asker else T("without an account")),
            Column("committee", T("Passed on to"), cell=lambda row: committees.get(row.committee, row.committee)),
            Column("due_at", T("Answer due"), sortable=True, kind="moment", cell=lambda row: row.due_at),
            Column("state", T("State"), sortable=True, kind="status", cell=lambda row: STATES[row.state]),
        ],
        sort="-id",
        filters=[Filter("state", T("State"), states), Filter("committee", T("Passed on to"), list(committees.items()))],
    )
    campaign_id = g.campaign.id

    def found(ctx: Context) -> tuple[Sequence[Inquiry], int]:
        return queries.inquiries(
            ctx,
            campaign_id=campaign_id,
            search=table.search,
            narrowed=table.filtered,
            sort_key=table.sort_key,
            descending=table.descending,
            limit=table.limit,
            offset=table.offset,
        )

    if table.export:
        summary = T("Exported the list of questions to the committee")
        return download(table, lambda ctx: found(ctx)[0], of="inquiries:question", summary=summary)
    return render(
        "inquiries/listing.html",
        table=table.show(*found(ctx)),
        tabs_of_staff=staff_tabs(ctx, "listing"),
        committees=committees,
        states=STATES,
    )


@blueprint.page("/staff/questions/<int:inquiry_id>", permission=VIEW)
def inquiry(inquiry_id: int) -> Response:
    """Show a question with its reply and what can be done."""
    return _inquiry_page(inquiry_id)


@blueprint.page("/staff/questions/<int:inquiry_id>/reply", permission=ANSWER, methods=["POST"])
def reply(inquiry_id: int) -> AnyResponse:
    """Answer a question, or close it with the reason why it gets no answer."""
    form = ReplyForm()
    status = 422
    if form.validate():
        try:
            with committing() as ctx:
                state = InquiryState.CLOSED if request.form.get("act") == "close" else InquiryState.ANSWERED
                domain.reply(
                    ctx,
                    campaign=g.campaign,
                    inquiry_id=inquiry_id,
                    state=state,
                    text=form.text.data or "",
                    seen=form.seen_at,
                    vault=registry().vault,
                )
        except DomainError as error:
            attach_error(form, error)
            status = error.status
        else:
            flash(_("The person who asked can read it now."), "ok")
            return redirect(url_for(".inquiry", slug=g.campaign.slug, inquiry_id=inquiry_id))
    return _inquiry_page(inquiry_id, form, status=status)


@blueprint.page("/staff/questions/<int:inquiry_id>/pass", permission=ANSWER, methods=["POST"])
def pass_on(inquiry_id: int) -> AnyResponse:
    """Pass a question on to another committee."""
    with committing() as ctx:
        committee = request.form.get("committee", "")
        domain.pass_on(ctx, campaign=g.campaign, inquiry_id=inquiry_id, committee=committee)
    flash(_("The question is passed on."), "ok")
    return redirect(url_for(".inquiry", slug=g.campaign.slug, inquiry_id=inquiry_id))


@blueprint.page("/staff/questions/<int:inquiry_id>/contact", permission=ANSWER, methods=["POST"])
def contact(inquiry_id: int) -> Response:
    """Show the contact of somebody who asked without an account; this goes on record."""
    with committing() as ctx:
        revealed = domain.reveal_contact(ctx, campaign=g.campaign, inquiry_id=inquiry_id, vault=registry().vault)
    return _inquiry_page(inquiry_id, revealed=revealed)


def _inquiry_page(inquiry_id: int, form: ReplyForm | None = None, *, revealed: str = "", status: int = 200) -> Response:
    ctx = reading_context()
    found = queries.inquiry_of(ctx, campaign_id=g.campaign.id, inquiry_id=inquiry_id) or abort(404)
    committees = queries.answering_committees(ctx, campaign_id=g.campaign.id)
    passing = PassForm(formdata=None, committee=found.committee)
    passing.offer(committees)
    return render(
        "inquiries/inquiry.html",
        status=status,
        inquiry=found,
        reply=to_html(found.reply),
        form=form or ReplyForm.to(found),
        passing=passing,
        revealed=revealed,
        committees=committees,
        statement=queries.statement_from(ctx, inquiry_id=inquiry_id),
        states=STATES,
    )
