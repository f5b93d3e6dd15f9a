"""The sections of the statistics: participation by stage, day, hour, category, division, kind of unit and age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from cuocthi.campaigns.entrants import Ask, entrant_rules
from cuocthi.contributions import Column, PublicationSection
from cuocthi.enrolments.ages import age_counts, today
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.units.words import kind_title
from cuocthi.web import formats
from cuocthi_publishing.domain.suppression import is_small, total_of
from cuocthi_publishing.domain.tables import as_section
from cuocthi_publishing.statistics import queries
from cuocthi_publishing.statistics.queries import Figures, Group, Moments
from cuocthi_publishing.statistics.units import COUNTED, UnitStatistics, kind_order, not_shown, unit_statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi_publishing.domain.suppression import Key
    from cuocthi_publishing.domain.tables import Section

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOURS = 24
#: The first age of each band but the youngest.
_AGES = (18, 25, 35, 45, 55, 65)
#: All of something, in tenths of a per cent, and one of these in thousandths.
_WHOLE, _TENTH = 1000, 100


@dataclass(frozen=True, slots=True)
class Counted:
    """A campaign with the figures that its sections share."""

    campaign: Campaign
    groups: Sequence[Group]
    units: UnitStatistics

    @property
    def whole(self) -> Figures:
        """The figures of everybody."""
        return sum((group.figures for group in self.groups), Figures())

    @property
    def by_category(self) -> dict[str, Figures]:
        """The figures of each category, under an empty key those of people of none that the campaign has."""
        known = self.campaign.categories
        return queries.added_up(self.groups, lambda group: group.category if group.category in known else "")

    @property
    def categories_not_shown(self) -> tuple[frozenset[Key], bool]:
        """The categories whose figures are not shown, and whether none can be; every table of them hides the same."""
        figures = self.by_category
        return not_shown(figures, [total_of(list(figures))])


def count(ctx: Context, *, campaign: Campaign) -> Counted:
    """Return a campaign's figures (some six statements, whatever their size)."""
    groups = queries.groups(ctx, campaign=campaign)
    return Counted(campaign, groups, unit_statistics(ctx, campaign=campaign, groups=groups))


def statistics(ctx: Context, *, counted: Counted, say: Callable[[Text], str], vault: Vault | None) -> Iterator[Section]:
    """Yield the sections that tell who takes part and when, in the language of ``say``.

    Without ``vault`` the campaign may not ask for dates of birth; raises ValueError. Raises Undecipherable.
    """
    campaign = counted.campaign
    yield _funnel(counted, say)
    yield _days(queries.by_day(ctx, campaign=campaign), campaign.language, say)
    yield _hours(queries.by_hour(ctx, campaign=campaign), say)
    yield from _by_category(ctx, counted, say)
    if not counted.units.withheld:
        yield from _by_kind_of_unit(counted.units, say)
    yield from _by_age(ctx, campaign, say, vault)


def share(part: int, whole: int | None) -> int | None:
    """Return a part of a whole in thousandths of a per cent, rounded half up to a tenth; None where it is unknown."""
    return (2 * _WHOLE * part + whole) // (2 * whole) * _TENTH if whole else None


def _funnel(counted: Counted, say: Callable[[Text], str]) -> Section:
    whole, entitled = counted.whole, sum(counted.units.entitled.values())
    stages = [
        (T("Persons entitled to take part"), entitled),
        (T("Persons registered"), whole.registered),
        (T("Persons who began"), whole.starters),
        (T("Persons who handed in"), whole.finishers),
    ]
    columns = [
        Column("stage", say(T("Stage"))),
        Column("persons", say(T("Persons")), "integer", persons="persons"),
        Column("share", say(T("Of a hundred registered")), "points", persons="persons"),
    ]
    rows = [
        (say(title), persons, None if number == 0 else share(persons, whole.registered))
        for number, (title, persons) in enumerate(stages)
        if number or entitled
    ]
    # Of entries the persons behind them decide.
    note = (
        T("Everybody counts once.")
        if is_small(whole.finishers)
        else T("Everybody counts once. %(entries)s entries were handed in.", entries=whole.entries)
    )
    title = say(T("From registration to the entry"))
    return as_section(PublicationSection("funnel", title, columns, rows, say(note), "bar", parts=False), say)


