"""Making a release, and publishing it by a second person's confirmation."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.contributions import Act, Blocker
from cuocthi.digest import canonical
from cuocthi.errors import Blocked, Closed, Conflict, DomainError, Forbidden, Missing
from cuocthi.jobs.domain import enqueue
from cuocthi.standings.confirmations import hold
from cuocthi.standings.domain import stale_reasons
from cuocthi.standings.integrity import check_intact
from cuocthi.standings.refresh import overtaken_rounds
from cuocthi.text import T
from cuocthi_publishing.domain.snapshot import Snapshot, compose, gather, sources
from cuocthi_publishing.models import Release, ReleaseState
from cuocthi_publishing.queries import (
    BUNDLE_JOB,
    adopted_rankings,
    bundle_key,
    current_release,
    draft_release,
    last_number,
    load_publish_settings,
    release_numbered,
)

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.jobs.models import Job
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi_publishing.domain.sections import Material


def make(ctx: Context, *, campaign: Campaign, note: str = "", vault: Vault | None = None) -> Release:
    """Take a snapshot of what is to be published, as a draft for a second person to confirm; withdraw a former draft.

    ``note`` says what changed, and why, where something is published already; ``vault`` opens dates of birth and is
    needed where the campaign asks for them (ValueError without it). Raises Blocked with every reason why
    nothing can be published yet and for a ranking that was changed past the platform, DomainError without a note where
    one is needed, Forbidden unless a person acts, Closed before the campaign is open.
    """
    maker = _person(ctx)
    _refuse_draft_campaign(campaign)
    hold(ctx, campaign_id=campaign.id)
    settings = load_publish_settings(ctx, campaign=campaign).value
    material = gather(ctx, campaign=campaign, settings=settings, vault=vault)
    reasons = obstacles(ctx, material=material)
    if reasons:
        raise Blocked(T("Nothing can be published yet."), reasons)
    _check_intact(ctx, material)
    published = current_release(ctx, campaign_id=campaign.id)
    note = _checked_note(note, published)
    former = draft_release(ctx, campaign_id=campaign.id)
    if former is not None:
        former.state = ReleaseState.WITHDRAWN
        ctx.session.flush()
    number = last_number(ctx, campaign_id=campaign.id) + 1
    values = compose(ctx, material=material, number=number, made_at=ctx.now, note=note, replaces=published)
    content = canonical(values)
    release = Release(
        campaign_id=campaign.id,
        number=number,
        state=ReleaseState.DRAFT,
        snapshot=content.decode(),
        digest=hashlib.sha256(content).hexdigest(),
        replaces_id=published.id if published else None,
        note=note,
        created_by=maker,
        created_at=ctx.now,
    )
    ctx.session.add(release)
    ctx.session.flush()
    _record(ctx, campaign, release, "make", T("Made release %(number)s", number=number))
    return release


def publish(ctx: Context, *, campaign: Campaign, number: int, digest: str) -> Release:
    """Confirm a draft as the second person, which publishes it, and ask for its bundle.

    ``digest`` is that of the release the person looked at. Raises Forbidden for the person who made it, Conflict if
    it is no draft or another one than was looked at, Blocked with every reason against publishing it.
    """
    confirmer = _person(ctx)
    hold(ctx, campaign_id=campaign.id)
    release = numbered(ctx, campaign=campaign, number=number)
    ctx.session.refresh(release)
    if not release.is_draft:
        raise Conflict(T("Release %(number)s is not a draft; it can no longer be changed.", number=number))
    if confirmer == release.created_by:
        raise Forbidden(T("You made this release; another person has to confirm it."))
    if digest != release.digest:
        raise Conflict(T("This is not the release that you looked at. Look at it again, then confirm."))
    snapshot_of(release)
    reasons = publish_obstacles(ctx, campaign=campaign, release=release)
    if reasons:
        raise Blocked(T("This release cannot be published."), reasons)
    _check_intact(ctx, gather(ctx, campaign=campaign, settings=load_publish_settings(ctx, campaign=campaign).value))
    release.state = ReleaseState.PUBLISHED
    release.confirmed_by, release.published_at = confirmer, ctx.now
    campaign.version += 1
    ctx.session.flush()
    request_bundle(ctx, campaign=campaign, release=release)
    _record(ctx, campaign, release, "publish", T("Published release %(number)s", number=number))
    return release


def _check_intact(ctx: Context, material: Material) -> None:
    """Refuse to publish rankings that were changed past the platform since they were adopted. Raises Blocked."""
    for _round, ranking in material.ranked:
        check_intact(ctx, ranking=ranking)


def request_bundle(ctx: Context, *, campaign: Campaign, release: Release) -> Job:
    """Ask for the bundle of a release to be built in the background. Raises Conflict before it is published."""
    if not release.is_published:
        raise Conflict(T("Only a published release has a bundle."))
    arguments = {"release_id": release.id}
    return enqueue(ctx, kind=BUNDLE_JOB, key=bundle_key(release.id), arguments=arguments, campaign=campaign)


def obstacles(ctx: Context, *, material: Material) -> list[Text]:
    """Return every reason why nothing can be published now: the core's figures and the gates of all plugins."""
    campaign = material.campaign
    blockers = ctx.hooks.collect(ctx, campaign, "act_blockers", Blocker, act=Act.PUBLISH, round_=None)
    reasons = [blocker.reason for blocker in blockers]
    if not material.ranked:
        reasons.append(T("No ranking has been adopted yet."))
    for round_, ranking in material.ranked:
        stale = stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
        reasons += [T("%(round)s: %(reason)s", round=round_.title, reason=reason) for reason in stale]
    return reasons


