"""What is proposed after an incident, and how it is said to people. Pure: no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cuocthi.contributions import Relief, ReliefKind
from cuocthi.standings.proposals import ProposalKind
from cuocthi.text import TN, T, Text
from cuocthi.timelines.localtime import parse_moment

if TYPE_CHECKING:
    from datetime import datetime

#: How many minutes can be granted at once.
MOST_MINUTES = 600


@dataclass(frozen=True, slots=True)
class Incident:
    """Entries of a round shall get more time, or a fresh entry instead of one that is set aside, by a document.

    ``minutes`` are more on an open entry, 0 where the entry is fresh. Nothing granted lasts beyond ``until``, which may
    lie after the round's end. Whose entries: those with the contest numbers ``codes``, of people who registered in the
    unit ``unit_id`` or below it, and that were open at some time from ``begins`` to ``ends``; what is empty does not
    narrow. Moments are written as campaign files have them.
    """

    kind: ReliefKind
    until: str
    symbol: str
    issued_on: str
    reason: str
    minutes: int = 0
    codes: tuple[str, ...] = ()
    unit_id: int | None = None
    unit: str = ""
    begins: str = ""
    ends: str = ""

    @property
    def until_at(self) -> datetime:
        """The moment at which everything granted ends."""
        return parse_moment(self.until)

    @property
    def during(self) -> tuple[datetime, datetime] | None:
        """The span in which entries have to have been open, None if that does not matter."""
        return (parse_moment(self.begins), parse_moment(self.ends)) if self.begins else None

    @property
    def document(self) -> Text:
        """By which document it is."""
        issued_on = date.fromisoformat(self.issued_on)
        return T("document No. %(symbol)s of %(issued_on)s", symbol=self.symbol, issued_on=issued_on)

    @property
    def granted(self) -> Text:
        """What is granted."""
        if self.kind is ReliefKind.FRESH_ENTRY:
            return T(
                "A fresh entry, which may be begun and finished until %(until)s; the entry before does not count.",
                until=self.until_at,
            )
        return TN(
            "%(count)s minute more, until %(until)s at the latest.",
            "%(count)s minutes more, until %(until)s at the latest.",
            self.minutes,
            until=self.until_at,
        )

    @property
    def chosen(self) -> list[Text]:
        """Whose entries are meant; all that hold."""
        found: list[Text] = []
        if self.codes:
            found.append(T("Contest numbers: %(codes)s", codes=", ".join(self.codes)))
        if self.unit:
            found.append(T("People of %(unit)s", unit=self.unit))
        if self.during:
            begins, ends = self.during
            found.append(T("Entries open between %(begins)s and %(ends)s", begins=begins, ends=ends))
        return found

    def notice(self, persons: int) -> Text:
        """Return what everybody is told: what, for how many, why, and by which document."""
        return TN(
            "%(granted)s For %(count)s person. Reason: %(reason)s (%(document)s).",
            "%(granted)s For %(count)s persons. Reason: %(reason)s (%(document)s).",
            persons,
            granted=self.granted,
            reason=self.reason,
            document=self.document,
        )

    @property
    def own_notice(self) -> Text:
        """What a person is told to whom it was granted."""
        return T(
            "%(granted)s Reason: %(reason)s (%(document)s).",
            granted=self.granted,
            reason=self.reason,
            document=self.document,
        )

    def relief(self) -> Relief:
        """Return what the contest format is asked to carry out."""
        why = f"{self.reason} ({self.symbol})"
        return Relief(self.kind, self.until_at, why, minutes=self.minutes, during=self.during)


KIND = ProposalKind(owner="core.incident", subject="core:incident", schema=Incident)
