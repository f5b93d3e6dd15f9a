"""What of a person is shown to the public: the one place where it is decided, for every output.

Winners are named in full. Everybody else appears by contest number and masked name; children whose names were not
agreed to appear without one, winners too. Phone numbers and e-mail addresses never go out, wherever somebody may have
written them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

#: A figure of fewer persons than this tells too much about each of them.
SMALLEST_GROUP = 5

_HIDDEN = "•••"
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
# Nine digits of a mobile number, or ten of a landline, after 0 or the country's code, with the usual signs between.
_PHONE = re.compile(r"(?<!\d)(?:\(?\+?84\)?|0)(?:[ .()-]{0,2}\d){9,10}(?!\d)")


def mask_name(name: str) -> str:
    """Return a name of which only the family name can be read: "Nguyễn T*** H***"."""
    words = name.split()
    if len(words) < 2:  # noqa: PLR2004 - a name of one word
        return "".join(f"{word[0]}***" for word in words)
    return " ".join([words[0], *(f"{word[0]}***" for word in words[1:])])


def without_contacts(text: str) -> str:
    """Return a text in which phone numbers and e-mail addresses are blacked out."""
    return _PHONE.sub(_HIDDEN, _EMAIL.sub(_HIDDEN, text))


class Masking:
    """The rule for one publication: ``winners`` are the enrolments that its award lists name.

    ``unnamed`` are those that stand without a name, in the place of which ``no_name`` is written.
    """

    def __init__(self, winners: Collection[int] = (), unnamed: Collection[int] = (), no_name: str = _HIDDEN) -> None:
        self._winners, self._unnamed, self._no_name = frozenset(winners), frozenset(unnamed), no_name

    def person(self, name: str, enrolment_id: int | None = None) -> str:
        """Return a person's name as it may be shown; only a known winner's stays whole."""
        if enrolment_id in self._unnamed:
            return self._no_name
        return without_contacts(name if enrolment_id in self._winners else mask_name(name))

    def cell(self, value: str | int | None, kind: str, names: Mapping[int, str]) -> str | int | None:
        """Return a value of a table that a plugin contributed, by the kind of its column.

        A person stands there by the enrolment, of which ``names`` has the name. Raises LookupError for anything else:
        of a name alone nobody can say whether it may be shown.
        """
        if kind == "person" and value is not None:
            if not isinstance(value, int) or value not in names:
                raise LookupError(value)
            return self.person(names[value], value)
        return without_contacts(value) if isinstance(value, str) else value