def _days(found: Mapping[int, Moments], language: str, say: Callable[[Text], str]) -> Section:
    spans = range(min(found), max(found) + 1) if found else ()
    labelled = [(formats.day(_EPOCH + timedelta(days=at), language), found.get(at, Moments())) for at in spans]
    return _times("days", say(T("By day")), say(T("Day")), labelled, say)


def _hours(found: Mapping[int, Moments], say: Callable[[Text], str]) -> Section:
    labelled = [(f"{at:02}h", found.get(at, Moments())) for at in range(_HOURS)] if found else []
    return _times("hours", say(T("By hour of the day")), say(T("Hour")), labelled, say)


def _times(
    key: str, title: str, label: str, labelled: Sequence[tuple[str, Moments]], say: Callable[[Text], str]
) -> Section:
    columns = [
        Column("when", label),
        Column("registered", say(T("Persons registered")), "integer", persons="registered"),
        Column("finishers", say(T("Persons who handed in")), "integer", persons="finishers"),
        Column("entries", say(T("Entries handed in")), "integer", persons="finishers"),
    ]
    rows = [(text, one.registered, one.finishers, one.entries) for text, one in labelled]
    note = say(T("Who hands in several entries counts once in each span of time, and each entry counts once."))
    found = PublicationSection(key, title, columns, rows, note, "columns", drawn=["finishers"])
    return as_section(found, say)


# --- groups of persons ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A group as a row: how it is called, its figures, and how many are entitled where that is known."""

    key: object
    label: str
    figures: Figures
    entitled: int | None = None

    def values(self, *, rated: bool) -> list[str | int | None]:
        """Return what stands in the row; ``rated`` with who is entitled, and the rate."""
        one = self.figures
        counted: list[str | int | None] = [self.label, one.registered, one.starters, one.finishers, one.entries]
        return [*counted, self.entitled, share(one.finishers, self.entitled)] if rated else counted


def group_section(
    key: str,
    title: str,
    label: Column,
    rows: Sequence[Row],
    say: Callable[[Text], str],
    *,
    page: str = "statistics",
    note: str = "",
    drawn: str = "finishers",
    parts: bool = True,
    hidden: frozenset[Key] = frozenset(),
) -> Section:
    """Return the section of some groups of persons; ``hidden`` are the keys of rows that are not shown."""
    rated = any(row.entitled is not None for row in rows)
    columns = [
        label,
        Column("registered", say(T("Persons registered")), "integer", persons="registered"),
        Column("starters", say(T("Persons who began")), "integer", persons="starters", within="registered"),
        Column("finishers", say(T("Persons who handed in")), "integer", persons="finishers", within="starters"),
        Column("entries", say(T("Entries handed in")), "integer", persons="finishers"),
        *(
            [
                Column("entitled", say(T("Entitled")), "integer"),
                Column("rate", say(T("Rate in per cent")), "points", persons="finishers"),
            ]
            if rated
            else []
        ),
    ]
    values = [row.values(rated=rated) for row in rows]
    places = frozenset(place for place, row in enumerate(rows) if row.key in hidden)
    found = PublicationSection(key, title, columns, values, note, "bar", page=page, drawn=[drawn], parts=parts)
    return as_section(found, say, hidden=dict.fromkeys(COUNTED, places))


