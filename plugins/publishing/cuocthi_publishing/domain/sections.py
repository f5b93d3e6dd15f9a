"""The sections of a publication: awards, standings, units, statistics, and what the plugins contribute."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cuocthi.contributions import Column, PublicationSection
from cuocthi.enrolments.public_names import names_of
from cuocthi.errors import ContractError, DomainError
from cuocthi.standings.queries import every_standing_row, unit_figures
from cuocthi.text import T
from cuocthi.units.queries import full_names
from cuocthi.web import formats
from cuocthi_publishing import queries
from cuocthi_publishing.domain.cells import names_in
from cuocthi_publishing.domain.masking import Masking
from cuocthi_publishing.domain.suppression import is_small
from cuocthi_publishing.domain.tables import as_section
from cuocthi_publishing.statistics.comparison import compared_with, comparison
from cuocthi_publishing.statistics.sections import count, statistics
from cuocthi_publishing.statistics.unit_sections import unit_sections
from cuocthi_publishing.wording import speaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Award, AwardList
    from cuocthi.security.personal_data import Vault
    from cuocthi.standings.models import Ranking
    from cuocthi.standings.queries import UnitFigures
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.domain.cells import Value
    from cuocthi_publishing.domain.choice import Choice
    from cuocthi_publishing.statistics.sections import Counted

    Rows = Sequence[Sequence[str | int | None]]

#: By this name the core's own statistics are chosen for a standing approval.
CORE_GROUP = "core"
#: The pages on which sections of plugins stand.
_OPEN_PAGES = ("statistics", "documents")


@dataclass(frozen=True, slots=True)
class Material:
    """What a snapshot is made of, read once; ``vault`` opens dates of birth, of which ages are counted."""

    campaign: Campaign
    choice: Choice
    ranked: Sequence[tuple[Phase, Ranking]]
    award_lists: Sequence[AwardList]
    unnamed: frozenset[int]
    vault: Vault | None = None

    @property
    def rankings(self) -> list[Ranking]:
        """The adopted rankings."""
        return [ranking for _round, ranking in self.ranked]

    @property
    def masking(self) -> Masking:
        """The rule by which persons are shown; it knows the winners."""
        awards = (award for found in self.award_lists for award in found.awards)
        winners = [award.enrolment_id for award in awards if award.enrolment_id is not None]
        return Masking(
            winners,
            self.unnamed,
            self.say(T("name not published")),
            self.campaign.support_phone,
            full_names=self.choice.full_names,
        )

    @property
    def say(self) -> Callable[[Text], str]:
        """How texts are written in the campaign's language."""
        return speaker(self.campaign.language)


def sections(ctx: Context, *, material: Material) -> list[dict[str, Any]]:
    """Return every section that the choice lets out, as plain values in the order of the pages.

    Raises ValueError where the campaign asks for dates of birth, of which the statistics tell, and there is no vault.
    """
    choice = material.choice
    found: list[dict[str, Any]] = []
    if choice.awards:
        found += _awards(material)
    if choice.places != 0:
        found += _standings(ctx, material)
    found += _participation(ctx, material)
    found += _contributed(ctx, material)
    return [_purged(section, material.masking) for section in found]


def people_shown(ctx: Context, *, material: Material) -> Counter[Value]:
    """Return the names that would stand on award lists and rankings now, as they are shown, with how often.

    One statement for each ranking that goes out, which reads names alone: somebody waits for the answer.
    """
    masking, places = material.masking, material.choice.places
    found = names_in(_awards(material)) if material.choice.awards else Counter()
    for ranking in material.rankings if places != 0 else ():
        named = queries.names_on(ctx, ranking=ranking, down_to=places)
        found.update(masking.ranked(name, enrolment_id) for enrolment_id, name in named)
    return found


def _participation(ctx: Context, material: Material) -> Iterator[dict[str, Any]]:
    """Yield the figures of the units and of everybody, as far as they go out; nothing is counted where none do."""
    choice, campaign, say = material.choice, material.campaign, material.say
    of_all = choice.statistics and choice.lets_out(CORE_GROUP, "")
    if not (choice.units or of_all):
        return
    counted = count(ctx, campaign=campaign)
    if choice.units:
        yield from unit_sections(counted.units, say)
        yield from _units(ctx, material, counted)
    if of_all:
        yield from statistics(ctx, counted=counted, say=say, vault=material.vault)
        before = compared_with(ctx, campaign=campaign, settings=choice)
        if before is not None:
            yield from comparison(counted, count(ctx, campaign=before), say)


def _purged(section: dict[str, Any], masking: Masking) -> dict[str, Any]:
    """Return a section in which no text of the organisers' (a round's title, a unit's name) identifies anybody.

    Rows with persons are made through the masking already, and there may be very many.
    """
    kinds = [column["kind"] for column in section["columns"]]
    rows = section["rows"]
    if "person" not in kinds:
        rows = [[masking.cell(value, kind, {}) for value, kind in zip(row, kinds, strict=True)] for row in rows]
    return {**section, "title": masking.text(section["title"]), "note": masking.text(section["note"]), "rows": rows}


