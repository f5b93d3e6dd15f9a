"""What the core knows of a campaign, as sections of its report: documents, timeline, participation, incidents.

Texts are put into the language of the report by ``write``; every figure is counted here and now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cuocthi.campaigns.queries import headcount_totals
from cuocthi.committees.queries import committees_with_members
from cuocthi.contributions import Column, ReportSection, ReportTable
from cuocthi.documents.queries import documents
from cuocthi.incidents.queries import decided
from cuocthi.text import TN, T
from cuocthi.timelines.extensions import granted
from cuocthi.timelines.history import planned
from cuocthi.timelines.localtime import day_and_time, spoken
from cuocthi.timelines.queries import rounds
from cuocthi.units.queries import full_names
from cuocthi_publishing import queries as figures
from cuocthi_publishing.reports.citing import cited, in_force
from cuocthi_publishing.reports.decree import short_date
from cuocthi_publishing.reports.queries import UnitTotal, category_totals, unit_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.committees.models import Committee
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi.timelines.history import Planned
    from cuocthi.timelines.models import Phase

    Write = Callable[[Text], str]
    Ranked = Sequence[tuple[Phase, Ranking]]

#: So many units without anybody are named; of more only the number is told.
_UNITS_NAMED = 10


@dataclass(frozen=True, slots=True)
class Core:
    """What the core's sections are made of."""

    campaign: Campaign
    ranked: Ranked
    write: Write

    @property
    def rankings(self) -> list[Ranking]:
        """The adopted rankings of the rounds that people enter."""
        return [ranking for _round, ranking in self.ranked]


def core_sections(ctx: Context, *, core: Core) -> list[ReportSection]:
    """Return what the core tells in a report, in its order."""
    return [
        _conduct(ctx, core),
        _timeline(ctx, core),
        participation(ctx, core=core),
        _incidents(ctx, core),
    ]


def _conduct(ctx: Context, core: Core) -> ReportSection:
    write = core.write
    named = in_force(documents(ctx, campaign_id=core.campaign.id, public_only=False))
    seats = (_seats(write, one) for one in committees_with_members(ctx, campaign_id=core.campaign.id))
    found = [line for line in seats if line]
    paragraphs = []
    if named:
        paragraphs.append(write(T("The contest was prepared and held by these documents:")))
        paragraphs += [f"- {cited(document)};" for document in named[:-1]]
        paragraphs.append(f"- {cited(named[-1])}.")
    if found:
        paragraphs.append(write(T("Set up were: %(bodies)s.", bodies="; ".join(found))))
    return ReportSection("conduct", write(T("Direction and organisation")), paragraphs, order=10)


def _seats(write: Write, committee: Committee) -> str:
    """Return a committee with the number of its members; nothing where nobody ever sat on it or it is one of units."""
    members = {seat.user_id for seat in committee.memberships if seat.annulled_at is None}
    if not members or not committee.role.bars:
        return ""
    counted = TN("%(title)s (%(count)s member)", "%(title)s (%(count)s members)", len(members), title=committee.title)
    return write(counted) + (f", {committee.decision}" if committee.decision else "")


# --- the timeline -----------------------------------------------------------------------------------------------------


def _timeline(ctx: Context, core: Core) -> ReportSection:
    write = core.write
    phases = planned(ctx, campaign=core.campaign)
    columns = [
        Column("phase", write(T("What was done"))),
        Column("planned", write(T("Planned time"))),
        Column("actual", write(T("Actual time"))),
    ]
    rows = [(one.title, _planned(write, one), _actual(write, one)) for one in phases]
    changed = [_moved(write, one) for one in phases if one.changed]
    told = TN(
        "%(count)s of the %(all)s phases was at another time than planned when the contest was opened.",
        "%(count)s of the %(all)s phases were at other times than planned when the contest was opened.",
        len(changed),
        all=len(phases),
    )
    paragraph = told if changed else T("All phases were held at the times planned when the contest was opened.")
    table = ReportTable(write(T("Timeline, planned and actual")), columns, rows)
    title = write(T("Course of the contest"))
    return ReportSection("timeline", title, [write(paragraph)], [table] if rows else [], changed, order=20)


def _planned(write: Write, one: Planned) -> str:
    return span(write, one.span.opens_at, one.span.closes_at)


def _actual(write: Write, one: Planned) -> str:
    return write(T("not held")) if one.phase is None else span(write, one.phase.opens_at, one.phase.closes_at)


