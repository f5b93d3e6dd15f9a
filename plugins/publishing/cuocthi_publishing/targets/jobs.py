"""The job that delivers what is public to where it belongs. It holds no transaction while a target is at work."""

from __future__ import annotations

import dataclasses
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import structlog

from cuocthi.campaigns.models import Campaign
from cuocthi.contributions import Delivery
from cuocthi.errors import Undeliverable
from cuocthi.files.domain import content_of, file_of, path_of
from cuocthi.web.context import registry
from cuocthi_publishing.domain.abridged import shown_of
from cuocthi_publishing.models import Release
from cuocthi_publishing.outputs import tombstone
from cuocthi_publishing.outputs.published import Published
from cuocthi_publishing.queries import current_statistics, last_public, successor, withdrawal_of
from cuocthi_publishing.targets import domain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cuocthi.context import Context
    from cuocthi.contributions import PublicationTarget

#: So late a release may arrive after the moment from which it is public; never before it.
RHYTHM = timedelta(seconds=10)
#: For how many seconds one run of the job takes more in hand: other work waits for it.
PATIENCE = 20.0

log = structlog.get_logger(__name__)


def deliver_due(ctx: Context, _arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Deliver what is due; return how many deliveries were tried. Commits by itself, one after the other."""
    current = dataclasses.replace(ctx, now=registry().clock.now())
    domain.ask_for_missing(current)
    ctx.session.commit()
    done, began = 0, time.monotonic()
    while time.monotonic() - began < PATIENCE:
        current = dataclasses.replace(ctx, now=registry().clock.now())
        taken = domain.take_due(current)
        ctx.session.commit()
        if taken is None:
            break
        _deliver(current, taken)
        ctx.session.commit()
        done += 1
        progress(done, done)
    return {"deliveries": done}


def _deliver(ctx: Context, taken: domain.Taken) -> None:
    release = ctx.session.get_one(Release, taken.release_id, populate_existing=True)
    if not taken.withdrawn and not release.is_public(ctx.now):
        domain.drop(ctx, taken=taken)
        return
    try:
        target, delivery = _prepared(ctx, release, taken)
        # Nothing was changed; whoever writes meanwhile need not wait for the target.
        ctx.session.commit()
        target.deliver(delivery)
    except Exception as error:  # noqa: BLE001 - a target may raise anything; it is tried again
        ctx.session.rollback()
        log.warning("release_not_delivered", target=taken.target, tries=taken.tries, problem=str(error))
        for_good = isinstance(error, Undeliverable)
        domain.note_failure(ctx, taken=taken, problem=domain.in_words(error), for_good=for_good)
    else:
        domain.note_arrival(dataclasses.replace(ctx, now=registry().clock.now()), taken=taken)


def _prepared(ctx: Context, release: Release, taken: domain.Taken) -> tuple[PublicationTarget, Delivery]:
    """Return the target and what is handed to it. Raises Missing where either is gone."""
    campaign = ctx.session.get_one(Campaign, release.campaign_id)
    target = domain.targets(ctx, campaign=campaign).get(taken.target)
    if target is None:
        raise domain.gone()
    newest = last_public(ctx, campaign_id=campaign.id) or current_statistics(ctx, campaign_id=campaign.id)
    delivery = Delivery(
        campaign=campaign.slug,
        number=release.number,
        digest=release.digest,
        withdrawn=taken.withdrawn,
        latest=newest is not None and newest.id == release.id,
        files=_tombstone(ctx, release) if taken.withdrawn else _bundle(ctx, release),
    )
    return target, delivery


def _bundle(ctx: Context, release: Release) -> Callable[[], Iterator[tuple[str, bytes]]]:
    folder = registry().config.files
    stored = file_of(ctx, campaign_id=release.campaign_id, file_id=release.bundle_file_id or 0)
    content_of(folder, sha256=stored.sha256, name=stored.name)
    path = path_of(folder, stored.sha256)
    return lambda: _unpacked(path)


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    with ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


def _tombstone(ctx: Context, release: Release) -> Callable[[], Iterator[tuple[str, bytes]]]:
    withdrawal, newer = withdrawal_of(ctx, release=release), successor(ctx, release=release)
    published = Published(shown_of(release), release.digest)
    stone = tombstone.Tombstone(
        since=release.published_at or ctx.now,
        until=release.withdrawn_at or ctx.now,
        reason=withdrawal.reason if withdrawal else "",
        replaced_by=newer.number if newer else None,
    )
    return lambda: tombstone.build(published, stone)
