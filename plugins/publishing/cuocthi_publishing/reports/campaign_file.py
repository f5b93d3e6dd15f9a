"""Papers as a part of a campaign file: the table ``[publishing.reports]``, replaced templates as files beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.settings import save_settings, structure, unstructure
from cuocthi.errors import DomainError, InvalidData
from cuocthi.text import T
from cuocthi_publishing.reports.domain import TEMPLATES, own_template, take_template
from cuocthi_publishing.reports.queries import report_settings
from cuocthi_publishing.reports.settings import OWNER, ReportSettings
from cuocthi_publishing.reports.trying import TRYING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text

#: What the templates are called, by the setting that names the stored file, whose number is another in every campaign.
FILES = {"docx": "publishing/paper.docx", "pdf": "publishing/paper.typ"}


def export_reports(
    ctx: Context, *, campaign: Campaign, folder: Callable[[], Path]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return who signs the papers, nothing where all is as by default, and the organisers' own templates as files."""
    settings = report_settings(ctx, campaign=campaign)
    files = {
        FILES[which]: own_template(ctx, campaign=campaign, settings=settings, folder=folder(), which=which) or b""
        for which in TEMPLATES
        if getattr(settings, which)
    }
    plain = replace(settings, docx=0, pdf=0)
    return {} if plain == ReportSettings() else unstructure(plain), files


def import_reports(
    ctx: Context,
    *,
    campaign: Campaign,
    values: Mapping[str, Any],
    files: Mapping[str, bytes],
    folder: Callable[[], Path],
) -> None:
    """Store who signs the papers, and templates that can be used; raises InvalidData with every problem."""
    if values:
        # The number of a file that another installation has stored means nothing here.
        settings = replace(structure(ReportSettings, values), docx=0, pdf=0)
        save_settings(ctx, owner=OWNER, campaign=campaign, value=settings)
    problems: list[Text] = []
    for which, name in FILES.items():
        if name not in files:
            continue
        try:
            TRYING[which](files[name])
            take_template(
                ctx,
                campaign=campaign,
                folder=folder(),
                which=which,
                content=files[name],
                name=PurePosixPath(name).name,
            )
        except DomainError as error:
            problems.append(T("%(file)s: %(problem)s", file=name, problem=error.message))
    if problems:
        raise InvalidData(T("The templates of papers cannot be taken from this file."), problems)