def _by_category(ctx: Context, counted: Counted, say: Callable[[Text], str]) -> Iterator[Section]:
    campaign = counted.campaign
    by_category = counted.by_category
    entitled: dict[str, int] = {}
    for (_unit, category), number in queries.entitled(ctx, campaign=campaign).items():
        entitled[category] = entitled.get(category, 0) + number
    titles = {**campaign.categories, "": say(T("not stated"))}
    rows = [
        # Who is entitled in a unit as a whole belongs to no category.
        Row(key, str(title), by_category.get(key, Figures()), entitled.get(key) if key else None)
        for key, title in titles.items()
        if key in by_category or (key and key in entitled)
    ]
    yield group_section("categories", say(T("By category")), Column("category", say(T("Category"))), rows, say)
    by_division = queries.added_up(counted.groups, lambda group: group.division_id)
    divisions = [Row(one.id, one.name, by_division.get(one.id, Figures())) for one in campaign.divisions]
    if divisions:
        if None in by_division:
            divisions.append(Row(None, say(T("no division")), by_division[None]))
        label = Column("division", say(T("Division")))
        yield group_section("divisions", say(T("By division")), label, divisions, say)


def _by_kind_of_unit(units: UnitStatistics, say: Callable[[Text], str]) -> Iterator[Section]:
    kinds = [("kind", kind, kind_name(kind, say)) for kind in sorted(units.by_kind, key=kind_order)]
    blocks = [("block", block, block or say(T("not stated"))) for block in sorted(units.by_block, key=_empty_last)]
    for title, label, groups, figures in (
        (T("By kind of unit"), T("Kind of unit"), kinds, units.by_kind),
        (T("By block"), T("Block"), blocks, units.by_block),
    ):
        if len(groups) < 2:  # noqa: PLR2004 - units of one kind are the whole
            continue
        rows = [
            Row((attribute, value), name, figures[value], units.entitled_of(attribute, value))
            for attribute, value, name in groups
        ]
        column = Column(groups[0][0], say(label))
        yield group_section(f"{column.key}s", say(title), column, rows, say, hidden=units.hidden)


def kind_name(kind: str, say: Callable[[Text], str]) -> str:
    """Return what a kind of units is called."""
    title = kind_title(kind) if kind else T("not stated")
    return title if isinstance(title, str) else say(title)


def _empty_last(text: str) -> tuple[bool, str]:
    return (not text, text)


def _by_age(ctx: Context, campaign: Campaign, say: Callable[[Text], str], vault: Vault | None) -> Iterator[Section]:
    rules = entrant_rules(ctx, campaign=campaign).value
    if rules.birth_date is Ask.NO:
        return
    if vault is None:
        msg = "dates of birth cannot be read without the vault"
        raise ValueError(msg)
    day = rules.ages_on or _first_day(ctx, campaign)
    among = queries.handed_in(ctx, campaign=campaign)
    persons: dict[int | None, list[int]] = {}
    for (age, finished), number in age_counts(ctx, campaign_id=campaign.id, day=day, among=among, vault=vault).items():
        both = persons.setdefault(_band(age), [0, 0])
        both[0] += number
        both[1] += number if finished else 0
    columns = [
        Column("age", say(T("Age"))),
        Column("registered", say(T("Persons registered")), "integer", persons="registered"),
        Column("finishers", say(T("Persons who handed in")), "integer", persons="finishers", within="registered"),
    ]
    bands = sorted(persons.items(), key=lambda pair: (pair[0] is None, pair[0] or 0))
    rows: list[list[str | int | None]] = [[say(_band_title(band)), *both] for band, both in bands]
    note = say(T("Years completed on %(day)s.", day=formats.day(day, campaign.language)))
    found = PublicationSection("ages", say(T("By age")), columns, rows, note, "bar", drawn=["finishers"])
    yield as_section(found, say)


def _first_day(ctx: Context, campaign: Campaign) -> date:
    """Return the day on which the first round opens; today where there is no round."""
    return today(min((round_.opens_at for round_ in rounds(ctx, campaign_id=campaign.id)), default=ctx.now))


def _band(age: int | None) -> int | None:
    """Return the number of the band that an age belongs to."""
    return None if age is None else sum(age >= first for first in _AGES)


def _band_title(band: int | None) -> Text:
    if band is None:
        return T("not stated")
    if band == 0:
        return T("under %(age)s", age=_AGES[0])
    if band == len(_AGES):
        return T("%(age)s and older", age=_AGES[-1])
    return T("%(first)s to %(last)s", first=_AGES[band - 1], last=_AGES[band] - 1)
