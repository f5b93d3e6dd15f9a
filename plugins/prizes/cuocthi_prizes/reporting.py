"""What prizes tell in the report on a contest, and in the notice on a round: what was given, beside the scheme."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import load_version
from cuocthi.contributions import Column, ReportSection, ReportTable
from cuocthi.papers.words import amount_in_words
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.domain.awarded import all_awarded
from cuocthi_prizes.queries import adopted_lists
from cuocthi_prizes.settings import MAIN, PrizeSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.models import Award, AwardList, UnitAward
    from cuocthi_prizes.settings import CollectiveTier, PrizeSet, Tier

    Write = Callable[[Text], str]
    Kind = tuple[str, str, int]


def report_sections(ctx: Context, campaign: Campaign, round_: Phase | None, write: Write) -> list[ReportSection]:
    """Return what the adopted lists give, kind by kind, and for a round who is awarded; nothing without prizes.

    Differences are prizes of the scheme that were not given, and lists that are not adopted yet.
    """
    lists = [one for one in adopted_lists(ctx, campaign_id=campaign.id) if round_ is None or one.phase_id == round_.id]
    titles = {one.id: one.title for one in rounds(ctx, campaign_id=campaign.id)}
    differences = [
        *_missing(ctx, campaign, lists, round_, write),
        *(text for one in lists for text in _not_given(ctx, one, titles, write)),
    ]
    if not lists:
        return [ReportSection("prizes", "", differences=differences, order=60)] if differences else []
    if round_ is None:
        tables = [_by_kind(ctx, one, _name(one, titles), write) for one in lists]
    else:
        tables = [table for one in lists for table in _by_name(one, _name(one, titles), write)]
    total = sum(one.total_value for one in lists)
    given = sum(len(one.awards) + len(one.unit_awards) for one in lists)
    told = T(
        "%(given)s prizes were given, worth %(total)s đồng altogether (in words: %(words)s).",
        given=given,
        total=total,
        words=amount_in_words(total),
    )
    return [ReportSection("prizes", write(T("Prizes given")), [write(told)], tables, differences, order=60)]


def _by_kind(ctx: Context, award_list: AwardList, name: str, write: Write) -> ReportTable:
    """Return how many prizes of each kind there were to be, and how many were given, with what they are worth."""
    planned = _planned(ctx, award_list)
    given = _given(award_list)
    columns = [
        Column("prize", write(T("Prize"))),
        Column("planned", write(T("Planned number")), "integer"),
        Column("given", write(T("Given number")), "integer"),
        Column("value", write(T("Value of each (đồng)")), "money"),
        Column("sum", write(T("Sum (đồng)")), "money"),
    ]
    kinds = [*given, *(kind for kind in planned if kind not in given)]
    rows = [(kind[1], planned.get(kind), given[kind], kind[2], kind[2] * given[kind]) for kind in kinds]
    return ReportTable(name, columns, rows, frozenset({"given", "sum"}))


def _by_name(award_list: AwardList, name: str, write: Write) -> Iterator[ReportTable]:
    """Yield who is awarded: persons, by their enrolments, and units."""
    prize, value = Column("prize", write(T("Prize"))), Column("value", write(T("Value (đồng)")), "money")
    persons = [Column("person", write(T("Full name")), "person"), Column("unit", write(T("Unit")), "unit")]
    rows = [(one.enrolment_id, one.unit_name, one.title, one.value) for one in award_list.awards]
    if rows:
        yield ReportTable(name, [*persons, prize, value], rows, frozenset({"value"}))
    units = [(one.unit_name, one.title, one.value) for one in award_list.unit_awards]
    if units:
        title = write(T("Collective prizes"))
        yield ReportTable(title, [persons[1], prize, value], units, frozenset({"value"}))


def _given(award_list: AwardList) -> Counter[Kind]:
    """Return how many prizes of each kind a list gives, in its order."""
    awards: list[Award | UnitAward] = [*award_list.awards, *award_list.unit_awards]
    return Counter((one.tier, one.title, one.value) for one in awards)


def _planned(ctx: Context, award_list: AwardList) -> dict[Kind, int]:
    """Return how many prizes of each kind the scheme had under which a list was made; open numbers are left out."""
    scheme = load_version(ctx, version_id=award_list.settings_version_id, schema=PrizeSettings)
    own = scheme.named(award_list.set_key)
    return {} if own is None else dict(_kinds(own))


def _kinds(prize_set: PrizeSet) -> Iterator[tuple[Kind, int]]:
    tiers: list[Tier | CollectiveTier] = [*prize_set.tiers, *prize_set.collective]
    for tier in tiers:
        if tier.quantity:
            yield (tier.key, tier.title, tier.value), tier.quantity


def _not_given(ctx: Context, award_list: AwardList, titles: dict[int, str], write: Write) -> Iterator[str]:
    given = _given(award_list)
    for kind, quantity in _planned(ctx, award_list).items():
        if given[kind] != quantity:
            numbers = {"planned": quantity, "given": given[kind]}
            name = _name(award_list, titles)
            text = T("%(prize)s: %(planned)s planned, %(given)s given.", prize=kind[1], **numbers)
            yield f"{name}: {write(text)}" if name else write(text)


def _missing(
    ctx: Context, campaign: Campaign, lists: Sequence[AwardList], round_: Phase | None, write: Write
) -> Iterator[str]:
    """Yield what the scheme awards without an adopted list."""
    adopted = {(one.set_key, one.phase_id) for one in lists}
    for one in all_awarded(ctx, campaign=campaign):
        if one.part not in adopted and (round_ is None or one.round_.id == round_.id):
            text = T(
                "“%(set)s”, “%(round)s”: prizes have not been awarded.",
                set=one.prize_set.title,
                round=one.round_.title,
            )
            yield write(text)


def _name(award_list: AwardList, titles: dict[int, str]) -> str:
    """Return what a list is of, where there is more than one set or round; otherwise it goes without saying."""
    parts = [award_list.set_title] if award_list.set_key != MAIN else []
    parts += [titles.get(award_list.phase_id, "")] if len(titles) > 1 else []
    return ", ".join(part for part in parts if part)
