"""Changes around papers: who signs them, their templates, asking for one, keeping it, forgetting it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import save_settings, unstructure
from cuocthi.digest import digest
from cuocthi.files.domain import file_of, forget, read, remove_contents, store
from cuocthi.files.kinds import DOCX, PDF
from cuocthi.jobs.domain import enqueue
from cuocthi.papers.typesetting import TEMPLATE
from cuocthi.text import T
from cuocthi_publishing.reports.decree import TITLES, PaperKind, short_symbol
from cuocthi_publishing.reports.models import PaperFile
from cuocthi_publishing.reports.queries import report_settings
from cuocthi_publishing.reports.settings import OWNER, PaperSettings, ReportSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Person
    from cuocthi.files.models import StoredFile
    from cuocthi.jobs.models import Job
    from cuocthi_publishing.reports.content import Paper

#: The kinds of background work, and who may take away what it makes.
PAPER_JOB, FORGET_JOB = "publishing.paper", "publishing.forget"
SEEING, EDITING = "publishing:paper:view", "publishing:paper:edit"
#: Which templates can be replaced, by the setting that names the file, and what each has to be.
TEMPLATES = {"docx": DOCX, "pdf": TEMPLATE}


def save_report_settings(ctx: Context, *, campaign: Campaign, settings: ReportSettings) -> None:
    """Store who issues and signs papers, and put on record what changed; the same again changes nothing."""
    before = unstructure(report_settings(ctx, campaign=campaign))
    after = unstructure(settings)
    changed = [field for field in after if before[field] != after[field]]
    if not changed:
        return
    version = save_settings(ctx, owner=OWNER, campaign=campaign, value=settings)
    record(
        ctx,
        action="publishing:paper:edit",
        summary=T("Changed who issues and signs papers, or their template"),
        campaign=campaign,
        object_kind="settings_version",
        object_id=version.id,
        before={field: before[field] for field in changed},
        after={field: after[field] for field in changed},
    )


def save_paper_settings(ctx: Context, *, campaign: Campaign, paper: PaperSettings) -> None:
    """Store what one kind of paper says beside its figures, and who signs it."""
    settings = report_settings(ctx, campaign=campaign)
    save_report_settings(ctx, campaign=campaign, settings=settings.changed(paper))


def take_template(ctx: Context, *, campaign: Campaign, folder: Path, which: str, content: bytes, name: str) -> None:
    """Let a file replace the template of an output, "docx" or "pdf"; whoever calls has tried it out.

    Raises DomainError for a file of another kind.
    """
    stored = store(
        ctx,
        folder=folder,
        content=content,
        name=name,
        kinds=(TEMPLATES[which],),
        campaign=campaign,
        permission=EDITING,
        field=which,
    )
    settings = report_settings(ctx, campaign=campaign)
    save_report_settings(ctx, campaign=campaign, settings=_with_template(settings, which, stored.id))


def shipped_again(ctx: Context, *, campaign: Campaign, which: str) -> None:
    """Go back to the template that comes along."""
    settings = report_settings(ctx, campaign=campaign)
    save_report_settings(ctx, campaign=campaign, settings=_with_template(settings, which, 0))


def _with_template(settings: ReportSettings, which: str, file_id: int) -> ReportSettings:
    return replace(settings, docx=file_id) if which == "docx" else replace(settings, pdf=file_id)


def own_template(
    ctx: Context, *, campaign: Campaign, settings: ReportSettings, folder: Path, which: str
) -> bytes | None:
    """Return the organisers' own template, None where the one that comes along counts. Raises Missing if it is gone."""
    file_id = settings.docx if which == "docx" else settings.pdf
    return read(folder, file_of(ctx, campaign_id=campaign.id, file_id=file_id)) if file_id else None


# --- drawing up -------------------------------------------------------------------------------------------------------


def ask_for(ctx: Context, *, campaign: Campaign, kind: PaperKind, subject: str) -> Job:
    """Ask for a paper, which is drawn up in the background; what is under way already is not asked for twice."""
    arguments = {"campaign_id": campaign.id, "kind": str(kind), "subject": subject, "user_id": ctx.actor.user_id}
    key = f"{PAPER_JOB}:{campaign.id}:{kind}:{digest(subject)[:16]}"
    return enqueue(ctx, kind=PAPER_JOB, key=key, arguments=arguments, campaign=campaign)


def content_digest(paper: Paper, settings: ReportSettings) -> str:
    """Return the digest of all that both files of a paper are made of."""
    return digest({"paper": paper.as_data(), "docx": settings.docx, "pdf": settings.pdf})


def kept(ctx: Context, *, campaign: Campaign, kind: PaperKind, subject: str, made_of: str) -> PaperFile | None:
    """Return the newest paper of that kind and subject if it was made of the same."""
    found = ctx.session.scalar(
        sa.select(PaperFile)
        .where(PaperFile.campaign_id == campaign.id, PaperFile.kind == kind, PaperFile.subject == subject)
        .order_by(PaperFile.id.desc())
        .limit(1)
    )
    return found if found is not None and found.digest == made_of else None


def keep(
    ctx: Context,
    *,
    campaign: Campaign,
    folder: Path,
    kind: PaperKind,
    subject: str,
    made_of: str,
    files: Mapping[str, bytes],
    maker: int | None,
) -> PaperFile:
    """Keep a paper that was drawn up: ``files`` are its contents, "docx" and "pdf"."""
    name = f"{short_symbol(kind, '').lower()}-{campaign.slug}"
    stored = {ending: _stored(ctx, campaign, folder, f"{name}.{ending}", content) for ending, content in files.items()}
    paper = PaperFile(
        campaign_id=campaign.id,
        kind=kind,
        subject=subject,
        digest=made_of,
        docx_id=stored["docx"].id,
        pdf_id=stored["pdf"].id,
        made_by=maker,
        made_at=ctx.now,
    )
    ctx.session.add(paper)
    ctx.session.flush()
    record(
        ctx,
        action="publishing:paper:make",
        summary=T("Drew up a paper"),
        campaign=campaign,
        object_kind="paper",
        object_id=paper.id,
        after={"kind": TITLES[kind], "subject": subject, "digest": made_of},
    )
    return paper


def _stored(ctx: Context, campaign: Campaign, folder: Path, name: str, content: bytes) -> StoredFile:
    return store(
        ctx, folder=folder, content=content, name=name, kinds=(DOCX, PDF), campaign=campaign, permission=SEEING
    )


# --- forgetting -------------------------------------------------------------------------------------------------------


def forget_papers(ctx: Context, *, campaign: Campaign, people: Sequence[Person]) -> None:
    """Take away the papers of a campaign, which may name ``people`` whose data is erased; they can be drawn up anew.

    The contents leave the disk in a job, once this is certain.
    """
    if not people:
        return
    papers = ctx.session.scalars(sa.select(PaperFile).where(PaperFile.campaign_id == campaign.id)).all()
    if not papers:
        return
    file_ids = [file_id for paper in papers for file_id in (paper.docx_id, paper.pdf_id)]
    ctx.session.execute(sa.delete(PaperFile).where(PaperFile.id.in_([paper.id for paper in papers])))
    digests = forget(ctx, file_ids=file_ids)
    enqueue(
        ctx, kind=FORGET_JOB, key=f"{FORGET_JOB}:{digest(digests)}", arguments={"digests": digests}, campaign=campaign
    )


def remove(ctx: Context, arguments: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Take contents from the disk that no file has any more."""
    return {"removed": remove_contents(ctx, folder=folder, digests=arguments["digests"])}
