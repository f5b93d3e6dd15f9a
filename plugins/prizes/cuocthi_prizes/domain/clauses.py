"""The clause of the Thể lệ that follows from the scheme, as Markdown in the campaign's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.contributions import RuleClause
from cuocthi.papers.words import amount_in_words
from cuocthi.web.formats import money
from cuocthi_prizes.candidates.wording import candidate_lines
from cuocthi_prizes.settings import Tier, Ties
from cuocthi_prizes.wording import extra_lines, formula_lines, named_block, percent, uncapitalised, wording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Division
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.settings import CollectiveTier, PrizeSet, PrizeSettings

#: The key of the clause among those of the rules.
CLAUSE = "prizes"


@dataclass(frozen=True, slots=True)
class _Names:
    """How rounds and divisions are called, by their keys; no rounds where there is one alone.

    ``known`` are the keys of the rounds that there are.
    """

    rounds: Mapping[str, str]
    divisions: Mapping[str, str]
    known: Collection[str]


def rule_clauses(
    scheme: PrizeSettings, language: str, rounds: Sequence[Phase] = (), divisions: Iterable[Division] = ()
) -> list[RuleClause]:
    """Return what the rules say about prizes, nothing for a scheme without any."""
    if scheme.is_empty:
        return []
    sets = [one for one in scheme.sets if not one.is_empty]
    plain = len(sets) == 1 and not sets[0].each_round
    titles = _Names(
        {round_.key: round_.title for round_ in rounds} if len(rounds) > 1 else {},
        {division.key: division.name for division in divisions},
        {round_.key for round_ in rounds},
    )
    parts = [part for one in sets for part in _individual(one, language, titles, alone=len(sets) == 1)]
    if any(one.tiers for one in sets):
        words = wording(language)
        parts += [words.allocation if plain else words.allocation_by_list, *_limits(scheme, language)]
        parts += candidate_lines(scheme, language)
    parts += _extra(scheme, sets, language)
    parts += [part for one in sets for part in _collective(one, language, titles, alone=len(sets) == 1)]
    parts += [*_unit_limits(scheme, language), wording(language).official]
    return [RuleClause(CLAUSE, wording(language).heading, "\n\n".join(parts), order=70)]


def _individual(prize_set: PrizeSet, language: str, titles: _Names, *, alone: bool) -> Iterator[str]:
    if not prize_set.tiers:
        return
    words = wording(language)
    yield words.individual if alone else words.individual_of.format(set=prize_set.title)
    yield from _for_which(prize_set, language, titles)
    yield tier_lines(prize_set.tiers, language)
    yield from _total(prize_set, language)
    if prize_set.ties is Ties.SHARE:
        yield words.share_ties
    if prize_set.most_a_person == 1:
        yield words.once_of_set
    elif prize_set.most_a_person:
        yield words.several_times_of_set.format(most=prize_set.most_a_person)


def _for_which(prize_set: PrizeSet, language: str, titles: _Names) -> Iterator[str]:
    words = wording(language)
    if prize_set.each_round:
        yield words.for_each_round
        left_out = [titles.rounds.get(key, key) for key in prize_set.but_for if key in titles.known]
        if left_out:
            yield words.but_for.format(rounds=", ".join(f"“{title}”" for title in left_out))
    elif prize_set.round in titles.rounds:
        yield words.for_round.format(round=titles.rounds[prize_set.round])
    elif prize_set.round and prize_set.round not in titles.known:
        yield words.for_removed_round.format(key=prize_set.round)
    if prize_set.division:
        yield words.for_division.format(division=titles.divisions.get(prize_set.division, prize_set.division))
    if prize_set.block and prize_set.tiers:
        yield words.for_block.format(block=named_block(prize_set.block, language))


def _total(prize_set: PrizeSet, language: str) -> Iterator[str]:
    words = wording(language)
    total = prize_set.individual_sum
    if total:
        said = words.total_each_round if prize_set.each_round else words.total
        yield said.format(total=money(total, language), words=amount_in_words(total))
    if total and any(tier.is_open and tier.value for tier in prize_set.tiers):
        yield words.total_without_open


def _limits(scheme: PrizeSettings, language: str) -> Iterator[str]:
    words = wording(language)
    if scheme.once_a_round:
        yield words.once_a_round
    if scheme.most_a_person == 1:
        yield words.once
    elif scheme.most_a_person:
        yield words.several_times.format(most=scheme.most_a_person)
    if scheme.once_a_round or scheme.most_a_person or any(one.most_a_person for one in scheme.sets):
        yield words.passed_over


def _extra(scheme: PrizeSettings, sets: Sequence[PrizeSet], language: str) -> Iterator[str]:
    words = wording(language)
    giving = [one for one in sets if not one.extra.is_empty]
    for one in giving:
        line = " ".join(extra_lines(one.extra, language))
        yield line if len(sets) == 1 else f"{words.individual_of.format(set=one.title)}: {uncapitalised(line)}"
    if giving:
        yield words.extra_counts if scheme.extra_counts else words.extra_beside


def _unit_limits(scheme: PrizeSettings, language: str) -> Iterator[str]:
    words = wording(language)
    if scheme.unit_once_a_round:
        yield words.unit_once_a_round
    if scheme.most_a_unit == 1:
        yield words.unit_once
    elif scheme.most_a_unit:
        yield words.unit_several_times.format(most=scheme.most_a_unit)
    if scheme.unit_once_a_round or scheme.most_a_unit:
        yield words.unit_passed_over


def _collective(prize_set: PrizeSet, language: str, titles: _Names, *, alone: bool) -> Iterator[str]:
    if not prize_set.collective:
        return
    words = wording(language)
    fixed = [tier for tier in prize_set.collective if not tier.is_open]
    of_itself = alone or prize_set.title.casefold() == words.collective.strip("*").casefold()
    yield words.collective if of_itself else words.collective_of.format(set=prize_set.title)
    if not prize_set.tiers:
        yield from _for_which(prize_set, language, titles)
    if fixed:
        yield tier_lines(fixed, language)
    if not prize_set.formula.is_empty:
        yield " ".join(formula_lines(prize_set.formula, language))
    if len(fixed) < len(prize_set.collective):
        yield words.decided_later


def tier_lines(tiers: Iterable[Tier | CollectiveTier], language: str) -> str:
    """Return what each kind of prize is, how many there are, and who can get it, a line each."""
    return "\n".join(f"{_line(tier, language)};" for tier in tiers).removesuffix(";") + "."


def _line(tier: Tier | CollectiveTier, language: str) -> str:
    words = wording(language)
    title = uncapitalised(tier.title) if tier.quantity else tier.title
    line = (words.prize if tier.quantity else words.open_prize).format(quantity=tier.quantity, title=title)
    if tier.value:
        line += (words.worth if tier.quantity == 1 else words.worth_each).format(value=money(tier.value, language))
    if not isinstance(tier, Tier):
        return line + (f", {words.of_block.format(block=named_block(tier.block, language))}" if tier.block else "")
    if tier.in_kind:
        line += f"{', ' if tier.value else ': '}{words.in_kind.format(text=tier.in_kind)}"
    if tier.threshold:
        line += ", " + words.threshold.format(percent=percent(tier.threshold, language))
    if tier.share:
        line += ", " + words.share.format(percent=percent(tier.share, language))
    return line
