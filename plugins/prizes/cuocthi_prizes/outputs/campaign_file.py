"""How awards are handed over as a part of a campaign file: the table ``[prizes.outputs]``, the template as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.settings import structure, unstructure
from cuocthi.errors import DomainError, InvalidData
from cuocthi.files.domain import file_of, read, store
from cuocthi.papers.typesetting import TEMPLATE, typeset
from cuocthi.text import T
from cuocthi_prizes.outputs.certificates import sample_data
from cuocthi_prizes.outputs.hand_over import save_output_settings
from cuocthi_prizes.outputs.queries import output_settings
from cuocthi_prizes.outputs.settings import OutputSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

#: The key of the table among what the plugin writes, and the name of the template.
TABLE, FILE = "outputs", "prizes/certificate.typ"
#: The stored file has another number in every campaign.
_TEMPLATE = "template"
_PERMISSION = "prizes:outputs:edit"
_UNREADABLE = T("How prizes are handed over cannot be taken from this file.")


def export_outputs(
    ctx: Context, *, campaign: Campaign, folder: Callable[[], Path]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the table of what differs from the defaults, and the organisers' own template, if there is one."""
    settings, defaults = output_settings(ctx, campaign=campaign), unstructure(OutputSettings())
    plain = {name: value for name, value in unstructure(settings).items() if value != defaults[name]}
    if not plain.pop(_TEMPLATE, 0):
        return plain, {}
    stored = file_of(ctx, campaign_id=campaign.id, file_id=settings.template)
    return plain, {FILE: read(folder(), stored)}


def import_outputs(
    ctx: Context,
    *,
    campaign: Campaign,
    values: Mapping[str, Any],
    files: Mapping[str, bytes],
    folder: Callable[[], Path],
) -> None:
    """Store what a campaign file says of it; raises InvalidData with every problem, also of a template."""
    if _TEMPLATE in values:
        message = T("The template of certificates is a file beside the others: %(name)s.", name=FILE)
        raise InvalidData(_UNREADABLE, [message])
    settings = structure(OutputSettings, values)
    if FILE in files:
        settings = structure(
            OutputSettings, {**values, _TEMPLATE: _stored(ctx, campaign, settings, files[FILE], folder())}
        )
    if settings != output_settings(ctx, campaign=campaign):
        save_output_settings(ctx, campaign=campaign, settings=settings)


def _stored(ctx: Context, campaign: Campaign, settings: OutputSettings, content: bytes, folder: Path) -> int:
    """Store a template that can be typeset, as one that is handed in on the page is tried; raises InvalidData."""
    try:
        if TEMPLATE.fits(content):
            typeset(content.decode(), sample_data(campaign=campaign, settings=settings, page="https://example.vn/"))
        return store(
            ctx,
            folder=folder,
            content=content,
            name=Path(FILE).name,
            kinds=(TEMPLATE,),
            campaign=campaign,
            permission=_PERMISSION,
        ).id
    except DomainError as error:
        raise InvalidData(_UNREADABLE, [error.message]) from error
