"""What is stored about people: whose it is, what they can read of it, and why it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cuocthi.text import Text


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody about whom data is stored in a campaign; ``enrolment_id`` is None for who does not take part."""

    user_id: int
    enrolment_id: int | None


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What is stored about one person under one heading, for that person to read: ``rows`` below ``columns``.

    ``kept`` says why it stays when everything else of the person is erased; without it, it goes. ``files`` go along by
    their names when the person takes the data away.
    """

    key: str
    title: Text
    columns: Sequence[Text]
    rows: Sequence[Sequence[str | int | datetime | Text | None]]
    kept: Text | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    order: int = 50


class Erasure(StrEnum):
    """Why people are erased: at their own wish, because a campaign's time is over, or that of its award records."""

    WITHDRAWAL = "withdrawal"
    RETENTION = "retention"
    RECORDS = "records"