def _moved(write: Write, one: Planned) -> str:
    if one.phase is None:
        return write(T("%(phase)s: planned %(planned)s, not held.", phase=one.title, planned=_planned(write, one)))
    spans = {"planned": _planned(write, one), "actual": _actual(write, one)}
    return write(T("%(phase)s: planned %(planned)s, held %(actual)s.", phase=one.title, **spans))


def span(write: Write, opens_at: datetime, closes_at: datetime) -> str:
    """Return from when to when something is open, as papers write it; a whole day is that day."""
    first, last = moment(opens_at), moment(closes_at, closing=True)
    if first == last:
        return write(T("on %(day)s", day=first))
    return write(T("from %(begin)s to %(end)s", begin=first, end=last))


def moment(when: datetime, *, closing: bool = False) -> str:
    """Return a moment as papers write it, without the time where it is the edge of a day: 17h00 ngày 05/10/2024."""
    day, clock = day_and_time(when, closing=closing)
    return short_date(day) if clock in {"00:00", "24:00"} else f"{spoken(clock)} ngày {short_date(day)}"


# --- participation ----------------------------------------------------------------------------------------------------


def participation(ctx: Context, *, core: Core) -> ReportSection:
    """Return how many persons, entries and units took part, by round and by category; who did not, as differences."""
    write, campaign = core.write, core.campaign
    persons, units = figures.persons_and_units(ctx, rankings=core.rankings)
    registered = figures.registered_persons(ctx, campaign_id=campaign.id)
    entries = sum(ranking.entries for ranking in core.rankings)
    paragraphs = [
        write(TN("%(count)s person registered.", "%(count)s persons registered.", registered)),
        write(
            T(
                "%(persons)s persons of %(units)s units have a counted result, with %(entries)s entries. Everybody "
                "counts once, in the unit named at registration.",
                persons=persons,
                units=units,
                entries=entries,
            )
        ),
    ]
    entitled = headcount_totals(ctx, campaign_id=campaign.id)
    if total := sum(entitled.values()):
        paragraphs.append(
            write(
                T(
                    "%(total)s people were entitled to take part by the numbers that the units gave; %(percent)s%% of "
                    "them have a counted result.",
                    total=total,
                    percent=percent(persons, total),
                )
            )
        )
    tables = [_by_round(core)] if len(core.ranked) > 1 else []
    tables += _by_category(ctx, core, entitled)
    absent = _absent(ctx, core)
    return ReportSection("participation", write(T("Participation")), paragraphs, tables, absent, order=30)


def percent(part: int, whole: int) -> str:
    """Return a share in per cent with at most two decimals and a comma; exact, rounded half up."""
    hundredths = _hundredths(part, whole)
    return f"{hundredths // 100},{hundredths % 100:02}".rstrip("0").rstrip(",")


def _hundredths(part: int, whole: int) -> int:
    return (20_000 * part + whole) // (2 * whole) if whole else 0


def _by_round(core: Core) -> ReportTable:
    write = core.write
    columns = [
        Column("round", write(T("Round"))),
        Column("time", write(T("Held"))),
        Column("persons", write(T("Persons")), "integer"),
        Column("entries", write(T("Entries")), "integer"),
    ]
    rows = [
        (round_.title, span(write, round_.opens_at, round_.closes_at), ranking.persons, ranking.entries)
        for round_, ranking in core.ranked
    ]
    # Who takes part in several rounds stands in each of them, so that persons are not added up.
    return ReportTable(write(T("Participation by round")), columns, rows, frozenset({"entries"}))


def _by_category(ctx: Context, core: Core, entitled: dict[str, int]) -> list[ReportTable]:
    write, campaign = core.write, core.campaign
    found = category_totals(ctx, campaign_id=campaign.id, rankings=core.rankings)
    titles = {key: str(title) for key, title in campaign.categories.items()}
    if not any(row.category in titles for row in found):
        return []
    columns = [
        Column("category", write(T("Category"))),
        Column("registered", write(T("Registered persons")), "integer"),
        Column("persons", write(T("With a result")), "integer"),
        Column("entitled", write(T("Entitled")), "integer"),
    ]
    order = {key: place for place, key in enumerate(titles)}
    counted = {row.category: (row.registered, row.persons) for row in found}
    # Of a category from which nobody came it is told how many could have.
    categories = sorted(counted.keys() | entitled.keys(), key=lambda key: (order.get(key, len(order)), key))
    rows = [
        (titles.get(key) or write(T("not said")), *counted.get(key, (0, 0)), entitled.get(key)) for key in categories
    ]
    summed = frozenset({"registered", "persons", "entitled"})
    return [ReportTable(write(T("Participation by category")), columns, rows, summed)]


