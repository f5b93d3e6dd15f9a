"""What releases tell of a person, and what becomes of it when the person's data is erased.

A release is never changed: its digest is printed, and its bundle stands on another portal. When somebody whom a public
release shows is erased, the release says so to those who publish: a new one, in which that person has no name any
more, takes the place of the one in force, and former ones can be withdrawn. A draft that shows such a name cannot be
published (:func:`cuocthi_publishing.domain.releases.publish_obstacles`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.contributions import Erasure, PersonalData
from cuocthi.digest import canonical
from cuocthi.enrolments.models import Enrolment
from cuocthi.text import T
from cuocthi_publishing.domain.masking import purged
from cuocthi_publishing.queries import note_erased, public_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Person

KEPT = T(
    "What was published stays as it was published, with the names that it shows, until a new release takes its place "
    "or it is withdrawn."
)
#: Of more people at once nobody looks which release shows which of them: all that show people are asked to be replaced.
_LOOKED_FOR = 50


def export(ctx: Context, *, campaign: Campaign, person: Person) -> list[PersonalData]:
    """Return the public releases that show a person: by the contest number or, a winner, by name and unit."""
    enrolment = None if person.enrolment_id is None else ctx.session.get(Enrolment, person.enrolment_id)
    if enrolment is None:
        return []
    shown = public_with(
        ctx, campaign_id=campaign.id, texts=[*_traces(enrolment.code, enrolment.name, enrolment.unit_name)]
    )
    columns = [T("Release"), T("Published at")]
    rows = [(release.number, release.published_at) for release in shown]
    return [PersonalData("releases", T("Publications that show you"), columns, rows, kept=KEPT, order=70)]


def erase(ctx: Context, *, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    """Note which releases, public or waiting for their moment, show somebody whose data is erased."""
    if not people:
        return
    ids = [person.enrolment_id for person in people]
    texts: list[str] | None = None
    if erasure is not Erasure.RECORDS and len(ids) <= _LOOKED_FOR:
        named = sa.select(Enrolment.code, Enrolment.name, Enrolment.unit_name).where(Enrolment.id.in_(ids))
        texts = [text for row in ctx.session.execute(named) for text in _traces(*row)]
    note_erased(ctx, campaign_id=campaign.id, texts=texts)


def _traces(code: str, name: str, unit: str) -> Iterator[str]:
    """Yield what a snapshot has in it if it shows somebody: the contest number, or name and unit side by side.

    Award lists are published without contest numbers.
    """
    yield f'"{code}"'
    yield canonical([purged(name), purged(unit)]).decode().strip("[]")
