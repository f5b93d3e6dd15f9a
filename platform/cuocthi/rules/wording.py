"""The core's clauses of the rules in the languages a campaign can be held in.

They are content of the campaign, not of the interface: the campaign's language chooses them, not the reader's. Each
language is a file in ``wordings/``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cuocthi.campaigns.settings import structure

_FOLDER = Path(__file__).parent / "wordings"
_FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause's heading and body."""

    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language; ``{fields}`` are filled by :mod:`cuocthi.rules.clauses`.

    ``direction`` says for each direction which value ranks first; ``less`` how a lower value of a measure is called
    ("other" for those not named); ``admission`` who is admitted to a round that is not for everybody; ``counted`` which
    entry counts, "of_others" in a round that has none; ``measures_of_others`` how measures are called in that.
    """

    title: str
    clause: str
    purpose: str
    requirements: str
    categories: str
    rounds: str
    overall: str
    round: str
    windows: str
    span: str
    unit: str
    moment: str
    deadline: str
    gate: str
    ranked: str
    through: str
    ties: str
    objections: str
    portal: str
    places: str
    told: str
    aged: str
    joining_day: str
    day: str
    divisions: str
    division_ages: str
    asked_more: str
    children: str
    support: str
    joint: str
    name: ClauseText
    entrants: ClauseText
    barred: ClauseText
    content: ClauseText
    conduct: ClauseText
    ranking: ClauseText
    results: ClauseText
    violations: ClauseText
    data: ClauseText
    final: ClauseText
    admission: Mapping[str, str]
    ages: Mapping[str, str]
    asked: Mapping[str, str]
    counted: Mapping[str, str]
    measures: Mapping[str, str]
    measures_of_others: Mapping[str, str]
    direction: Mapping[str, str]
    less: Mapping[str, str]

    def joined(self, items: Sequence[str]) -> str:
        """Return some things in one list: "A, B and C"."""
        return items[0] if len(items) == 1 else ", ".join(items[:-1]) + self.joint + items[-1]


@cache
def wording(language: str) -> Wording:
    """Return the texts of a language; English where there are none of its own."""
    known = {path.stem: path for path in _FOLDER.glob("*.toml")}
    return structure(Wording, tomllib.loads(known.get(language, known[_FALLBACK]).read_text("utf-8")))
