"""The clause of the Thể lệ that follows from the scheme, as Markdown in the campaign's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import RuleClause
from cuocthi.web.formats import money
from cuocthi_prizes.wording import uncapitalised, wording
from cuocthi_prizes.words import amount_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cuocthi_prizes.settings import CollectiveTier, PrizeSettings, Tier


def rule_clauses(scheme: PrizeSettings, language: str) -> list[RuleClause]:
    """Return what the rules say about prizes, nothing for a scheme without any."""
    parts = [*_individual(scheme, language), *_collective(scheme, language)]
    return [RuleClause("prizes", wording(language).heading, "\n\n".join(parts), order=70)] if parts else []


def _individual(scheme: PrizeSettings, language: str) -> list[str]:
    if not scheme.tiers:
        return []
    words = wording(language)
    total = scheme.individual_sum
    return [
        words.individual,
        _lines(scheme.tiers, language),
        words.total.format(total=money(total, language), words=amount_in_words(total)),
        words.allocation,
    ]


def _collective(scheme: PrizeSettings, language: str) -> list[str]:
    if not scheme.collective:
        return []
    words = wording(language)
    fixed = [tier for tier in scheme.collective if not tier.is_open]
    parts = [words.collective, *([_lines(fixed, language)] if fixed else [])]
    return parts if len(fixed) == len(scheme.collective) else [*parts, words.decided_later]


def _lines(tiers: Iterable[Tier | CollectiveTier], language: str) -> str:
    words = wording(language)
    lines = [
        (words.several if tier.quantity > 1 else words.one).format(
            quantity=tier.quantity, title=uncapitalised(tier.title), value=money(tier.value, language)
        )
        for tier in tiers
    ]
    return "\n".join(lines).removesuffix(";") + "."