def publish_obstacles(ctx: Context, *, campaign: Campaign, release: Release) -> list[Text]:
    """Return every reason why a draft cannot be published: those of :func:`obstacles`, and that it is out of date."""
    settings = load_publish_settings(ctx, campaign=campaign).value
    material = gather(ctx, campaign=campaign, settings=settings)
    reasons = obstacles(ctx, material=material)
    if sources(material) != snapshot_of(release)["sources"]:
        reasons.append(T("Rankings or award lists have changed since this release was made: make a new one."))
    published = current_release(ctx, campaign_id=campaign.id)
    if release.replaces_id != (published.id if published else None):
        reasons.append(T("Another release was published since this one was made: make a new one."))
    return reasons


def changed_under(ctx: Context, *, campaign: Campaign, release: Release) -> list[Text]:
    """Return which rankings of a published release are others by now, or rest on something else (a few statements).

    The release stays as it is.
    """
    said = {one["digest"] for one in snapshot_of(release)["sources"] if one["kind"] == "ranking"}
    overtaken = overtaken_rounds(ctx, campaign_ids=[campaign.id])
    reasons: list[Text] = []
    for round_, ranking in adopted_rankings(ctx, campaign_id=campaign.id):
        if ranking.digest not in said:
            reasons.append(T("Another version of the ranking of “%(round)s” has been adopted.", round=round_.title))
        elif round_.id in overtaken:
            text = T("What the ranking of “%(round)s” rests on has changed since it was adopted.", round=round_.title)
            reasons.append(text)
    return reasons


def numbered(ctx: Context, *, campaign: Campaign, number: int) -> Release:
    """Return a release of a campaign. Raises Missing."""
    found = release_numbered(ctx, campaign_id=campaign.id, number=number)
    if found is None:
        raise Missing(T("There is no release %(number)s.", number=number))
    return found


def snapshot_of(release: Release) -> Snapshot:
    """Return the values of a release; raises Conflict if they are not those that its digest was made of."""
    content = release.snapshot.encode()
    if hashlib.sha256(content).hexdigest() != release.digest:
        raise Conflict(T("Release %(number)s is not what was made: its digest differs.", number=release.number))
    values: Snapshot = json.loads(content)
    return values


def _person(ctx: Context) -> int:
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can publish."))
    return ctx.actor.user_id


def _refuse_draft_campaign(campaign: Campaign) -> None:
    if campaign.state is CampaignState.DRAFT:
        raise Closed(T("This campaign has not been opened; nothing of it can be published."))


def _checked_note(note: str, published: Release | None) -> str:
    note = note.strip()
    if published is None:
        return ""
    if not note:
        message = T("Release %(number)s is published: say what the new one changes, and why.", number=published.number)
        raise DomainError(message, field="note")
    return note


def _record(ctx: Context, campaign: Campaign, release: Release, act: str, summary: Text) -> None:
    record(
        ctx,
        action=f"publishing:release:{act}",
        summary=summary,
        campaign=campaign,
        object_kind="release",
        object_id=release.id,
        after={"number": release.number, "digest": release.digest, "note": release.note},
    )
