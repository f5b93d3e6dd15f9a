"""The sections of a publication: awards, standings, units, statistics, and what the plugins contribute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.queries import headcount_totals
from cuocthi.contributions import Column, PublicationSection
from cuocthi.enrolments.public_names import names_of
from cuocthi.errors import ContractError
from cuocthi.standings.queries import standing_rows, unit_figures
from cuocthi.text import T
from cuocthi.units.queries import full_names
from cuocthi.web import formats
from cuocthi_publishing import queries
from cuocthi_publishing.domain.masking import SMALLEST_GROUP, Masking, mean_score, without_contacts
from cuocthi_publishing.wording import speaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Award, AwardList
    from cuocthi.standings.models import Ranking
    from cuocthi.standings.queries import UnitFigures
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.settings import PublishSettings

    Rows = Sequence[Sequence[str | int | None]]

#: The pages on which sections of plugins stand.
_OPEN_PAGES = ("statistics", "documents")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Material:
    """What a snapshot is made of, read once."""

    campaign: Campaign
    settings: PublishSettings
    ranked: Sequence[tuple[Phase, Ranking]]
    award_lists: Sequence[AwardList]
    unnamed: frozenset[int]

    @property
    def rankings(self) -> list[Ranking]:
        """The adopted rankings."""
        return [ranking for _round, ranking in self.ranked]

    @property
    def masking(self) -> Masking:
        """The rule by which persons are shown; it knows the winners."""
        awards = (award for found in self.award_lists for award in found.awards)
        winners = [award.enrolment_id for award in awards if award.enrolment_id is not None]
        return Masking(winners, self.unnamed, self.say(T("name not published")))

    @property
    def say(self) -> Callable[[Text], str]:
        """How texts are written in the campaign's language."""
        return speaker(self.campaign.language)


def sections(ctx: Context, *, material: Material) -> list[dict[str, Any]]:
    """Return every section that the settings let out, as plain values in the order of the pages."""
    settings = material.settings
    found: list[dict[str, Any]] = []
    if settings.awards:
        found += _awards(material)
    if settings.depth:
        found += _standings(ctx, material)
    if settings.units:
        found += _units(ctx, material)
    if settings.statistics:
        found += _participation(ctx, material)
    return [*found, *_contributed(ctx, material)]


def _section(  # noqa: PLR0917 - the parts of a section in the order in which it is written
    page: str, key: str, title: str, columns: Sequence[Column], rows: Rows, note: str = "", chart: str = ""
) -> dict[str, Any]:
    return {
        "page": page,
        "key": key,
        "title": title,
        "note": note,
        "chart": chart,
        "columns": [{"key": column.key, "title": column.title, "kind": column.kind} for column in columns],
        "rows": [list(row) for row in rows],
    }


def _recipient(award: Award, masking: Masking) -> str:
    """Name whoever is on an award list, a unit as well as a person, unless it is a child that stands without a name."""
    if award.enrolment_id is None and award.unit_id is not None:
        return without_contacts(award.recipient)
    return masking.person(award.recipient, award.enrolment_id)


def _awards(material: Material) -> Iterator[dict[str, Any]]:
    say, masking = material.say, material.masking
    columns = [
        Column("title", say(T("Prize"))),
        Column("recipient", say(T("Awarded to")), "person"),
        Column("unit", say(T("Unit")), "unit"),
        Column("value", say(T("Value in đồng")), "money"),
    ]
    for found in material.award_lists:
        rows = [
            (award.title, _recipient(award, masking), without_contacts(award.unit), award.value)
            for award in found.awards
        ]
        note = say(T("%(count)s awards worth %(total)s đồng.", count=len(rows), total=found.total_value))
        note = f"{note} {say(how_final(found, material.campaign.language))}"
        yield _section("awards", f"awards-{found.key}", found.title, columns, rows, note)


def how_final(found: AwardList, language: str) -> Text:
    """Return by which acts an award list is final, or that it still awaits them."""
    minutes, decision = found.minutes, found.decision
    if minutes is None or decision is None:
        return T("The result is adopted and awaits the decision.")
    return T(
        "On the basis of minutes No. %(minutes)s of %(minutes_day)s; decision No. %(decision)s of %(decision_day)s by "
        "%(issuer)s.",
        minutes=minutes.number,
        minutes_day=formats.day(minutes.issued_on, language),
        decision=decision.number,
        decision_day=formats.day(decision.issued_on, language),
        issuer=decision.issuer,
    )


def _standings(ctx: Context, material: Material) -> Iterator[dict[str, Any]]:
    say, masking = material.say, material.masking
    columns = [
        Column("rank", say(T("Rank")), "integer"),
        Column("code", say(T("Contest number"))),
        Column("name", say(T("Name")), "person"),
        Column("unit", say(T("Unit")), "unit"),
        Column("score", say(T("Points")), "points"),
        Column("duration", say(T("Time taken")), "ms"),
    ]
    note = say(T("Only winners are named in full. Persons who share a rank are equal by every criterion."))
    for round_, ranking in material.ranked:
        found, _total = standing_rows(ctx, ranking=ranking, limit=material.settings.depth)
        rows = [
            (
                row.standing.rank,
                row.enrolment.code,
                masking.person(row.enrolment.name, row.enrolment.id),
                without_contacts(row.enrolment.unit_name),
                row.standing.score,
                row.standing.duration_ms,
            )
            for row in found
        ]
        title = say(T("Ranking, %(round)s: the first %(places)s", round=round_.title, places=len(rows)))
        yield _section("results", f"standings-{round_.key}", title, columns, rows, note)


