"""The files of a ranking for whoever inspects it."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from flask import g, send_file

from cuocthi.database import writing
from cuocthi.standings import queries
from cuocthi.standings.inspection import record_inspection, write_archive
from cuocthi.standings.views.blueprint import pages, round_or_404
from cuocthi.web.context import committing, reading_context, session

if TYPE_CHECKING:
    from flask import Response


@pages.page("/staff/rankings/<int:phase_id>/<int:number>/inspection.zip", permission="core:ranking:view")
def inspection(phase_id: int, number: int) -> Response:
    """Hand out everything that a version of a ranking rests on, which goes on record before the first byte is sent."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    found = queries.ranking_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id, number=number)
    archive = TemporaryFile()  # noqa: SIM115 - closed when the answer is
    digest = write_archive(ctx, campaign=g.campaign, round_=round_, ranking=found, to=archive)
    session().rollback()
    with writing(), committing() as ctx:
        found = queries.ranking_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id, number=number)
        record_inspection(ctx, campaign=g.campaign, ranking=found, digest=digest)
    archive.seek(0)
    name = f"{g.campaign.slug}-{round_.key}-{number}.zip"
    response = send_file(archive, mimetype="application/zip", as_attachment=True, download_name=name)
    response.call_on_close(archive.close)
    return response
