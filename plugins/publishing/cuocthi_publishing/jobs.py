"""Background work: building the bundles of releases, and making those that a standing approval asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cuocthi.bundles.sealing import PUBLIC_KEY, packed
from cuocthi.campaigns.models import Campaign
from cuocthi.files.domain import store
from cuocthi.files.kinds import ZIP
from cuocthi.security.signing import from_pem, key_id
from cuocthi.web.context import registry
from cuocthi_publishing.domain.approvals import make_due
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.models import Release
from cuocthi_publishing.outputs.bundle import file_name, files
from cuocthi_publishing.outputs.published import Published, stored_content

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context

#: So late statistics may go out after the moment that was agreed to.
STANDING_RHYTHM = timedelta(seconds=5)


def build_bundle(ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Build and keep the bundle of the release that ``arguments`` name; one that is there already is left alone."""
    release = ctx.session.get_one(Release, arguments["release_id"])
    if release.bundle_file_id is not None:
        return _built(release)
    published = Published(snapshot_of(release), release.digest, stored_content(registry().config.files))
    # On SQLite this transaction would keep everybody else from saving for a minute; it has written nothing.
    ctx.session.commit()
    made = files(published, signer=registry().signer, now=ctx.now, progress=progress)
    content = packed(made)
    release = ctx.session.get_one(Release, arguments["release_id"], with_for_update=True, populate_existing=True)
    if release.bundle_file_id is None:
        _keep(ctx, release, content, file_name(published.snapshot))
        release.signed_with = key_id(from_pem(made[PUBLIC_KEY].decode()))
        ctx.session.flush()
    return _built(release)


def _keep(ctx: Context, release: Release, content: bytes, name: str) -> None:
    campaign = ctx.session.get_one(Campaign, release.campaign_id)
    stored = store(
        ctx,
        folder=registry().config.files,
        content=content,
        name=name,
        kinds=(ZIP,),
        campaign=campaign,
        # The public takes it from the release's own address, which knows from when until when.
        permission="publishing:release:view",
    )
    release.bundle_file_id = stored.id
    campaign.renew_pages()


def _built(release: Release) -> Mapping[str, Any]:
    return {"release": release.number, "file": release.bundle_file_id}


def release_statistics(
    ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Make the statistics-only releases whose moment has come."""
    return {"releases": make_due(ctx, vault=registry().vault)}
