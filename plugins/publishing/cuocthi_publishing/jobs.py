"""Background work: building the bundle of a published release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.models import Campaign
from cuocthi.files.domain import store
from cuocthi.files.kinds import ZIP
from cuocthi.web.context import registry
from cuocthi_publishing.domain.bundle import build, file_name
from cuocthi_publishing.domain.releases import snapshot_of
from cuocthi_publishing.models import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context


def build_bundle(ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Build and keep the bundle of the release that ``arguments`` name; one that is there already is left alone."""
    release = ctx.session.get_one(Release, arguments["release_id"])
    if release.bundle_file_id is None:
        campaign = ctx.session.get_one(Campaign, release.campaign_id)
        snapshot = snapshot_of(release)
        stored = store(
            ctx,
            folder=registry().config.files,
            content=build(snapshot, release.digest, progress),
            name=file_name(snapshot),
            kinds=(ZIP,),
            campaign=campaign,
            permission="",
        )
        release.bundle_file_id = stored.id
        campaign.renew_pages()
        ctx.session.flush()
    return {"release": release.number, "file": release.bundle_file_id}
