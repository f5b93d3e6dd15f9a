"""What organisers write into the rules: prose around generated clauses, and clauses of their own. Pure: no database."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.contributions import RuleClause

#: The owner under whose name a campaign's prose is stored among its settings.
OWNER = "core.rules"
#: What the key of an organisers' clause begins with among all clauses.
OWN = "own-"

LONGEST_TEXT = 20_000
LONGEST_HEADING = 200
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KEY_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Prose:
    """The organisers' prose around a generated clause, as Markdown; ``clause`` is the clause's key."""

    clause: str
    before: str = ""
    after: str = ""

    def __post_init__(self) -> None:
        """Raise SettingsError for a text that is too long."""
        _check_length(self.before, "before")
        _check_length(self.after, "after")


@dataclass(frozen=True, slots=True)
class OwnClause:
    """A clause that organisers wrote, as Markdown; it stands after the clause with the key ``after``, or first."""

    key: str
    heading: str
    body: str
    after: str = ""

    def __post_init__(self) -> None:
        """Raise SettingsError for a key, a heading or a body that cannot be."""
        if not _KEY.fullmatch(self.key) or len(self.key) > _KEY_LENGTH:
            raise SettingsError(T("The key “%(key)s” must be made of a–z, 0–9 and hyphens.", key=self.key))
        if not self.heading.strip() or len(self.heading) > LONGEST_HEADING or "\n" in self.heading:
            message = T("A clause needs a heading of at most %(most)s characters.", most=LONGEST_HEADING)
            raise SettingsError(message, field="heading")
        if not self.body.strip():
            raise SettingsError(T("Please write what the clause says."), field="body")
        _check_length(self.body, "body")

    @property
    def clause(self) -> str:
        """Its key among all clauses."""
        return f"{OWN}{self.key}"


@dataclass(frozen=True, slots=True)
class RulesProse:
    """All that organisers wrote into a campaign's rules."""

    around: tuple[Prose, ...] = ()
    clauses: tuple[OwnClause, ...] = ()

    def __post_init__(self) -> None:
        """Raise SettingsError for a clause that stands there twice."""
        for keys in ([prose.clause for prose in self.around], [own.key for own in self.clauses]):
            for key in (key for key, number in Counter(keys).items() if number > 1):
                raise SettingsError(T("The clause “%(key)s” stands there twice.", key=key))


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the rules. ``body`` follows from the settings unless it is ``own``; around it stands prose."""

    key: str
    heading: str
    body: str
    before: str = ""
    after: str = ""
    own: bool = False

    def stored(self) -> dict[str, Any]:
        """Return the clause as issued versions keep it: what is empty is left out."""
        kept = {"key": self.key, "heading": self.heading, "body": self.body}
        around = {"before": self.before, "after": self.after}
        return kept | {name: text for name, text in around.items() if text} | ({"own": True} if self.own else {})

    @classmethod
    def from_stored(cls, kept: dict[str, Any]) -> Clause:
        """Return the clause that :meth:`stored` described."""
        return cls(**kept)

    @property
    def text(self) -> str:
        """All that the clause says."""
        return "\n\n".join(part for part in (self.before, self.body, self.after) if part)


def with_prose(generated: Sequence[RuleClause], prose: RulesProse) -> list[Clause]:
    """Return the generated clauses in their order, with what organisers wrote around and between them.

    A clause of theirs whose place is gone stands at the end.
    """
    around = {one.clause: one for one in prose.around}
    placed = list(_placed(generated, around, prose.clauses))
    there = {clause.key for clause in placed}
    return placed + [_own(own) for own in prose.clauses if own.clause not in there]


def _placed(generated: Sequence[RuleClause], around: dict[str, Prose], own: Sequence[OwnClause]) -> Iterator[Clause]:
    yield from _following("", own)
    for clause in generated:
        beside = around.get(clause.key, Prose(clause.key))
        yield Clause(clause.key, clause.heading, clause.body, beside.before, beside.after)
        yield from _following(clause.key, own)


def _following(key: str, clauses: Sequence[OwnClause]) -> Iterator[Clause]:
    for own in clauses:
        if own.after == key:
            yield _own(own)
            yield from _following(own.clause, clauses)


def _own(own: OwnClause) -> Clause:
    return Clause(own.clause, own.heading, own.body, own=True)


def without_a_clause(generated: Sequence[RuleClause], prose: RulesProse) -> list[Prose]:
    """Return the prose whose clause is no longer generated; it stands nowhere in the rules."""
    there = {clause.key for clause in generated}
    return [one for one in prose.around if one.clause not in there]


def _check_length(text: str, field: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise SettingsError(T("A text may have at most %(most)s characters.", most=LONGEST_TEXT), field=field)
