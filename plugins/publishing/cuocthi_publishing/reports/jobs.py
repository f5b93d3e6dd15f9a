"""Background work: drawing a paper up, and taking forgotten ones from the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.models import Campaign
from cuocthi.contributions import JobKind
from cuocthi.errors import Conflict
from cuocthi.text import T
from cuocthi.web.context import registry
from cuocthi.web.i18n import in_language, translate
from cuocthi_publishing.reports import domain
from cuocthi_publishing.reports.decree import PaperKind
from cuocthi_publishing.reports.docx_output import fill
from cuocthi_publishing.reports.drawing_up import gather
from cuocthi_publishing.reports.papers import draw_up, subjects
from cuocthi_publishing.reports.pdf_output import typeset_paper
from cuocthi_publishing.reports.queries import report_settings
from cuocthi_publishing.reports.tables import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context
    from cuocthi_publishing.reports.content import Paper

_STEPS = 3


def make_paper(ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Draw up the paper that ``arguments`` name, as DOCX and PDF of the same content; the same again is left as it is.

    Raises Blocked for a ranking that was changed past the platform, Missing for a round or a list that is gone,
    Conflict if the data changed meanwhile.
    """
    campaign = ctx.session.get_one(Campaign, arguments["campaign_id"])
    kind, subject = PaperKind(arguments["kind"]), str(arguments["subject"])
    folder = registry().config.files
    paper, title, made_of = _drawn(ctx, campaign, kind, subject, check=True)
    found = domain.kept(ctx, campaign=campaign, kind=kind, subject=title, made_of=made_of)
    if found is not None:
        return {"paper": found.id}
    settings = report_settings(ctx, campaign=campaign)
    own = {
        which: domain.own_template(ctx, campaign=campaign, settings=settings, folder=folder, which=which)
        for which in domain.TEMPLATES
    }
    # On SQLite this transaction would keep everybody else from saving while pages are set; it has written nothing.
    ctx.session.commit()
    progress(1, _STEPS)
    docx = fill(paper.as_data(), template=own["docx"])
    progress(2, _STEPS)
    pdf = typeset_paper(paper, template=own["pdf"].decode() if own["pdf"] else None, many=True)
    ctx.session.expire_all()
    if _drawn(ctx, campaign, kind, subject)[2] != made_of:
        raise Conflict(T("The data changed while this was drawn up. Please ask for it again."))
    kept = domain.keep(
        ctx,
        campaign=campaign,
        folder=folder,
        kind=kind,
        subject=title,
        made_of=made_of,
        files={"docx": docx, "pdf": pdf},
        maker=arguments["user_id"],
    )
    progress(_STEPS, _STEPS)
    return {"paper": kept.id}


def _drawn(
    ctx: Context, campaign: Campaign, kind: PaperKind, subject: str, *, check: bool = False
) -> tuple[Paper, str, str]:
    """Return a paper as it is now, the title of its subject, and the digest of all it is made of."""
    with in_language(LANGUAGE):
        material = gather(ctx, campaign=campaign, write=translate, check=check)
        paper = draw_up(ctx, material=material, kind=kind, subject=subject)
    title = next((one.title for one in subjects(material, kind) if one.key == subject), "")
    return paper, title, domain.content_digest(paper, material.settings)


def forget_files(
    ctx: Context, arguments: Mapping[str, Any], _progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Take the contents of papers that were forgotten from the disk."""
    return domain.remove(ctx, arguments, registry().config.files)


KINDS = (
    JobKind(domain.PAPER_JOB, T("Draw up a paper"), make_paper, results={"paper": T("Administrative paper")}),
    JobKind(domain.FORGET_JOB, T("Take erased papers from the disk"), forget_files),
)
