"""What publishing does in a rehearsal at the end: make a release, confirm it as the second person, build its bundle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Actor
from cuocthi.web.context import registry
from cuocthi_publishing.domain.releases import make, publish
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.outputs.bundle import files
from cuocthi_publishing.outputs.published import Published, stored_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context


def rehearse(ctx: Context, campaign_id: int, staff_ids: tuple[int, int]) -> Sequence[tuple[str, str]]:
    """Publish the campaign's results as two committee members would; return what to report.

    Raises Blocked with every reason where nothing can be published.
    """
    campaign = ctx.session.get_one(Campaign, campaign_id)
    first, second = (replace(ctx, actor=Actor(user_id)) for user_id in staff_ids)
    release = make(first, campaign=campaign, vault=registry().vault)
    publish(second, campaign=campaign, number=release.number, digest=release.digest)
    build_bundle(ctx, {"release_id": release.id}, _unwatched)
    snapshot = snapshot_of(release)
    published = Published(snapshot, release.digest, stored_content(registry().config.files))
    return [
        ("sections published", str(len(snapshot["sections"]))),
        ("files in the bundle", str(len(files(published, signer=registry().signer, now=ctx.now)))),
        ("digest of the release", release.digest),
    ]


def _unwatched(_done: int, _total: int) -> None:
    """Nobody watches the progress of a rehearsal."""
