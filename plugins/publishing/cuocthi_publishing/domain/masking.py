"""What of a person is shown to the public: the one place where it is decided, field by field, for every output.

Winners are named in full, and where a release says so as the issued rules do, whoever stands on a published ranking.
Everybody else appears by contest number and masked name; children whose names were not agreed to appear without one,
winners too. Phone numbers, e-mail addresses, numbers of identity papers and days of birth
never go out, wherever somebody may have written them. Outputs are made from the snapshot alone, and nothing comes into
the snapshot but through here.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

#: A figure of fewer persons than this tells too much about each of them.
SMALLEST_GROUP = 5

#: What stands in the place of what may not be shown.
HIDDEN = "•••"
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
# Nine digits of a mobile number, or ten of a landline, after 0 or the country's code, with the usual signs between.
_PHONE = re.compile(r"(?<!\d)(?:\(?\+?84\)?|0)(?:[ .()-]{0,2}\d){9,10}(?!\d)")
# Twelve digits of an identity card, in one or in groups. Amounts have dots, which these have not.
_CITIZEN_ID = re.compile(
    r"(?<![\d.,/])(?:\d{12}|\d{3}(?P<three>[ -])\d{3}(?P=three)\d{3}(?P=three)\d{3}"
    r"|\d{4}(?P<four>[ -])\d{4}(?P=four)\d{4})(?!\d)"
)
# Older papers have nine digits, as much else has: only where it is said what they are.
_PAPER = re.compile(
    r"(?P<named>\b(?:cmnd|cccd|cmt|hộ chiếu|căn cước|chứng minh)\b[^\d\n]{0,40})\d[\d .]{6,14}\d", re.IGNORECASE
)
_DATE = r"(?:ngày\s+)?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}"
_BIRTH = re.compile(
    rf"(?P<named>\b(?:(?:ngày|năm) sinh|sinh năm|sinh ngày|born(?: on| in)?|date of birth)\b[\s:]*)(?:{_DATE}|\d{{4}})"
    rf"|(?P<bare>\bsinh\b[\s:]*)(?:{_DATE})",
    re.IGNORECASE,
)


class Rule(StrEnum):
    """How a field goes out: as it is, purged of what identifies somebody, or as the name that a person may have."""

    WHOLE = "whole"
    PURGED = "purged"
    PERSON = "person"


#: The rule of each kind of column. A kind that is not known goes out by none.
FIELDS = {
    "text": Rule.PURGED,
    "unit": Rule.PURGED,
    "person": Rule.PERSON,
    "integer": Rule.WHOLE,
    "money": Rule.WHOLE,
    "points": Rule.WHOLE,
    "ms": Rule.WHOLE,
    "moment": Rule.WHOLE,
}


def mask_name(name: str) -> str:
    """Return a name of which only the family name can be read: "Nguyễn T*** H***"."""
    words = name.split()
    if len(words) < 2:  # noqa: PLR2004 - a name of one word
        return "".join(f"{word[0]}***" for word in words)
    return " ".join([words[0], *(f"{word[0]}***" for word in words[1:])])


def purged(text: str, *, public: str = "") -> str:
    """Return a text in which everything that identifies somebody beside the name is blacked out.

    ``public`` is a phone number of the host body, which is meant for everybody.
    """
    known = _digits(public)

    def number(found: re.Match[str]) -> str:
        return found[0] if known and _digits(found[0]) in known else HIDDEN

    text = _BIRTH.sub(lambda found: f"{found['named'] or found['bare']}{HIDDEN}", text)
    text = _PAPER.sub(lambda found: f"{found['named']}{HIDDEN}", text)
    return _CITIZEN_ID.sub(HIDDEN, _PHONE.sub(number, _EMAIL.sub(HIDDEN, text)))


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


class Masking:
    """The rules for one publication: ``winners`` are the enrolments that its award lists name.

    ``unnamed`` are those that stand without a name, in the place of which ``no_name`` is written. ``public`` is the
    phone number that may stand in texts. With ``full_names`` those who stand on a published ranking are named in full.
    """

    def __init__(
        self,
        winners: Collection[int] = (),
        unnamed: Collection[int] = (),
        no_name: str = HIDDEN,
        public: str = "",
        *,
        full_names: bool = False,
    ) -> None:
        self._winners, self._unnamed, self._no_name = frozenset(winners), frozenset(unnamed), no_name
        self._public, self._full_names = public, full_names

    def person(self, name: str, enrolment_id: int | None = None) -> str:
        """Return a person's name as it may be shown; only a known winner's stays whole."""
        return self._named(name, enrolment_id, whole=enrolment_id in self._winners)

    def ranked(self, name: str, enrolment_id: int) -> str:
        """Return the name of somebody who stands on a published ranking as it may be shown there."""
        return self._named(name, enrolment_id, whole=self._full_names or enrolment_id in self._winners)

    def _named(self, name: str, enrolment_id: int | None, *, whole: bool) -> str:
        if enrolment_id in self._unnamed:
            return self._no_name
        return purged(name if whole else mask_name(name))

    def text(self, text: str) -> str:
        """Return a text as it may be shown."""
        return purged(text, public=self._public)

    def cell(self, value: str | int | None, kind: str, names: Mapping[int, str]) -> str | int | None:
        """Return a value of a table that a plugin contributed, by the kind of its column.

        A person stands there by the enrolment, of which ``names`` has the name. Raises LookupError for anything else,
        as of a name alone nobody can say whether it may be shown, and for a kind of which no rule is known.
        """
        if FIELDS[kind] is Rule.PERSON and value is not None:
            if not isinstance(value, int) or value not in names:
                raise LookupError(value)
            return self.person(names[value], value)
        # Whatever the column says it is: a text is a text.
        return self.text(value) if isinstance(value, str) else value
