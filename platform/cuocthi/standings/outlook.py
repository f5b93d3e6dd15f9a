"""How many will be equal: what a round's criteria will leave undecided, tried before it opens on entries as expected.

A contest format says how the entries of so many persons may come out (``ContestFormat.expect``). These are put in order
by the round's own criteria, one criterion after the other, and counted: how many are equal at the first place, and how
many share the place where the last prize falls. That is done for several draws of chance, and the one in the middle is
told, so that one lucky draw says nothing.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import load_settings
from cuocthi.contributions import ContestFormat
from cuocthi.standings.criteria import FULL_MARKS, RULES_OWNER, RankedBy, RankingRules, measures_of, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Expected
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

#: So many draws of chance, an odd number: one stands in the middle.
DRAWS = 3
#: More persons than these are not put in order while somebody waits for the page.
MOST_PERSONS = 200_000
MOST_PLACES = 10_000

Keys = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Equals:
    """What is undecided after a criterion: ``first`` persons are equal at the first place, ``contested`` at the last.

    ``contested`` is 1 where somebody has the last place alone, and so many persons where they are equal across it;
    for these there are ``left`` places.
    """

    title: Text
    first: int
    contested: int
    left: int

    @property
    def decided(self) -> bool:
        """Whether nobody who is equal with others is left without a place."""
        return self.contested <= self.left


@dataclass(frozen=True, slots=True)
class Outlook:
    """What ``persons`` may come out like: ``qualified`` of them can win, and what each criterion leaves undecided.

    ``further`` is what would be undecided with one more criterion at the end, for each measure that is none yet.
    """

    persons: int
    qualified: int
    places: int
    after: tuple[Equals, ...]
    further: tuple[Equals, ...]
    basis: tuple[Text, ...]


def outlook(ctx: Context, *, campaign: Campaign, round_: Phase, persons: int, places: int) -> Outlook | None:
    """Return what a round's ranking may leave undecided among ``persons`` for so many ``places``; nothing is stored.

    None where the round's format cannot tell how entries may come out, or cannot yet. Raises InvalidData if the round's
    rules cannot be used.
    """
    rules = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, round_=round_).value
    measures = measures_of(ctx, source=round_.source)
    criteria = resolve(rules, measures)
    used = {criterion.key for criterion in criteria}
    others = [
        RankedBy(one.key, one.title, one.unit, one.direction, gate=False)
        for one in measures.values()
        if one.key not in used and one.key != FULL_MARKS.key
    ]
    drawn: list[Outlook] = []
    for number in range(DRAWS):
        chance = random.Random(number)  # noqa: S311 - an estimate, the same at every look
        expected = _expected(ctx, campaign, round_, persons, chance)
        if expected is None:
            return None
        drawn.append(look(expected, criteria, others, places=places))
    return sorted(drawn, key=lambda one: [(equal.contested, equal.first) for equal in reversed(one.after)])[DRAWS // 2]


def _expected(ctx: Context, campaign: Campaign, round_: Phase, persons: int, chance: random.Random) -> Expected | None:
    formats = [item for _, item in ctx.hooks.boot("register_formats", ContestFormat) if item.source == round_.source]
    expect = next((item.expect for item in formats if item.expect is not None), None)
    return None if expect is None else expect(ctx, campaign, round_, persons, chance)


def look(expected: Expected, criteria: Sequence[RankedBy], others: Sequence[RankedBy], *, places: int) -> Outlook:
    """Return what ``criteria`` leave undecided among the expected entries, and what each of ``others`` would change.

    A measure that the format gives no values of is missing for everybody; no criterion is told of that is one of
    ``others`` then.
    """
    number = len(next(iter(expected.values.values()), ()))
    columns = [_keys(expected, criterion, number) for criterion in criteria]
    gates = [column for column, criterion in zip(columns, criteria, strict=True) if criterion.gate]
    can_win = [person for person in range(number) if all(column[person] < 0 for column in gates)]
    key_of = _joined(columns)
    ordered = sorted(can_win, key=key_of)
    prizes = min(places, len(ordered))
    after = [
        _equals(criterion.title, ordered, prizes, _joined(columns[: depth + 1]))
        for depth, criterion in enumerate(criteria)
    ]
    further = [
        _equals(other.title, sorted(ordered, key=longer), prizes, longer)
        for other in others
        if other.key in expected.values
        for longer in [_joined([*columns, _keys(expected, other, number)])]
    ]
    return Outlook(number, len(can_win), places, tuple(after), tuple(further), tuple(expected.basis))


def _keys(expected: Expected, criterion: RankedBy, number: int) -> list[int]:
    values: Iterable[int | None] = expected.values.get(criterion.key) or [None] * number
    return [criterion.key_of(value) for value in values]


def _joined(columns: Sequence[Sequence[int]]) -> Callable[[int], Keys]:
    def key(person: int) -> Keys:
        return tuple(column[person] for column in columns)

    return key


def _equals(title: Text, ordered: Sequence[int], prizes: int, key: Callable[[int], Keys]) -> Equals:
    if not prizes:
        return Equals(title, 0, 0, 0)
    first = bisect_right(ordered, key(ordered[0]), key=key)
    last = key(ordered[prizes - 1])
    begin, end = bisect_left(ordered, last, key=key), bisect_right(ordered, last, key=key)
    return Equals(title, first, end - begin, prizes - begin)
