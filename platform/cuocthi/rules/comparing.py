"""Two states of the rules side by side, clause by clause and word by word, as plain text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from cuocthi.rules.plain import to_plain
from cuocthi.rules.prose import Clause

_PARAGRAPHS = re.compile(r"\n{2,}|(?:(?!\n{2,}).)+", re.DOTALL)
_WORDS = re.compile(r"\s+|[^\s]+")

#: How many pairs of words are compared with one another at most; the time that it takes grows faster than they do.
_MOST_PAIRS = 20_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A clause that is not the same in both; None on the side on which it is missing."""

    earlier: Clause | None
    later: Clause | None

    @property
    def heading(self) -> str:
        """What it is called, by its later name if it has one."""
        found = self.later or self.earlier
        return found.heading if found else ""

    @property
    def generated(self) -> bool:
        """Whether what follows from the settings has changed, rather than the organisers' prose alone."""
        return _generated(self.earlier) != _generated(self.later)

    @property
    def words(self) -> Sequence[tuple[str, str]]:
        """The text in pieces, a heading only if it has changed: ("same" | "kept" | "del" | "ins", text).

        "kept" are whole paragraphs that stand in both. Where nothing is "del" or "ins", only its look has changed.
        """
        renamed = bool(self.earlier and self.later and self.earlier.heading != self.later.heading)
        return _marked(_text(self.earlier, headed=renamed), _text(self.later, headed=renamed))


def clauses_of(stored: Mapping[str, Any]) -> list[Clause]:
    """Return the clauses of a version as it is stored."""
    return [Clause.from_stored(kept) for kept in stored["clauses"]]


def differences(earlier: Sequence[Clause], later: Sequence[Clause]) -> list[Difference]:
    """Return the clauses that are not the same, in the order of the later state, then what has gone."""
    before, after = ({clause.key: clause for clause in clauses} for clauses in (earlier, later))
    found = [Difference(before.get(clause.key), clause) for clause in later if before.get(clause.key) != clause]
    return found + [Difference(clause, None) for clause in earlier if clause.key not in after]


def reordered(earlier: Sequence[Clause], later: Sequence[Clause]) -> bool:
    """Tell whether the clauses that are in both stand in another order."""
    before, after = ([clause.key for clause in clauses] for clauses in (earlier, later))
    return [key for key in before if key in after] != [key for key in after if key in before]


def _generated(clause: Clause | None) -> tuple[str, str] | None:
    return None if clause is None or clause.own else (clause.heading, clause.body)


def _text(clause: Clause | None, *, headed: bool) -> str:
    if clause is None:
        return ""
    text = to_plain(clause.text)
    return f"{clause.heading}\n\n{text}" if headed else text


@lru_cache(maxsize=512)  # whoever asks, asks for the same few versions
def _marked(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Compare paragraph by paragraph, and word by word only what differs and is short enough."""
    return tuple(
        piece
        for kind, gone, come in _opcodes(_PARAGRAPHS.findall(before), _PARAGRAPHS.findall(after))
        for piece in _compared(kind, gone, come)
    )


def _compared(kind: str, before: str, after: str) -> Iterator[tuple[str, str]]:
    if kind == "replace":
        yield from _words(before, after)
    elif kind == "equal" and before.strip():
        yield "kept", before
    else:
        yield from _pieces(kind, before, after)


def _words(before: str, after: str) -> Iterator[tuple[str, str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > _MOST_PAIRS:
        yield from _pieces("replace", before, after)
        return
    for kind, gone, come in _opcodes(old, new):
        yield from _pieces(kind, gone, come)


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    for kind, from_, to, from_new, to_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield kind, "".join(old[from_:to]), "".join(new[from_new:to_new])


def _pieces(kind: str, gone: str, come: str) -> Iterator[tuple[str, str]]:
    if kind == "equal":
        yield "same", gone
        return
    yield from ((mark, text) for mark, text in (("del", gone), ("ins", come)) if text)
