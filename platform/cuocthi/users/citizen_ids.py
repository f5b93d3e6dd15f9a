"""Numbers of citizen ID cards (căn cước): their structure, and how one is shown in part.

A number has 12 digits: three of the place where the birth was registered, one of the century and the sex, two of the
year of birth, six more. Nothing else is claimed: whose number it is, and that it exists, only its owner's card shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cuocthi.errors import DomainError
from cuocthi.text import T

if TYPE_CHECKING:
    from datetime import date

FIELD = "citizen_id"

_NUMBER = re.compile(r"0(?!00)[0-9]{11}")
_SPACES = re.compile(r"[ .\-]")
_CENTURY, _YEAR = 3, slice(4, 6)
_FIRST_CENTURY = 1900
_VISIBLE_HEAD, _VISIBLE_TAIL = 3, 2


def normalise_citizen_id(text: str, *, birth_date: date | None = None) -> str:
    """Return what somebody typed as the 12 digits of a citizen ID number.

    Raises DomainError (field ``citizen_id``) for another structure, and where its year is not that of ``birth_date``.
    """
    number = _SPACES.sub("", text)
    if not _NUMBER.fullmatch(number):
        message = T("A citizen ID number has 12 digits and begins with the three of a province, such as 034.")
        raise DomainError(message, field=FIELD)
    if birth_date is not None and birth_year(number) != birth_date.year:
        message = T("The citizen ID number and the date of birth name different years. Please check both.")
        raise DomainError(message, field=FIELD)
    return number


def birth_year(number: str) -> int:
    """Return the year of birth that a number names: even and odd digits of a century are of men and of women."""
    return _FIRST_CENTURY + 100 * (int(number[_CENTURY]) // 2) + int(number[_YEAR])


def mask_citizen_id(number: str) -> str:
    """Return a number as it may be shown: ``034…89``."""
    return f"{number[:_VISIBLE_HEAD]}…{number[-_VISIBLE_TAIL:]}"
