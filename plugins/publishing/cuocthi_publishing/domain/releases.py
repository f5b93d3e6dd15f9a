"""Making a release, and publishing it by a second person's confirmation."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.contributions import Act, Blocker, Role
from cuocthi.digest import canonical
from cuocthi.errors import Blocked, Closed, Conflict, DomainError, Forbidden, Missing
from cuocthi.jobs.domain import enqueue
from cuocthi.standings.confirmations import discharged, hold
from cuocthi.standings.domain import stale_reasons
from cuocthi.standings.integrity import check_intact
from cuocthi.standings.refresh import overtaken_rounds
from cuocthi.text import T
from cuocthi_publishing.domain.abridged import keep_abridged, shown_of
from cuocthi_publishing.domain.cells import names_in
from cuocthi_publishing.domain.choice import Choice, check_choice, from_settings, from_values, promise_of
from cuocthi_publishing.domain.pages import check_pages
from cuocthi_publishing.domain.sections import people_shown
from cuocthi_publishing.domain.snapshot import Heading, compose, gather, sources
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.models import Release, ReleaseState
from cuocthi_publishing.queries import (
    BUNDLE_JOB,
    adopted_rankings,
    bundle_key,
    draft_release,
    is_same_person,
    last_number,
    last_public,
    load_publish_settings,
    release_numbered,
    scheduled_release,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.jobs.models import Job
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi_publishing.domain.sections import Material


#: Whose members make releases and confirm them.
PREPARING = frozenset({Role.ORGANISING, Role.SUPPORT, Role.EDITORIAL})


def make(
    ctx: Context,
    *,
    campaign: Campaign,
    choice: Choice | None = None,
    note: str = "",
    not_before: datetime | None = None,
    vault: Vault | None = None,
) -> Release:
    """Take a snapshot of what is to be published, as a draft for a second person to confirm; discard a former draft.

    ``choice`` says what goes out, by default what the settings say. ``note`` says what changed, and why, where
    something was published already; personal data in it is blacked out. It is not public before ``not_before``, to the
    second. ``vault`` opens dates of birth and is needed where the campaign asks for them (ValueError without it).

    Raises Blocked with every reason why nothing can be published yet and for a ranking that was changed past
    the platform; DomainError without a note where one is needed, for a choice of nothing or of more than the issued
    rules let out, for a moment that is over, and for what no page can show; Conflict while another release waits for
    its moment; Forbidden unless a person acts; Closed before the campaign is open.
    """
    maker = person(ctx)
    _refuse_draft_campaign(campaign)
    hold(ctx, campaign_id=campaign.id)
    choice = choice or default_choice(ctx, campaign=campaign)
    check_choice(choice, promise=promise_of(ctx, campaign=campaign))
    if not_before is not None and not_before <= ctx.now:
        raise DomainError(T("This moment is over. Leave it empty to publish at once."), field="day")
    material = gather(ctx, campaign=campaign, choice=choice, vault=vault)
    reasons = obstacles(ctx, material=material)
    if reasons:
        raise Blocked(T("Nothing can be published yet."), reasons)
    _check_intact(ctx, material)
    _refuse_another_schedule(ctx, campaign)
    before = last_public(ctx, campaign_id=campaign.id)
    note = _checked_note(note, before)
    former = draft_release(ctx, campaign_id=campaign.id)
    if former is not None:
        former.state = ReleaseState.DISCARDED
        ctx.session.flush()
    heading = Heading(
        number=last_number(ctx, campaign_id=campaign.id) + 1,
        made_at=ctx.now,
        note=material.masking.text(note),
        not_before=not_before,
        replaces=before,
        # What was withdrawn must not come back as what has changed.
        former=snapshot_of(before) if before and before.is_published else None,
    )
    release = add(ctx, material=material, heading=heading, maker=maker)
    _record(ctx, campaign, release, "make", T("Made release %(number)s", number=release.number))
    return release


def add(ctx: Context, *, material: Material, heading: Heading, maker: int, approval_id: int | None = None) -> Release:
    """Add a release as a draft, with the snapshot composed now.

    Raises DomainError where a page of it cannot be shown: nobody could change it afterwards.
    """
    snapshot = compose(ctx, material=material, heading=heading)
    check_pages(snapshot)
    content = canonical(snapshot)
    release = Release(
        campaign_id=material.campaign.id,
        number=heading.number,
        state=ReleaseState.DRAFT,
        snapshot=content.decode(),
        digest=hashlib.sha256(content).hexdigest(),
        replaces_id=heading.replaces.id if heading.replaces else None,
        note=heading.note,
        not_before=heading.not_before,
        approval_id=approval_id,
        created_by=maker,
        created_at=ctx.now,
    )
    ctx.session.add(release)
    ctx.session.flush()
    keep_abridged(ctx, release=release, snapshot=snapshot)
    return release


def publish(ctx: Context, *, campaign: Campaign, number: int, digest: str) -> Release:
    """Confirm a draft as the second person, and ask for its bundle. It is public at once, or from its moment on.

    ``digest`` is that of the release the person looked at. Raises Forbidden for the person who made it, Conflict if
    it is no draft, another one than was looked at, or made by somebody who was discharged since; Blocked with every
    reason against publishing it.
    """
    confirmer = person(ctx)
    hold(ctx, campaign_id=campaign.id)
    release = numbered(ctx, campaign=campaign, number=number)
    ctx.session.refresh(release)
    if not release.is_draft:
        raise Conflict(T("Release %(number)s is not a draft; it can no longer be changed.", number=number))
    if is_same_person(ctx, one=confirmer, other=release.created_by):
        raise Forbidden(T("You made this release; another person has to confirm it."))
    if digest != release.digest:
        raise Conflict(T("This is not the release that you looked at. Look at it again, then confirm."))
    check_seated(ctx, campaign=campaign, user_id=release.created_by)
    material = gather(ctx, campaign=campaign, choice=choice_of(release))
    reasons = publish_obstacles(ctx, material=material, release=release)
    if reasons:
        raise Blocked(T("This release cannot be published."), reasons)
    _check_intact(ctx, material)
    let_out(ctx, campaign=campaign, release=release, confirmer=confirmer)
    _record(ctx, campaign, release, "publish", T("Published release %(number)s", number=number))
    return release


def let_out(ctx: Context, *, campaign: Campaign, release: Release, confirmer: int) -> None:
    """Note that a second person agrees to a draft: public from now or from its moment on. Ask for its bundle."""
    release.confirmed_by, release.confirmed_at = confirmer, ctx.now
    release.published_at = max(ctx.now, release.not_before or ctx.now)
    release.state = ReleaseState.PUBLISHED
    campaign.version += 1
    ctx.session.flush()
    request_bundle(ctx, campaign=campaign, release=release)


def call_off(ctx: Context, *, campaign: Campaign, number: int, read_clock: Callable[[], datetime]) -> Release:
    """Stop a release before its moment; nobody outside ever saw it. One person suffices.

    ``read_clock`` tells the moment at which it is this request's turn: its moment may come while the request waits.
    Raises Forbidden unless a person acts, Conflict once it is public.
    """
    person(ctx)
    hold(ctx, campaign_id=campaign.id)
    release = numbered(ctx, campaign=campaign, number=number)
    ctx.session.refresh(release)
    # Where rows cannot be held, the first change waits for its turn.
    campaign.version += 1
    ctx.session.flush()
    now = read_clock()
    if not release.is_scheduled(now):
        raise Conflict(T("Release %(number)s does not wait for a moment.", number=number))
    release.state, release.withdrawn_at = ReleaseState.WITHDRAWN, now
    ctx.session.flush()
    _record(ctx, campaign, release, "calloff", T("Called off release %(number)s", number=number))
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
    """Return every reason why nothing can be published now: the core's figures and the gates of all plugins.

    Where no results go out, neither an adopted ranking is needed nor is any gate asked.
    """
    campaign = material.campaign
    if not material.choice.shows_results:
        return []
    blockers = ctx.hooks.collect(ctx, campaign, "act_blockers", Blocker, act=Act.PUBLISH, round_=None)
    reasons = [blocker.reason for blocker in blockers]
    if not material.ranked:
        reasons.append(T("No ranking has been adopted yet."))
    for round_, ranking in material.ranked:
        stale = stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
        reasons += [T("%(round)s: %(reason)s", round=round_.title, reason=reason) for reason in stale]
    return reasons


def publish_obstacles(ctx: Context, *, material: Material, release: Release) -> list[Text]:
    """Return every reason why a draft cannot be published: those of :func:`obstacles`, and that it is out of date.

    ``material`` is what would be published now by the choice of the draft.
    """
    reasons = obstacles(ctx, material=material)
    if sources(material) != snapshot_of(release)["sources"]:
        reasons.append(T("Rankings or award lists have changed since this release was made: make a new one."))
    elif people_shown(ctx, material=material) != names_in(_of_results(release)):
        reasons.append(T("Names may be shown otherwise than when this release was made: make a new one."))
    if any(promise_of(ctx, campaign=material.campaign).objections(material.choice)):
        reasons.append(T("It goes deeper than the issued rules say: make a new one."))
    before = last_public(ctx, campaign_id=material.campaign.id)
    if release.replaces_id != (before.id if before else None):
        reasons.append(T("Another release was published since this one was made: make a new one."))
    if release.not_before is not None and release.not_before <= ctx.now:
        reasons.append(T("The moment at which it was to go out is over: make a new one."))
    return reasons


def _of_results(release: Release) -> list[dict[str, Any]]:
    return [section for section in snapshot_of(release)["sections"] if section["page"] in {"awards", "results"}]


def changed_under(ctx: Context, *, campaign: Campaign, release: Release) -> list[Text]:
    """Return which rankings of a published release are others by now, or rest on something else (a few statements).

    The release stays as it is. One that shows no results rests on none.
    """
    if not choice_of(release).shows_results:
        return []
    said = {one["digest"] for one in shown_of(release)["sources"] if one["kind"] == "ranking"}
    overtaken = overtaken_rounds(ctx, campaign_ids=[campaign.id])
    reasons: list[Text] = []
    for round_, ranking in adopted_rankings(ctx, campaign_id=campaign.id):
        if ranking.digest not in said:
            reasons.append(T("Another version of the ranking of “%(round)s” has been adopted.", round=round_.title))
        elif round_.id in overtaken:
            text = T("What the ranking of “%(round)s” rests on has changed since it was adopted.", round=round_.title)
            reasons.append(text)
    return reasons


def choice_of(release: Release) -> Choice:
    """Return what a release lets out."""
    return from_values(shown_of(release).get("choice"))


def default_choice(ctx: Context, *, campaign: Campaign) -> Choice:
    """Return what goes out by the settings, no further than the issued rules say (three statements)."""
    settings = load_publish_settings(ctx, campaign=campaign).value
    return from_settings(settings, promise=promise_of(ctx, campaign=campaign))


def numbered(ctx: Context, *, campaign: Campaign, number: int) -> Release:
    """Return a release of a campaign. Raises Missing."""
    found = release_numbered(ctx, campaign_id=campaign.id, number=number)
    if found is None:
        raise Missing(T("There is no release %(number)s.", number=number))
    return found


def person(ctx: Context) -> int:
    """Return who acts. Raises Forbidden for the system: publishing is an act of people."""
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can publish."))
    return ctx.actor.user_id


def check_seated(ctx: Context, *, campaign: Campaign, user_id: int) -> None:
    """Raise Conflict if somebody's word does not count any more: that person was discharged from the committees."""
    if discharged(ctx, campaign_id=campaign.id, user_id=user_id, roles=PREPARING):
        raise Conflict(T("Whoever did this first was discharged since; please begin anew."))


def _refuse_draft_campaign(campaign: Campaign) -> None:
    if campaign.state is CampaignState.DRAFT:
        raise Closed(T("This campaign has not been opened; nothing of it can be published."))


def _refuse_another_schedule(ctx: Context, campaign: Campaign) -> None:
    waiting = scheduled_release(ctx, campaign_id=campaign.id)
    if waiting is not None:
        message = T(
            "Release %(number)s goes out at %(moment)s. Call it off before you make another one.",
            number=waiting.number,
            moment=waiting.published_at,
        )
        raise Conflict(message)


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
        after={
            "number": release.number,
            "digest": release.digest,
            "note": release.note,
            "published_at": release.published_at and release.published_at.isoformat(),
        },
    )