def offered(ctx: Context, *, campaign: Campaign) -> list[tuple[str, PublicationSection]]:
    """Return the sections that plugins contribute now, each with the plugin, in their order.

    Raises DomainError, naming the section, for one that no page can show.
    """
    try:
        pairs = ctx.hooks.collect_by_plugin(ctx, campaign, "publication_sections", PublicationSection)
    except ContractError as error:
        raise _unfit(str(error)) from error
    for _plugin, found in pairs:
        if found.page not in _OPEN_PAGES:
            raise _unfit(f"the section {found.key!r} cannot stand on a page {found.page!r}")
    return sorted(pairs, key=lambda pair: (pair[1].order, pair[0], pair[1].key))


def _unfit(why: str) -> DomainError:
    return DomainError(T("A plugin contributes what cannot be published; nothing was made. It says: %(why)s", why=why))


def key_of(plugin: str, found: PublicationSection) -> str:
    """Return the key under which a plugin's section stands in a snapshot."""
    return f"{plugin}-{found.key}"


def _recipient(award: Award, masking: Masking) -> str:
    """Name whoever is on an award list, a unit as well as a person, unless it is a child that stands without a name."""
    if award.enrolment_id is None and award.unit_id is not None:
        return masking.text(award.recipient)
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
            (masking.text(award.title), _recipient(award, masking), masking.text(award.unit), award.value)
            for award in found.awards
        ]
        note = say(T("%(count)s awards worth %(total)s đồng.", count=len(rows), total=found.total_value))
        note = f"{note} {say(how_final(found, material.campaign.language))}"
        section = PublicationSection(f"awards-{found.key}", found.title, columns, rows, note, page="awards")
        yield as_section(section, say)


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
    places = material.choice.places
    note = (
        T("Persons who share a rank are equal by every criterion.")
        if material.choice.full_names
        else T("Only winners are named in full. Persons who share a rank are equal by every criterion.")
    )
    for round_, ranking in material.ranked:
        found = every_standing_row(ctx, ranking=ranking, down_to=places)
        rows = [
            (
                row.standing.rank,
                row.enrolment.code,
                masking.ranked(row.enrolment.name, row.enrolment.id),
                masking.text(row.enrolment.unit_name),
                row.standing.score,
                row.standing.duration_ms,
            )
            for row in found
        ]
        title = (
            T("Ranking, %(round)s: everybody", round=round_.title)
            if places is None
            else T(
                "Ranking, %(round)s: down to rank %(places)s",
                round=round_.title,
                places=rows[-1][0] if rows else places,
            )
        )
        section = PublicationSection(f"standings-{round_.key}", say(title), columns, rows, say(note), page="results")
        yield as_section(section, say)


def _units(ctx: Context, material: Material, counted: Counted) -> Iterator[dict[str, Any]]:
    say = material.say
    columns = [
        Column("unit", say(T("Unit")), "unit"),
        Column("persons", say(T("Persons")), "integer", persons="persons"),
        Column("entries", say(T("Entries")), "integer", persons="persons"),
        Column("headcount", say(T("Entitled")), "integer"),
        Column("rate", say(T("Rate in per cent")), "points", persons="persons"),
        Column("mean", say(T("Mean points")), "points", persons="persons"),
    ]
    note = say(T("Everybody counts once, in the unit named at registration."))
    # What the participation of the whole contest does not show of a unit must not show here.
    kept_back = counted.units.hidden
    for round_, ranking in material.ranked:
        figures = unit_figures(ctx, ranking=ranking)
        names = full_names(ctx, units=queries.units_by_id(ctx, ids=[row.unit_id for row in figures]))
        # The order of the query is that of the names; equals keep it, and so do those whose number is not shown.
        off = [row.unit_id in kept_back or is_small(row.persons) for row in figures]
        ordered = [row for _, row in sorted(zip(off, figures, strict=True), key=lambda pair: _place_of(*pair))]
        hidden = frozenset(place for place, row in enumerate(ordered) if row.unit_id in kept_back)
        rows = [_unit_row(row, names) for row in ordered]
        title = say(T("Persons taking part by unit, %(round)s", round=round_.title))
        section = PublicationSection(f"units-{round_.key}", title, columns, rows, note, "bar", page="units")
        yield as_section(section, say, hidden={"persons": hidden})


def _place_of(off: bool, row: UnitFigures) -> tuple[bool, int]:  # noqa: FBT001 - a pair that is sorted
    return (off, 0 if off else -row.persons)


def _unit_row(row: UnitFigures, names: dict[int, str]) -> tuple[str | int | None, ...]:
    # A rate in thousandths of the headcount is, in thousandths of a per cent, a hundred times as much.
    rate = None if row.rate_permille is None else row.rate_permille * 100
    return (names[row.unit_id], row.persons, row.entries, row.headcount, rate, row.mean_score)


def _contributed(ctx: Context, material: Material) -> Iterator[dict[str, Any]]:
    choice, text = material.choice, material.masking.text
    wanted = {"statistics": choice.statistics, "documents": choice.documents}
    for plugin, found in offered(ctx, campaign=material.campaign) if any(wanted.values()) else ():
        key = key_of(plugin, found)
        if not wanted[found.page] or not choice.lets_out(plugin, key):
            continue
        # Nobody has looked at what goes out by a standing approval: people never do.
        if choice.groups and any(column.kind == "person" for column in found.columns):
            continue
        rows = _masked(ctx, material, found)
        shown = replace(found, key=key, title=text(found.title), rows=rows, note=text(found.note))
        yield as_section(shown, material.say)


def _masked(ctx: Context, material: Material, found: PublicationSection) -> Rows:
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
        raise _unfit(
            f"a column of persons in the section {found.key!r} holds something else than enrolments"
        ) from error
