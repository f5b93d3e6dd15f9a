"""Staff pages "Văn bản hành chính": drawing papers up, looking at them beforehand, taking them away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import Blocked, Missing
from cuocthi.files.domain import file_of, read
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.i18n import in_language, translate
from cuocthi.web.on_record import put_look_on_record, put_on_record
from cuocthi.web.rendering import render
from cuocthi_publishing.reports import domain
from cuocthi_publishing.reports.decree import PaperKind
from cuocthi_publishing.reports.drawing_up import gather
from cuocthi_publishing.reports.papers import draw_up, subjects
from cuocthi_publishing.reports.pdf_output import typeset_paper
from cuocthi_publishing.reports.queries import paper_file, paper_files
from cuocthi_publishing.reports.tables import LANGUAGE
from cuocthi_publishing.views import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.text import Text
    from cuocthi_publishing.reports.drawing_up import Material
    from cuocthi_publishing.reports.papers import Subject

#: What papers are called on pages, and what they are for.
TITLES: dict[PaperKind, tuple[Text, Text]] = {
    PaperKind.REPORT: (
        T("Report on the results"),
        T("To the superior body: course, participation, prizes, inquiries, incidents, differences to the plan."),
    ),
    PaperKind.NOTICE: (T("Notice of the results of a round"), T("For units and all who took part, every week.")),
    PaperKind.DECISION: (T("Decision on prizes"), T("With the list of persons and collectives as its annex.")),
    PaperKind.MINUTES: (
        T("Minutes of the adopting meeting"),
        T("That adopts the results: figures filled in, talk left open."),
    ),
}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
#: The kinds as addresses choose from them.
KINDS = ",".join(PaperKind)


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind of paper on the page, and of what it can be drawn up."""

    kind: PaperKind
    title: Text
    about: Text
    subjects: Sequence[Subject]


@blueprint.page("/papers", permission="publishing:paper:view")
def papers() -> Response:
    """Show which papers can be drawn up, and those that were."""
    ctx = reading_context()
    offered, reasons = _offered()
    return render(
        "publishing/reports/papers.html",
        offered=offered,
        reasons=reasons,
        drawn=paper_files(ctx, campaign_id=g.campaign.id),
        titles={kind: title for kind, (title, _about) in TITLES.items()},
    )


@blueprint.page(f"/papers/<any({KINDS}):kind>", permission="publishing:paper:make", methods=["POST"])
def draw_paper(kind: str) -> AnyResponse:
    """Ask for a paper, and go to see how far it is."""
    paper_kind = PaperKind(kind)
    material = _material()
    subject = _subject(material, paper_kind, request.form.get("subject", ""))
    with committing() as ctx:
        job_id = domain.ask_for(ctx, campaign=g.campaign, kind=paper_kind, subject=subject.key).id
    flash(_("The paper is being drawn up. It stands in the list when it is done."), "ok")
    return redirect(url_for("jobs.progress", slug=g.campaign.slug, job_id=job_id))


@blueprint.page(f"/papers/<any({KINDS}):kind>/preview.<any(png,pdf):form>", permission="publishing:paper:view")
def paper_preview(kind: str, form: str) -> Response:
    """Show a paper as it would be drawn up now: the first page as a picture, or all of it."""
    put_look_on_record(
        action="publishing:paper:view", summary=T("Looked at an administrative paper"), object_kind="paper"
    )
    ctx = reading_context()
    paper_kind = PaperKind(kind)
    with in_language(LANGUAGE):
        material = gather(ctx, campaign=g.campaign, write=translate)
        subject = _subject(material, paper_kind, request.args.get("subject", ""))
        paper = draw_up(ctx, material=material, kind=paper_kind, subject=subject.key)
    own = domain.own_template(
        ctx, campaign=g.campaign, settings=material.settings, folder=registry().config.files, which="pdf"
    )
    content = typeset_paper(paper, template=own.decode() if own else None, picture=form == "png")
    response = Response(content, content_type=MEDIA_TYPES[form])
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.page("/papers/<int:paper_id>.<any(docx,pdf):form>", permission="publishing:paper:view")
def download_paper(paper_id: int, form: str) -> Response:
    """Hand out a paper that was drawn up."""
    ctx = reading_context()
    if paper_file(ctx, campaign_id=g.campaign.id, paper_id=paper_id) is None:
        raise Missing(T("This paper does not exist (any more). Draw it up anew."))
    put_on_record(
        action="publishing:paper:export",
        summary=T("Downloaded an administrative paper"),
        object_kind="paper",
        object_id=paper_id,
    )
    ctx = reading_context()
    found = paper_file(ctx, campaign_id=g.campaign.id, paper_id=paper_id)
    if found is None:
        raise Missing(T("This paper does not exist (any more). Draw it up anew."))
    stored = file_of(ctx, campaign_id=g.campaign.id, file_id=found.docx_id if form == "docx" else found.pdf_id)
    response = Response(read(registry().config.files, stored), content_type=MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{stored.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _material() -> Material:
    """Return what papers are made of; titles of rounds and lists are in the language of the campaign."""
    with in_language(LANGUAGE):
        return gather(reading_context(), campaign=g.campaign, write=translate)


def _offered() -> tuple[list[Offered], list[Text]]:
    """Return the kinds of papers that can be drawn up now, and why others cannot."""
    try:
        material = _material()
    except Blocked as error:
        return [], [*error.reasons]
    found = []
    for kind, (title, about) in TITLES.items():
        found.append(Offered(kind, title, about, subjects(material, kind)))
    return found, []


def _subject(material: Material, kind: PaperKind, key: str) -> Subject:
    """Return of what a paper is asked for; without a key the first there is. Raises Missing."""
    found = [one for one in subjects(material, kind) if not key or one.key == key]
    if not found:
        raise Missing(T("There is nothing yet of which this paper could be drawn up."))
    return found[0]
