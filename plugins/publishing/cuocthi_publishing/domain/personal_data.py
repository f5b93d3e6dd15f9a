"""What releases tell of a person, and what becomes of it when the person's data is erased.

A release is never changed: its digest is printed, and its bundle stands on another portal. What it tells of people is
masked but for winners. When somebody whom the release in force shows is erased, the release says so to those who
publish, until a new one takes its place, in which that person has no name any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.contributions import AwardList, Erasure, PersonalData
from cuocthi.enrolments.models import Enrolment
from cuocthi.text import T
from cuocthi_publishing.queries import current_release, scheduled_release

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Person
    from cuocthi_publishing.models import Release

KEPT = T("What was published stays as it was published, with masked names but for winners, until a new release.")


def export(ctx: Context, *, campaign: Campaign, person: Person) -> list[PersonalData]:
    """Return the release in force if it shows a person, by the contest number or, a winner, by name.

    Former releases are not looked through: each may be a megabyte.
    """
    enrolment = None if person.enrolment_id is None else ctx.session.get(Enrolment, person.enrolment_id)
    release = current_release(ctx, campaign_id=campaign.id)
    if enrolment is None or release is None:
        return []
    won = any(award.enrolment_id == enrolment.id for found in _award_lists(ctx, campaign) for award in found.awards)
    shown = [enrolment.code, *([enrolment.name] if won else [])]
    columns = [T("Release"), T("Published at")]
    rows = [(release.number, release.published_at)] if _shows(release, shown) else []
    return [PersonalData("releases", T("The publication in force shows you"), columns, rows, kept=KEPT, order=70)]


def _award_lists(ctx: Context, campaign: Campaign) -> list[AwardList]:
    return ctx.hooks.collect(ctx, campaign, "award_lists", AwardList)


def erase(ctx: Context, *, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    """Note that the release in force, or the one that waits for its moment, shows somebody whose data is erased."""
    standing = [find(ctx, campaign_id=campaign.id) for find in (current_release, scheduled_release)]
    found = [release for release in standing if release is not None and release.names_erased_at is None]
    if not found or not people:
        return
    codes = ctx.session.scalars(
        sa.select(Enrolment.code).where(Enrolment.id.in_([person.enrolment_id for person in people]))
    ).all()
    for release in found:
        # Award lists are published without contest numbers.
        if erasure is Erasure.RECORDS or _shows(release, codes):
            release.names_erased_at = ctx.now
    ctx.session.flush()


def _shows(release: Release, texts: Iterable[str]) -> bool:
    return any(f'"{text}"' in release.snapshot for text in texts)
