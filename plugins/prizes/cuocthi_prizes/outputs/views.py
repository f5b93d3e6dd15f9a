"""Staff pages "Trao giải": everything that is made of an adopted award list, and how it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Response, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.files.domain import file_of, read
from cuocthi.jobs.models import Job, JobState
from cuocthi.papers.typesetting import typeset
from cuocthi.papers.words import amount_in_words
from cuocthi.sheets.csv_text import csv_lines
from cuocthi.sheets.writing import MEDIA_TYPE, write_workbook
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.on_record import put_on_record
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.candidates.paying import paid_how
from cuocthi_prizes.domain.changes import changed_under
from cuocthi_prizes.outputs import workbooks
from cuocthi_prizes.outputs.certificates import sheets_of
from cuocthi_prizes.outputs.forms import IssueForm
from cuocthi_prizes.outputs.hand_over import adopted_list
from cuocthi_prizes.outputs.issues import present_wording, says_the_same
from cuocthi_prizes.outputs.jobs import ask_for_certificates, job_key, page_of
from cuocthi_prizes.outputs.models import Certificate
from cuocthi_prizes.outputs.queries import certificate_of, issues_of, list_of, lists_in_force, output_settings
from cuocthi_prizes.outputs.single import one_certificate
from cuocthi_prizes.outputs.workbooks import Source
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.outputs.models import CertificateIssue
    from cuocthi_prizes.outputs.workbooks import Row, Sheets

_PDF = "application/pdf"

#: What can be taken away for the ceremony, and what for the treasury, each with how the log says so.
CEREMONY: dict[str, tuple[Callable[[Source], Sheets], Text]] = {
    "ceremony": (workbooks.ceremony, T("Downloaded the award list in the order of the ceremony")),
    "seating": (workbooks.seating, T("Downloaded the sheet for calling and seating")),
}
PAYMENTS: dict[str, tuple[Callable[[Source], Sheets], Text]] = {
    "payments": (workbooks.payments, T("Downloaded the list of payments")),
    "signatures": (workbooks.signatures, T("Downloaded the sheet of signatures")),
}
_PRAISED = T("Downloaded the data for commendations")


# --- the pages --------------------------------------------------------------------------------------------------------


@blueprint.page("/hand-over", permission="prizes:awards:view")
def hand_over() -> Response:
    """Name the lists in force; a single one is shown at once."""
    found = lists_in_force(reading_context(), campaign_id=g.campaign.id)
    if len(found) == 1:
        return _list_page(found[0])
    return render("prizes/outputs/lists.html", lists=found)


@blueprint.page("/hand-over/<int:list_id>", permission="prizes:awards:view")
def hand_over_list(list_id: int) -> Response:
    """Show what can be made of one adopted list."""
    return _list_page(_adopted(list_id))


@blueprint.page("/hand-over/<int:list_id>/certificates", permission="prizes:certificates:make", methods=["POST"])
def make_certificates(list_id: int) -> AnyResponse:
    """Issue the certificates, anew and with a reason where they would say something else; a job makes the PDF."""
    form = IssueForm()
    if form.validate():
        try:
            with committing() as ctx:
                job = ask_for_certificates(ctx, campaign=g.campaign, list_id=list_id, reason=form.reason.data or "")
                target = (
                    url_for("jobs.progress", slug=g.campaign.slug, job_id=job.id)
                    if job
                    else url_for(".hand_over_list", slug=g.campaign.slug, list_id=list_id)
                )
        except DomainError as error:
            if error.field != form.reason.name:
                raise
            attach_error(form, error)
        else:
            return redirect(target)
    return _list_page(_adopted(list_id), form, status=422)


def _list_page(award_list: AwardList, form: IssueForm | None = None, status: int = 200) -> Response:
    ctx = reading_context()
    issues = issues_of(ctx, award_list=award_list)
    issue = issues[0] if issues else None
    settings = output_settings(ctx, campaign=g.campaign)
    finality = finality_of(ctx, award_list=award_list)
    recipients = Source(g.campaign, award_list, finality, settings).recipients
    return render(
        "prizes/outputs/list.html",
        status=status,
        form=form or IssueForm(formdata=None),
        differs=changed_under(ctx, campaign=g.campaign, award_list=award_list),
        award_list=award_list,
        finality=finality,
        recipients=len(recipients),
        sheets=sheets_of(ctx, award_list=award_list, issue=issue, settings=settings) if issue else [],
        total_in_words=amount_in_words(award_list.total_value),
        issues=issues,
        outdated=issue is not None and _is_outdated(ctx, award_list, issue),
        job=_job(ctx, issue) if issue else None,
        settings=settings,
        several=len(lists_in_force(ctx, campaign_id=g.campaign.id)) > 1,
    )


def _job(ctx: Context, issue: CertificateIssue) -> Job | None:
    """Return the work on the PDF of an issue, if it is under way or came to nothing."""
    newest = ctx.session.scalar(
        sa.select(Job)
        .where(Job.campaign_id == g.campaign.id, Job.key == job_key(issue))
        .order_by(Job.id.desc())
        .limit(1)
    )
    return None if newest is None or newest.state is JobState.DONE else newest


def _is_outdated(ctx: Context, award_list: AwardList, issue: CertificateIssue) -> bool:
    """Tell whether certificates that are issued now would say something else than those of an issue."""
    present = present_wording(
        ctx, campaign=g.campaign, award_list=award_list, folder=registry().config.files, page=page_of(g.campaign)
    )
    return not says_the_same(ctx, campaign=g.campaign, award_list=award_list, issue=issue, present=present)


def _adopted(list_id: int) -> AwardList:
    return adopted_list(reading_context(), campaign=g.campaign, list_id=list_id)


# --- files ------------------------------------------------------------------------------------------------------------


@blueprint.page("/hand-over/<int:list_id>/<any(ceremony,seating):sheet>.xlsx", permission="prizes:awards:view")
def ceremony_sheet(list_id: int, sheet: str) -> Response:
    """Hand out what the ceremony needs as a workbook."""
    return _workbook(list_id, sheet, *CEREMONY[sheet])


@blueprint.page("/hand-over/<int:list_id>/<any(payments,signatures):sheet>.xlsx", permission="prizes:payments:view")
def payment_sheet(list_id: int, sheet: str) -> Response:
    """Hand out what the treasury needs as a workbook, on which papers and accounts are filled in."""
    return _workbook(list_id, sheet, *PAYMENTS[sheet])


@blueprint.page("/hand-over/<int:list_id>/commendations.<any(xlsx,csv):kind>", permission="prizes:awards:view")
def commendations(list_id: int, kind: str) -> Response:
    """Hand out the merge data of the prescribed form of a commendation; refused without its decision."""
    finality = _source(list_id).finality
    if finality is None:
        raise Conflict(
            T(
                "A commendation (Giấy khen) is given by a decision. Name the minutes and the decision of this award "
                "list first."
            )
        )
    _on_record(list_id, "commendations", _PRAISED)
    rows = workbooks.commendations(_source(list_id), finality.decision)
    if kind == "csv":
        return _csv(rows, _name(list_id, "commendations.csv"))
    content = write_workbook([(_("Commendations"), rows)])
    return _attachment(content, MEDIA_TYPE, _name(list_id, "commendations.xlsx"))


@blueprint.page("/hand-over/<int:list_id>/certificates.pdf", permission="prizes:awards:view")
def certificates_file(list_id: int) -> Response:
    """Hand out the PDF with all certificates of an issue of a list: the one that counts, or one that it replaced."""
    issues = issues_of(reading_context(), award_list=_adopted(list_id))
    wanted = request.args.get("issue", issues[0].number if issues else 0, type=row_number)
    issue = next((one for one in issues if one.number == wanted), None)
    if issue is None or issue.file_id is None:
        raise Missing(T("The certificates have not been made yet."))
    file_id = issue.file_id
    _on_record(list_id, "certificates", T("Downloaded all certificates"))
    stored = file_of(reading_context(), campaign_id=g.campaign.id, file_id=file_id)
    return _attachment(read(registry().config.files, stored), _PDF, stored.name)


@blueprint.page("/certificates/<int:certificate_id>.pdf", permission="prizes:awards:view")
def certificate_file(certificate_id: int) -> Response:
    """Hand out one certificate, as its issue says it."""
    ctx = reading_context()
    found = certificate_of(ctx, campaign_id=g.campaign.id, certificate_id=certificate_id)
    if found is None:
        raise Missing(T("There is no such certificate."))
    _adopted(found.issue.award_list_id)
    summary = T("Downloaded a certificate")
    put_on_record(
        action="prizes:certificate:export", summary=summary, object_kind="certificate", object_id=certificate_id
    )
    ctx = reading_context()
    template, data = one_certificate(ctx, certificate=ctx.session.get_one(Certificate, certificate_id))
    return _attachment(typeset(template, data), _PDF, f"{g.campaign.slug}-certificate-{certificate_id}.pdf")


def _source(list_id: int, *, paid: bool = False) -> Source:
    """Return what workbooks are made of; how people are ``paid`` only for what the treasury needs."""
    award_list = _adopted(list_id)
    ctx = reading_context()
    settings = output_settings(ctx, campaign=g.campaign)
    details = paid_how(ctx, award_list=award_list, vault=registry().vault) if paid else {}
    return Source(g.campaign, award_list, finality_of(ctx, award_list=award_list), settings, details)


def _workbook(list_id: int, sheet: str, make: Callable[[Source], Sheets], summary: Text) -> Response:
    _adopted(list_id)
    _on_record(list_id, sheet, summary)
    source = _source(list_id, paid=sheet in PAYMENTS)
    return _attachment(write_workbook(make(source)), MEDIA_TYPE, _name(list_id, f"{sheet}.xlsx"))


def _on_record(list_id: int, sheet: str, summary: Text) -> None:
    put_on_record(action=f"prizes:{sheet}:export", summary=summary, object_kind="award_list", object_id=list_id)


def _name(list_id: int, ending: str) -> str:
    award_list = list_of(reading_context(), campaign_id=g.campaign.id, list_id=list_id)
    number = award_list.number if award_list else list_id
    return f"{g.campaign.slug}-{number}-{ending}"


def _csv(rows: Sequence[Row], name: str) -> Response:
    head, *rest = workbooks.as_texts(rows)
    return _attachment("".join(csv_lines(head, rest)).encode(), "text/csv; charset=utf-8", name)


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
