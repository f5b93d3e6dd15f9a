"""Questions that say nearly the same: found over the whole bank, whatever accents, case, signs and order they have."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.errors import DomainError, Forbidden, Missing
from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.models import Distinction
from cuocthi_quiz.queries import duplicates as duplicate_queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_quiz.domain.questions import QuestionData
    from cuocthi_quiz.queries.duplicates import Wording

#: How much two questions have in common at least to be shown as a pair: words of both among words of either.
LEAST = Fraction(7, 10)

_WORD = re.compile(r"\w+")

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions and how much they have in common (Jaccard's index of their words, 0 to 1)."""

    first: int
    second: int
    similarity: Fraction


def words_of(*texts: str) -> Words:
    """Return the different words of texts, folded: accents, case, signs and order do not count."""
    return frozenset(_WORD.findall(fold(" ".join(texts))))


def similarity(one: Words, other: Words) -> Fraction:
    """Return how many of the words of either are words of both; nothing resembles what has no words.

    Source: P. Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11 (1912).
    """
    return Fraction(len(one & other), len(one | other)) if one and other else Fraction(0)


def pairs(texts: Mapping[int, Words]) -> list[Pair]:
    """Return every pair with a similarity of :data:`LEAST` or more, the most similar first.

    For each text the words it shares are counted in all others at once: a number has one bit for each text, and the
    counts stand in binary, digit by digit, in a few such numbers. Only those texts are compared that share as many
    words as the similarity needs at least.
    """
    numbers = list(texts)
    holders: defaultdict[str, int] = defaultdict(int)
    for place, number in enumerate(numbers):
        for word in texts[number]:
            holders[word] |= 1 << place
    found = []
    for place, number in enumerate(numbers):
        words = texts[number]
        if not words:
            continue
        shared = _counted(holders[word] >> place + 1 for word in words)
        for later in _places(_at_least(ceil(LEAST * len(words)), shared)):
            other = numbers[place + 1 + later]
            common = similarity(words, texts[other])
            if common >= LEAST:
                found.append(Pair(min(number, other), max(number, other), common))
    return sorted(found, key=lambda pair: (-pair.similarity, pair.first, pair.second))


def _counted(bits: Iterable[int]) -> list[int]:
    """Return how often each bit is set among numbers: the counts' binary digits, the lowest first."""
    digits: list[int] = []
    for carry in bits:
        for place, digit in enumerate(digits):
            digits[place], carry = digit ^ carry, digit & carry  # noqa: PLW2901 - what is left to be added
            if not carry:
                break
        if carry:
            digits.append(carry)
    return digits


def _at_least(number: int, digits: list[int]) -> int:
    """Return the bits whose count is at least ``number``, which is positive."""
    if number.bit_length() > len(digits):
        return 0
    greater, equal = 0, -1
    for place in reversed(range(len(digits))):
        if number >> place & 1:
            equal &= digits[place]
        else:
            greater |= equal & digits[place]
            equal &= ~digits[place]
    return greater | equal


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def found_in(ctx: Context, *, campaign: Campaign) -> tuple[list[Pair], dict[int, Wording]]:
    """Return the pairs of a campaign's bank and the wordings of its questions by their numbers."""
    wordings = {wording.question_id: wording for wording in duplicate_queries.wordings(ctx, campaign_id=campaign.id)}
    return pairs({number: _said(wording) for number, wording in wordings.items()}), wordings


def resembling(ctx: Context, *, campaign: Campaign, data: QuestionData) -> list[str]:
    """Return the keys of the questions that a question resembles, the most similar first; those told apart are not."""
    said = words_of(data.text, *KINDS[data.type].texts(data.body))
    wordings = duplicate_queries.wordings(ctx, campaign_id=campaign.id)
    own = next((wording.question_id for wording in wordings if wording.key == data.key), None)
    told_apart = duplicate_queries.distinctions(ctx, campaign_id=campaign.id)
    apart = {other for pair in told_apart if own in pair for other in pair}
    compared = (
        (similarity(said, _said(wording)), wording.key)
        for wording in wordings
        if wording.question_id != own and wording.question_id not in apart
    )
    return [key for common, key in sorted(compared, key=lambda found: (-found[0], found[1])) if common >= LEAST]


def _said(wording: Wording) -> Words:
    kind = KINDS[wording.type]
    return words_of(wording.text, *kind.texts(kind.read(wording.content, wording.right)))


def tell_apart(ctx: Context, *, campaign: Campaign, question_ids: Iterable[int]) -> None:
    """Remember that two questions are no duplicates, and record it; what is remembered already stays as it is.

    Raises Forbidden for who is no person, DomainError unless there are two, Missing for questions of another campaign.
    """
    if ctx.actor.user_id is None:
        raise Forbidden(T("Questions are reviewed by persons who are signed in."))
    first, second = _two(question_ids)
    keys = _keys(ctx, campaign, first, second)
    if ctx.session.get(Distinction, (first, second)) is not None:
        return
    ctx.session.add(Distinction(first_id=first, second_id=second, decided_by=ctx.actor.user_id, decided_at=ctx.now))
    ctx.session.flush()
    record(
        ctx,
        action="quiz:question:tell_apart",
        summary=T("Said that %(first)s and %(second)s are no duplicates", first=keys[0], second=keys[1]),
        campaign=campaign,
        object_kind="quiz_question",
        object_id=first,
        after={"questions": keys},
    )


def forget_distinction(ctx: Context, *, campaign: Campaign, question_ids: Iterable[int]) -> None:
    """Take back that two questions are no duplicates, and record it; where nothing was said nothing changes."""
    first, second = _two(question_ids)
    keys = _keys(ctx, campaign, first, second)
    found = ctx.session.get(Distinction, (first, second))
    if found is None:
        return
    ctx.session.delete(found)
    ctx.session.flush()
    record(
        ctx,
        action="quiz:question:compare_again",
        summary=T("Took back that two questions are no duplicates"),
        campaign=campaign,
        object_kind="quiz_question",
        object_id=first,
        before={"questions": keys},
    )


def _two(question_ids: Iterable[int]) -> Iterator[int]:
    numbers = sorted(set(question_ids))
    if len(numbers) != 2:  # noqa: PLR2004 - a pair
        raise DomainError(T("A pair are two questions."))
    return iter(numbers)


def _keys(ctx: Context, campaign: Campaign, *question_ids: int) -> list[str]:
    keys = duplicate_queries.hold(ctx, campaign_id=campaign.id, question_ids=question_ids)
    if len(keys) != len(question_ids):
        raise Missing(T("These questions do not exist here."))
    return keys
