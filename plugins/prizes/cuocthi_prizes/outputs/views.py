"""Staff pages "Trao giải": everything that is made of an adopted award list, and how it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Response, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.errors import Conflict, Missing
from cuocthi.files.domain import file_of, read
from cuocthi.jobs.models import Job, JobState
from cuocthi.papers.typesetting import typeset
from cuocthi.papers.words import amount_in_words
from cuocthi.sheets.csv_text import csv_lines
from cuocthi.sheets.writing import MEDIA_TYPE, write_workbook
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.on_record import put_on_record
from cuocthi.web.rendering import render
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.candidates.paying import paid_how
from cuocthi_prizes.domain.changes import changed_under
from cuocthi_prizes.outputs import certificates, workbooks
from cuocthi_prizes.outputs.hand_over import adopted_list
from cuocthi_prizes.outputs.jobs import TYPESET, ask_for_certificates, page_of
from cuocthi_prizes.outputs.queries import (
    certificate_of,
    certificates_of,
    hand_over_of,
    list_of,
    lists_in_force,
    output_settings,
)
from cuocthi_prizes.outputs.single import one_certificate
from cuocthi_prizes.outputs.typesetting import template_of
from cuocthi_prizes.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.outputs.models import HandOver
    from cuocthi_prizes.outputs.settings import OutputSettings
    from cuocthi_prizes.outputs.workbooks import Row, Sheets, Source

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
    """Give all awards their codes and ask for the PDF, which is made in the background."""
    with committing() as ctx:
        job = ask_for_certificates(ctx, campaign=g.campaign, list_id=list_id)
    return redirect(url_for("jobs.progress", slug=g.campaign.slug, job_id=job.id))


def _list_page(award_list: AwardList) -> Response:
    ctx = reading_context()
    kept = hand_over_of(ctx, award_list=award_list)
    given = {(one.award_id, one.unit_award_id): one for one in certificates_of(ctx, award_list=award_list)}
    settings = output_settings(ctx, campaign=g.campaign)
    finality = finality_of(ctx, award_list=award_list)
    source = workbooks.Source(g.campaign, award_list, finality, settings)
    recipients = [
        (one, given.get((None, one.award.id) if one.collective else (one.award.id, None))) for one in source.recipients
    ]
    return render(
        "prizes/outputs/list.html",
        differs=changed_under(ctx, campaign=g.campaign, award_list=award_list),
        award_list=award_list,
        finality=finality,
        recipients=recipients,
        given=len(given),
        total_in_words=amount_in_words(award_list.total_value),
        ready=kept is not None and kept.file_id is not None,
        outdated=_is_outdated(ctx, award_list, settings, kept),
        job=_job(ctx, award_list),
        settings=settings,
        several=len(lists_in_force(ctx, campaign_id=g.campaign.id)) > 1,
    )


def _job(ctx: Context, award_list: AwardList) -> Job | None:
    """Return the work on the certificates of a list, if it is under way or came to nothing."""
    newest = ctx.session.scalar(
        sa.select(Job)
        .where(Job.campaign_id == g.campaign.id, Job.key == f"{TYPESET}:{award_list.id}")
        .order_by(Job.id.desc())
        .limit(1)
    )
    return None if newest is None or newest.state is JobState.DONE else newest


def _is_outdated(ctx: Context, award_list: AwardList, settings: OutputSettings, kept: HandOver | None) -> bool:
    """Tell whether certificates that are made now would be others than those in the PDF."""
    if kept is None or kept.fingerprint is None:
        return False
    template, common = _prepared(ctx, award_list, settings)
    sheets = certificates.sheets_of(ctx, award_list=award_list, settings=settings)
    return certificates.fingerprint_of(award_list, common, sheets, template) != kept.fingerprint


def _prepared(ctx: Context, award_list: AwardList, settings: OutputSettings) -> tuple[str, dict[str, Any]]:
    """Return the template that counts and what all certificates of a list say alike."""
    template = template_of(ctx, campaign=g.campaign, settings=settings, folder=registry().config.files)
    common = certificates.common_data(
        ctx, campaign=g.campaign, award_list=award_list, settings=settings, page=page_of(g.campaign)
    )
    return template, common


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
    """Hand out the PDF with all certificates of a list."""
    kept = hand_over_of(reading_context(), award_list=_adopted(list_id))
    if kept is None or kept.file_id is None:
        raise Missing(T("The certificates have not been made yet."))
    _on_record(list_id, "certificates", T("Downloaded all certificates"))
    stored = file_of(reading_context(), campaign_id=g.campaign.id, file_id=kept.file_id)
    return _attachment(read(registry().config.files, stored), _PDF, stored.name)


@blueprint.page("/certificates/<int:certificate_id>.pdf", permission="prizes:awards:view")
def certificate_file(certificate_id: int) -> Response:
    """Hand out one certificate, typeset now."""
    ctx = reading_context()
    found = certificate_of(ctx, campaign_id=g.campaign.id, certificate_id=certificate_id)
    if found is None:
        raise Missing(T("There is no such certificate."))
    award_list = _adopted(found[1].id)
    summary = T("Downloaded a certificate")
    put_on_record(
        action="prizes:certificate:export", summary=summary, object_kind="certificate", object_id=certificate_id
    )
    ctx = reading_context()
    award_list = _adopted(award_list.id)
    template, data = one_certificate(ctx, award_list=award_list, certificate_id=certificate_id)
    return _attachment(typeset(template, data), _PDF, f"{g.campaign.slug}-certificate-{certificate_id}.pdf")


def _source(list_id: int, *, paid: bool = False) -> Source:
    """Return what workbooks are made of; how people are ``paid`` only for what the treasury needs."""
    award_list = _adopted(list_id)
    ctx = reading_context()
    settings = output_settings(ctx, campaign=g.campaign)
    details = paid_how(ctx, award_list=award_list, vault=registry().vault) if paid else {}
    return workbooks.Source(g.campaign, award_list, finality_of(ctx, award_list=award_list), settings, details)


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
