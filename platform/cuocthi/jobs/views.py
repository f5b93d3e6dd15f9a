"""Background work of a campaign: what runs, how far it is, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from cuocthi.contributions import NavGroup
from cuocthi.jobs import queries
from cuocthi.jobs.models import JobState
from cuocthi.jobs.work import progress_of
from cuocthi.text import T
from cuocthi.web import formats
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import reading_context, registry
from cuocthi.web.downloads import download
from cuocthi.web.i18n import language, translate
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from cuocthi.context import Context
    from cuocthi.jobs.models import Job

pages = CampaignBlueprint("jobs", __name__)
blueprints = (pages,)
navigation = (NavEntry("jobs", T("Background work"), "jobs.listing", "core:campaign:view", 96, NavGroup.RECORDS),)

STATES = {
    JobState.QUEUED: T("Waiting"),
    JobState.RUNNING: T("Running"),
    JobState.DONE: T("Done"),
    JobState.FAILED: T("Failed"),
}


@pages.page("/staff/jobs/", permission="core:campaign:view")
def listing() -> Response:
    """List the campaign's background work, the newest first."""
    table = Table(
        id="jobs",
        path=url_for("jobs.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("kind", _("Work"), cell=title_of),
            Column("state", _("State"), kind="status", cell=lambda job: STATES[job.state]),
            Column("created_at", _("Asked for"), kind="moment", cell=lambda job: job.created_at),
            Column("finished_at", _("Finished"), kind="moment", cell=lambda job: job.finished_at),
        ],
        sort="-created_at",
        searchable=False,
    )

    def found(ctx: Context) -> tuple[Sequence[Job], int]:
        return queries.jobs_of(ctx, campaign_id=g.campaign.id, limit=table.limit, offset=table.offset)

    if table.export:
        return download(
            table, lambda ctx: found(ctx)[0], of="core:job", summary=T("Exported the list of background work")
        )
    return render("jobs/listing.html", table=table.show(*found(reading_context())), title_of=title_of, states=STATES)


@pages.page("/staff/jobs/<int:job_id>", permission="core:campaign:view")
def progress(job_id: int) -> Response:
    """Show how far a job is; the page asks again by itself while the job is on its way."""
    job = queries.job_of(reading_context(), campaign_id=g.campaign.id, job_id=job_id)
    done, total = progress_of(current_app, job)
    under_way = job.state in (JobState.QUEUED, JobState.RUNNING)
    response = render(
        "jobs/progress.html",
        fragment="jobs/_progress.html",
        job=job,
        title=title_of(job),
        state=STATES[job.state],
        under_way=under_way,
        done=done,
        total=total,
        results=_results_in_words(job),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _results_in_words(job: Job) -> list[tuple[str, str]]:
    """Return what came of a job, as far as its kind has words for it."""
    kind = registry().jobs.get(job.kind)
    known = {} if kind is None else kind.results
    return [
        (translate(title), formats.number(job.result[name], language()))
        for name, title in known.items()
        if name in job.result
    ]


def title_of(job: Job) -> str:
    """Return what a job does, in the reader's language; its bare name if the plugin that knows it is gone."""
    kind = registry().jobs.get(job.kind)
    return job.kind if kind is None else translate(kind.title)
