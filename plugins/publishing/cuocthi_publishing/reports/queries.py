"""What is read for papers: their settings, those that were drawn up, and figures by round and by unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.campaigns.models import Headcount
from cuocthi.campaigns.settings import load_settings
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.models import Standing
from cuocthi.units.models import Unit
from cuocthi_publishing.reports.models import PaperFile
from cuocthi_publishing.reports.settings import OWNER, ReportSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking


def report_settings(ctx: Context, *, campaign: Campaign) -> ReportSettings:
    """Return who issues and signs the papers of a campaign (one statement)."""
    return load_settings(ctx, owner=OWNER, schema=ReportSettings, campaign=campaign).value


def paper_files(ctx: Context, *, campaign_id: int) -> Sequence[PaperFile]:
    """Return the papers that were drawn up, the newest first, with who asked for them (one statement)."""
    return ctx.session.scalars(
        sa.select(PaperFile)
        .where(PaperFile.campaign_id == campaign_id)
        .options(joinedload(PaperFile.maker))
        .order_by(PaperFile.id.desc())
    ).all()


def paper_file(ctx: Context, *, campaign_id: int, paper_id: int) -> PaperFile | None:
    """Return one of them."""
    return ctx.session.scalar(
        sa.select(PaperFile).where(PaperFile.campaign_id == campaign_id, PaperFile.id == paper_id)
    )


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """A unit over all adopted rankings: everybody counts once. ``headcount`` is None where nobody said."""

    unit_id: int
    persons: int
    entries: int
    headcount: int | None


def unit_totals(ctx: Context, *, campaign_id: int, rankings: Sequence[Ranking]) -> list[UnitTotal]:
    """Return every unit with anybody in the rankings, or anybody entitled, most persons first (one statement)."""
    reached = (
        sa.select(
            Enrolment.unit_id,
            sa.func.count(sa.distinct(Standing.enrolment_id)).label("persons"),
            sa.func.sum(Standing.entries).label("entries"),
        )
        .join(Enrolment, Enrolment.id == Standing.enrolment_id)
        .where(Standing.ranking_id.in_([ranking.id for ranking in rankings]))
        .group_by(Enrolment.unit_id)
        .subquery()
    )
    entitled = (
        sa.select(Headcount.unit_id, sa.func.sum(Headcount.number).label("number"))
        .where(Headcount.campaign_id == campaign_id)
        .group_by(Headcount.unit_id)
        .subquery()
    )
    persons = sa.func.coalesce(reached.c.persons, 0)
    rows = ctx.session.execute(
        sa.select(Unit.id, persons, sa.func.coalesce(reached.c.entries, 0), entitled.c.number)
        .outerjoin(reached, reached.c.unit_id == Unit.id)
        .outerjoin(entitled, entitled.c.unit_id == Unit.id)
        .where(sa.or_(reached.c.persons.is_not(None), entitled.c.number.is_not(None)))
        .order_by(persons.desc(), Unit.name_sort, Unit.code)
    )
    # PostgreSQL sums integers of 64 bits into a decimal.
    return [
        UnitTotal(unit_id, int(count), int(entries), None if number is None else int(number))
        for unit_id, count, entries, number in rows
    ]


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """How many persons of a category registered, and how many have a result in an adopted ranking."""

    category: str
    registered: int
    persons: int


def category_totals(ctx: Context, *, campaign_id: int, rankings: Sequence[Ranking]) -> list[CategoryTotal]:
    """Return persons by category; everybody counts once (one statement)."""
    placed = sa.exists().where(
        Standing.enrolment_id == Enrolment.id, Standing.ranking_id.in_([ranking.id for ranking in rankings])
    )
    rows = ctx.session.execute(
        sa.select(Enrolment.category, sa.func.count(), sa.func.sum(sa.case((placed, 1), else_=0)))
        .where(Enrolment.campaign_id == campaign_id, Enrolment.state == EnrolmentState.ACTIVE)
        .group_by(Enrolment.category)
    )
    return [CategoryTotal(category, int(registered), int(persons)) for category, registered, persons in rows]