def _units(ctx: Context, material: Material) -> Iterator[dict[str, Any]]:
    say = material.say
    columns = [
        Column("unit", say(T("Unit")), "unit"),
        Column("persons", say(T("Persons")), "integer"),
        Column("entries", say(T("Entries")), "integer"),
        Column("headcount", say(T("Entitled")), "integer"),
        Column("rate", say(T("Rate in per cent")), "points"),
        Column("mean", say(T("Mean points")), "points"),
    ]
    note = say(
        T(
            "Everybody counts once, in the unit named at registration. Mean points of fewer than %(least)s persons are "
            "not given.",
            least=SMALLEST_GROUP,
        )
    )
    for round_, ranking in material.ranked:
        figures = unit_figures(ctx, ranking=ranking)
        names = full_names(ctx, units=queries.units_by_id(ctx, ids=[row.unit_id for row in figures]))
        # The order of the query is that of the names; equals keep it.
        rows = [_unit_row(row, names) for row in sorted(figures, key=lambda row: -row.persons)]
        title = say(T("Persons taking part by unit, %(round)s", round=round_.title))
        yield _section("units", f"units-{round_.key}", title, columns, rows, note, "bar")


def _unit_row(row: UnitFigures, names: dict[int, str]) -> tuple[str | int | None, ...]:
    # A rate in thousandths of the headcount is, in thousandths of a per cent, a hundred times as much.
    rate = None if row.rate_permille is None else row.rate_permille * 100
    mean = mean_score(row.mean_score, row.persons)
    return (names[row.unit_id], row.persons, row.entries, row.headcount, rate, mean)


def _participation(ctx: Context, material: Material) -> Iterator[dict[str, Any]]:
    say, campaign = material.say, material.campaign
    entitled = headcount_totals(ctx, campaign_id=campaign.id)
    found = queries.category_figures(ctx, campaign_id=campaign.id, rankings=material.rankings)
    by_key = {row.category: row for row in found}
    columns = [
        Column("category", say(T("Category"))),
        Column("persons", say(T("Persons with a result")), "integer"),
        Column("registered", say(T("Persons registered")), "integer"),
        Column("entitled", say(T("Entitled")), "integer"),
    ]
    rows = [
        (str(title), by_key[key].persons, by_key[key].registered, entitled.get(key))
        for key, title in campaign.categories.items()
        if key in by_key
    ]
    yield _section("statistics", "categories", say(T("Persons by category")), columns, rows, chart="bar")
    by_day = [Column("day", say(T("Day"))), Column("entries", say(T("Entries handed in")), "integer")]
    for round_, ranking in material.ranked:
        days = [
            (formats.day(_EPOCH + timedelta(days=day), campaign.language), entries)
            for day, entries in queries.entries_by_day(ctx, ranking=ranking)
        ]
        title = say(T("Entries by day, %(round)s", round=round_.title))
        note = say(T("Entries, not persons: %(entries)s of %(persons)s persons.", **_counts(ranking)))
        yield _section("statistics", f"days-{round_.key}", title, by_day, days, note, "bar")


def _counts(ranking: Ranking) -> dict[str, int]:
    return {"entries": ranking.entries, "persons": ranking.persons}


def _contributed(ctx: Context, material: Material) -> Iterator[dict[str, Any]]:
    pairs = ctx.hooks.collect_by_plugin(ctx, material.campaign, "publication_sections", PublicationSection)
    for plugin, found in sorted(pairs, key=lambda pair: (pair[1].order, pair[0], pair[1].key)):
        if found.page not in _OPEN_PAGES:
            msg = f"plugin {plugin!r}: the section {found.key!r} cannot stand on a page {found.page!r}"
            raise ContractError(msg)
        if found.page == "statistics" and not material.settings.statistics:
            continue
        rows = _masked(ctx, material, plugin, found)
        note = without_contacts(found.note)
        title = without_contacts(found.title)
        yield _section(found.page, f"{plugin}-{found.key}", title, found.columns, rows, note, found.chart)


def _masked(ctx: Context, material: Material, plugin: str, found: PublicationSection) -> Rows:
    """Return the rows of a plugin's section as they may be shown; its persons are looked up by their enrolments."""
    kinds = [column.kind for column in found.columns]
    people = {
        value
        for row in found.rows
        for value, kind in zip(row, kinds, strict=True)
        if kind == "person" and isinstance(value, int)
    }
    names = names_of(ctx, campaign_id=material.campaign.id, enrolment_ids=people) if people else {}
    masking = material.masking
    try:
        return [
            [masking.cell(value, kind, names) for value, kind in zip(row, kinds, strict=True)] for row in found.rows
        ]
    except LookupError as error:
        msg = (
            f"plugin {plugin!r}: a column of persons in the section {found.key!r} holds something else than enrolments"
        )
        raise ContractError(msg) from error