def unit_table(ctx: Context, *, core: Core) -> ReportTable:
    """Return the participation of every unit: persons, entries, entitled people, rate."""
    write = core.write
    totals = unit_totals(ctx, campaign_id=core.campaign.id, rankings=core.rankings)
    names = full_names(ctx, units=figures.units_by_id(ctx, ids=[row.unit_id for row in totals]))
    columns = [
        Column("unit", write(T("Unit")), "unit"),
        Column("persons", write(T("Persons")), "integer"),
        Column("entries", write(T("Entries")), "integer"),
        Column("headcount", write(T("Entitled")), "integer"),
        Column("rate", write(T("Rate in per cent")), "points"),
    ]
    rows = [(names[row.unit_id], row.persons, row.entries, row.headcount, _rate(row)) for row in totals]
    title = write(T("Participation by unit"))
    return ReportTable(title, columns, rows, frozenset({"persons", "entries", "headcount"}))


def _rate(row: UnitTotal) -> int | None:
    """Return a rate in thousandths of a per cent, as numbers with decimals stand in tables; two decimals."""
    return _hundredths(row.persons, row.headcount) * 10 if row.headcount else None


def _absent(ctx: Context, core: Core) -> list[str]:
    """Return that of some units nobody took part though people of them were entitled."""
    write = core.write
    totals = unit_totals(ctx, campaign_id=core.campaign.id, rankings=core.rankings)
    absent = [row for row in totals if row.headcount and not row.persons]
    if not absent:
        return []
    count = len(absent)
    if count > _UNITS_NAMED:
        counted = TN(
            "Of %(count)s unit whose people were entitled nobody has a counted result.",
            "Of %(count)s units whose people were entitled nobody has a counted result.",
            count,
        )
        return [write(counted)]
    names = full_names(ctx, units=figures.units_by_id(ctx, ids=[row.unit_id for row in absent]))
    named = ", ".join(names[row.unit_id] for row in absent)
    text = TN(
        "Of %(count)s unit whose people were entitled nobody has a counted result: %(units)s.",
        "Of %(count)s units whose people were entitled nobody has a counted result: %(units)s.",
        count,
        units=named,
    )
    return [write(text)]


# --- incidents --------------------------------------------------------------------------------------------------------


def _incidents(ctx: Context, core: Core) -> ReportSection:
    write, campaign = core.write, core.campaign
    titles = {round_.id: round_.title for round_ in rounds(ctx, campaign_id=campaign.id)}
    extended = [
        write(
            T(
                "“%(round)s” was extended%(whom)s until %(until)s by document No. %(symbol)s of %(day)s: %(reason)s",
                round=titles.get(phase_id, ""),
                whom=f" ({one.unit})" if one.unit else "",
                until=moment(one.closes_at, closing=True),
                symbol=one.symbol,
                day=short_date(date.fromisoformat(one.issued_on)),
                reason=_sentence(one.reason),
            )
        )
        for phase_id, found in granted(ctx, campaign_id=campaign.id).items()
        for one in found
    ]
    relieved = [
        write(
            TN(
                "In “%(round)s” %(count)s person was granted more time or a fresh entry by document No. %(symbol)s of "
                "%(day)s: %(reason)s",
                "In “%(round)s” %(count)s persons were granted more time or a fresh entry by document No. %(symbol)s "
                "of %(day)s: %(reason)s",
                one.persons,
                round=titles.get(one.round_id, ""),
                symbol=one.incident.symbol,
                day=short_date(date.fromisoformat(one.incident.issued_on)),
                reason=_sentence(one.incident.reason),
            )
        )
        for one in decided(ctx, campaign_id=campaign.id)
    ]
    found = [*extended, *relieved]
    told = found or [write(T("No incident made the organising committee extend a round or grant more time."))]
    return ReportSection("incidents", write(T("Incidents and how they were dealt with")), told, [], found, order=80)


def _sentence(reason: str) -> str:
    return f"{reason.strip().rstrip('.')}."
